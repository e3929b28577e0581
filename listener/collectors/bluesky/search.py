"""Searches Bluesky for the brands' words and reads what is addressed to our account; needs an app password.

Facts: lexicons app.bsky.feed.searchPosts and app.bsky.notification.listNotifications, read 2026-11-22. A search shows
the latest first and may not reach its end; `since` is inclusive, on the earlier of a post's own date and its arrival.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from config.bluesky import BlueskyAuth, did_of
from config.i18n import Words
from listener.collector import Batch, Cursor, Gap, Refreshed, digest
from listener.collectors.bluesky.asking import AT_ONCE, Asking, People
from listener.collectors.bluesky.posts import engagement_of, moment, part, post_of
from listener.registry import Means
from models.post import Post

_PAGE: Final = 100
_MOST_PAGES: Final = 10
OVERLAP: Final = timedelta(minutes=10)
"""Looked at again each time: an index shows posts a little late and out of order."""
_ADDRESSED: Final = frozenset({"mention", "reply", "quote"})


class SearchCollector:
    """Implements `Collector` and `Refreshes`.

    The cursor holds `since`, the uris `seen` at or after it, a `mark` of what was searched for, the sealed session.
    """

    most: Final = AT_ONCE

    def __init__(  # noqa: PLR0913 - by name
        self,
        asking: Asking,
        people: People,
        auth: BlueskyAuth,
        means: Means,
        *,
        searches: Sequence[str],
        backfill: timedelta,
        web: str,
    ) -> None:
        self._asking, self._people, self._auth = asking, people, auth
        self._clock, self._t = means.clock, means.t
        self._searches, self._backfill, self._web = tuple(searches), backfill, web
        self._mark = digest(*self._searches, backfill)

    def collect(self, cursor: Cursor | None) -> Batch:
        """What was said of the brands or to us since `cursor`, oldest first.

        Raises:
            RetryLater: Bluesky is away, asks for patience, or its answer was cut.
            NotYet: our limit is used up.
            AccessLost: the app password is worth nothing any more.
        """
        now = self._clock()
        self._auth.restore(cursor["session"] if cursor else "")
        goes_on = cursor is not None and cursor["mark"] == self._mark
        since = datetime.fromisoformat(cursor["since"]) if cursor and goes_on else now - self._backfill
        known = frozenset(cursor["seen"]) if cursor and goes_on else frozenset()
        reading = _Reading(since)
        for search in self._searches:
            asked = {"q": search, "sort": "latest", "since": _written(since)}
            reading.take(self._pages("app.bsky.feed.searchPosts", "posts", asked, reading))
        addressed = self._pages("app.bsky.notification.listNotifications", "notifications", {}, reading)
        reading.take(view for view in addressed if view.get("reason") in _ADDRESSED)
        fresh = [view for uri, view in reading.views.items() if uri not in known]
        newest = max((reading.seen[uri] for uri in reading.views), default=since)
        since = max(since, min(newest, now) - OVERLAP)
        return Batch(
            posts=sorted(self._posts(fresh, reading.seen), key=lambda post: post.at),
            cursor={
                "mark": self._mark,
                "since": since.isoformat(),
                "seen": [uri for uri, at in reading.seen.items() if at >= since],
                "session": self._auth.seal(),
            },
            gaps=_gaps(reading, self._t) if goes_on else (),
        )

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """The numbers of these posts now, and which of them are no longer shown.

        Raises:
            RetryLater, NotYet, AccessLost: as `collect`.
        """
        found = self._asking.get("app.bsky.feed.getPosts", {"uris": list(external_ids)}).get("posts")
        views = {view.get("uri"): view for view in found if isinstance(view, dict)} if isinstance(found, list) else {}
        there = {name: engagement_of(views[name]) for name in external_ids if name in views}
        return Refreshed(there, [name for name in external_ids if name not in views])

    def _pages(
        self, nsid: str, name: str, asked: Mapping[str, str], reading: "_Reading"
    ) -> Iterator[Mapping[str, Any]]:
        """Views, the latest first, until they are older than the reading goes back."""
        place: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self._asking.get(nsid, {**asked, **place, "limit": _PAGE})
            views = page.get(name)
            views = [view for view in views if isinstance(view, dict)] if isinstance(views, list) else []
            yield from views
            oldest = min((at for view in views if (at := moment(view.get("indexedAt")))), default=reading.since)
            if not isinstance(page.get("cursor"), str) or oldest < reading.since:
                return
            place = {"cursor": page["cursor"]}
        reading.cut_at = max(oldest, reading.cut_at or oldest)

    def _posts(self, views: Sequence[Mapping[str, Any]], seen: Mapping[str, datetime]) -> Iterator[Post]:
        authors = self._people.authors(did_of(view["uri"]) for view in views)
        session = self._auth.session
        for view in views:
            uri = view["uri"]
            yield post_of(
                uri, str(view.get("cid", "")), part(view, "record"), authors[did_of(uri)],
                web=self._web, seen=seen[uri], us=session.did if session else "", view=view,
            )  # fmt: skip


class _Reading:
    """One look: what was found, by uri. `cut_at`: there was more before that moment than could be read."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.views: dict[str, Mapping[str, Any]] = {}
        self.seen: dict[str, datetime] = {}
        self.cut_at: datetime | None = None

    def take(self, views: Iterator[Mapping[str, Any]]) -> None:
        for view in views:
            uri, at = view.get("uri"), moment(view.get("indexedAt"))
            if isinstance(uri, str) and uri.startswith("at://") and at and at >= self.since:
                self.views.setdefault(uri, view)
                self.seen.setdefault(uri, at)


def _gaps(reading: _Reading, t: Words) -> tuple[Gap, ...]:
    if reading.cut_at is None or reading.cut_at <= reading.since:
        return ()
    return (Gap(reading.since, reading.cut_at, t("Bluesky's search shows only the latest posts")),)


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
