"""The feeds of a site, found by themselves: the address itself, what the page names, then the usual places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

import httpx

from config.i18n import Words
from listener.collectors.feeds.entry import Feed, NotAFeed
from listener.collectors.feeds.identity import identify
from listener.collectors.feeds.memory import Memory
from listener.collectors.feeds.read import read_feed
from listener.collectors.feeds.troubles import lost, no_feed, refused, unanswered
from listener.links import canonical
from models.post import Post

USUAL: Final = ("feed", "rss.xml", "atom.xml", "feed.json", "rss", "index.xml")
"""Where sites put their feed without saying so, beside the page and at the top: the first that answers is taken."""


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed and what it shows right now, the latest first."""

    url: str
    title: str
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """The feeds of one address; `reason` says why there are none."""

    feeds: tuple[FoundFeed, ...]
    reason: str = ""


def discover(address: str, client: httpx.Client, now: datetime, t: Words) -> Discovery:
    """Ask `address` (a feed, a page, a bare host) for its feeds. One request for a feed, a few for a site.

    Args:
        address: as a person types it; https unless it says otherwise.
        client: of `config.clients.open_client`: what stands at the address is not ours.
        now: for entries without a date, aware.
        t: the language of `reason`.
    """
    start = address.strip() if "://" in address else f"https://{address.strip()}"
    look = _Look(client, now, t)
    try:
        return Discovery((look.feed(start),))
    except NotAFeed as page:
        named, reason = page.links, no_feed(page, t).reason
    except _Unanswered as error:
        return Discovery((), error.reason)
    found = tuple(_different(look.those(named))) or tuple(_different(look.those(_usual(look.landed)), most=1))
    return Discovery(found, "" if found else reason)


class _Unanswered(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Look:
    """Asks one address after the other. `landed` is where the last one led."""

    def __init__(self, client: httpx.Client, now: datetime, t: Words) -> None:
        self._client, self._now, self._t = client, now, t
        self.landed = ""

    def feed(self, url: str) -> FoundFeed:
        """The feed at `url`.

        Raises:
            NotAFeed: something else stands there.
            _Unanswered: nothing answers.
        """
        try:
            answer = self._client.get(url)
        except httpx.InvalidURL as error:
            raise _Unanswered(self._t("{url} is not a web address", url=url)) from error
        except httpx.HTTPError as error:
            raise _Unanswered(unanswered(error, self._t).reason) from error
        if answer.status_code != httpx.codes.OK:
            reason = lost(answer.status_code, self._t) or refused(answer.status_code, self._t).reason
            raise _Unanswered(reason)
        self.landed = str(answer.url)
        feed = read_feed(answer.content, answer.headers.get("Content-Type", ""), self.landed)
        return FoundFeed(self.landed, feed.title or answer.url.host, self._posts(feed))

    def those(self, urls: Sequence[str]) -> Iterator[FoundFeed]:
        """The feeds among `urls`."""
        for url in urls:
            try:
                yield self.feed(url)
            except (NotAFeed, _Unanswered):
                continue

    def _posts(self, feed: Feed) -> tuple[Post, ...]:
        memory = Memory()
        named = identify(feed.entries, self.landed).items()
        posts = (memory.post(name, entry, feed.title, self._now) for name, entry in named)
        return tuple(post for post in posts if post is not None)


def _usual(page: str) -> list[str]:
    """The usual places: beside the page first (a blog under /blog/), then at the top of the site."""
    return list(dict.fromkeys(urljoin(base, name) for base in (page, urljoin(page, "/")) for name in USUAL))


def _different(feeds: Iterator[FoundFeed], most: int = 10) -> Iterator[FoundFeed]:
    """Each content once: many sites offer the same entries as RSS, Atom and JSON."""
    seen: set[frozenset[str]] = set()
    for feed in feeds:
        content = frozenset(canonical(post.url) or post.external_id for post in feed.posts) or frozenset({feed.url})
        if content not in seen:
            seen.add(content)
            yield feed
        if len(seen) == most:
            return
