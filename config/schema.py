"""What the operator may say, as pydantic models. Describes only: opens nothing, knows no network's options."""

from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Language = Literal["fr", "en"]


class Section(BaseModel):
    """A part of the file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class PublishMode(StrEnum):
    """`dry-run` prints what would be public; `live` publishes."""

    DRY_RUN = "dry-run"
    LIVE = "live"


class SlackChannels(Section):
    """Channels of one brand, by name with # or by id."""

    mentions: str
    alerts: str | None = None
    digest: str | None = None


class Brand(Section):
    """One brand we watch. `accounts`: network -> our own handle: never a mention, never answered."""

    name: str = Field(min_length=1)
    query: str
    accounts: dict[str, str] = {}
    sources: tuple[str, ...] = Field(min_length=1)
    slack: SlackChannels | None = None
    publishers: tuple[str, ...] = ()
    """Slack user ids or e-mail addresses of the people who may publish for this brand; nobody by default."""
