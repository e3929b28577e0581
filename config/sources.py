"""One options class per network; `kind` chooses it. A new network adds its class here."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from config.base import ApiAddress, Duration, Section, StreamAddress, WebAddress, between
from config.i18n import mark
from config.secrets import Secret

Every = Annotated[Duration, between(timedelta(seconds=1), timedelta(days=30))]
"""How often a source is asked."""
Backfill = Annotated[Duration, between(timedelta(0), timedelta(days=30))]
"""How far back a network is read the first time, and again when a brand's query has changed. 0d: not at all."""
BACKFILL_SAID = "How far back it is read the first time and when a query has changed: 7d; 0d for nothing."

_BLUESKY_PASSWORD: Final = mark(
    "1. Log in to bsky.app with that account. 2. Open “Settings”, “Privacy and security”, then “App passwords”."
    " 3. Choose “Add App Password” and call it Repartie. 4. Copy it: it looks like xxxx-xxxx-xxxx-xxxx."
    " 5. Put {variable}=… into .env."
)


class Source(Section):
    """What the options of every network have in common. A network that can look back adds `backfill: Backfill`."""

    def secrets(self) -> tuple[Secret, ...]:
        """What it needs from the environment, as its other options stand; nothing, unless a network says so."""
        return ()


class BlueskyOptions(Source):
    """Bluesky, or another network of the AT Protocol."""

    kind: Literal["bluesky"] = Field(
        description="Which network: bluesky hears the whole network by its stream, searches it, and answers there."
    )
    every: Every = Field(timedelta(minutes=2), description="How often search and notifications are read: 2m, 1h.")
    stream: Literal["jetstream", "jetstream-legacy", "none"] = Field(
        "jetstream", description="How the stream of all posts is read: jetstream, jetstream-legacy, or none."
    )
    stream_url: StreamAddress | None = Field(
        None, description="Address of the stream, as in wss://jetstream.example/subscribe; without one, Bluesky's own."
    )
    url: ApiAddress = Field("https://bsky.social", description="Address of the server where our account is.")
    appview: ApiAddress = Field(
        "https://public.api.bsky.app", description="Address that names authors to readers without an account."
    )
    web: WebAddress = Field("https://bsky.app", description="Address where people read posts.")
    username: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The handle of our account, as in aeroplouf.example; without one, only the stream is heard."
    )
    backfill: Backfill = Field(timedelta(days=1), description=BACKFILL_SAID)
    allow_private: bool = Field(
        default=False, description="Whether these servers may stand on this machine or a private network."
    )

    def secrets(self) -> tuple[Secret, ...]:
        """The app password, where there is an account."""
        return (Secret("BLUESKY_PASSWORD", self.url, _BLUESKY_PASSWORD),) if self.username else ()


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


SourceOptions = Annotated[BlueskyOptions | RssOptions | SandboxOptions | WordPressOptions, Field(discriminator="kind")]
