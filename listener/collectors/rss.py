"""One feed: RSS, RDF, Atom or JSON Feed. Asks politely, remembers what it knows, gives out what is new or edited."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import httpx

from config.i18n import Words
from listener.collector import Batch, Cursor
from listener.collectors.feeds.caching import LONGEST, lifetime, retry_at
from listener.collectors.feeds.entry import MOST_ENTRIES, Feed, NotAFeed
from listener.collectors.feeds.identity import identify
from listener.collectors.feeds.manners import HostBusy, Manners
from listener.collectors.feeds.memory import Memory
from listener.collectors.feeds.read import read_feed
from listener.collectors.feeds.troubles import SHORT, Trouble, lost, no_feed, refused, unanswered
from models.errors import AccessLost, NotYet, RetryLater

_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)
_LONGEST_ETAG: Final = 500


class RssCollector:
    """Implements `listener.collector.Collector` for one feed.

    The cursor holds `url` (where the feed moved for good), `etag` and `modified` as the server wrote them, `body` (the
    fingerprint of the last document), `keep` (seconds the document asks to be kept) and `known` (see `feeds.memory`).
    """

    def __init__(
        self, url: str, client: httpx.Client, clock: Callable[[], datetime], *, t: Words, manners: Manners
    ) -> None:
        self._url, self._client, self._clock, self._t, self._manners = url, client, clock, t, manners
        self._failures = 0  # in a row, since this process started

    def collect(self, cursor: Cursor | None) -> Batch:
        """Read what is new or edited since `cursor`; the first time, all that the feed shows.

        Raises:
            NotYet: another feed of the same host is being asked.
            RetryLater: the feed is away, or is no feed for now.
            AccessLost: the feed is gone for good (410) or asks for a password (401).
        """
        kept = dict(cursor or {})
        try:
            answer = self._ask(kept)
            batch = self._read(answer, kept)
        except NotYet:
            raise
        except RetryLater:
            self._failures += 1
            raise
        self._failures = 0
        return batch

    def _ask(self, kept: Cursor) -> httpx.Response:
        """The answer of the place the feed moved to; of the one the operator wrote if that is gone."""
        url = str(kept.get("url") or self._url)
        answer = self._get(url, _conditions(kept))
        if url != self._url and answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            kept.pop("url")
            answer = self._get(self._url, {})
        self._check(answer)
        return answer

    def _get(self, url: str, conditions: dict[str, str]) -> httpx.Response:
        t = self._t
        try:
            with self._manners.turn(httpx.URL(url).host):
                return self._client.get(url, headers={"Accept": _ACCEPT, **conditions})
        except HostBusy as busy:
            at = self._clock() + timedelta(seconds=busy.wait)
            raise NotYet(at, t("Waiting for its turn: one request at a time to each site")) from busy
        except httpx.InvalidURL as error:
            raise AccessLost(t("{url} is not a web address", url=url)) from error
        except httpx.HTTPError as error:
            raise self._later(unanswered(error, t)) from error

    def _check(self, answer: httpx.Response) -> None:
        """Raise what the status means for the caller."""
        status, now = answer.status_code, self._clock()
        if status in {httpx.codes.OK, httpx.codes.NOT_MODIFIED}:
            return
        if reason := lost(status, self._t):
            raise AccessLost(reason)
        trouble = refused(status, self._t)
        if at := retry_at(answer.headers, now):
            raise RetryLater(max(at, now + SHORT), trouble.reason)
        raise self._later(trouble)

    def _later(self, trouble: Trouble) -> RetryLater:
        """`wait` after the first failure, twice as long after each one more, a day at most."""
        return RetryLater(self._clock() + min(trouble.wait * 2 ** min(self._failures, 20), LONGEST), trouble.reason)

    def _read(self, answer: httpx.Response, kept: Cursor) -> Batch:
        now = self._clock()
        notices = self._moved(answer, kept)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return Batch([], kept, poll_after=_poll_after(answer, kept, now), notices=notices)
        body = hashlib.blake2b(answer.content, digest_size=16).hexdigest()
        if kept.get("body") != body:
            feed = self._parse(answer)
            kept["keep"] = feed.lifetime.total_seconds() if feed.lifetime else None
            if feed.left_out:
                notices.append(
                    self._t("The feed shows more than {most} entries: the others are not read", most=MOST_ENTRIES)
                )
            found = identify(feed.entries, self._url)
            memory = Memory(kept.get("known"))
            place = feed.title or answer.url.host
            # Oldest first: who reads them in order sees an answer after its question.
            posts = [
                post
                for name, entry in reversed(found.items())
                if (post := memory.post(name, entry, place, now)) is not None
            ]
            kept["known"] = memory.as_json(found)
        else:
            posts = []
        kept.update(body=body, etag=_header(answer, "ETag"), modified=_header(answer, "Last-Modified"))
        return Batch(posts, kept, poll_after=_poll_after(answer, kept, now), notices=notices)

    def _parse(self, answer: httpx.Response) -> Feed:
        if not answer.content.strip():
            raise self._later(Trouble(SHORT, self._t("The answer is empty")))
        try:
            return read_feed(answer.content, answer.headers.get("Content-Type", ""), str(answer.url))
        except NotAFeed as error:
            raise self._later(no_feed(error, self._t)) from error

    def _moved(self, answer: httpx.Response, kept: Cursor) -> list[str]:
        """Remember a move for good (301, 308), never one back from https to http; say it once."""
        url = httpx.URL(str(kept.get("url") or self._url))
        start = url
        for hop, landed in pairwise([*answer.history, answer]):
            if hop.status_code not in {httpx.codes.MOVED_PERMANENTLY, httpx.codes.PERMANENT_REDIRECT}:
                break
            if url.scheme == "https" and landed.request.url.scheme != "https":
                break
            url = landed.request.url
        if url == start:
            return []
        kept["url"] = str(url)
        return [self._t("The feed moved for good to {url}: write this address in the configuration", url=url)]


def _conditions(kept: Cursor) -> dict[str, str]:
    asked = {"If-None-Match": kept.get("etag"), "If-Modified-Since": kept.get("modified")}
    return {name: value for name, value in asked.items() if isinstance(value, str) and value}


def _header(answer: httpx.Response, name: str) -> str | None:
    """The header as it must be sent back; None if it is missing or no text that a header can hold."""
    value = answer.headers.get(name, "")
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_ETAG else None


def _poll_after(answer: httpx.Response, kept: Cursor, now: datetime) -> timedelta | None:
    """The longest of what the server and the document ask for, a day at most."""
    asked: Iterable[timedelta | None] = (
        lifetime(answer.headers, now),
        timedelta(seconds=keep) if (keep := kept.get("keep")) else None,
    )
    longest = max((each for each in asked if each), default=None)
    return min(longest, LONGEST) if longest else None
