"""What every test may use: a store, a served app, a browser. And what none may: leave this machine, skip in CI."""

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import hypothesis
import pytest
import uvicorn

from models.database import Database
from models.migrate import upgrade
from tests import postgres as postgres_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from starlette.types import ASGIApp

    from tests.servers.wordpress import WordPress

# --- Examples are the same at every run in CI, and no example is slow only because the machine is busy.
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


# --- No test speaks to another machine. pytest-socket guards connect() while a test runs; this audit hook also stops
# name look-ups, datagrams and whatever a left-over thread does between two tests. It cannot be switched off.
class LeftTheMachine(RuntimeError):
    """A test, or what it calls, tried to reach an address that is not loopback."""


_HOST_AT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.bind": 1}
_NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def is_loopback(host: str | bytes | None) -> bool:
    """Whether `host`, a name or an address, is this machine speaking to itself; nothing (a passive look-up) is."""
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _stay_here(event: str, args: tuple[object, ...]) -> None:
    if event in _NAMES:
        host = args[0]
    elif event in _HOST_AT and isinstance(address := args[_HOST_AT[event]], tuple):
        host = address[0]  # a Unix socket's address is a string, a connected datagram's is None
    else:
        return
    if isinstance(host, str | bytes) and not is_loopback(host):
        msg = f"a test tried to reach {host!r} ({event}); tests speak to loopback only"
        raise LeftTheMachine(msg)


sys.addaudithook(_stay_here)


# --- Where nothing may skip (REPARTIE_NO_SKIP=1, set in CI), a skip is a failure and says what was missing.
_skips: list[tuple[str, str]] = []
_EXTRA = "is an extra that is not installed"


def _note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if _EXTRA not in reason:  # too heavy for the locks: what is tried with it is tried where it is installed
            _skips.append((report.nodeid, reason))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note_skip(report)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if os.environ.get("REPARTIE_NO_SKIP") and _skips and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("REPARTIE_NO_SKIP") and _skips:
        terminalreporter.section("skipped where nothing may skip", red=True)
        for nodeid, reason in _skips:
            terminalreporter.line(f"{nodeid}: {reason}")


# --- The repository, for the tests that read it.
@pytest.fixture(scope="session")
def tracked() -> Callable[..., list[Path]]:
    """`tracked("*.md")`: the repository's files that match, also those not yet added; ignored ones left out."""
    root = Path(__file__).parents[1]

    def files(*patterns: str) -> list[Path]:
        # safe.directory: a clone may belong to somebody else, as in a container; git would refuse to list it.
        command = [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
        ]
        listed = subprocess.run([*command, *patterns], cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S603 - git, our own patterns
        return sorted({path for name in listed.split("\0") if name and (path := root / name).is_file()})

    return files


# --- A store, on each database we promise.
@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store's file, migrated once for all tests."""
    file = tmp_path_factory.mktemp("store") / "empty.db"
    store = Database(f"sqlite:///{file}")
    upgrade(store)
    store.close()
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server of our own, started for the first test that needs one."""
    if postgres_server.program("initdb") is None:
        pytest.skip("no PostgreSQL here: install Debian package postgresql")
    with postgres_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_migrated(postgres: postgres_server.Server) -> str:
    """The name of an empty database, migrated once for all tests."""
    store = Database(postgres.create())
    upgrade(store)
    store.close()
    return str(store.url.database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store of its own; a test that asks for it runs on both databases."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "repartie.db")
        yield f"sqlite:///{tmp_path / 'repartie.db'}"
        return
    template: str = request.getfixturevalue("postgres_migrated")
    server: postgres_server.Server = request.getfixturevalue("postgres")
    url = server.create(template)
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty store of its own; a test that asks for it runs on both databases."""
    store = Database(database_url)
    yield store
    store.close()


# --- A real HTTP server on loopback.
Serve = Callable[["ASGIApp"], str]
START_SECONDS = 10.0


@contextmanager
def _served(app: "ASGIApp") -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=2)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="served", daemon=True)
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                pytest.fail("the app did not start: its lifespan failed, see the log")
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)
            assert not thread.is_alive(), "the app did not stop within 10 s"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(app)` starts an ASGI app in a thread on a free loopback port and gives its base URL, without a final /."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(_served(app))


# --- A real WordPress: Debian's, on loopback.
@pytest.fixture(scope="session")
def wordpress() -> Iterator["WordPress"]:
    """A site of its own for this session; starts in about 4 s. Each test writes an article of its own."""
    from tests.servers.wordpress import Missing, running  # noqa: PLC0415 - few tests need it

    with ExitStack() as stack:
        try:
            site = stack.enter_context(running())
        except Missing as missing:
            pytest.skip(f"no WordPress here: install Debian packages {missing}")
        yield site


# --- A real browser: Debian's Chromium, driven by Playwright's Python client.
CHROMIUM_FLAGS = [
    "--no-sandbox",  # CI is root, where Chromium refuses its own sandbox; it opens our pages only
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name but loopback's resolves: covers what request routing does not see, such as websockets.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Browser"]:
    """A headless browser with an empty profile of its own. Prefer `browser_page` or `browser_context`.

    Per module, not per session: while Playwright's sync client lives, `asyncio.run` fails in this thread, so a browser
    left open would break the tests after it.
    """
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no browser here: install Debian package chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import, few tests need it

    home = tmp_path_factory.mktemp("chromium-home")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=True, args=CHROMIUM_FLAGS, env={**os.environ, "HOME": str(home)}
        )
        yield browser
        browser.close()


NewContext = Callable[..., "BrowserContext"]


def _watch(page: "Page", problems: list[str]) -> None:
    page.on("console", lambda said: problems.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))


@pytest.fixture
def browser_problems() -> list[str]:
    """What the pages of `browser_context` did wrong so far; a test that provokes one looks, then clears it."""
    return []


@pytest.fixture
def browser_context(chromium: "Browser", browser_problems: list[str]) -> Iterator[NewContext]:
    """`browser_context(locale="fr-FR", viewport=...)` is one person's browser: own cookies, own tabs.

    Takes Playwright's `new_context` options. Afterwards the test fails if any page of it reached for another machine,
    logged a console error or let a script error escape.
    """
    problems = browser_problems
    contexts: list[BrowserContext] = []

    def new_context(**options: object) -> "BrowserContext":
        context = chromium.new_context(**options)
        context.set_default_timeout(15_000)

        def outside(url: str) -> bool:
            parts = urlsplit(url)
            return parts.scheme in {"http", "https"} and not is_loopback(parts.hostname)

        def block(route: object) -> None:
            problems.append(f"reached outside: {route.request.url}")
            route.abort()

        context.route(outside, block)
        context.on("page", lambda page: _watch(page, problems))
        contexts.append(context)
        return context

    yield new_context
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def browser_page(browser_context: NewContext) -> "Page":
    """One page of one person, in English on a wide screen."""
    return browser_context(locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
