"""What of Reddit is read: two listings a subreddit, the searches, the inbox; each a place that fails alone."""

from collections.abc import Iterator, Sequence
from typing import Final

import httpx

from config.query import Attribute, Field, Sort, Term
from config.reddit import Keys, RedditApi
from config.sources import RedditOptions
from listener.collectors.reddit.collector import Listing, RedditCollector
from listener.registry import Given, Hearer, Means, Place
from listener.searching import Syntax, packed, quoted, ways

LONGEST: Final = 512
"""Characters of one search (Reddit's API, 2026-11-22)."""


def keys(options: RedditOptions, given: Given) -> Keys:
    """The application's secrets, and the account's password where there is one."""
    return Keys(
        options.url,
        options.login,
        given.secrets["REDDIT_CLIENT_ID"],
        given.secrets["REDDIT_CLIENT_SECRET"],
        options.username or "",
        given.secrets.get("REDDIT_PASSWORD"),
    )


def reddit_places(options: RedditOptions, means: Means, given: Given, client: httpx.Client) -> list[Place]:
    """Every place of one source, each with a collector of its own: praw is not for two threads."""
    known = means.t(
        "Reddit gives new keys only with its approval, and asks brands for an agreement (docs/networks/reddit.md)"
    )
    question = "\0".join(str(hearer.query) for hearer in given.hearers)

    def place(key: str, listings: Sequence[Listing], *, first: bool = False) -> Place:
        api = RedditApi(keys(options, given), client, means.clock, means.limits)
        collector = RedditCollector(
            api, means, listings, question=question, backfill=options.backfill, tells=(known,) if first else ()
        )
        return Place(key, "reddit", options.every, collector)

    found: dict[str, list[Listing]] = {}
    for name in dict.fromkeys(options.subreddits):
        found[f"r/{name} comments"] = [Listing(f"r/{name}/comments")]
        found[f"r/{name} posts"] = [Listing(f"r/{name}/new")]
    if searches := list(_searches(options, given.hearers)):
        found["search"] = searches
    if options.username:
        found[f"u/{options.username}"] = [Listing("message/inbox")]
    return [place(key, listings, first=not index) for index, (key, listings) in enumerate(found.items())]


def _searches(options: RedditOptions, hearers: Sequence[Hearer]) -> Iterator[Listing]:
    listed = "+".join(options.subreddits)
    if options.search == "none" or (options.search == "listed" and not listed):
        return
    path, restrict = ("search", {}) if options.search == "all" else (f"r/{listed}/search", {"restrict_sr": "1"})
    asked = packed((way for hearer in hearers for way in ways(hearer.query, SYNTAX)), LONGEST)
    for question in asked:
        yield Listing(path, (("q", question), ("sort", "new"), ("type", "link"), *restrict.items()))


def _term(term: Term) -> str:
    if term.title:
        return f"title:{quoted(term)}"
    return f'"{term.text}"' if term.sort is Sort.HANDLE else quoted(term)


def _field(attribute: Attribute) -> str:
    return f'{attribute.name.value}:"{attribute.value}"'


SYNTAX: Final = Syntax(_term, _field, frozenset({Field.AUTHOR, Field.SITE}))
