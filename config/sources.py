"""One options class per network; `kind` chooses it. A new network adds its class here."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from config.base import ApiAddress, Duration, Section, WebAddress, between

Every = Annotated[Duration, between(timedelta(seconds=1), timedelta(days=30))]
"""How often a source is asked."""


class RssOptions(Section):
    """RSS, Atom, RDF and JSON feeds."""

    kind: Literal["rss"] = Field(description="Which network: rss reads RSS, Atom, RDF and JSON feeds.")
    every: Every = Field(timedelta(minutes=10), description="How often the feeds are read: 10m, 1h.")
    feeds: tuple[WebAddress, ...] = Field(min_length=1, description="Addresses of the feeds.")
    allow_private: bool = Field(
        default=False, description="Whether these feeds may stand on this machine or a private network."
    )


class SandboxOptions(Section):
    """The practice ground's social network."""

    kind: Literal["sandbox"] = Field(description="Which network: sandbox is the practice ground.")
    every: Every = Field(timedelta(seconds=5), description="How often it is asked: 5s, 1m.")
    url: WebAddress = Field(description="Address of the practice ground.")


class WordPressOptions(Section):
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


SourceOptions = Annotated[RssOptions | SandboxOptions | WordPressOptions, Field(discriminator="kind")]
