"""A post between its row and its noun."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, update

from models.post import Author, Engagement, Post
from models.store.touch import touch_post
from models.tables import PostRow

_SAME = (
    "network",
    "external_id",
    "url",
    "title",
    "text",
    "at",
    "edited_at",
    "language",
    "place",
    "parent_id",
    "thread",
)
_COUNTS = ("likes", "replies", "reposts", "views")
ASKABLE: Final = (
    *("network", "external_id", "url", "title", "text", "author_handle", "author_name", "at", "language", "place"),
    *("links", "accounts"),
)
"""The columns that a query can ask of, in the order in which `askable` takes them."""


def to_values(post: Post) -> dict[str, Any]:
    """The columns of `post`'s row, but for its id and when it was first met."""
    return {
        **{name: getattr(post, name) for name in _SAME},
        **{name: getattr(post.engagement, name) for name in _COUNTS},
        "author_handle": post.author.handle,
        "author_name": post.author.name,
        "author_url": post.author.url,
        "author_id": post.author.external_id,
        "author_followers": post.author.followers,
        "links": list(post.links),
        "accounts": list(post.accounts),
    }


def keep_thread(session: Session, post_id: int, thread: dict[str, str]) -> None:
    """Keep what a publisher needs to answer the post now, such as how it stands on its site; cards are redrawn."""
    session.exec(update(PostRow).where(col(PostRow.id) == post_id).values(thread=thread))
    touch_post(session, post_id)


def to_row(post: Post, seen_at: datetime) -> PostRow:
    """The row of `post`, first met at `seen_at` (aware UTC)."""
    return PostRow(**to_values(post), seen_at=seen_at)


def askable(values: Iterable[Any]) -> Post:
    """What a query can ask of a post, from its columns `ASKABLE`: no engagement, thread and the like."""
    said = dict(zip(ASKABLE, values, strict=True))
    author = Author(handle=said.pop("author_handle"), name=said.pop("author_name"))
    return Post(**said | {"links": tuple(said["links"]), "accounts": tuple(said["accounts"])}, author=author)


def to_post(row: PostRow) -> Post:
    """The noun a row holds."""
    return Post(
        **{name: getattr(row, name) for name in _SAME},
        engagement=Engagement(**{name: getattr(row, name) for name in _COUNTS}),
        author=Author(
            handle=row.author_handle,
            name=row.author_name,
            url=row.author_url,
            external_id=row.author_id,
            followers=row.author_followers,
        ),
        links=tuple(row.links),
        accounts=tuple(row.accounts),
    )
