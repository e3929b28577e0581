"""Source kind -> what reads it. A network is imported when a source of its kind is built, not before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from config.clients import open_client, private_place
from config.credentials import Credential
from config.i18n import Words
from config.query import Query, parse
from config.schema import Brand
from config.sources import (
    BlueskyOptions,
    DiscourseOptions,
    HackerNewsOptions,
    MailOptions,
    MastodonOptions,
    RedditOptions,
    RssOptions,
    SandboxOptions,
    SourceOptions,
    WebhookOptions,
    WordPressOptions,
    XOptions,
)
from listener.collector import Collector
from listener.collectors.feeds.manners import Manners
from models.limits import Limits, Unlimited

Connect = Callable[..., httpx.Client]
"""`config.clients.open_client`, or what stands in for it; called with its keywords."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to read on its own: a feed of a list, an account, a hashtag.

    `key` is unique within its source and stays through restarts: with the source's name it is the row that holds the
    cursor. `every` is the least time between two looks. `network` is that of its posts, where it is not the kind.
    `live`: its collector waits for what is said and is asked again at once; it gets a thread of its own.
    `mark` changes with the options and the credential of the source: see `models.tables.SourceRow`.
    """

    key: str
    kind: str
    every: timedelta
    collector: Collector
    network: str = ""
    live: bool = False
    mark: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "network", self.network or self.kind)  # frozen, but not yet anybody's


def nothing_kept(_network: str, _before: datetime) -> Sequence[str]:
    """For who keeps no posts: a trial, a test."""
    return ()


@dataclass(frozen=True, slots=True)
class Means:
    """What collectors work with. One for the whole process: `manners` must be shared for hosts to be spared."""

    clock: Callable[[], datetime]
    t: Words
    """The operator's language: reasons and notices are stored as they will be read."""
    connect: Connect = open_client
    manners: Manners = field(default_factory=Manners)
    limits: Limits = field(default_factory=Unlimited)
    """What networks still grant, kept in the store and shared with the publishers."""
    standing: Callable[[str, datetime], Sequence[str]] = nothing_kept
    """Network and a moment -> ids of its posts that we keep and last heard of before then, to ask about."""
    seconds: float = 20.0
    """The time-out of one request, for libraries that are told one; `connect` has its own."""


@dataclass(frozen=True, slots=True)
class Hearer:
    """A brand that listens to a source: what a search is compiled from. The pipeline matches what comes all the same.

    `accounts`: network -> our handle there. `competitors`: name -> query.
    """

    name: str
    query: Query
    accounts: Mapping[str, str] = field(default_factory=dict)
    competitors: Mapping[str, Query] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What a source may use beside its options.

    `auth` sends its credential to its own host with our HTTP client. `secrets` are those its options class names, by
    variable, for libraries that want them in hand: `given.secrets["X_BEARER_TOKEN"].for_url(options.url)`.
    """

    source: str = ""
    hearers: Sequence[Hearer] = ()
    auth: httpx.Auth | None = None
    secrets: Mapping[str, Credential] = field(default_factory=dict)
    mark: str = ""


NOTHING: Final = Given()


def places(options: SourceOptions, means: Means, given: Given = NOTHING) -> list[Place]:
    """The places of one source, each with a collector ready to be asked. Asks nobody yet.

    Raises:
        KeyError: nobody wrote a collector for that kind.
    """
    return [replace(place, mark=given.mark) for place in BUILDERS[options.kind](options, means, given)]


def hearers(brands: Sequence[Brand], source: str) -> tuple[Hearer, ...]:
    """The brands that listen to `source`, in the order of the file."""
    return tuple(
        Hearer(
            brand.name,
            parse(brand.query),
            brand.accounts,
            {competitor.name: parse(competitor.query) for competitor in brand.competitors},
        )
        for brand in brands
        if source in brand.sources
    )


def _mastodon(options: MastodonOptions, means: Means, given: Given) -> list[Place]:
    """One place a hashtag and server; with an account also its mentions, and one a word that is searched."""
    from listener.collectors.mastodon_places import mastodon_places  # noqa: PLC0415 - not loaded where none is read

    return mastodon_places(options, means, given)


def _discourse(options: DiscourseOptions, means: Means, given: Given) -> list[Place]:
    from listener.collectors.asking import JsonSite  # noqa: PLC0415 - not loaded where no forum is read
    from listener.collectors.discourse import ApiKey, DiscourseCollector  # noqa: PLC0415 - the same

    auth = ApiKey(options.url, options.username, given.secrets["DISCOURSE_API_KEY"]) if options.username else None
    private = private_place(options.url) if options.allow_private else frozenset()
    site = JsonSite(options.url, means.connect(allow_private=private, auth=auth), means)
    question = "\0".join(str(hearer.query) for hearer in given.hearers)
    collector = DiscourseCollector(options.url, site, means, question=question, backfill=options.backfill)
    return [Place(options.url, "discourse", options.every, collector)]


def _hackernews(options: HackerNewsOptions, means: Means, given: Given) -> list[Place]:
    from listener.collectors.asking import JsonSite  # noqa: PLC0415 - not loaded where it is not read
    from listener.collectors.hackernews import HackerNewsCollector  # noqa: PLC0415 - the same

    client = means.connect(allow_private=private_place(options.url) if options.allow_private else frozenset())
    site = JsonSite(options.url, client, means)
    collector = HackerNewsCollector(site, means, given.hearers, backfill=options.backfill)
    return [Place(options.url, "hackernews", options.every, collector)]


def _reddit(options: RedditOptions, means: Means, given: Given) -> list[Place]:
    """One place a listing, so that a subreddit that shuts its door stops no other."""
    from listener.collectors.reddit.places import reddit_places  # noqa: PLC0415 - praw, not loaded where not read

    private = private_place(options.url) | private_place(options.login) if options.allow_private else frozenset()
    return reddit_places(options, means, given, means.connect(allow_private=private))


def _bluesky(options: BlueskyOptions, means: Means, given: Given) -> list[Place]:
    """The stream of everybody's posts, then, with an account, search and notifications."""
    from listener.collectors.bluesky.build import build  # noqa: PLC0415 - not loaded where Bluesky is not heard

    return [
        Place(key, "bluesky", options.every, collector, live=live)
        for key, collector, live in build(options, means, given)
    ]


