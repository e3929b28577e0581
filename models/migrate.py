"""Bring a store to the schema this version knows. Alembic from the first table on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select

from models.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_TURN = 7_265_706_172
"""The advisory lock of PostgreSQL under which schemas change: any number that nobody else uses."""


class NewerSchema(Exception):
    """The store was migrated by a newer version of Repartie: run that version, or restore a backup."""


class OlderSchema(Exception):
    """The store must be migrated first, and this database is not migrated by itself; `at` and `wanted` say how far."""

    def __init__(self, at: str, wanted: str) -> None:
        super().__init__(f"the store is at {at}, this version needs {wanted}")
        self.at, self.wanted = at, wanted


class BrokenReferences(Exception):
    """A change of schema would have left rows that refer to nothing; nothing was changed."""


def prepare(database: Database) -> None:
    """What a program does before it uses a store: SQLite and empty stores are migrated, others must have been.

    Several processes, on several machines, may share a store in PostgreSQL: the one that starts first must not change
    the schema under the others.

    Raises:
        NewerSchema: the store is ahead of this version.
        OlderSchema: it is behind, holds data and is not SQLite.
    """
    at, wanted = current(database), head()
    if at and wanted and at != wanted and knows(at) and not database.is_sqlite:
        raise OlderSchema(at, wanted)
    upgrade(database)


def upgrade(database: Database) -> None:
    """Migrate to the newest schema; nothing to do is nothing done.

    Raises:
        NewerSchema: the store is ahead of this version.
    """
    if current(database) == head():
        return
    with schema_change(database) as connection:
        migrate(connection)


@contextmanager
def schema_change(database: Database) -> Iterator[Connection]:
    """One transaction that may rebuild tables: all of it or none, and one process at a time.

    SQLite changes a table by making it anew and dropping the old one, which would delete every row that refers to it:
    foreign keys are off meanwhile, and checked before the end (https://www.sqlite.org/lang_altertable.html, section 7,
    read 2026-11-22).

    Raises:
        BrokenReferences: some rows would refer to nothing.
    """
    with database.engine.connect().execution_options(writes=True) as connection:
        # Past SQLAlchemy, which would begin a transaction first: inside one, this pragma does nothing.
        driver: Any = connection.connection.driver_connection
        if database.is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
                yield connection
                if database.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    msg = f"{broken[0]} refers to a row of {broken[2]} that is not there"
                    raise BrokenReferences(msg)
        finally:
            if database.is_sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def migrate(connection: Connection, revision: str = "head") -> None:
    """Migrate forward to `revision`, inside the transaction of `connection`.

    Raises:
        NewerSchema: the store is ahead of this version.
    """
    at = MigrationContext.configure(connection).get_current_revision()
    if at and not knows(at):
        raise NewerSchema("this store was made by a newer version of Repartie")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def current(database: Database) -> str | None:
    """The revision the store is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def knows(revision: str) -> bool:
    """Whether this version has that revision: a store at one it has not was made by a newer one."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
