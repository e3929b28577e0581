"""Hears every post of Bluesky by its Jetstream, without an account, and keeps those that a brand's words stand in.

It goes on a little before where it stopped. What it stopped at comes again, and shows that nothing between is missing;
where the first that comes is later, the server has forgotten what was said in between: a gap.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from config.guard import Forbidden
from listener.collector import LONGEST_WAIT, Batch, Cursor, Gap, digest
from listener.collectors.bluesky.asking import People
from listener.collectors.bluesky.dialects import TOO_OLD, Broken, Dialect, Event, micros_of, moment_of
from listener.collectors.bluesky.posts import post_of, text_of
from listener.collectors.bluesky.wanted import Look
from listener.collectors.bluesky.wire import Silent, Wire
from listener.registry import Means
from models.errors import AccessLost, NetworkError, RetryLater
from models.post import Post

OVERLAP: Final = 5_000_000
"""Microseconds that are heard again after a break."""
LINGER: Final = timedelta(milliseconds=500)
"""How long more posts are waited for once one is there."""
MOST_POSTS: Final = 100
MOST_EVENTS: Final = 20_000
"""Of one batch: while a day is heard again, the cursor moves all the same."""
_FARTHEST: Final = timedelta(days=1)
"""How far back a stream is asked for the first time: about what the public servers keep."""
_SOON: Final = timedelta(seconds=5)
_LATER: Final = timedelta(minutes=1)


class JetstreamCollector:
    """Implements `Collector` and `Closes` for a live place.

    The cursor holds `at`, the microsecond of the last event heard, `given`, the uris of the last seconds that were
    given already, and a `mark` of the queries; when they change, it goes back as far as `backfill` says.
    """

    def __init__(  # noqa: PLR0913 - by name
        self,
        dialect: Dialect,
        url: str,
        look: Look,
        people: People,
        means: Means,
        *,
        mark: str,
        backfill: timedelta,
        web: str,
        allow: frozenset[str] = frozenset(),
        wait: timedelta = LONGEST_WAIT,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dialect, self._url, self._look, self._people = dialect, url, look, people
        self._means, self._web, self._allow, self._wait, self._ticks = means, web, allow, wait, ticks
        self._mark, self._backfill = digest(mark, url, backfill), min(backfill, _FARTHEST)
        self._wire: Wire | None = None
        self._heard = 0  # where the wire is: the cursor it goes on from
        self._joined = True
        self._closed = False

    def collect(self, cursor: Cursor | None) -> Batch:
        """What was said since `cursor`; waits for something as long as a live place may.

        Raises:
            RetryLater: the stream or who names its authors is away, or asks for patience.
            AccessLost: the server does not let us in, or is an address we may not call.
        """
        goes_on = cursor is not None and cursor["mark"] == self._mark
        last = int(cursor["at"]) if cursor else 0
        given = dict(cursor["given"]) if cursor and goes_on else {}
        try:
            if self._closed:
                return Batch([], cursor or self._cursor(last, given))
            if self._wire is None or self._heard != last or (cursor and not goes_on):
                self._open(last, goes_on=goes_on)
            heard = self._listen(last)
            posts = self._posts([event for event in heard.wanted if event.uri not in given])
        except NetworkError:
            self._hang_up()
            raise
        self._heard = last = max(last, heard.last)
        given |= {event.uri: event.micros for event in heard.wanted}
        return Batch(
            posts=posts,
            cursor=self._cursor(last, {uri: at for uri, at in given.items() if at >= last - OVERLAP}),
            more=heard.more,
            deleted=heard.deleted,
            gaps=heard.gaps,
        )

    def close(self) -> None:
        """Hang up; `collect` in another thread returns at once."""
        self._closed = True
        self._hang_up()

    def _cursor(self, at: int, given: Mapping[str, int]) -> Cursor:
        return {"mark": self._mark, "at": at, "given": dict(given)}

    def _open(self, last: int, *, goes_on: bool) -> None:
        """Listen from `last` on, or from as far back as was asked for."""
        self._hang_up()
        back = micros_of(self._means.clock() - self._backfill) if self._backfill else 0
        start = last - OVERLAP if last and goes_on else min(back, last) if last else back
        self._joined = not (last and goes_on)
        asked = dict(self._dialect.asked)
        try:
            try:
                self._wire = self._dial(asked | ({"cursor": str(start)} if start else {}))
            except Silent as error:
                if error.error != TOO_OLD:
                    raise
                self._wire = self._dial(asked)  # what came between is a gap, seen from the first event
        except Forbidden as error:
            raise AccessLost(self._means.t("{host} is not an address we may call", host=error.host)) from error
        except Silent as error:
            raise self._refusal(error) from error
        self._heard = last
        if self._closed:  # while we dialled
            self._hang_up()

    def _dial(self, asked: Mapping[str, str]) -> Wire:
        return Wire(self._url, asked, self._dialect.subprotocol, seconds=self._means.seconds, allow=self._allow)

    def _listen(self, last: int) -> "_Heard":
        """What comes until there is enough, or the time is over."""
        heard = _Heard()
        end = self._ticks() + self._wait.total_seconds()
        wire = self._wire
        while wire and (left := end - self._ticks()) > 0 and not heard.more:
            try:
                frame = wire.read(left)
                if frame is None:
                    break
                event = self._dialect.read(frame) if isinstance(frame, dict) else None
            except (Silent, Broken) as error:
                self._hang_up()
                if not heard.events and not self._closed:
                    reason = self._means.t("Bluesky's stream broke off ({error})", error=str(error))
                    raise RetryLater(self._means.clock() + _SOON, reason) from error
                break
            if event is None:
                continue
            if not self._joined:
                self._joined = True
                if event.micros > last:
                    reason = self._means.t("Bluesky's stream no longer has it")
                    heard.gaps.append(Gap(moment_of(last), event.at, reason))
            if heard.take(event, self._look):
                end = min(end, self._ticks() + LINGER.total_seconds())
        return heard

    def _posts(self, events: list[Event]) -> list[Post]:
        authors = self._people.authors(event.did for event in events) if events else {}
        return [
            post_of(event.uri, event.cid, event.record or {}, authors[event.did], web=self._web, seen=event.at)
            for event in events
        ]

    def _refusal(self, error: Silent) -> NetworkError:
        t, now = self._means.t, self._means.clock()
        if error.status in {401, 403}:
            return AccessLost(t("Bluesky's stream does not let us in ({error}): see stream_url", error=error.reason))
        after = next((value for name, value in error.headers.items() if name.lower() == "retry-after"), "")
        wait = timedelta(seconds=min(int(after[:6]), 86_400)) if after.isdecimal() else _LATER
        return RetryLater(now + wait, t("Bluesky's stream does not answer ({error})", error=error.reason))

    def _hang_up(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.hang_up()


class _Heard:
    """What one listening brought."""

    def __init__(self) -> None:
        self.events = self.last = 0
        self._wanted: dict[str, Event] = {}
        self._deleted: dict[str, None] = {}
        self.gaps: list[Gap] = []

    @property
    def wanted(self) -> list[Event]:
        return list(self._wanted.values())

    @property
    def deleted(self) -> list[str]:
        return list(self._deleted)

    @property
    def more(self) -> bool:
        """Whether it is enough for one batch."""
        return self.events >= MOST_EVENTS or len(self._wanted) >= MOST_POSTS

    def take(self, event: Event, look: Look) -> bool:
        """Keep what matters of it; true where that was a post that a brand may want."""
        self.events += 1
        self.last = max(self.last, event.micros)
        if event.operation == "delete":
            self._wanted.pop(event.uri, None)
            self._deleted[event.uri] = None
        elif event.operation == "create" and event.record and look.wants(text_of(event.record)):
            self._wanted[event.uri] = event
            return True
        return False
