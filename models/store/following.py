"""What becomes of stored posts on their network: taken back by who wrote them, liked and passed on by others."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, delete, func, or_, select, update

from models.post import Engagement, clean, short_id
from models.status import MentionStatus
from models.store.decisions import LISTENER, What
from models.store.mentions import move
from models.store.risk import re_risk
from models.store.touch import touch_post
from models.tables import CandidateRow, CardMentionRow, EmbeddingRow, MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment

_CHUNK: Final = 500  # ids a statement: under every database's limit of parameters
_NOTHING: Final[dict[str, Any]] = {
    **dict.fromkeys(("url", "title", "text", "author_handle", "author_name", "author_url", "author_id", "place"), ""),
    "author_followers": None,
    "links": [],
    "accounts": [],
}
"""What is forgotten of a post. Its ids stay, so that it is not taken for new, and an answer on its way can be found."""
_OPEN: Final = (MentionStatus.OPEN.value, MentionStatus.TAKEN.value)


def erase(session: Session, network: str, external_ids: Sequence[str], now: datetime) -> tuple[int, ...]:
    """Their network no longer shows these posts: forget what they said and who said it; keep numbers and verdicts.

    Who still waits for an answer waits no more, and the cards say why. Ids that were never stored are passed over, and
    a post that is gone stays so: some networks show for a while what was deleted.

    Returns:
        Ids of the posts that went now.
    """
    found: list[int | None] = []
    for ids in _chunks(external_ids):
        session.exec(
            delete(CandidateRow).where(col(CandidateRow.network) == network, col(CandidateRow.external_id).in_(ids))
        )
        found += session.exec(
            select(col(PostRow.id))
            .where(PostRow.network == network, col(PostRow.external_id).in_(ids), col(PostRow.gone_at).is_(None))
            .order_by(col(PostRow.id))
        ).all()
    went = [post_id for post_id in found if post_id is not None]
    for post_id in went:
        session.exec(update(PostRow).where(col(PostRow.id) == post_id).values(**_NOTHING, gone_at=now))
        session.exec(delete(EmbeddingRow).where(col(EmbeddingRow.post_id) == post_id))
        session.exec(update(MentionRow).where(col(MentionRow.post_id) == post_id).values(words=[]))
        never_shown = col(MentionRow.id).not_in(select(CardMentionRow.mention_id))
        session.exec(update(MentionRow).where(col(MentionRow.post_id) == post_id, never_shown).values(shown=False))
        waiting = select(col(MentionRow.id)).where(MentionRow.post_id == post_id, col(MentionRow.status).in_(_OPEN))
        for mention_id in session.exec(waiting).all():
            if mention_id is not None:
                move(session, mention_id, MentionStatus.DONE, what=What.GONE, who=LISTENER, at=now)
        touch_post(session, post_id)
    return tuple(went)


def count(session: Session, network: str, engagement: Mapping[str, Engagement], now: datetime) -> None:
    """Keep what others did with stored posts; what a network does not say (None) stays as it was.

    Who is read by more people can hurt more: the risk of their mentions is weighed again.
    """
    said = {stored_id(name): counts for name, counts in engagement.items()}
    for ids in _chunks(tuple(engagement)):
        rows = session.exec(select(PostRow).where(PostRow.network == network, col(PostRow.external_id).in_(ids))).all()
        moved = []
        for row in rows:
            known = said[row.external_id].model_dump(exclude_none=True)
            if any(getattr(row, name) != value for name, value in known.items()):
                moved.append(row.id)
            session.exec(update(PostRow).where(col(PostRow.id) == row.id).values(**known, counted_at=now))
        weighed = session.exec(select(col(MentionRow.id)).where(col(MentionRow.post_id).in_(moved))).all()
        re_risk(session, (mention_id for mention_id in weighed if mention_id is not None))


def that_matter(  # noqa: PLR0913 - which, and how many
    session: Session, source: str, network: str, *, since: datetime, rested: timedelta, limit: int, now: datetime
) -> list[str]:
    """External ids of posts heard by `source` whose numbers matter now, the longest unasked first.

    Those said after `since` that wait for an answer or are negative, and were not asked for within `rested`.
    """
    label = func.coalesce(VerdictRow.corrected_label, VerdictRow.label)
    asked = func.coalesce(PostRow.counted_at, PostRow.seen_at)
    found = (
        select(PostRow.external_id)
        .join(MentionRow, col(MentionRow.post_id) == col(PostRow.id))
        .join(VerdictRow, col(VerdictRow.mention_id) == col(MentionRow.id))
        .where(MentionRow.source == source, PostRow.network == network, col(PostRow.gone_at).is_(None))
        .where(PostRow.at >= since, asked <= now - rested)
        .where(or_(col(MentionRow.status).in_(_OPEN), label == Sentiment.NEGATIVE.value))
        .group_by(col(PostRow.id), PostRow.external_id)
        .order_by(func.min(asked), col(PostRow.id))
        .limit(limit)
    )
    return list(session.exec(found).all())


def asked(session: Session, network: str, external_ids: Sequence[str], now: datetime) -> None:
    """These were asked for, whatever came out: others have their turn first next time."""
    for ids in _chunks(external_ids):
        these = (col(PostRow.network) == network, col(PostRow.external_id).in_(ids))
        session.exec(update(PostRow).where(*these).values(counted_at=now))


def standing(session: Session, network: str, before: datetime) -> list[str]:
    """External ids of the posts of `network` that we keep and last heard of before `before`."""
    heard = func.coalesce(PostRow.counted_at, PostRow.seen_at)
    kept = (PostRow.network == network, col(PostRow.gone_at).is_(None), heard < before)
    return list(session.exec(select(PostRow.external_id).where(*kept).order_by(col(PostRow.id))).all())


def unheard(session: Session, network: str, since: datetime, until: datetime) -> list[int]:
    """Ids of the posts of `network` that we keep and last heard of after `since`, at `until` or before."""
    heard = func.coalesce(PostRow.counted_at, PostRow.seen_at)
    kept = (PostRow.network == network, col(PostRow.gone_at).is_(None), heard > since, heard <= until)
    return [found for found in session.exec(select(col(PostRow.id)).where(*kept)).all() if found is not None]


def forget_candidates(session: Session, network: str, until: datetime) -> None:
    """Nobody asks whether posts that no query wanted still stand: those brought at `until` or before go."""
    session.exec(delete(CandidateRow).where(col(CandidateRow.network) == network, col(CandidateRow.seen_at) <= until))


def stored_id(external_id: str) -> str:
    """An id as `Post` keeps it."""
    return short_id(clean(external_id))


def _chunks(external_ids: Sequence[str]) -> Iterator[list[str]]:
    ids = list(dict.fromkeys(map(stored_id, external_ids)))
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
