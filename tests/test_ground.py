"""The floor holds: nothing opens at import, the locks follow pyproject, the fixtures keep their promises."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from models.tables import SwitchRow

ROOT = Path(__file__).parents[1]
ROOMS = ["repartie", "config", "models", "listener", "responders", "sandbox"]

# --- Importing opens nothing.

# Imports every module of the rooms given, and prints what that opened and which heavy packages came with it.
WATCH_IMPORTS = """
import importlib, json, os, pkgutil, sys, threading
importing, opened = "", []

def watch(event, args):
    if event in {"socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen", "os.mkdir"}:
        opened.append(f"{importing}: {event} {args[-1]}")
    elif event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if "__pycache__" not in str(args[0]):
            opened.append(f"{importing}: writes {args[0]}")

sys.addaudithook(watch)
for room in sys.argv[1:]:
    importing = room
    package = importlib.import_module(room)
    for found in pkgutil.walk_packages(getattr(package, "__path__", []), room + "."):
        if found.name.endswith("__main__") or ".migrations." in found.name or ".training." in found.name:
            continue  # run, not imported: by python -m, by alembic, by who makes the weights
        importing = found.name
        importlib.import_module(found.name)
heavy = sorted({"transformers", "onnxruntime", "torch", "tokenizers", "playwright"} & set(sys.modules))
print(json.dumps({"opened": opened, "heavy": heavy, "threads": [t.name for t in threading.enumerate()][1:]}))
"""


def imported(*names: str) -> dict[str, list[str]]:
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", WATCH_IMPORTS, *names],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_tables_load_no_model() -> None:
    assert imported("models.tables")["heavy"] == []


def test_importing_any_module_opens_nothing_and_loads_no_model() -> None:
    assert imported(*ROOMS) == {"opened": [], "heavy": [], "threads": []}


def test_the_watch_sees_what_an_import_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "guilty.py").write_text("import sqlite3\nsqlite3.connect('x.db').close()\nimport onnxruntime\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    seen = imported("guilty")
    assert "guilty: sqlite3.connect x.db" in seen["opened"]
    assert seen["heavy"] == ["onnxruntime"]


# --- The locks.

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
DEV = RUNTIME + PROJECT["project"]["optional-dependencies"]["dev"]


def pins(lock: str) -> dict[str, set[str]]:
    """Distribution -> its pinned versions: several when they differ by Python version."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize(("lock", "wanted"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", DEV)])
def test_a_lock_pins_what_pyproject_asks(lock: str, wanted: list[str]) -> None:
    pinned = pins(lock)
    for line in wanted:
        requirement = Requirement(line)
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f"{lock} lacks {requirement.name}: make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{lock} is behind: {line}"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|^-|^\s+--(?!hash=)|@ ", text, re.MULTILINE)
    for entry in re.split(r"\n(?=[a-z])", text.partition("make lock\n")[2].strip()):
        assert "--hash=sha256:" in entry, entry
    assert "torch" not in pins(lock), "torch is an extra: it weighs more than everything else together"


def test_both_locks_agree() -> None:
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: dev.get(name) for name in runtime} == runtime


# --- The fixtures.


async def home(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


def test_an_app_is_served_on_loopback(serve) -> None:
    one = serve(Starlette(routes=[Route("/", home), WebSocketRoute("/echo", echo)]))
    two = serve(Starlette(routes=[Route("/", home)]))
    assert one != two
    assert httpx.get(two).text == "here"
    with connect(one.replace("http://", "ws://") + "/echo") as websocket:
        websocket.send("é")
        assert websocket.recv() == "é"


def test_a_store_keeps_what_is_written(database) -> None:
    with database.write() as session:
        session.add(SwitchRow(name="pause", on=True, at=datetime.now(UTC), who_name="Inès"))
    with database.read() as session:
        assert session.exec(select(SwitchRow)).one().who_name == "Inès"


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("network.example", 443),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
        lambda: socket.socket(socket.AF_INET6).connect_ex(("2001:db8::1", 80)),
        lambda: socket.socket().bind(("0.0.0.0", 0)),  # noqa: S104 - what must be refused
        lambda: urllib.request.urlopen("http://network.example/"),
    ],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # the refused sockets
def test_no_test_leaves_this_machine(reach) -> None:
    with pytest.raises(RuntimeError, match=r"loopback only|A test tried to use"):
        reach()


def test_what_runs_here_may_speak_to_itself() -> None:
    async def twice() -> bytes:
        server = await asyncio.start_server(lambda _r, w: (w.write(b"hi"), w.close()), "127.0.0.2", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            said = await reader.read()
            writer.close()
            await writer.wait_closed()
            return said

    assert asyncio.run(twice()) == b"hi"
    left, right = socket.socketpair()
    with left, right:
        left.send(b"x")
        assert right.recv(1) == b"x"


@pytest.mark.parametrize(("no_skip", "code"), [("1", 1), ("", 0)])
def test_a_skip_fails_where_nothing_may_skip(tmp_path: Path, no_skip: str, code: int) -> None:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('install Debian package nothing')\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "REPARTIE_NO_SKIP": no_skip},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 passed, 1 skipped" in done.stdout
    assert ("test_b: Skipped: install Debian package nothing" in done.stdout) is bool(no_skip)


# --- The browser.


def page_of(html: str) -> Starlette:
    async def answer(_request: Request) -> HTMLResponse:
        return HTMLResponse(f"<link rel=icon href='data:,'>{html}")

    return Starlette(routes=[Route("/", answer)])


@pytest.mark.browser
def test_the_browser_shows_a_page(serve, browser_page) -> None:
    browser_page.goto(serve(page_of("<h1>Réponse 🎉</h1>")))
    assert browser_page.locator("h1").inner_text() == "Réponse 🎉"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<img src='http://network.example/pixel.png'>", "reached outside: http://network.example/pixel.png"),
        ("<script>nowhere()</script>", "page error: nowhere is not defined"),
        ("<script>console.error('bad')</script>", "console: bad"),
        ("<script>new WebSocket('ws://network.example/')</script>", "ERR_NAME_NOT_RESOLVED"),
    ],
)
def test_the_browser_tells_what_a_page_did_wrong(serve, browser_page, browser_problems, html, problem) -> None:
    browser_page.goto(serve(page_of(html)), wait_until="networkidle")
    browser_page.wait_for_timeout(50)
    assert problem in "\n".join(browser_problems)
    browser_problems.clear()
