"""A backup into a store, SQLite or PostgreSQL: in one transaction, so that a kill leaves what was there before."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, MetaData, Table, exists, func, insert, inspect, select, text
from sqlalchemy.schema import DropTable
from sqlmodel import Session

from models.archive import Damaged, Reader, member_of
from models.database import Database
from models.migrate import NewerSchema, current, knows, migrate, schema_change
from models.rows import TRANSIENT, rows, standing
from models.store import leases, replies
from models.store.decisions import Who

_AT_ONCE = 1_000
_VERSION = "alembic_version"


class InUse(Exception):
    """A process works with this store: stop it first."""

    def __init__(self, holder: leases.Holder) -> None:
        super().__init__(f"process {holder.pid} on {holder.host}")
        self.holder = holder


class NotEmpty(Exception):
    """The store holds something; only who says so may replace it."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out: rows by table, and how many answers now wait for a person."""

    rows: dict[str, int]
    doubtful: int


def restore(  # noqa: PLR0913 - where, what, and who answers for it
    database: Database,
    archive: Reader,
    *,
    force: bool,
    who: Who,
    problem: str,
    now: datetime,
    gone: Callable[[leases.Holder], bool],
) -> Restored:
    """Put what `archive` holds in the place of what the store holds, and migrate it to this version's schema.

    An answer that was about to leave when the backup was made may stand in public by now: each becomes `unclear`, with
    `problem` as the reason, and a person decides. `gone` says whether the holder of a lease is known to be dead.

    Raises:
        Damaged: a checksum does not fit; nothing was changed, as with all that follow.
        NewerSchema: the backup, or the store, was made by a newer version.
        InUse: a process works with this store.
        NotEmpty: the store holds something and `force` is False.
    """
    archive.check()
    at = current(database)
    for revision in (archive.manifest.revision, at):
        if revision and not knows(revision):
            raise NewerSchema("made by a newer version of Repartie")
    with schema_change(database) as connection:
        _nobody_works(connection, now, gone)
        _clear(connection, force=force)
        migrate(connection, archive.manifest.revision)
        counts = _fill(connection, archive)
        _go_on_counting(connection)
        migrate(connection)
        # Not a commit of its own: the session joins the transaction it is given.
        with Session(connection, expire_on_commit=False) as session:
            doubtful = replies.doubt(session, problem=problem, who=who, at=now)
            session.flush()
    return Restored(counts, doubtful)


def _nobody_works(connection: Connection, now: datetime, gone: Callable[[leases.Holder], bool]) -> None:
    if not inspect(connection).has_table("lease"):
        return
    if connection.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE keeps writers out already
        connection.execute(text("LOCK TABLE lease IN ACCESS EXCLUSIVE MODE"))
    with Session(connection) as session:
        for holder in leases.held(session, now):
            if not gone(holder):
                raise InUse(holder)


def _clear(connection: Connection, *, force: bool) -> None:
    found = standing(connection)
    if not force and any(
        connection.scalar(select(exists().select_from(table))) for table in found if table.name not in TRANSIENT
    ):
        raise NotEmpty
    names = [table.name for table in reversed(found)]
    if inspect(connection).has_table(_VERSION):
        names.append(_VERSION)
    for name in names:
        connection.execute(DropTable(Table(name, MetaData())))


def _fill(connection: Connection, archive: Reader) -> dict[str, int]:
    tables = {table.name: table for table in standing(connection)}
    expected = archive.manifest.rows
    if lost := expected.keys() - tables.keys():
        raise Damaged(member_of(min(lost)))  # checksums fit, but no version ever wrote such a table at this revision
    for name, table in tables.items():  # each after those it refers to
        found = rows(archive.table(name), table) if name in expected else iter(())
        while chunk := list(itertools.islice(found, _AT_ONCE)):
            connection.execute(insert(table), chunk)
    return expected


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL's sequences do not see ids that are given: the next row would take one that is there."""
    if connection.dialect.name != "postgresql":
        return
    for table in standing(connection):
        if "id" in table.columns and (
            sequence := connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
        ):
            top = connection.scalar(select(func.max(table.columns["id"])))
            connection.execute(select(func.setval(sequence, top or 1, top is not None)))
