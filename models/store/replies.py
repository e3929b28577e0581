"""Public answers, from approval to receipt. Every move is checked, audited and asks for a redraw, in one transaction.

A `sending` row says who is at it. `claimed_by` names the process that made the request; None means that nobody is
sending any more and that the network must be asked: `looks` counts how often it was asked in vain, `due_at` is when to
ask next.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import Session, col, func, or_, select

from models.status import LIVE_REPLIES, REPLY_MOVES, IllegalMove, ReplyStatus
from models.store.decisions import What, Who, record
from models.store.mentions import NotFound, answered, unanswered
from models.store.touch import touch_post
from models.tables import MentionRow, ReplyRow

_LIVE = [status.value for status in LIVE_REPLIES]


def get(session: Session, reply_id: int, *, lock: bool = False) -> ReplyRow:
    """One reply; `lock` keeps others from moving it until the transaction ends.

    Raises:
        NotFound: it is not there.
    """
    row = session.get(ReplyRow, reply_id, with_for_update=lock)
    if row is None:
        raise NotFound("reply", reply_id)
    return row


def in_the_way(session: Session, post_id: int, *, dry_run: bool) -> ReplyRow | None:
    """The live answer, of any brand, that leaves no room for another; a rehearsal leaves room for a real one."""
    live = select(ReplyRow).where(ReplyRow.post_id == post_id, col(ReplyRow.status).in_(_LIVE))
    if not dry_run:
        live = live.where(col(ReplyRow.dry_run).is_(False))
    return session.exec(live.order_by(col(ReplyRow.dry_run), col(ReplyRow.id).desc())).first()


def to_show(session: Session, mention: MentionRow, *, dry_run: bool) -> ReplyRow | None:
    """The answer a card shows: the one in the way, else the last this mention met, unless a person took it back."""
    found = in_the_way(session, mention.post_id, dry_run=dry_run)
    if found is not None:
        return found
    last = select(ReplyRow).where(ReplyRow.mention_id == mention.id, ReplyRow.status != ReplyStatus.CANCELLED.value)
    return session.exec(last.order_by(col(ReplyRow.id).desc())).first()


def kept_text(session: Session, mention_id: int, who: Who) -> str:
    """What `who` last wrote here that was not published (taken back, or refused by the network); "" if nothing."""
    last = select(ReplyRow).where(ReplyRow.mention_id == mention_id, ReplyRow.by_id == who.id)
    row = session.exec(last.order_by(col(ReplyRow.id).desc())).first()
    return row.text if row is not None and row.status not in _LIVE else ""


def approve(  # noqa: PLR0913 - one public answer names all it is made of, each by keyword
    session: Session,
    mention: MentionRow,
    *,
    network: str,
    account: str,
    dry_run: bool,
    text: str,
    who: Who,
    at: datetime,
    due_at: datetime,
    manner: dict[str, Any] | None = None,
) -> ReplyRow:
    """Store an answer that leaves at `due_at`.

    Raises:
        sqlalchemy.exc.IntegrityError: the post has a live answer already (the unique index speaks, at this flush).
    """
    if mention.id is None:
        raise NotFound("mention", 0)
    row = ReplyRow(
        mention_id=mention.id,
        post_id=mention.post_id,
        brand=mention.brand,
        network=network,
        account=account,
        dry_run=dry_run,
        text=text,
        manner=manner or {},
        key=uuid4().hex,
        by_id=who.id,
        by_name=who.name,
        approved_at=at,
        due_at=due_at,
    )
    session.add(row)
    session.flush()
    _trace(
        session,
        row,
        What.APPROVED,
        who=who,
        at=at,
        before=None,
        text=text,
        account=account,
        dry_run=dry_run,
        manner=manner or {},
    )
    return row


def cancel(session: Session, reply_id: int, *, who: Who, at: datetime) -> ReplyRow:
    """Take an answer back before it is claimed.

    Raises:
        NotFound: it is not there.
        IllegalMove: it has left, or is leaving.
    """
    row = get(session, reply_id, lock=True)
    if row.status != ReplyStatus.APPROVED.value:  # an unclear one may stand in public: only `settle` closes it
        raise IllegalMove("reply", ReplyStatus(row.status), ReplyStatus.CANCELLED)
    _move(session, row, ReplyStatus.CANCELLED, What.CANCELLED, who=who, at=at)
    return row


def settle(  # noqa: PLR0913 - what a person decides, each part by keyword
    session: Session, reply_id: int, *, sent: bool, who: Who, at: datetime, due_at: datetime
) -> ReplyRow:
    """A person looked at the network: the answer stands there (`sent`), or does not and leaves again at `due_at`.

    Raises:
        NotFound: it is not there.
        IllegalMove: it is not unclear.
    """
    row = get(session, reply_id, lock=True)
    if row.status != ReplyStatus.UNCLEAR.value:
        raise IllegalMove("reply", ReplyStatus(row.status), ReplyStatus.SENT if sent else ReplyStatus.APPROVED)
    if sent:
        row.sent_at, row.problem = at, ""
        _move(session, row, ReplyStatus.SENT, What.SENT, who=who, at=at, seen_by_a_person=True)
        answered(session, row, who=who, at=at)
    else:
        _back(session, row, What.RETURNED, who=who, at=at, due_at=due_at, problem="")
    return row


def retract(session: Session, reply_id: int, *, who: Who, at: datetime, reason: str) -> ReplyRow:
    """Somebody wants a published answer taken back. It never leaves again, whatever becomes of that.

    Raises:
        NotFound: it is not there.
        IllegalMove: it does not stand in public, or nobody knows under which name.
    """
    row = get(session, reply_id, lock=True)
    if row.external_id is None and row.status == ReplyStatus.SENT.value:
        raise IllegalMove("reply", ReplyStatus.SENT, ReplyStatus.RETRACTING)
    row.due_at, row.problem = at, ""
    _move(session, row, ReplyStatus.RETRACTING, What.RETRACTING, who=who, at=at, reason=reason)
    return row


def retracting(session: Session, now: datetime) -> ReplyRow | None:
    """The answer that waits longest to be taken back, of those whose time has come."""
    waiting = select(ReplyRow).where(ReplyRow.status == ReplyStatus.RETRACTING.value, ReplyRow.due_at <= now)
    return session.exec(waiting.order_by(col(ReplyRow.due_at), col(ReplyRow.id)).limit(1)).first()


def retracted(session: Session, row: ReplyRow, *, who: Who, at: datetime) -> None:
    """It is gone from the network; whoever it answered waits again."""
    row.problem = ""
    _move(session, row, ReplyStatus.RETRACTED, What.RETRACTED, who=who, at=at)
    unanswered(session, row, who=who, at=at)


def retract_later(session: Session, row: ReplyRow, *, until: datetime, problem: str, who: Who, at: datetime) -> None:  # noqa: PLR0913 - what the network said, each part by keyword
    """The network asks for patience; it is taken back then."""
    row.due_at, row.problem = until, problem
    _trace(session, row, What.PUT_OFF, who=who, at=at, before=row.status, problem=problem)


def not_retracted(session: Session, row: ReplyRow, *, problem: str, who: Who, at: datetime) -> None:
    """The network keeps it: it stands in public as before, and a person must act."""
    row.problem = problem
    _move(session, row, ReplyStatus.SENT, What.NOT_RETRACTED, who=who, at=at, problem=problem)


def was_answered(session: Session, post_id: int) -> bool:
    """Whether an answer of ours, since taken back, ever stood under the post in public."""
    gone = select(func.count()).select_from(ReplyRow).where(ReplyRow.post_id == post_id)
    gone = gone.where(ReplyRow.status == ReplyStatus.RETRACTED.value, col(ReplyRow.dry_run).is_(False))
    return session.exec(gone).one() > 0


def due(session: Session, now: datetime) -> ReplyRow | None:
    """The answer that waits longest past its time, locked; one that another transaction holds is passed over."""
    waiting = select(ReplyRow).where(ReplyRow.status == ReplyStatus.APPROVED.value, ReplyRow.due_at <= now)
    first = waiting.order_by(col(ReplyRow.due_at), col(ReplyRow.id)).limit(1)
    return session.exec(first.with_for_update(skip_locked=True)).first()


def next_due(session: Session) -> datetime | None:
    """When the next answer leaves or must be looked for; None when nothing waits, or only for another process."""
    waiting = (ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.RETRACTING)
    free = col(ReplyRow.status).in_([status.value for status in waiting])
    not_sending = or_(col(ReplyRow.claimed_by).is_(None), ReplyRow.status == ReplyStatus.RETRACTING.value)
    return session.exec(select(func.min(ReplyRow.due_at)).where(free, not_sending)).one()


def sending(session: Session) -> Sequence[ReplyRow]:
    """Every answer that is on its way or must be looked for, oldest first."""
    rows = select(ReplyRow).where(ReplyRow.status == ReplyStatus.SENDING.value)
    return session.exec(rows.order_by(col(ReplyRow.due_at), col(ReplyRow.id))).all()


def claim(session: Session, row: ReplyRow, *, worker: str, who: Who, at: datetime) -> None:
    """`worker` is about to send this one."""
    row.claimed_at, row.claimed_by, row.attempts, row.looks, row.problem = at, worker, row.attempts + 1, 0, ""
    _move(session, row, ReplyStatus.SENDING, What.CLAIMED, who=who, at=at, worker=worker, attempt=row.attempts)


def release(session: Session, row: ReplyRow, *, who: Who, at: datetime, why: str) -> None:
    """Nobody is sending this one any more and nobody knows whether it left: look from now on."""
    row.claimed_by, row.looks, row.due_at = None, 0, at
    _trace(session, row, What.UNCLEAR, who=who, at=at, before=row.status, why=why)


def looked_in_vain(session: Session, row: ReplyRow, *, again_at: datetime, who: Who, at: datetime) -> None:
    """The network does not show it; ask again at `again_at`."""
    row.looks, row.due_at = row.looks + 1, again_at
    _trace(session, row, What.LOOKED, who=who, at=at, before=row.status, found=False, looks=row.looks)


def look_later(session: Session, row: ReplyRow, *, again_at: datetime, who: Who, at: datetime) -> None:
    """The network did not say; ask again at `again_at`. No look was made, so none is counted."""
    row.due_at = again_at
    _trace(session, row, What.LOOKED, who=who, at=at, before=row.status, again_at=again_at.isoformat())


def sent(  # noqa: PLR0913 - the parts of a receipt, each by keyword
    session: Session, row: ReplyRow, *, external_id: str, url: str, published_at: datetime, who: Who, at: datetime
) -> None:
    """It stands in public. A receipt is the truth, whatever the row was thought to be meanwhile."""
    if row.status == ReplyStatus.SENT.value:
        return
    if row.status == ReplyStatus.APPROVED.value:  # a person said "not there" while the request was still on its way
        claim(session, row, worker=who.id, who=who, at=at)
    row.external_id, row.url, row.sent_at, row.problem = external_id, url, published_at, ""
    _move(session, row, ReplyStatus.SENT, What.SENT, who=who, at=at, external_id=external_id, url=url)
    answered(session, row, who=who, at=at)


def put_off(  # noqa: PLR0913 - what the network said, each part by keyword
    session: Session, row: ReplyRow, *, until: datetime, problem: str, who: Who, at: datetime
) -> None:
    """Nothing was published; it leaves again at `until`."""
    _back(session, row, What.PUT_OFF, who=who, at=at, due_at=until, problem=problem)


def give_back(session: Session, row: ReplyRow, *, who: Who, at: datetime) -> None:
    """The network was asked twice and has it not: it leaves again now."""
    _back(session, row, What.RETURNED, who=who, at=at, due_at=at, problem="")


def refuse(session: Session, row: ReplyRow, *, problem: str, who: Who, at: datetime) -> None:
    """It will not be published as it stands; a person must act."""
    row.problem = problem
    _move(session, row, ReplyStatus.REFUSED, What.NOT_PUBLISHED, who=who, at=at, problem=problem)


def unclear(session: Session, row: ReplyRow, *, problem: str, who: Who, at: datetime) -> None:
    """Nobody can find out by asking: a person decides."""
    row.problem = problem
    _move(session, row, ReplyStatus.UNCLEAR, What.UNCLEAR, who=who, at=at, problem=problem)


def doubt(session: Session, *, problem: str, who: Who, at: datetime) -> int:
    """The store was restored: whatever was about to leave may have left since, and a person decides. How many.

    A rehearsal never stands in public: it leaves as it would have.
    """
    about_to_leave = col(ReplyRow.status).in_([ReplyStatus.APPROVED.value, ReplyStatus.SENDING.value])
    rows = session.exec(select(ReplyRow).where(about_to_leave, col(ReplyRow.dry_run).is_(False))).all()
    for row in rows:
        unclear(session, row, problem=problem, who=who, at=at)
    return len(rows)


def _back(  # noqa: PLR0913 - private, and every part differs from call to call
    session: Session, row: ReplyRow, what: What, *, who: Who, at: datetime, due_at: datetime, problem: str
) -> None:
    row.claimed_at, row.claimed_by, row.looks, row.due_at, row.problem = None, None, 0, due_at, problem
    _move(session, row, ReplyStatus.APPROVED, what, who=who, at=at, problem=problem)


def _move(  # noqa: PLR0913 - private, the one door all moves pass
    session: Session,
    row: ReplyRow,
    to: ReplyStatus,
    what: What,
    *,
    who: Who,
    at: datetime,
    **details: Any,  # noqa: ANN401 - JSON values
) -> None:
    before = ReplyStatus(row.status)
    if to not in REPLY_MOVES[before]:
        raise IllegalMove("reply", before, to)
    row.status = to.value
    _trace(session, row, what, who=who, at=at, before=before.value, **details)


def _trace(  # noqa: PLR0913 - private, what every change of a reply leaves behind
    session: Session,
    row: ReplyRow,
    what: What,
    *,
    who: Who,
    at: datetime,
    before: str | None,
    **details: Any,  # noqa: ANN401 - JSON values
) -> None:
    session.add(row)
    record(
        session, what, who=who, at=at, brand=row.brand, mention_id=row.mention_id, reply_id=row.id,
        before=before, after=row.status, **details,
    )  # fmt: skip
    touch_post(session, row.post_id)
