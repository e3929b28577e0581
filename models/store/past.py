"""What was heard lately, read in bulk: to ask new questions of old posts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from models.post import Post
from models.store import posts
from models.tables import MentionRow, PostRow

_AT_ONCE: Final = 2_000
_COLUMNS: Final = [col(getattr(PostRow, name)) for name in ("id", *posts.ASKABLE)]

Heard = dict[str, str]
"""Brand -> the source by which a post was first heard for it."""


def since(session: Session, at: datetime) -> Iterator[tuple[int, Post, Heard]]:
    """Each post first met at `at` or later: its id, what a query can ask of it, for which brands it is a mention.

    Engagement, thread and the like are left out. Rows are read as they are asked for.
    """
    heard: dict[int, Heard] = {}
    mentions = select(MentionRow.post_id, MentionRow.brand, MentionRow.source)
    mentions = mentions.join(PostRow, col(PostRow.id) == MentionRow.post_id).where(col(PostRow.seen_at) >= at)
    for post_id, brand, source in session.exec(mentions):
        heard.setdefault(post_id, {})[brand] = source
    found = select(*_COLUMNS).where(col(PostRow.seen_at) >= at).order_by(col(PostRow.id))
    for id_, *said in session.execute(found.execution_options(yield_per=_AT_ONCE)):
        yield id_, posts.askable(said), heard.get(id_, {})


def brands(session: Session) -> set[str]:
    """Every brand that has a mention."""
    return set(session.exec(select(MentionRow.brand).distinct()))


def post(session: Session, post_id: int) -> Post | None:
    """One post whole; None where it has gone meanwhile."""
    row = session.get(PostRow, post_id)
    return posts.to_post(row) if row else None
