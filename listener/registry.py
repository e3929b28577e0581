"""Source kind -> what reads it. A network is imported when a source of its kind is built, not before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from config.clients import open_client, private_place
from config.i18n import Words
from config.sources import RssOptions, SandboxOptions, SourceOptions, WordPressOptions
from listener.collector import Collector
from listener.collectors.feeds.manners import Manners

Connect = Callable[..., httpx.Client]
"""`config.clients.open_client`, or what stands in for it; called with its keywords."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to read on its own: a feed of a list, an account, a hashtag.

    `key` is unique within its source and stays through restarts: with the source's name it is the row that holds the
    cursor. `every` is the least time between two looks.
    """

    key: str
    kind: str
    every: timedelta
    collector: Collector


@dataclass(frozen=True, slots=True)
class Means:
    """What collectors work with. One for the whole process: `manners` must be shared for hosts to be spared."""

    clock: Callable[[], datetime]
    t: Words
    """The operator's language: reasons and notices are stored as they will be read."""
    connect: Connect = open_client
    manners: Manners = field(default_factory=Manners)


def places(options: SourceOptions, means: Means, auth: httpx.Auth | None = None) -> list[Place]:
    """The places of one source, each with a collector ready to be asked. Asks nobody yet.

    `auth` is the source's credential, bound to its host; feeds have none.

    Raises:
        KeyError: nobody wrote a collector for that kind.
    """
    return _BUILDERS[options.kind](options, means, auth)


def _rss(options: RssOptions, means: Means, _auth: httpx.Auth | None) -> list[Place]:
    """One place a feed, so that a feed that fails stops no other."""
    from listener.collectors.rss import RssCollector  # noqa: PLC0415 - not loaded where no feed is read

    found = []
    for url in dict.fromkeys(options.feeds):
        client = means.connect(allow_private=private_place(url) if options.allow_private else frozenset())
        collector = RssCollector(url, client, means.clock, t=means.t, manners=means.manners)
        found.append(Place(url, "rss", options.every, collector))
    return found


def _sandbox(options: SandboxOptions, means: Means, auth: httpx.Auth | None) -> list[Place]:
    """The practice ground stands on this machine, at that address and port only."""
    from listener.collectors.sandbox import SandboxCollector  # noqa: PLC0415 - not loaded in production

    client = means.connect(allow_private=private_place(options.url), auth=auth)
    return [Place(options.url, "sandbox", options.every, SandboxCollector(options.url, client, means.clock, means.t))]


def _wordpress(options: WordPressOptions, means: Means, auth: httpx.Auth | None) -> list[Place]:
    from listener.collectors.wordpress import WordPressCollector  # noqa: PLC0415 - not loaded where no site is read

    client = means.connect(
        allow_private=private_place(options.url) if options.allow_private else frozenset(), auth=auth
    )
    collector = WordPressCollector(options.url, client, means.clock, t=means.t, username=options.username)
    return [Place(options.url, "wordpress", options.every, collector)]


_BUILDERS: dict[str, Callable[..., list[Place]]] = {"rss": _rss, "sandbox": _sandbox, "wordpress": _wordpress}
