"""Which mentions are shown to the team. Pure."""

from datetime import datetime, timedelta

from config.i18n import mark
from models.post import Post

FRESH = timedelta(hours=24)
"""An older post is history: stored and judged for the figures, but nobody is rung for it."""

RECENT = mark("every mention of the last 24 hours")
HISTORY = mark("older than 24 hours when we found it")


def triage(post: Post, now: datetime) -> tuple[bool, str]:
    """Whether a mention is shown on a card, and the rule that decided (a key of the catalogues)."""
    return (True, RECENT) if now - post.at <= FRESH else (False, HISTORY)