def _mail(options: MailOptions, means: Means, given: Given) -> list[Place]:
    from listener.collectors.mail import MailCollector  # noqa: PLC0415 - not loaded where no mailbox is read

    password = given.secrets["IMAP_PASSWORD"].for_url(options.address)
    queries = [str(query) for hearer in given.hearers for query in (hearer.query, *hearer.competitors.values())]
    collector = MailCollector(options, password, means.clock, means.t, queries=queries, seconds=means.seconds)
    return [Place(f"{options.username} {options.folder}", "mail", options.every, collector, network="web")]


def _rss(options: RssOptions, means: Means, _given: Given) -> list[Place]:
    """One place a feed, so that a feed that fails stops no other."""
    from listener.collectors.rss import RssCollector  # noqa: PLC0415 - not loaded where no feed is read

    found = []
    for url in dict.fromkeys(options.feeds):
        client = means.connect(allow_private=private_place(url) if options.allow_private else frozenset())
        collector = RssCollector(url, client, means.clock, t=means.t, manners=means.manners)
        found.append(Place(url, "rss", options.every, collector))
    return found


def _sandbox(options: SandboxOptions, means: Means, given: Given) -> list[Place]:
    """The practice ground stands on this machine, at that address and port only."""
    from listener.collectors.sandbox import SandboxCollector  # noqa: PLC0415 - not loaded in production

    client = means.connect(allow_private=private_place(options.url), auth=given.auth)
    return [Place(options.url, "sandbox", options.every, SandboxCollector(options.url, client, means.clock, means.t))]


def _webhook(options: WebhookOptions, means: Means, given: Given) -> list[Place]:
    """One place a network: what is taken back, and numbers, belong to one."""
    from listener.collectors.webhook import WebhookCollector  # noqa: PLC0415 - not loaded where nothing is brought
    from listener.inbox.spool import Spool  # noqa: PLC0415 - the same

    spool, secret = Spool(Path(options.folder), given.source), given.secrets["WEBHOOK_SECRET"].secret
    return [
        Place(network, "webhook", options.every, WebhookCollector(network, spool, secret, means.t), network=network)
        for network in dict.fromkeys(options.networks)
    ]


def _wordpress(options: WordPressOptions, means: Means, given: Given) -> list[Place]:
    from listener.collectors.wordpress import WordPressCollector  # noqa: PLC0415 - not loaded where no site is read

    client = means.connect(
        allow_private=private_place(options.url) if options.allow_private else frozenset(), auth=given.auth
    )
    collector = WordPressCollector(options.url, client, means.clock, t=means.t, username=options.username)
    return [Place(options.url, "wordpress", options.every, collector)]


def _x(options: XOptions, means: Means, given: Given) -> list[Place]:
    from listener.collectors.x.places import x_places  # noqa: PLC0415 - tweepy, not loaded where X is not read

    private = private_place(options.url) if options.allow_private else frozenset[str]()
    return x_places(options, means, given, means.connect(allow_private=private, auth=given.auth))


BUILDERS: dict[str, Callable[[Any, Means, Given], list[Place]]] = {
    "bluesky": _bluesky,
    "discourse": _discourse,
    "hackernews": _hackernews,
    "mail": _mail,
    "mastodon": _mastodon,
    "reddit": _reddit,
    "rss": _rss,
    "sandbox": _sandbox,
    "webhook": _webhook,
    "wordpress": _wordpress,
    "x": _x,
}
"""Kind -> what makes its places of its options. A new network adds its line here."""
