"""What any feed says, before it becomes Posts: the same few values for RSS, Atom, RDF and JSON Feed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MOST_ENTRIES: Final = 1000
"""Entries of one document that are read; a feed shows its latest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `guid` is raw, `link` absolute, `title` one line, `text` lines.

    "" and None where the feed is silent.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    links: tuple[str, ...] = ()
    author: str = ""
    author_url: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One document. `lifetime` is how long it asks to be kept; `left_out` entries stood beyond MOST_ENTRIES."""

    title: str
    entries: Sequence[Entry]
    lifetime: timedelta | None = None
    left_out: int = 0


class NotAFeed(Exception):
    """The document is no feed we read.

    `page` when it is a web page, `links` the feeds that page names; `knotted` when reading it would cost too much.
    """

    def __init__(self, *, page: bool = False, knotted: bool = False, links: Sequence[str] = ()) -> None:
        super().__init__("not a feed")
        self.page, self.knotted, self.links = page, knotted, tuple(links)


def language_tag(*candidates: object) -> str | None:
    """The first candidate that looks like a language tag: fr, fr-FR, en_US."""

    def tags() -> Iterator[str]:
        for candidate in candidates:
            if isinstance(candidate, str) and _LANGUAGE.fullmatch(tag := candidate.strip().replace("_", "-")):
                yield tag

    return next(tags(), None)


def sensible(moment: datetime | None) -> datetime | None:
    """None for dates nobody meant: before feeds existed (a clock at 1970) or out of range."""
    return moment if moment is not None and moment >= _FIRST_FEED else None


_FIRST_FEED: Final = datetime(1995, 1, 1, tzinfo=UTC)
