"""Where we stopped in each place, how it is, and when it is read next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, update

from models.status import SourceStatus
from models.store.insert import insert_new
from models.tables import SourceRow

_NOTICES_KEPT = 5
LONGEST_WAIT = timedelta(hours=25)
"""No place is put off for longer: a day at most (listener.pipeline), and a little for chance."""
_SKEW = timedelta(minutes=1)


def ensure(session: Session, name: str, place: str, kind: str, now: datetime) -> SourceRow:
    """The row of one place of one source, made at the first call."""
    values = {"name": name, "place": place, "kind": kind, "since": now}
    insert_new(session, SourceRow, [values])
    return session.exec(select(SourceRow).where(SourceRow.name == name, SourceRow.place == place)).one()


def find(session: Session, name: str, place: str) -> SourceRow | None:
    """The row of one place, or None when it was never read."""
    return session.exec(select(SourceRow).where(SourceRow.name == name, SourceRow.place == place)).first()


def every(session: Session) -> Sequence[SourceRow]:
    """All rows, by name and place."""
    return session.exec(select(SourceRow).order_by(col(SourceRow.name), col(SourceRow.place))).all()


def succeeded(  # noqa: PLR0913 - what one reading brought, stored at once
    row: SourceRow,
    *,
    cursor: dict[str, Any],
    next_poll_at: datetime,
    notices: Sequence[str],
    last_post_at: datetime | None,
    now: datetime,
) -> None:
    """The place answered: keep the cursor, forget the failures."""
    _become(row, SourceStatus.OK, now)
    row.cursor = cursor
    row.next_poll_at = next_poll_at
    row.last_ok_at = now
    row.failures = 0
    row.reason = ""
    if last_post_at and (row.last_post_at is None or last_post_at > row.last_post_at):
        row.last_post_at = last_post_at
    if notices:
        row.notices = [*row.notices, *notices][-_NOTICES_KEPT:]


def waits(row: SourceRow, *, reason: str, next_poll_at: datetime, now: datetime) -> None:
    """We keep away for long, to keep to a limit: deaf, though nothing failed."""
    _become(row, SourceStatus.FAILING, now)
    row.reason = reason
    row.next_poll_at = next_poll_at


def failed(row: SourceRow, *, reason: str, next_poll_at: datetime, now: datetime) -> None:
    """The place did not answer: it is deaf until it does."""
    _become(row, SourceStatus.FAILING, now)
    row.failures += 1
    row.reason = reason
    row.next_poll_at = next_poll_at


def disabled(row: SourceRow, *, reason: str, now: datetime, mark: str = "") -> None:
    """The place or our access to it is gone: a person must mend it, and is told. `mark`: see `SourceRow`."""
    _become(row, SourceStatus.DISABLED, now)
    row.mark, row.told_at = mark, None
    row.failures += 1
    row.reason = reason
    row.next_poll_at = None


def clock_moved(session: Session, by: timedelta) -> None:
    """The clock was set: what was to happen in an hour still happens in an hour."""
    for row in every(session):
        if row.next_poll_at is not None:
            row.next_poll_at += by
            session.add(row)


def due_at(row: SourceRow, now: datetime) -> datetime | None:
    """When this place may be read; None for at once.

    A time further away than any wait we choose, or kept by a process whose clock was ahead of ours, is not believed:
    while nobody ran, the clock was set back, and the place would be deaf until the old time comes again.
    """
    at = row.next_poll_at
    if at is None or at - now > LONGEST_WAIT:
        return None
    written = max(row.since, row.last_ok_at or row.since)
    return None if written - now > _SKEW else at


def enable(row: SourceRow, now: datetime) -> None:
    """A person mended it: read it again."""
    _become(row, SourceStatus.NEW, now)
    row.failures = 0
    row.reason = ""


def untold(session: Session) -> Sequence[SourceRow]:
    """Disabled places that nobody was told of, by name and place."""
    found = select(SourceRow).where(SourceRow.status == SourceStatus.DISABLED.value, col(SourceRow.told_at).is_(None))
    return session.exec(found.order_by(col(SourceRow.name), col(SourceRow.place))).all()


def told(session: Session, *, rows: Sequence[SourceRow], now: datetime) -> None:
    """People know of these."""
    ids = [row.id for row in rows]
    session.exec(update(SourceRow).where(col(SourceRow.id).in_(ids)).values(told_at=now))


def _become(row: SourceRow, status: SourceStatus, now: datetime) -> None:
    if row.status != status.value:
        row.status = status.value
        row.since = now
