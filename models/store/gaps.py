"""Times of a place that nobody can read any more."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select, update

from models.store.insert import insert_new
from models.tables import GapRow

Gap = tuple[datetime, datetime, str]
"""Start, end (aware) and why."""


def keep(session: Session, source: str, place: str, gaps: Iterable[Gap], now: datetime) -> None:
    """Note them; the same gap twice is one."""
    rows = [
        {"source": source, "place": place, "starts_at": start, "ends_at": end, "reason": reason, "noted_at": now}
        for start, end, reason in gaps
    ]
    insert_new(session, GapRow, rows)


def since(session: Session, at: datetime) -> Sequence[GapRow]:
    """Every gap that reaches beyond `at`, newest first."""
    return session.exec(select(GapRow).where(col(GapRow.ends_at) > at).order_by(col(GapRow.starts_at).desc())).all()


def untold(session: Session, noted_since: datetime) -> Sequence[GapRow]:
    """Gaps noted since then that nobody was told of, oldest first."""
    found = select(GapRow).where(col(GapRow.told_at).is_(None), col(GapRow.noted_at) >= noted_since)
    return session.exec(found.order_by(col(GapRow.id))).all()


def told(session: Session, *, gap: GapRow, now: datetime) -> None:
    """People know of it."""
    session.exec(update(GapRow).where(col(GapRow.id) == gap.id).values(told_at=now))
