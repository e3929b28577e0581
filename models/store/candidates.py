"""Posts that a source brought and no query wanted: what a new query is tried on. Few, short-lived, a fair sample."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select

from models.post import Post
from models.store.insert import insert_new
from models.store.posts import ASKABLE, askable
from models.tables import CandidateRow

MOST: Final = 5_000
"""Candidates of one source, some 5 MB. Of a source that brings more, an even sample of the whole time is kept."""
LONGEST_TEXT: Final = 4_000
"""Characters that are kept of one: words further down are not found."""
_LONGEST_LIST: Final = 50  # links, accounts
_LOTS: Final = 2**31
_AT_ONCE: Final = 1_000
_COLUMNS: Final = [col(getattr(CandidateRow, name)) for name in ("id", "source", *ASKABLE)]


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many candidates of a source are kept, and how many it brought in about the same time."""

    source: str
    kept: int
    brought: int


def keep(session: Session, source: str, posts: Sequence[Post], *, keep: timedelta, now: datetime) -> None:
    """Record `posts` for at most `keep`, and forget what is older or too much; with no `keep`, everything."""
    _forget(session, col(CandidateRow.seen_at) <= now - keep)
    if not keep or not posts:
        return
    of_source = select(CandidateRow.lot).where(CandidateRow.source == source)
    limit = session.exec(of_source.order_by(col(CandidateRow.lot)).offset(MOST - 1).limit(1)).first()
    rows = [_values(source, post, now) for post in sorted(posts, key=lot) if limit is None or lot(post) < limit]
    if not rows:
        return
    insert_new(session, CandidateRow, rows)
    limit = session.exec(of_source.order_by(col(CandidateRow.lot)).offset(MOST).limit(1)).first()
    if limit is not None:
        _forget(session, col(CandidateRow.source) == source, col(CandidateRow.lot) >= limit)


def _forget(session: Session, *which: ColumnElement[bool]) -> None:
    # Feeds are read side by side: what another reading is about to forget is left to it, so that none waits.
    doomed = select(CandidateRow.id).where(*which).order_by(col(CandidateRow.id)).with_for_update(skip_locked=True)
    session.exec(delete(CandidateRow).where(col(CandidateRow.id).in_(doomed)))


def since(session: Session, at: datetime) -> Iterator[tuple[int, str, Post]]:
    """Id, source and post of each candidate first met at `at` or later; read as they are asked for."""
    found = select(*_COLUMNS).where(col(CandidateRow.seen_at) >= at).order_by(col(CandidateRow.id))
    yield from map(_read, session.execute(found.execution_options(yield_per=_AT_ONCE)))


def one(session: Session, candidate_id: int) -> Post | None:
    """One candidate's post; None where it has gone meanwhile."""
    row = session.execute(select(*_COLUMNS).where(col(CandidateRow.id) == candidate_id)).first()
    return _read(row)[2] if row else None


def _read(row: Any) -> tuple[int, str, Post]:  # noqa: ANN401 - a row of `_COLUMNS`
    id_, source, *said = row
    return id_, source, askable(said)


def recorded(session: Session) -> list[Recorded]:
    """Each source's candidates, by name.

    Of a full source, the highest lot kept says what share that is: k lots under x of n even ones put n near (k-1) / x.
    """
    found = select(CandidateRow.source, func.count(), func.max(CandidateRow.lot)).group_by(col(CandidateRow.source))
    return [
        Recorded(source, kept, kept if kept < MOST else max(kept, round((kept - 1) * _LOTS / (highest + 1))))
        for source, kept, highest in session.exec(found.order_by(col(CandidateRow.source)))
    ]


def _values(source: str, post: Post, now: datetime) -> dict[str, Any]:
    return {
        "source": source,
        "network": post.network,
        "external_id": post.external_id,
        "url": post.url,
        "title": post.title[:LONGEST_TEXT],
        "text": post.text[:LONGEST_TEXT],
        "author_handle": post.author.handle,
        "author_name": post.author.name,
        "at": post.at,
        "seen_at": now,
        "language": post.language,
        "place": post.place,
        "links": list(post.links[:_LONGEST_LIST]),
        "accounts": list(post.accounts[:_LONGEST_LIST]),
        "lot": lot(post),
    }


def lot(post: Post) -> int:
    """A number in [0, 2**31) that depends on which post it is alone: the same at every reading."""
    digest = hashlib.sha256(f"{post.network}\0{post.external_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4]) >> 1
