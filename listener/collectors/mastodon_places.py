"""Which places a Mastodon source has, and how each is read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

import httpx
from mastodon import Mastodon, StreamListener

from config.clients import BearerToken, private_place
from config.guard import Limits
from config.mastodon import TOKEN, MastodonApi
from config.query.tree import And, Near, Node, Not, Or, Sort, Term
from config.sources import MastodonOptions
from listener.collectors.mastodon import Hashtag, MastodonCollector, Mentions, Search, Timeline
from listener.collectors.mastodon_live import LiveMastodon, Open
from listener.registry import Given, Means, Place
from models.limits import credential_key

MOST_SEARCHES: Final = 10
"""Words that are searched: each is a request at every look."""
_STREAM: Final = Limits(total=3_600, body=1 << 40)
"""A stream is opened anew every hour, so that one that died in silence is found."""


def mastodon_places(options: MastodonOptions, means: Means, given: Given) -> list[Place]:
    """One place a hashtag and server, the mentions of the account, and one a word that is searched."""
    question = "\0".join(str(hearer.query) for hearer in given.hearers)
    home = options.instance.rstrip("/")
    servers = [home, *(other.rstrip("/") for other in options.others)]
    tags = list(dict.fromkeys(tag.removeprefix("#") for tag in options.hashtags))
    found = [
        _place(options, means, given, server, Hashtag(tag), question)
        for server in dict.fromkeys(servers)
        for tag in tags
    ]
    if options.account:
        found.append(_place(options, means, given, home, Mentions(), ""))
        words = searched(given) if options.search else []
        found += [_place(options, means, given, home, Search(each), question) for each in words]
    return found


def searched(given: Given) -> list[str]:
    """Words of which one stands in whatever the brands' queries hold for, as far as a server can search them."""
    queries = [query for hearer in given.hearers for query in (hearer.query, *hearer.competitors.values())]
    return list(dict.fromkeys(word for query in queries for word in _words(query.root)))[:MOST_SEARCHES]


def _words(node: Node) -> Iterator[str]:
    """The positive words of a query; of an AND, its first part that has some: the pipeline matches the rest."""
    match node:
        case Term(sort=Sort.TAG, text=text):
            yield f"#{text}"
        case Term(text=text):
            yield f'"{text}"' if " " in text else text
        case Or(parts=parts):
            for part in parts:
                yield from _words(part)
        case And(parts=parts):
            yield from next((words for part in parts if (words := list(_words(part)))), [])
        case Near(left=left):
            yield from _words(left)
        case Not() | _:
            return


def _place(  # noqa: PLR0913, PLR0917 - what one place is made of
    options: MastodonOptions, means: Means, given: Given, server: str, timeline: Timeline, question: str
) -> Place:
    ours = bool(options.account) and server == options.instance.rstrip("/")
    api = partial(_api, options, means, given, server, ours=ours)
    polled = MastodonCollector(api(), timeline, means.clock, t=means.t, backfill=options.backfill, question=question)
    place = Place(f"{server} {timeline.said}", "mastodon", options.every, polled)
    reader = _reader(timeline)
    if not (ours and options.stream and reader):
        return place
    streams = api(streaming=(options.streaming or server).rstrip("/"))
    return replace(place, collector=LiveMastodon(polled, streams, reader, every=options.every, t=means.t), live=True)


def _reader(timeline: Timeline) -> Open | None:
    """How a timeline is streamed; a search is not."""
    if isinstance(timeline, Mentions):
        return _mentions
    return _hashtag(timeline.tag) if isinstance(timeline, Hashtag) else None


def _mentions(library: Mastodon, ear: StreamListener, silence: float) -> None:
    library.stream_user_notifications(ear, timeout=silence)


def _hashtag(tag: str) -> Open:
    def read(library: Mastodon, ear: StreamListener, silence: float) -> None:
        library.stream_hashtag(tag, ear, timeout=silence)

    return read


def _api(  # noqa: PLR0913 - what one client is made of
    options: MastodonOptions, means: Means, given: Given, server: str, *, ours: bool, streaming: str = ""
) -> MastodonApi:
    connect: Callable[..., httpx.Client] = partial(
        means.connect, allow_private=private_place(server) if options.allow_private else frozenset()
    )
    streams = {}
    if streaming:
        # The operator wrote where the streams are; the token goes there and to the server itself.
        bearer = BearerToken(streaming, given.secrets[TOKEN].secret)
        door = private_place(streaming) if options.allow_private else frozenset[str]()
        streams[streaming] = means.connect(allow_private=door, auth=bearer, limits=_STREAM)
    return MastodonApi(
        server,
        connect(auth=given.auth) if ours else connect(),
        means.clock,
        limits=means.limits,
        credential=given.secrets[TOKEN].key if ours else credential_key("", httpx.URL(server).host),
        seconds=means.seconds,
        streams=streams,
    )
