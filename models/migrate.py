"""Bring a store to the schema this version knows. Alembic from the first table on."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from models.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_297_112  # any number that nobody else takes in the same database


class NewerSchema(Exception):
    """The store was migrated by a newer version of Repartie: run that version, or restore a backup."""


def upgrade(database: Database) -> None:
    """Migrate to the newest schema; nothing to do is nothing done.

    Raises:
        NewerSchema: the store is ahead of this version.
    """
    with database.engine.connect() as connection:
        if not database.is_sqlite:  # two processes may start at once; SQLite has a lock of its own
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config = _config()
        config.attributes["connection"] = connection
        try:
            if MigrationContext.configure(connection).get_current_revision() == head():
                return
            command.upgrade(config, "head")
        except CommandError as error:
            msg = "this store was made by a newer version of Repartie"
            raise NewerSchema(msg) from error
        connection.commit()


def current(database: Database) -> str | None:
    """The revision the store is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
