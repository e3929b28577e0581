"""A private PostgreSQL server for tests: Debian's program, a folder of its own, a Unix socket, no promise to a disk."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL

START_SECONDS = 30.0
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "listen_addresses": "",
}
"""What makes a server quick that nobody will miss. A SIGKILL of a client, or of the server, loses nothing even so: the
kernel still has what was written. Only a power cut would."""
DURABLE = {**FAST, "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
"""As an operator's is: for measuring."""


def program(name: str) -> str | None:
    """The path of one of PostgreSQL's programs; Debian keeps them out of PATH. None where it is not installed."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(newest[-1]) if newest else shutil.which(name)


class Server:
    """One server, which can be stopped and started again where it stood."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder, self._settings = folder, settings
        # PostgreSQL refuses to run as root; Debian makes it a user of its own.
        self._user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        if os.geteuid() == 0:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        made = self._as_user(
            program("initdb"), "--pgdata", self._data, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--username=repartie", "--no-sync",
        )  # fmt: skip
        assert made.wait(60) == 0, "initdb failed"

    def start(self) -> None:
        """Run, and wait until it answers."""
        chosen = [f"-c{name}={value}" for name, value in self._settings.items()]
        self._process = self._as_user(program("postgres"), "-D", self._data, "-k", self._folder, *chosen)
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._conninfo()).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < until, "PostgreSQL did not start"
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it at once: clients are cut. SIGINT is PostgreSQL's fast end, SIGQUIT one that leaves a recovery."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of `template`; gives its URL."""
        name = f"t{next(self._numbers)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return URL.create("postgresql", "repartie", database=name, query={"host": str(self._folder)}).render_as_string()

    def drop(self, url: str) -> None:
        """Remove it, whoever still uses it."""
        self.say(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2].partition('?')[0]} WITH (FORCE)")

    def say(self, statement: str) -> None:
        """One statement to the server, outside any transaction."""
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _conninfo(self) -> str:
        return f"host={self._folder} user=repartie dbname=postgres connect_timeout=5"

    def _as_user(self, *command: object) -> "subprocess.Popen[bytes]":
        drop = {"user": self._user, "group": self._user, "extra_groups": []} if os.geteuid() == 0 else {}
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - Debian's program, our own words
                [str(word) for word in command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder,
                start_new_session=True,  # Ctrl-C is for the tests; they end the server
                **drop,
            )  # fmt: skip


@contextmanager
def running(settings: dict[str, str] = FAST) -> Iterator[Server]:
    """A server while the block runs. `program("initdb")` must be there."""
    # Not pytest's folder: a Unix socket's path may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="repartie-pg-"))
    server = Server(folder, settings)
    try:
        server.start()
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.stop(signal.SIGQUIT if settings is FAST else signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)
