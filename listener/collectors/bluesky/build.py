"""From a source's options to its places: the stream, and with an account search and notifications."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.bluesky import BlueskyAuth
from config.clients import private_place
from config.sources import BlueskyOptions
from listener.collector import Collector, digest
from listener.collectors.bluesky.asking import Asking, People
from listener.collectors.bluesky.dialects import DIALECTS
from listener.collectors.bluesky.jetstream import JetstreamCollector
from listener.collectors.bluesky.search import SearchCollector
from listener.collectors.bluesky.wanted import Look, searches
from listener.registry import Given, Means
from models.limits import credential_key


def build(options: BlueskyOptions, means: Means, given: Given) -> Iterator[tuple[str, Collector, bool]]:
    """Key, collector and whether it is live, for each place. Asks nobody yet."""
    if options.stream != "none":
        dialect = DIALECTS[options.stream]
        url = options.stream_url or dialect.url
        client = means.connect(allow_private=_private(options, options.appview))
        naming = Asking(options.appview, client, means, _key(options.appview))
        yield (
            url,
            JetstreamCollector(
                dialect,
                url,
                Look(given.hearers),
                People(naming, options.web),
                means,
                mark=digest(*(f"{hearer.query} {hearer.competitors}" for hearer in given.hearers)),
                backfill=options.backfill,
                web=options.web,
                allow=_private(options, url.replace("ws", "http", 1)),
            ),
            True,
        )
    if options.username and isinstance(given.auth, BlueskyAuth):
        client = means.connect(allow_private=_private(options, options.url), auth=given.auth)
        secret = given.secrets.get("BLUESKY_PASSWORD")
        asking = Asking(options.url, client, means, secret.key if secret else _key(options.url), options.username)
        collector = SearchCollector(
            asking,
            People(asking, options.web),
            given.auth,
            means,
            searches=searches(given.hearers),
            backfill=options.backfill,
            web=options.web,
        )
        yield f"{options.username}@{urlsplit(options.url).hostname}", collector, False


def _private(options: BlueskyOptions, url: str) -> frozenset[str]:
    return private_place(url) if options.allow_private else frozenset()


def _key(url: str) -> str:
    return credential_key("", urlsplit(url).hostname or "")
