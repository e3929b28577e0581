"""One options class per network; `kind` chooses it. A new network adds its class here."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from config.base import Duration, Section


class RssOptions(Section):
    """RSS, Atom, RDF and JSON feeds."""

    kind: Literal["rss"]
    every: Duration = timedelta(minutes=10)
    feeds: tuple[str, ...] = Field(min_length=1)
    allow_private: bool = False
    """Whether these feeds may stand on this machine or a private network."""


class SandboxOptions(Section):
    """The practice ground's social network."""

    kind: Literal["sandbox"]
    every: Duration = timedelta(seconds=5)
    url: str


SourceOptions = Annotated[RssOptions | SandboxOptions, Field(discriminator="kind")]
