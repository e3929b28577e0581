"""Mentions as the team moves them. Each move is checked, audited and asks for a redraw, in one transaction."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from models.status import MENTION_MOVES, IllegalMove, MentionStatus, ReplyStatus
from models.store.conversations import settled
from models.store.decisions import What, Who, record
from models.store.risk import re_risk
from models.store.touch import touch
from models.tables import MentionRow, PostRow, ReplyRow, VerdictRow
from models.verdict import Sentiment


class NotFound(LookupError):
    """What was asked for is not in the store (any more): erased, or an id from elsewhere."""

    def __init__(self, noun: str, id_: int) -> None:
        super().__init__(f"no {noun} {id_}")
        self.noun, self.id = noun, id_


class MentionAsStored(NamedTuple):
    """One mention with what hangs on it."""

    mention: MentionRow
    post: PostRow
    verdict: VerdictRow


def get(session: Session, mention_id: int, *, lock: bool = False) -> MentionRow:
    """One mention; `lock` keeps others from moving it until the transaction ends.

    Raises:
        NotFound: it is not there.
    """
    row = session.get(MentionRow, mention_id, with_for_update=lock)
    if row is None:
        raise NotFound("mention", mention_id)
    return row


def load(session: Session, mention_id: int) -> MentionAsStored:
    """One mention with its post and verdict.

    Raises:
        NotFound: it is not there.
    """
    found = session.exec(
        select(MentionRow, PostRow, VerdictRow)
        .where(MentionRow.id == mention_id)
        .where(PostRow.id == MentionRow.post_id)
        .where(VerdictRow.mention_id == MentionRow.id)
    ).first()
    if found is None:
        raise NotFound("mention", mention_id)
    return MentionAsStored(*found)


def exchanges(session: Session, brand: str, post: PostRow) -> int:
    """How many answers this author has had from this brand in public, under other posts."""
    return session.exec(
        select(func.count())
        .select_from(ReplyRow)
        .join(PostRow, col(PostRow.id) == ReplyRow.post_id)
        .where(ReplyRow.brand == brand, ReplyRow.status == ReplyStatus.SENT.value, col(ReplyRow.dry_run).is_(False))
        .where(PostRow.network == post.network, PostRow.author_handle == post.author_handle, PostRow.id != post.id)
    ).one()


def move(  # noqa: PLR0913 - a move names who, what and when
    session: Session, mention_id: int, to: MentionStatus, *, what: What, who: Who, at: datetime
) -> None:
    """Move one mention. It belongs to `who` once taken and to nobody once back in the queue.

    Raises:
        NotFound: it is not there.
        IllegalMove: its state does not allow it.
    """
    row = get(session, mention_id, lock=True)
    before = MentionStatus(row.status)
    if to not in MENTION_MOVES[before]:
        raise IllegalMove("mention", before, to)
    owner = row.owner_name
    if to is MentionStatus.TAKEN:
        row.owner_id, row.owner_name = who.id, who.name
    elif to is MentionStatus.OPEN:
        row.owner_id, row.owner_name = None, None
    row.status, row.changed_at = to.value, at
    session.add(row)
    record(
        session, what, who=who, at=at, brand=row.brand, mention_id=mention_id, before=before.value, after=to.value,
        owner_before=owner, owner_after=row.owner_name,
    )  # fmt: skip
    touch(session, mention_id)
    settled(session, row, who=who, at=at)


def correct(session: Session, mention_id: int, label: Sentiment, *, who: Who, at: datetime) -> None:
    """Keep what a person says the sentiment is, beside what the model said.

    Raises:
        NotFound: the mention is not there.
    """
    stored = load(session, mention_id)
    verdict = stored.verdict
    before = verdict.corrected_label or verdict.label
    verdict.corrected_label, verdict.corrected_by, verdict.corrected_at = label.value, who.name, at
    session.add(verdict)
    record(
        session, What.CORRECTED, who=who, at=at, brand=stored.mention.brand, mention_id=mention_id,
        before=before, after=label.value, model=verdict.model,
    )  # fmt: skip
    session.flush()
    re_risk(session, [mention_id], redraw=False)
    touch(session, mention_id)


def answered(session: Session, reply: ReplyRow, *, who: Who, at: datetime) -> None:
    """A reply stands in public: whoever still waits on its post is answered.

    A post has one public answer over all brands, so each brand's mention of it is answered by it; a dry run answers
    its own mention only. What a person has closed meanwhile stays closed.
    """
    waiting = select(MentionRow.id).where(MentionRow.post_id == reply.post_id)
    waiting = waiting.where(col(MentionRow.status).in_([MentionStatus.OPEN.value, MentionStatus.TAKEN.value]))
    if reply.dry_run:
        waiting = waiting.where(MentionRow.id == reply.mention_id)
    for mention_id in session.exec(waiting.order_by(col(MentionRow.id))).all():
        if mention_id is not None:
            move(session, mention_id, MentionStatus.ANSWERED, what=What.ANSWERED, who=who, at=at)


def unanswered(session: Session, reply: ReplyRow, *, who: Who, at: datetime) -> None:
    """The reply stands in public no more: whoever it had answered waits again. What a person closed stays closed."""
    answered_by_it = select(MentionRow.id).where(MentionRow.post_id == reply.post_id)
    answered_by_it = answered_by_it.where(MentionRow.status == MentionStatus.ANSWERED.value)
    if reply.dry_run:
        answered_by_it = answered_by_it.where(MentionRow.id == reply.mention_id)
    for mention_id in session.exec(answered_by_it.order_by(col(MentionRow.id))).all():
        if mention_id is not None:
            move(session, mention_id, MentionStatus.OPEN, what=What.REOPENED, who=who, at=at)
