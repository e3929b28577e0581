"""Looking for feeds, and showing what a query would catch in them: what `init` and `add` share."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from zoneinfo import ZoneInfo

import httpx
from rich.table import Table
from rich.text import Text

from config.clients import open_client, private_place
from config.i18n import Words
from config.query import And, Not, Or, Query
from config.query.tree import Node
from listener.discovery import Discovery, FoundFeed, discover
from listener.matching import Match, Matcher
from models.post import Post
from repartie.app import now

SHOWN = 8
_AT_ONCE = 8
_TITLE = 70


def addresses(typed: Iterable[str]) -> list[str]:
    """The addresses in what was typed: between spaces or commas, each once, https where nothing is said."""
    found = (each for text in typed for each in text.replace(",", " ").split())
    return list(dict.fromkeys(each if "://" in each else f"https://{each}" for each in found))


def look(urls: Sequence[str], t: Words, *, allow_private: bool) -> dict[str, Discovery]:
    """What feeds each address has."""

    def one(url: str) -> Discovery:
        try:
            private = private_place(url) if allow_private else frozenset[str]()
        except httpx.InvalidURL:
            return Discovery((), t("{url} is not a web address", url=url))
        with open_client(allow_private=private) as client:
            return discover(url, client, now(), t)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(urls, pool.map(one, urls), strict=True))


def found_lines(found: dict[str, Discovery], t: Words) -> list[str]:
    """What was found where, one line each."""
    lines = []
    for url, discovery in found.items():
        if not discovery.feeds:
            lines.append(f"✗ {url}: {discovery.reason}")
        for feed in discovery.feeds:
            entries = t.plural("{count} entry", "{count} entries", len(feed.posts))
            lines.append(f"✓ {feed.url}: {_shown(feed.title)}, {entries}")
    return lines


def caught(query: Query, feeds: Iterable[FoundFeed]) -> tuple[list[tuple[Post, Match]], int]:
    """The entries for which `query` holds, the latest first, and how many were asked."""
    posts = list({post.external_id: post for feed in feeds for post in feed.posts}.values())
    asked = zip(posts, Matcher({"": query}).match_many(posts), strict=True)
    hits = [(post, matches[0]) for post, matches in asked if matches]
    return sorted(hits, key=lambda hit: hit[0].at, reverse=True), len(posts)


def caught_table(hits: Sequence[tuple[Post, Match]], zone: str, t: Words) -> Table:
    """Entries that were caught: when, what, by which words."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (t("When"), t("Entry"), t("Words")):
        table.add_column(title, overflow="fold")
    for post, match in islice(hits, SHOWN):
        words = ", ".join(map(_shown, match.words))
        table.add_row(t.day(post.at, ZoneInfo(zone)), Text(_shown(post.title or post.text)), Text(words))
    return table


def caught_said(hits: int, total: int, t: Words) -> str:
    """How many of how many."""
    entries = t.plural("{count} entry", "{count} entries", total)
    return t("Caught right now: {hits} of {entries}.", hits=t.number(hits), entries=entries)


def explained(query: Query, t: Words) -> list[str]:
    """How we read a query, as a tree of short lines."""
    return _lines(query.root, t, 0)


def _shown(text: str) -> str:
    """Somebody else's words on one line of a terminal: nothing in them moves its cursor or changes its colours."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text[: 10 * _TITLE])
    line = " ".join(seen.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def _lines(node: Node, t: Words, depth: int) -> list[str]:
    indent = "  " * depth
    if isinstance(node, And | Or):
        title = t("all of these:") if isinstance(node, And) else t("one of these:")
        return [f"{indent}{title}", *(line for part in node.parts for line in _lines(part, t, depth + 1))]
    if isinstance(node, Not):
        return [f"{indent}{t('and not this:')}", *_lines(node.part, t, depth + 1)]
    return [f"{indent}{node}"]
