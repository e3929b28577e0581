"""Engine and sessions. SQLite in WAL by default; any SQLAlchemy URL of PostgreSQL works the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlmodel import Session

BUSY_MS = 10_000
CONNECT_SECONDS = 5
LOCK_MS = 10_000
"""How long PostgreSQL lets a statement wait for somebody else's lock, as `BUSY_MS` does on SQLite."""
AWAY: Final = (OperationalError, InterfaceError, NoFreeConnection)
"""What a store raises when it cannot be had now: server gone, disk full, locked for too long, dead-lock. Nothing of the
transaction was kept; the same one may succeed later."""


def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the DBAPI connection has no type
    connection.isolation_level = None  # we say BEGIN ourselves, see _on_begin
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    # A transaction that reads and then writes must be IMMEDIATE, or two of them dead-lock at the upgrade:
    # https://www.sqlite.org/lang_transaction.html (read 2026-11-22).
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def address(url: str) -> URL:
    """`url` with the driver we ship: `postgresql://` (or the old `postgres://`) means psycopg 3.

    Raises:
        sqlalchemy.exc.ArgumentError: it is no address of a database.
    """
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername in {"postgresql", "postgres"} else parsed


class Database:
    """One store. `read()` and `write()` give a session in a transaction; `write()` commits when its block ends well.

    Both raise one of `AWAY` when the store cannot be had.
    """

    def __init__(self, url: str) -> None:
        self.url = address(url)
        if self.is_sqlite:
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine: Engine = create_engine(self.url)
            event.listen(self.engine, "connect", _on_connect)
            event.listen(self.engine, "begin", _on_begin)
            self._reading: Engine = self.engine
            self._writing: Engine = self.engine.execution_options(writes=True)
        else:
            self.engine = create_engine(
                self.url,
                pool_pre_ping=True,  # a restarted server costs no transaction
                max_overflow=30,
                connect_args={"connect_timeout": CONNECT_SECONDS, "options": f"-c lock_timeout={LOCK_MS}"},
            )
            # Each statement would else see what was committed meanwhile: a card drawn half from before a move.
            self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._writing = self.engine

    @property
    def is_sqlite(self) -> bool:
        """True on the embedded default."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the store and changes nothing."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose block is one transaction: all of it, or none."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
