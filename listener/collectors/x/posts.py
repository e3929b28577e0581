"""What X says of posts, as ours. Facts: docs.x.com, “Post object”, read 2026-11-22."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from config.x import said_at
from listener.collectors.x.asking import Asking
from models.post import Author, Engagement, Post

NETWORK: Final = "x"
WANTED: Final = {
    "tweet_fields": (
        "author_id,conversation_id,created_at,entities,in_reply_to_user_id,lang,note_tweet,public_metrics,"
        "referenced_tweets,reply_settings"
    ),
    "expansions": "author_id",
    "user_fields": "name,public_metrics,username",
}
"""The authors are the only thing beside the posts that is asked for: everything that comes may be charged."""
COUNTED: Final = {"tweet_fields": "public_metrics"}
_QUOTED: Final = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(\w{1,15})/status/(\d+)", re.ASCII)
_NO_LANGUAGE: Final = frozenset({"und", "art", "qam", "qct", "qht", "qme", "qst", "zxx"})
"""X's words for texts in no language: names, tags, links or pictures only."""
_AS_READ: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""X writes these three signs as HTML does, and no others."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Counts(_Said):
    like_count: int | None = None
    reply_count: int | None = None
    retweet_count: int | None = None
    quote_count: int | None = None
    impression_count: int | None = None
    followers_count: int | None = None

    def engagement(self) -> Engagement:
        """Quotes pass a post on as reposts do."""
        passed_on = [count for count in (self.retweet_count, self.quote_count) if count is not None]
        return Engagement(
            likes=self.like_count,
            replies=self.reply_count,
            reposts=sum(passed_on) if passed_on else None,
            views=self.impression_count,
        )


class _Mention(_Said):
    id: str = ""
    username: str = ""


class _Address(_Said):
    expanded_url: str = ""
    unwound_url: str = ""


class _Entities(_Said):
    mentions: list[_Mention] = []
    urls: list[_Address] = []


class _Referenced(_Said):
    type: str
    id: str


class _Note(_Said):
    text: str = ""
    entities: _Entities = _Entities()


class Tweet(_Said):
    """One post of X's."""

    id: str = Field(pattern=r"^[0-9]{1,19}$")
    text: str = ""
    author_id: str = ""
    created_at: AwareDatetime | None = None
    lang: str | None = None
    conversation_id: str = ""
    in_reply_to_user_id: str = ""
    reply_settings: str = "everyone"
    referenced_tweets: list[_Referenced] = []
    entities: _Entities = _Entities()
    note_tweet: _Note | None = None
    public_metrics: _Counts = _Counts()

    def referred(self, kind: str) -> str:
        """The id of the post that this one answers, quotes or reposts; "" if it does not."""
        return next((one.id for one in self.referenced_tweets if one.type == kind), "")


class User(_Said):
    """One account."""

    id: str
    username: str
    name: str = ""
    public_metrics: _Counts = _Counts()


class _Includes(_Said):
    users: list[User] = []


class _Missing(_Said):
    resource_id: str = ""
    resource_type: str = ""


class _Meta(_Said):
    next_token: str | None = None


class Page(_Said):
    """What one question brings."""

    data: list[Tweet] = []
    includes: _Includes = _Includes()
    errors: list[_Missing] = []
    meta: _Meta = _Meta()


def page_of(said: dict[str, Any], asking: Asking) -> Page:
    """`said` as a page.

    Raises:
        RetryLater: it cannot be read.
    """
    try:
        return Page.model_validate(said)
    except ValidationError as error:
        raise asking.unreadable() from error


def posts_of(tweets: Iterable[Tweet], users: Sequence[User], now: datetime) -> list[Post]:
    """Posts, oldest first and each once; reposts are numbers of the post they pass on, and no posts."""
    by_id = {user.id: user for user in users}
    unique = {int(tweet.id): tweet for tweet in tweets if not tweet.referred("retweeted")}
    return [_post(tweet, by_id.get(tweet.author_id), now) for _, tweet in sorted(unique.items())]


def _post(tweet: Tweet, user: User | None, now: datetime) -> Post:
    said = tweet.note_tweet if tweet.note_tweet and tweet.note_tweet.text else tweet
    handle = user.username if user else tweet.author_id or "?"
    return Post(
        network=NETWORK,
        external_id=tweet.id,
        url=f"https://x.com/{user.username if user else 'i'}/status/{tweet.id}",
        text=_as_read(said.text),
        author=Author(
            handle=handle,
            name=user.name if user else "",
            url=f"https://x.com/{user.username}" if user else "",
            external_id=tweet.author_id,
            followers=user.public_metrics.followers_count if user else None,
        ),
        at=tweet.created_at or min(said_at(tweet.id), now),
        language=None if tweet.lang in _NO_LANGUAGE else tweet.lang,
        parent_id=tweet.referred("replied_to") or None,
        links=tuple(url for one in said.entities.urls if (url := one.unwound_url or one.expanded_url)),
        accounts=tuple(f"@{one.username}" for one in tweet.entities.mentions if one.username),
        engagement=tweet.public_metrics.engagement(),
        thread=_thread(tweet),
    )


def _thread(tweet: Tweet) -> dict[str, str]:
    """What the publisher needs: whom the post quotes, who began the conversation, who may answer.

    X tells names where people are mentioned, which answers do by themselves, and where addresses are; asking for more
    would cost another read each.
    """
    parent, quoted = tweet.referred("replied_to"), tweet.referred("quoted")
    names = {one.id: one.username for one in tweet.entities.mentions}
    addresses = (_QUOTED.match(one.expanded_url) for one in tweet.entities.urls)
    known = {
        "id": tweet.id,
        "root": names.get(tweet.in_reply_to_user_id, "") if parent and parent == tweet.conversation_id else "",
        "quoted": next((found[1] for found in addresses if found and found[2] == quoted), ""),
        "replies": tweet.reply_settings if tweet.reply_settings != "everyone" else "",
    }
    return {name: value for name, value in known.items() if value}


def _as_read(text: str) -> str:
    for written, meant in _AS_READ:
        text = text.replace(written, meant)
    return text
