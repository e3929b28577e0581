"""The risk of mentions in the store: weighed again whenever the figures it rests on have changed.

Whoever changes engagement, spread or a sentiment calls `re_risk` in the same transaction.
"""

from collections.abc import Iterable
from typing import Final

from sqlmodel import Session, col, select, update

from models.ml.risk import Risk, Signals, packed, risk, words_of
from models.reach import Usual, reach
from models.store import stories
from models.store.touch import touch
from models.tables import MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment

LOOKED_AT: Final = 2_000
"""The last mentions of a brand, over all networks, from which what is usual is drawn: so much is read, never more."""
_AT_ONCE: Final = 500
"""Mentions weighed again for one story: the newest. Older ones rang long ago."""
_CORRECTED: Final = {Sentiment.NEGATIVE: 0.97, Sentiment.NEUTRAL: 0.10, Sentiment.POSITIVE: 0.02}
"""What a person's word is worth as a probability of negative."""
_MOVED: Final = 0.05
"""A risk that moved by less is stored, but no card is drawn again for it."""


def usual(session: Session, brand: str, network: str) -> Usual:
    """How far the brand's last mentions on that network went."""
    last = (
        select(MentionRow.post_id).where(MentionRow.brand == brand).order_by(col(MentionRow.id).desc()).limit(LOOKED_AT)
    ).subquery()
    rows = session.exec(
        select(PostRow.author_followers, PostRow.reposts, PostRow.views)
        .join(last, last.c.post_id == col(PostRow.id))
        .where(PostRow.network == network)
    )
    return Usual.of(reach(network, followers=people, reposts=again, views=seen) for people, again, seen in rows)


def re_risk(session: Session, mention_ids: Iterable[int], *, redraw: bool = True) -> list[int]:
    """Weigh these mentions again by what the store knows now; cards whose risk moved are redrawn, if `redraw`.

    A mention that nobody weighed before (its verdict has no risk) is weighed too, without the words of known risks.

    Returns:
        The mentions whose risk moved.
    """
    usuals: dict[tuple[str, str], Usual] = {}
    moved = []
    for some in _chunks(sorted(set(mention_ids))):
        rows = session.exec(
            select(MentionRow, PostRow, VerdictRow)
            .join(PostRow, col(PostRow.id) == col(MentionRow.post_id))
            .join(VerdictRow, col(VerdictRow.mention_id) == col(MentionRow.id))
            .where(col(MentionRow.id).in_(some))
        ).all()
        spreads = stories.spreads(session, {post.story_id for _, post, _ in rows if post.story_id is not None})
        for mention, post, verdict in rows:
            key = (mention.brand, post.network)
            if key not in usuals:
                usuals[key] = usual(session, *key)
            voices = _voices(spreads.get(post.story_id)) if post.story_id is not None else 1
            found = risk(_signals(post, verdict, usuals[key], voices))
            if _keep(session, verdict, found):
                moved.append(verdict.mention_id)
                if redraw:
                    touch(session, verdict.mention_id)
    return moved


def re_risk_stories(session: Session, story_ids: Iterable[int], mention_ids: Iterable[int] = ()) -> list[int]:
    """`re_risk` of these and of the newest mentions of these stories, whose cards are redrawn for the story already."""
    some = set(mention_ids)
    for story in sorted(set(story_ids)):
        newest = (
            select(MentionRow.id)
            .join(PostRow, col(PostRow.id) == col(MentionRow.post_id))
            .where(PostRow.story_id == story)
            .order_by(col(MentionRow.id).desc())
            .limit(_AT_ONCE)
        )
        some |= {one for one in session.exec(newest) if one is not None}
    return re_risk(session, some, redraw=False)


def reach_of(post: PostRow) -> int | None:
    """How many people may have seen a post; None is unknown."""
    return reach(post.network, followers=post.author_followers, reposts=post.reposts, views=post.views)


def _voices(far: stories.Spread | None) -> int:
    """How many say it: authors, or sites where nobody signs. Somebody who repeats themselves is one."""
    return max(far.authors, far.places) if far else 1


def _others(voices: int, reposts: int | None) -> int | None:
    """How many others said or passed on the same; None where neither the network nor our ears can tell of any."""
    if reposts is None and voices <= 1:
        return None
    return voices - 1 + (reposts or 0)


def _signals(post: PostRow, verdict: VerdictRow, usually: Usual, voices: int) -> Signals:
    stands = usually.standing(reach_of(post))
    label = verdict.corrected_label
    return Signals(
        negative=_CORRECTED[Sentiment(label)] if label else verdict.negative,
        anger=verdict.heads.get("anger"),
        offensive=verdict.heads.get("offensive"),
        danger=verdict.heads.get("danger"),
        words=words_of(verdict.risk_because),
        reach=stands.quantile if stands else None,
        times=stands.times if stands else None,
        others=_others(voices, post.reposts),
    )


def _keep(session: Session, verdict: VerdictRow, found: Risk) -> bool:
    values = {"risk": found.value, "risk_because": packed(found)}
    if (verdict.risk, verdict.risk_because) == (values["risk"], values["risk_because"]):
        return False
    before = verdict.risk
    session.exec(update(VerdictRow).where(col(VerdictRow.mention_id) == verdict.mention_id).values(**values))
    return before is None or abs(found.value - before) >= _MOVED


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
