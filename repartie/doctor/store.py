"""The store: is it there, whole, writable, of this version, and not too large."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config.i18n import Words
from models import migrate
from models.database import Database
from repartie.doctor.diagnosis import Diagnosis, fine, warning, wrong

LARGE_WAL: Final = 64_000_000
"""Bytes: SQLite starts its log again at 4 MB unless somebody reads for hours."""
_MB: Final = 1_000_000


def path_of(url: str) -> Path | None:
    """The file of an SQLite store; None for a server, or a store in memory."""
    parsed = make_url(url)
    name = parsed.database
    return Path(name) if parsed.get_backend_name() == "sqlite" and name and name != ":memory:" else None


def not_made_yet(t: Words) -> Diagnosis:
    """There is no store: nothing ran yet."""
    return fine(t("Store"), t("not made yet: the first `repartie run` does"))


def closed(database: Database, t: Words) -> Diagnosis | None:
    """What keeps us from looking any further, or None."""
    try:
        migrate.current(database)
    except SQLAlchemyError as error:
        mend = t("Start the database, or mend REPARTIE_DATABASE; a broken file wants a backup.")
        return wrong(t("Store"), t("it does not open: {error}", error=_short(error)), mend)
    return None


def schema(database: Database, t: Words) -> Diagnosis:
    """Whether the store is of this version."""
    at, ours = migrate.current(database), migrate.head()
    if at == ours:
        return fine(t("Schema"), str(at))
    said = t("the store is at {at}, this version at {head}", at=at or "-", head=ours)
    if at is None or migrate.knows(at):
        return warning(t("Schema"), said, t("Back it up, then: {command}", command="repartie db upgrade"))
    return wrong(t("Schema"), said, t("A newer Repartie made it: run that version, or restore a backup."))


def whole(database: Database, t: Words) -> Iterator[Diagnosis]:
    """Integrity, the right to write, and size."""
    file = path_of(str(database.url))
    if file is None:
        return
    yield _integrity(database, t)
    yield _writable(database, file, t)
    wal = file.with_name(f"{file.name}-wal")
    log = wal.stat().st_size if wal.exists() else 0
    said = t("{megabytes} MB, log {log} MB", megabytes=t.number(file.stat().st_size // _MB), log=t.number(log // _MB))
    if log > LARGE_WAL:
        yield warning(t("Size of the store"), said, t("Something reads it without an end: restart Repartie."))
    else:
        yield fine(t("Size of the store"), said)


def _integrity(database: Database, t: Words) -> Diagnosis:
    try:
        with database.engine.connect() as connection:
            said = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    except SQLAlchemyError as error:
        said = _short(error)
    if said == "ok":
        return fine(t("Integrity of the store"), t("nothing broken"))
    return wrong(t("Integrity of the store"), said, t("Stop Repartie and restore a backup."))


def _writable(database: Database, file: Path, t: Words) -> Diagnosis:
    mend = t("Give this user the right to write {file} and its folder.", file=file)
    if not (os.access(file, os.W_OK) and os.access(file.absolute().parent, os.W_OK)):
        return wrong(t("Writing"), t("this user may not write the store"), mend)
    try:
        with database.engine.execution_options(writes=True).connect() as connection:
            connection.execute(text("SELECT 1"))  # BEGIN IMMEDIATE takes the right to write; closing gives it back
    except SQLAlchemyError as error:
        return wrong(t("Writing"), _short(error), mend)
    return fine(t("Writing"), t("possible"))


def _short(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
