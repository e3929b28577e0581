"""What a network said, before anybody judged it: Post, Author, Engagement. Frozen and checked on construction."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def clean(text: str) -> str:
    """Drop what no database or JSON document can hold: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Text = Annotated[str, AfterValidator(clean)]
Utc = Annotated[AwareDatetime, AfterValidator(_utc)]
Count = Annotated[int, Field(ge=0)]


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Author(_Noun):
    """Who spoke. `handle` is how the network names them; `followers` is None where the network does not say."""

    handle: Text
    name: Text = ""
    url: Text = ""
    external_id: Text = ""
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
    """

    network: str = Field(min_length=1)
    external_id: Text = Field(min_length=1)
    url: Text = ""
    title: Text = ""
    text: Text
    author: Author
    at: Utc
    edited_at: Utc | None = None
    language: str | None = None
    place: Text = ""
    parent_id: Text | None = None
    links: tuple[Text, ...] = ()
    accounts: tuple[Text, ...] = ()
    engagement: Engagement = Engagement()
    thread: dict[str, str] = {}
