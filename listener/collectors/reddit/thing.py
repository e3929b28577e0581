"""What Reddit calls a thing: a comment (t1) or a post (t3), as its listings write it, and the Post made of it."""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from config.reddit import DELETED, REMOVED
from models.post import Author, Engagement, Post

COMMENT: Final = "t1"
SUBMISSION: Final = "t3"
_SITE: Final = "https://www.reddit.com"


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Thing(_Said):
    """One comment or post. Whatever Reddit leaves out of one of its lists is absent or None."""

    name: str = Field(pattern="^t[13]_[0-9a-z]+$")
    author: str | None = None
    author_fullname: str | None = None
    body: str | None = None
    selftext: str | None = None
    title: str | None = None
    link_title: str | None = None
    url: str | None = None
    is_self: bool = True
    created_utc: float = Field(ge=0, le=4e9)
    edited: bool | float = False
    permalink: str | None = None
    context: str | None = None
    link_id: str | None = None
    parent_id: str | None = None
    subreddit: str = ""
    score: int | None = None
    score_hidden: bool = False
    num_comments: int | None = None
    num_crossposts: int | None = None
    locked: bool | None = None
    archived: bool | None = None
    quarantine: bool | None = None
    can_mod_post: bool | None = None
    approved: bool | None = None
    removed: bool | None = None
    spam: bool | None = None
    removed_by_category: str | None = None

    @field_validator("locked", "archived", "quarantine", "can_mod_post", "approved", "removed", "spam", mode="before")
    @classmethod
    def _flag(cls, said: object) -> object:
        return said if isinstance(said, bool) else None

    @property
    def number(self) -> int:
        """Reddit counts things up, kind by kind."""
        return int(self.name[3:], 36)

    @property
    def words(self) -> str:
        """The text, without a post's title."""
        return (self.body if self.name.startswith(COMMENT) else self.selftext) or ""

    @property
    def gone(self) -> bool:
        """Whether its author or a moderator took it away, or its author is gone: nothing of it may be kept."""
        return self.author in {None, DELETED} or self.words in {DELETED, REMOVED} or bool(self.removed_by_category)

    @property
    def digest(self) -> str:
        """Changes with whatever we would tell again."""
        said = (self.gone, self.words, self.title, self.locked, self.archived, self.removed, self.spam)
        return hashlib.blake2b(repr(said).encode(), digest_size=6).hexdigest()

    @property
    def engagement(self) -> Engagement:
        """Its numbers; a score below nothing is nothing, and a hidden one is unknown."""
        likes = None if self.score is None or self.score_hidden else max(self.score, 0)
        return Engagement(likes=likes, replies=self.num_comments, reposts=self.num_crossposts)

    def post(self, now: datetime) -> Post:
        """What we keep of it."""
        linked = () if self.is_self or not self.url else (self.url,)
        edited = (
            datetime.fromtimestamp(self.edited, UTC) if isinstance(self.edited, float) and self.edited > 1 else None
        )
        return Post(
            network="reddit",
            external_id=self.name,
            url=f"{_SITE}{self.permalink or (self.context or '').partition('?')[0]}",
            title=self.title or "",
            text=self.words,
            author=Author(
                handle=self.author or "",
                url=f"{_SITE}/user/{self.author}",
                external_id=self.author_fullname or "",
            ),
            at=min(datetime.fromtimestamp(self.created_utc, UTC), now),
            edited_at=edited,
            place=f"r/{self.subreddit}" + (f" · {self.link_title}" if self.link_title else ""),
            parent_id=self.parent_id,
            links=linked,
            engagement=self.engagement,
            thread=self._thread(),
        )

    def _thread(self) -> dict[str, str]:
        """What a publisher must know; only what is so is written."""
        flags = {
            "locked": self.locked,
            "archived": self.archived,
            "quarantined": self.quarantine,
            "ours": self.can_mod_post,
            "removed": self.removed or self.spam,
        }
        return {"id": self.name, "subreddit": self.subreddit, **{name: "yes" for name, so in flags.items() if so}}


class Page(_Said):
    """One page of a listing; `after` is "" on the last."""

    things: list[Thing]
    after: str = ""

    @classmethod
    def read(cls, said: Any) -> Self:  # noqa: ANN401 - JSON has no type
        """Comments and posts of a listing; private messages and whatever else is in it are not ours to hear.

        Raises:
            ValidationError: this is no listing.
        """
        listing = _Listing.model_validate(said)
        spoken = [child.data for child in listing.data.children if child.kind in {COMMENT, SUBMISSION}]
        return cls(things=[Thing.model_validate(each) for each in spoken], after=listing.data.after or "")


class _Child(_Said):
    kind: str
    data: dict[str, Any]


class _Children(_Said):
    children: list[_Child]
    after: str | None = None


class _Listing(_Said):
    data: _Children
