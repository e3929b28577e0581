"""What posts are about, as vectors: kept with the post, found by nearness, made again when the model has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from sqlmodel import Session, col, delete, exists, func, or_, select

from models.ml.embedding import Vectors, unit, unpack
from models.store.insert import insert_new
from models.tables import EmbeddingRow, MentionRow, PostRow
from models.verdict import Embedding

MOST: Final = 50_000
"""Vectors compared at most, the newest posts first: 20 MB (docs/model/tools.md says how long)."""
_CHUNK: Final = 500  # ids a statement: under every database's limit of parameters


@dataclass(frozen=True, slots=True)
class Near:
    """One post and how near it is: the cosine, in [-1, 1]."""

    post_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Unread:
    """A post that the present model has not read: its words, and the first of its brands by name."""

    post_id: int
    title: str
    text: str
    brand: str | None
    language: str | None


def keep(session: Session, found: Mapping[int, Embedding]) -> None:
    """Keep the embedding of each post (by id), in the place of any it had."""
    ids = sorted(found)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        session.exec(delete(EmbeddingRow).where(col(EmbeddingRow.post_id).in_(chunk)))
        # One that is deleted meanwhile takes its embedding along: a row of a post that is gone breaks the foreign key.
        there = set(
            session.exec(
                select(PostRow.id)
                .where(col(PostRow.id).in_(chunk))
                .order_by(col(PostRow.id))
                .with_for_update(read=True, key_share=True)
            )
        )
        insert_new(session, EmbeddingRow, [{"post_id": id_, **found[id_]._asdict()} for id_ in chunk if id_ in there])


def of(session: Session, post_id: int) -> Embedding | None:
    """The embedding of one post."""
    row = session.get(EmbeddingRow, post_id)
    return Embedding(row.model, row.vector) if row else None


def read_by(session: Session, model: str, post_ids: Sequence[int]) -> set[int]:
    """Which of some posts (`_CHUNK` at most) have an embedding of `model`."""
    wanted = select(EmbeddingRow.post_id).where(EmbeddingRow.model == model)
    return set(session.exec(wanted.where(col(EmbeddingRow.post_id).in_(post_ids))))


def nearest(  # noqa: PLR0913 - what is sought, and where
    session: Session,
    vector: Sequence[float] | Vectors,
    k: int,
    *,
    model: str,
    brand: str | None = None,
    since: datetime | None = None,
    most: int = MOST,
) -> list[Near]:
    """The `k` posts nearest to `vector` (float, shape (width,), of any length), the nearest first.

    Only vectors of `model` are compared: those of two models have nothing in common. Of more than `most` posts the
    newest are looked at.
    """
    wanted = select(EmbeddingRow.post_id, EmbeddingRow.vector).join(PostRow, col(PostRow.id) == EmbeddingRow.post_id)
    wanted = wanted.where(EmbeddingRow.model == model)
    if brand is not None:
        wanted = wanted.where(exists().where(col(MentionRow.post_id) == PostRow.id, col(MentionRow.brand) == brand))
    if since is not None:
        wanted = wanted.where(PostRow.at >= since)
    rows = session.exec(wanted.order_by(col(PostRow.at).desc()).limit(most)).all()
    if not rows or k < 1:
        return []
    sought = unit(np.asarray(vector, dtype=np.float32)[None, :])[0]
    cosines = unpack([packed for _, packed in rows]) @ sought
    best = np.argsort(-cosines, kind="stable")[:k]
    return [Near(rows[at][0], float(cosines[at])) for at in best]


def unread(session: Session, model: str, below: int | None, count: int) -> list[Unread]:
    """Up to `count` mentioned posts that `model` has not read, the newest first, with ids below `below`."""
    wanted = (
        select(PostRow)
        .join(EmbeddingRow, col(EmbeddingRow.post_id) == PostRow.id, isouter=True)
        .where(or_(col(EmbeddingRow.model).is_(None), col(EmbeddingRow.model) != model))
        .where(exists().where(col(MentionRow.post_id) == PostRow.id))
    )
    if below is not None:
        wanted = wanted.where(col(PostRow.id) < below)
    posts = session.exec(wanted.order_by(col(PostRow.id).desc()).limit(count)).all()
    mentions = select(MentionRow.post_id, func.min(MentionRow.brand)).group_by(col(MentionRow.post_id))
    brands = dict(session.exec(mentions.where(col(MentionRow.post_id).in_([post.id for post in posts]))).all())
    return [Unread(post.id or 0, post.title, post.text, brands.get(post.id or 0), post.language) for post in posts]
