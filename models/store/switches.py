"""Settings changed while running."""

from datetime import datetime

from sqlmodel import Session

from models.store.decisions import What, Who, record
from models.store.insert import insert_new
from models.tables import SwitchRow

_PAUSE = "pause"


def pause(session: Session, *, who: Who, reason: str, at: datetime) -> None:
    """Nothing more is published, for any brand, until `resume`."""
    _set(session, on=True, who=who, reason=reason, at=at)


def resume(session: Session, *, who: Who, at: datetime) -> None:
    """Publish again, beginning with what was approved before the pause."""
    _set(session, on=False, who=who, reason="", at=at)


def is_paused(session: Session) -> bool:
    """Whether somebody stopped all publication."""
    row = session.get(SwitchRow, _PAUSE)
    return row is not None and row.on


def pause_in_force(session: Session) -> SwitchRow | None:
    """Who stopped publication, since when and why; None when nobody did."""
    row = session.get(SwitchRow, _PAUSE)
    return row if row is not None and row.on else None


def _set(session: Session, *, on: bool, who: Who, reason: str, at: datetime) -> None:
    # Nothing to lock the first time: two who pause together would both insert, and the second would meet an error.
    insert_new(session, SwitchRow, [{"name": _PAUSE, "on": False, "at": at, "who_name": who.name, "reason": ""}])
    row = session.get_one(SwitchRow, _PAUSE, with_for_update=True)
    before = row.on
    row.on, row.at, row.who_name, row.reason = on, at, who.name, reason
    session.add(row)
    record(session, What.PAUSED if on else What.RESUMED, who=who, at=at, before=before, after=on, reason=reason)
