"""One options class per network; `kind` chooses it. A new network adds its class here."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from config.base import ApiAddress, Duration, Section, WebAddress, between
from config.i18n import mark
from config.secrets import Secret

Every = Annotated[Duration, between(timedelta(seconds=1), timedelta(days=30))]
"""How often a source is asked."""
Backfill = Annotated[Duration, between(timedelta(0), timedelta(days=30))]
"""How far back a network is read the first time, and again when a brand's query has changed. 0d: not at all."""
MASTODON_TOKEN_FROM: Final = mark(
    "1. Log in to the server as that account. 2. Open “Preferences”, “Development”, “New application”. 3. Name it"
    " Repartie and tick only profile, read:accounts, read:notifications, read:search, read:statuses, write:blocks,"
    " write:media, write:mutes, write:reports, write:statuses. 4. Open it and copy “Your access token”. 5. Put"
    " {variable}=… into .env."
)
BACKFILL_SAID = "How far back it is read the first time and when a query has changed: 7d; 0d for nothing."


class Source(Section):
    """What the options of every network have in common. A network that can look back adds `backfill: Backfill`."""

    def secrets(self) -> tuple[Secret, ...]:
        """What it needs from the environment, as its other options stand; nothing, unless a network says so."""
        return ()


class MastodonOptions(Source):
    """Hashtags of Mastodon servers; with an account its mentions, searches and answers too."""

    kind: Literal["mastodon"] = Field(
        description="Which network: mastodon reads hashtags, mentions and searches of Mastodon servers, and answers."
    )
    every: Every = Field(timedelta(minutes=2), description="How often it is asked: 2m, 1h.")
    backfill: Backfill = Field(timedelta(days=7), description=BACKFILL_SAID)
    instance: ApiAddress = Field(description="Address of the server, as in https://social.example.")
    account: Annotated[str, Field(min_length=1)] | None = Field(
        None,
        description="The account there that hears its mentions and answers; without one, public hashtags are read.",
    )
    hashtags: tuple[Annotated[str, Field(pattern=r"^#?[\w·]+$")], ...] = Field(
        (), description="Hashtags that are read, without #."
    )
    others: tuple[ApiAddress, ...] = Field(
        (), description="More servers where the hashtags are read, without an account."
    )
    search: bool = Field(
        default=False, description="Whether the brands' words are searched too; the server must have full-text search."
    )
    stream: bool = Field(default=False, description="Whether posts are heard as they are written; needs an account.")
    streaming: ApiAddress | None = Field(
        None, description="Address of the server's streams, where it is another: https://streaming.social.example."
    )
    max_characters: Annotated[int, Field(ge=1, le=100_000)] = Field(
        500, description="Characters that this server takes; most take 500."
    )
    allow_private: bool = Field(
        default=False, description="Whether these servers may stand on this machine or a private network."
    )

    def secrets(self) -> tuple[Secret, ...]:
        """The account's token."""
        return (Secret("MASTODON_TOKEN", self.instance, MASTODON_TOKEN_FROM),) if self.account else ()


class RssOptions(Source):
    """RSS, Atom, RDF and JSON feeds."""

    kind: Literal["rss"] = Field(description="Which network: rss reads RSS, Atom, RDF and JSON feeds.")
    every: Every = Field(timedelta(minutes=10), description="How often the feeds are read: 10m, 1h.")
    feeds: tuple[WebAddress, ...] = Field(min_length=1, description="Addresses of the feeds.")
    allow_private: bool = Field(
        default=False, description="Whether these feeds may stand on this machine or a private network."
    )


class SandboxOptions(Source):
    """The practice ground's social network."""

    kind: Literal["sandbox"] = Field(description="Which network: sandbox is the practice ground.")
    every: Every = Field(timedelta(seconds=5), description="How often it is asked: 5s, 1m.")
    url: WebAddress = Field(description="Address of the practice ground.")


class WordPressOptions(Source):
    """The comments of one WordPress site."""

    kind: Literal["wordpress"] = Field(
        description="Which network: wordpress reads the comments of a WordPress site, answers and moderates them."
    )
    every: Every = Field(timedelta(minutes=5), description="How often its comments are read: 5m, 1h.")
    url: ApiAddress = Field(description="Address of the site, as in https://blog.example.")
    username: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The user who reads, answers and moderates; without one, approved comments are read."
    )
    allow_private: bool = Field(
        default=False, description="Whether this site may stand on this machine or a private network."
    )


SourceOptions = Annotated[MastodonOptions | RssOptions | SandboxOptions | WordPressOptions, Field(discriminator="kind")]
