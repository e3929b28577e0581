"""What a network said, before anybody judged it: Post, Author, Engagement. Frozen and checked on construction."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

MOST_TEXT: Final = 100_000
"""Characters of a text that are kept: a novel's chapter. A megabyte would cost the matcher seconds, again and again."""
MOST_LINE: Final = 2_000
"""Characters of a title, name or address."""
MOST_ID: Final = 500
"""Characters of an id: PostgreSQL's indexes hold 2,704 bytes."""
MOST_NAMED: Final = 1_000
"""Links or accounts of one post."""
CUT: Final = "…"
_MOST_COUNTED: Final = 2**31 - 1  # the largest integer of a column


def clean(text: str) -> str:
    """Drop what no database or JSON document can hold: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def _at_most(length: int) -> Callable[[str], str]:
    def cut(text: str) -> str:
        return text if len(text) <= length else text[: length - 1] + CUT

    return cut


def short_id(name: str) -> str:
    """A long id by its beginning and its fingerprint, so that it stays one id."""
    if len(name) <= MOST_ID:
        return name
    mark = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
    return f"{name[: MOST_ID - len(mark) - 1]}#{mark}"


def _named(name: str) -> str:
    # Not Field(min_length=1): it asks before the name is cleaned, and cannot measure half a surrogate pair.
    if not name:
        msg = "an id is never empty"
        raise ValueError(msg)
    return name


def _whole_address(address: str) -> str:
    """`address`, or none: half an address leads elsewhere."""
    return address if len(address) <= MOST_LINE else ""


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        msg = "out of the calendar in UTC"
        raise ValueError(msg) from error


def _countable(count: int) -> int:
    return min(count, _MOST_COUNTED)


def _few(names: tuple[str, ...]) -> tuple[str, ...]:
    return names[:MOST_NAMED]


Text = Annotated[str, AfterValidator(clean), AfterValidator(_at_most(MOST_TEXT))]
Line = Annotated[str, AfterValidator(clean), AfterValidator(_at_most(MOST_LINE))]
Id = Annotated[str, AfterValidator(clean), AfterValidator(short_id)]
Address = Annotated[str, AfterValidator(clean), AfterValidator(_whole_address)]
Names = Annotated[tuple[Line, ...], AfterValidator(_few)]
Utc = Annotated[AwareDatetime, AfterValidator(_utc)]
Count = Annotated[int, Field(ge=0), AfterValidator(_countable)]


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Author(_Noun):
    """Who spoke. `handle` is how the network names them; `followers` is None where the network does not say."""

    handle: Line
    name: Line = ""
    url: Address = ""
    external_id: Line = ""
    followers: Count | None = None


class Engagement(_Noun):
    """What others did with a post; None is unknown, never 0."""

    likes: Count | None = None
    replies: Count | None = None
    reposts: Count | None = None
    views: Count | None = None


class Post(_Noun):
    """One public message, as its network gave it.

    `external_id` is the network's global id (feed entry id, ActivityPub uri, at:// uri, tweet id), `at` when it was
    said (aware UTC), `place` where, in words a person reads (a blog's title, a subreddit), `language` the network's own
    tag if any, `accounts` the handles it addresses, `thread` what the network's publisher needs to answer it.
    Whatever is too long is cut with "…"; an id keeps its identity by a fingerprint, an address is left out.
    """

    network: str = Field(min_length=1)
    external_id: Annotated[Id, AfterValidator(_named)]
    url: Address = ""
    title: Line = ""
    text: Text
    author: Author
    at: Utc
    edited_at: Utc | None = None
    language: Line | None = None
    place: Line = ""
    parent_id: Id | None = None
    links: Names = ()
    accounts: Names = ()
    engagement: Engagement = Engagement()
    thread: dict[Line, Line] = {}
