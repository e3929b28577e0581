"""What people must be told of the places we listen to, from the rows the listening side left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple

from sqlmodel import Session

from config.i18n import words
from config.schema import Config
from models.store import gaps, sources
from responders.slack.kit import Message
from responders.slack.sources import view

RECENT: Final = timedelta(days=1)
"""An older gap that nobody was told of is history: it stands in `repartie sources`."""


class News(NamedTuple):
    """One message, where it belongs, and what remembers that it was told."""

    channels: tuple[str, ...]
    message: Message
    told: Callable[..., None]
    """Called with `session` and `now`."""


def news(session: Session, config: Config, now: datetime) -> News | None:
    """The next thing to tell; None where there is none, or nowhere to tell it."""
    t = words(config.language)
    for source, lost in groupby(sources.untold(session), lambda row: row.name):
        if channels := _channels(config, source):
            rows = list(lost)
            message = view.lost(source, [(row.place, row.reason) for row in rows], t)
            return News(channels, message, partial(sources.told, rows=rows))
    for gap in gaps.untold(session, now - RECENT):
        if channels := _channels(config, gap.source):
            message = view.gap(gap.source, gap.starts_at, gap.ends_at, gap.reason, t)
            return News(channels, message, partial(gaps.told, gap=gap))
    return None


def _channels(config: Config, source: str) -> tuple[str, ...]:
    """Where the brands that listen to `source` hear of trouble: each channel once."""
    found = [
        brand.slack.alerts or brand.slack.mentions
        for brand in config.brands
        if brand.slack and source in brand.sources and source in config.sources
    ]
    return tuple(dict.fromkeys(found))
