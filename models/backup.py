"""A store into a file, while others write to it. `models.restore` goes the other way, into either database."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from models.archive import Manifest, Writer
from models.database import Database
from models.migrate import NewerSchema, knows
from models.rows import TRANSIENT, lines, standing


class NothingToBackUp(Exception):
    """The store has no table yet."""


def back_up(database: Database, file: IO[bytes], *, config: bytes | None, version: str, now: datetime) -> Manifest:
    """Write the whole store into `file` as it is at one moment, whatever others write meanwhile.

    Raises:
        NewerSchema: the store is ahead of this version, which might leave something out.
        NothingToBackUp: the store is empty.
    """
    with Writer(file) as writer:
        with _one_moment(database) as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            if revision is None:
                raise NothingToBackUp
            if not knows(revision):
                raise NewerSchema("this store was made by a newer version of Repartie")
            for table in standing(connection):
                if table.name not in TRANSIENT:
                    writer.table(table.name, lines(connection, table))
        if config is not None:
            writer.config(config)
        return writer.finish(version=version, revision=revision, created=now, database=database.url.get_backend_name())


@contextmanager
def _one_moment(database: Database) -> Iterator[Connection]:
    # SQLite's WAL and PostgreSQL's REPEATABLE READ both show a reader one state, and hold up no writer.
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def whole_or_nothing(target: Path) -> Iterator[IO[bytes]]:
    """A file that has its name only once it is complete and on the disk; readable by its owner alone.

    A process killed meanwhile leaves `.NAME.part`, which the next one of that name overwrites.

    Raises:
        FileExistsError: there is such a file: a backup never overwrites another.
        BlockingIOError: another process is writing this very file.
    """
    if target.exists():
        raise FileExistsError(str(target))
    part = target.with_name(f".{target.name}.part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600), "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            os.fchmod(file.fileno(), 0o600)
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
