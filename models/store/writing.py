"""Who has the reply modal of a post open."""

from datetime import datetime, timedelta

from sqlmodel import Session

from models.store.decisions import Who
from models.store.insert import insert_new
from models.store.touch import touch_post
from models.tables import WritingRow

BELIEVED = timedelta(minutes=10)
"""A modal may be closed without telling us: after this nobody is thought to be writing."""


def who_writes(session: Session, post_id: int, now: datetime) -> WritingRow | None:
    """Who is writing an answer to this post, or None."""
    row = session.get(WritingRow, post_id)
    return row if row is not None and _believed(row, now) else None


def start(session: Session, post_id: int, who: Who, now: datetime) -> WritingRow | None:
    """Note that `who` writes, unless somebody else does: then that row, and nothing changes."""
    # Nothing to lock the first time: two who begin together would both insert, and the second would meet an error.
    mine = {"post_id": post_id, "who_id": who.id, "who_name": who.name, "since": now, "until": now}
    insert_new(session, WritingRow, [mine])
    row = session.get_one(WritingRow, post_id, with_for_update=True)
    if row.who_id != who.id and _believed(row, now):
        return row
    if row.who_id != who.id:
        row.who_id, row.who_name, row.since = who.id, who.name, now
    row.until = now + BELIEVED
    session.add(row)
    touch_post(session, post_id)
    return None


def stop(session: Session, post_id: int, who: Who) -> None:
    """`who` writes no more; what somebody else writes is left alone."""
    row = session.get(WritingRow, post_id, with_for_update=True)
    if row is not None and row.who_id == who.id:
        session.delete(row)
        touch_post(session, post_id)


def _believed(row: WritingRow, now: datetime) -> bool:
    """Until its time is over; one that ends later than a new one would was written before the clock was set back."""
    return now < row.until <= now + BELIEVED
