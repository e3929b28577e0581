"""What the operator may say, as pydantic models. Describes only: opens nothing, knows no network's options."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from config.base import Section
from config.sources import SourceOptions

Language = Literal["fr", "en"]


class PublishMode(StrEnum):
    """`dry-run` prints what would be public; `live` publishes."""

    DRY_RUN = "dry-run"
    LIVE = "live"


class SlackChannels(Section):
    """Channels of one brand, by name with # or by id."""

    mentions: str
    alerts: str | None = None
    digest: str | None = None


class SlackSettings(Section):
    """Where Slack is. `api` is another address only for a proxy or the sandbox."""

    api: str = "https://slack.com/api/"


class Competitor(Section):
    """A brand we compare with; its mentions are counted, never carded."""

    name: str = Field(min_length=1)
    query: str


class Brand(Section):
    """One brand we watch. `accounts`: network -> our own handle: never a mention, never answered."""

    name: str = Field(min_length=1)
    query: str
    accounts: dict[str, str] = {}
    competitors: tuple[Competitor, ...] = ()
    sources: tuple[str, ...] = Field(min_length=1)
    slack: SlackChannels | None = None
    publishers: tuple[str, ...] = ()
    """Slack user ids of the people who may publish for this brand; nobody by default."""


class Config(Section):
    """The whole file."""

    language: Language = "en"
    timezone: str = "Europe/Paris"
    brands: tuple[Brand, ...] = Field(min_length=1)
    sources: dict[str, SourceOptions]
    slack: SlackSettings = SlackSettings()
    publish: dict[str, PublishMode] = {}

    def brand(self, name: str) -> Brand:
        """The brand of that name.

        Raises:
            KeyError: the file names no such brand.
        """
        for brand in self.brands:
            if brand.name == name:
                return brand
        raise KeyError(name)

    def is_live(self, brand: str) -> bool:
        """Whether replies of `brand` are really published; nothing is until the file says so."""
        return self.publish.get(brand, PublishMode.DRY_RUN) is PublishMode.LIVE
