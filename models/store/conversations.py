"""Conversations that go on after our answer. All that follows hangs on the first mention, whoever says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.conversation import Turn, WentOn
from models.post import Post
from models.status import MentionStatus, ReplyStatus
from models.store.decisions import What, Who, record
from models.store.touch import touch
from models.tables import MentionRow, PostRow, ReplyRow

_CHUNK = 500  # ids a statement: under every database's limit of parameters
_WAITS = (MentionStatus.OPEN.value, MentionStatus.TAKEN.value)
_OVER = (MentionStatus.ANSWERED.value, MentionStatus.DONE.value)


@dataclass(frozen=True, slots=True)
class Follows:
    """A mention goes on from the first one of its conversation, `first_id`."""

    first_id: int
    turn: Turn


def answered_by_us(session: Session, posts: Iterable[Post]) -> dict[tuple[str, str], dict[str, int]]:
    """Which of `posts` answer a public answer of ours: identity -> brand -> the conversation's first mention."""
    parents: dict[str, dict[str, list[str]]] = {}
    for post in posts:
        if post.parent_id:
            parents.setdefault(post.network, {}).setdefault(post.parent_id, []).append(post.external_id)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for network, children in parents.items():
        names = sorted(children)
        for start in range(0, len(names), _CHUNK):
            ours = (
                select(ReplyRow.external_id, MentionRow.brand, MentionRow.id, MentionRow.follows_id)
                .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
                .where(ReplyRow.network == network, col(ReplyRow.external_id).in_(names[start : start + _CHUNK]))
                .where(ReplyRow.status == ReplyStatus.SENT.value, col(ReplyRow.dry_run).is_(False))
            )
            for parent, brand, mention_id, first_id in session.exec(ours):
                for child in children[parent or ""]:
                    found.setdefault((network, child), {})[brand] = first_id or mention_id or 0
    return found


def go_on(session: Session, mention_id: int, follows: Follows, *, who: Who, at: datetime) -> None:
    """A message just stored goes on from `follows.first_id`: that waits again, is done with, or stays as it is."""
    first = session.get(MentionRow, follows.first_id, with_for_update=True)
    if first is None:  # erased
        return
    before = MentionStatus(first.status)
    after = before
    if follows.turn is Turn.WANTS_MORE and before.value in _OVER:
        after, first.owner_id, first.owner_name = MentionStatus.OPEN, None, None
    elif follows.turn is Turn.THANKS and before is MentionStatus.ANSWERED:
        after = MentionStatus.DONE
    if after is not before:
        first.status, first.changed_at = after.value, at
        session.add(first)
    record(
        session, What.WENT_ON, who=who, at=at, brand=first.brand, mention_id=first.id,
        before=before.value, after=after.value, turn=follows.turn.value, follows=mention_id,
    )  # fmt: skip
    touch(session, follows.first_id)


def settled(session: Session, mention: MentionRow, *, who: Who, at: datetime) -> None:
    """A message of a conversation was dealt with: the first one waits no more, unless another still does."""
    if mention.follows_id is None or mention.status in _WAITS:
        return
    first = session.get(MentionRow, mention.follows_id, with_for_update=True)
    others = select(func.count()).select_from(MentionRow).where(MentionRow.follows_id == mention.follows_id)
    others = others.where(MentionRow.id != mention.id, col(MentionRow.status).in_(_WAITS))
    if first is None or first.status not in _WAITS or session.exec(others).one():
        return
    before, first.status, first.changed_at = first.status, MentionStatus.ANSWERED.value, at
    session.add(first)
    record(
        session, What.WENT_ON, who=who, at=at, brand=first.brand, mention_id=first.id,
        before=before, after=first.status, follows=mention.id,
    )  # fmt: skip
    touch(session, mention.follows_id)


def went_on(session: Session, mention_id: int) -> WentOn | None:
    """What came after our answer to this mention; None if nothing did."""
    rows = session.exec(
        select(PostRow)
        .join(MentionRow, col(MentionRow.post_id) == col(PostRow.id))
        .where(MentionRow.follows_id == mention_id)
        .order_by(col(PostRow.at).desc(), col(PostRow.id).desc())
    ).all()
    if not rows:
        return None
    return WentOn(len(rows), rows[0].author_name or rows[0].author_handle, rows[0].text, rows[0].at)


def turns(follows: Mapping[str, Follows], brand: str) -> dict[str, object]:
    """The columns of a mention that goes on from another: what wants no answer is done with as it comes."""
    said = follows.get(brand)
    if said is None:
        return {"follows_id": None, "status": MentionStatus.OPEN.value}
    waits = said.turn is Turn.WANTS_MORE
    return {"follows_id": said.first_id, "status": (MentionStatus.OPEN if waits else MentionStatus.DONE).value}
