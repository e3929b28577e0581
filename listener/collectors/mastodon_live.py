"""Hears a timeline as it is written: a stream for what comes, the walk of `mastodon.py` for what came before it.

A stream that ends is opened again, and what was said meanwhile is read as usual: nothing hangs on the connection. Where
a server has no stream for us, its timeline is asked as often as the source says.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import httpx
import requests
from mastodon import Mastodon, StreamListener
from mastodon.errors import MastodonError

from config.i18n import Words
from config.mastodon import MastodonApi, Stopped, plain
from listener.collector import LONGEST_WAIT, Batch, Cursor, Refreshed
from listener.collectors.mastodon import ASKED, MastodonCollector, Memory
from listener.collectors.statuses import Status, read_status
from models.errors import NetworkError
from models.post import Engagement, Post

log = logging.getLogger(__name__)

SILENCE: Final = 60.0
"""Seconds without a sign after which a stream counts as dead; servers say that they live every 15 s."""
_MOST_HEARD: Final = 100
"""Events of one batch."""

Open = Callable[[Mastodon, StreamListener, float], None]
"""Reads a stream until it ends: the library, who listens, and the seconds of silence that end it."""


class LiveMastodon:
    """Implements `Collector`, `Refreshes` and `Closes` over a `MastodonCollector` of the same timeline."""

    most = ASKED

    def __init__(  # noqa: PLR0913 - what a stream takes
        self,
        polled: MastodonCollector,
        streams: MastodonApi,
        read: Open,
        *,
        every: timedelta,
        t: Words,
        wait: timedelta = LONGEST_WAIT,
    ) -> None:
        """`streams`: a client of its own, for the library serves one thread. `every`: how often it is asked without."""
        self._polled, self._streams, self._read = polled, streams, read
        self._every, self._t, self._wait = every, t, wait
        self._ear: _Ear | None = None
        self._caught_up = False
        self._closed = False

    def collect(self, cursor: Cursor | None) -> Batch:
        """What was said before the stream was open, then what it brings, waiting `wait` at most.

        Raises:
            RetryLater, NotYet, AccessLost: as `MastodonCollector.collect`.
        """
        notices = []
        if self._ear is None or not self._ear.is_open:
            failure = self._open()
            if failure:
                notices.append(failure)
        if not self._caught_up:
            batch = self._polled.collect(cursor)
            listening = self._ear is not None and self._ear.is_open
            self._caught_up = listening and not batch.more
            wait = None if listening or batch.more else self._every
            return Batch(
                posts=batch.posts, cursor=batch.cursor, more=batch.more, poll_after=wait,
                notices=[*batch.notices, *notices], deleted=batch.deleted, engagement=batch.engagement,
            )  # fmt: skip
        return self._heard(cursor)

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """As `MastodonCollector.refresh`."""
        return self._polled.refresh(external_ids)

    def close(self) -> None:
        """Hang up; a `collect` that waits gives what it has."""
        self._closed = True
        if self._ear:
            self._ear.close()

    def _open(self) -> str:
        """Begin to listen; why that is not possible, or nothing."""
        self._caught_up = False
        if self._closed:
            return ""
        self._ear = _Ear(self._streams, self._read)
        self._ear.start()
        if self._ear.is_open or self._closed:
            return ""
        host = httpx.URL(self._streams.url).host
        return self._t(
            "The stream of {host} cannot be read ({error}): it is asked now and then instead; see “streaming”",
            host=host,
            error=self._ear.failure,
        )

    def _heard(self, cursor: Cursor | None) -> Batch:
        """What the stream brought, in the order in which it came."""
        memory = Memory.of(cursor)
        posts: list[Post] = []
        reposted: dict[str, Engagement] = {}
        deleted = []
        for said in self._ear.heard(self._wait.total_seconds()) if self._ear else ():
            if isinstance(said, Status):
                told = self._polled.told(memory, [said])
                posts += told.posts
                reposted |= told.reposted
            elif said in memory.known:
                deleted.append(memory.known.pop(said)[0])
        if self._ear is None or not self._ear.is_open:
            self._caught_up = False  # the next look reads what was said meanwhile
        return Batch(posts=posts, cursor=memory.written(), deleted=deleted, engagement=reposted)


class _Ear(StreamListener):
    """One connection and the thread that reads it."""

    def __init__(self, api: MastodonApi, read: Open) -> None:
        self._api, self._read = api, read
        self._said: queue.SimpleQueue[Status | str | None] = queue.SimpleQueue()
        self._settled = threading.Event()
        self._stop = threading.Event()
        self.failure = ""
        self.is_open = False

    def start(self) -> None:
        """Connect; returns when the stream is open, or cannot be."""
        threading.Thread(target=self._listen, name="mastodon stream", daemon=True).start()
        self._settled.wait(SILENCE)

    def close(self) -> None:
        """Wake who waits; the thread ends with the server's next sign of life."""
        self._stop.set()
        self.is_open = False
        self._settled.set()
        self._said.put(None)

    def heard(self, seconds: float) -> list[Status | str]:
        """What came: statuses new or edited, and the ids of those that are gone. Waits for the first."""
        found: list[Status | str] = []
        try:
            said = self._said.get(timeout=seconds)
            while said is not None and len(found) < _MOST_HEARD:
                found.append(said)
                said = self._said.get_nowait()
        except queue.Empty:
            pass
        return found

    def handle_stream(self, response: requests.Response) -> None:
        """As the library reads it; the first thing that tells us that the stream is open."""
        if self._stop.is_set():
            raise Stopped
        self.is_open = True
        self._settled.set()
        super().handle_stream(response)  # type: ignore[no-untyped-call]  # the library's

    def handle_heartbeat(self) -> None:
        """The server lives; do we still listen?"""
        if self._stop.is_set():
            raise Stopped

    def on_update(self, status: Any) -> None:  # noqa: ANN401 - JSON of a stranger
        """A new status."""
        self._take(status)

    def on_status_update(self, status: Any) -> None:  # noqa: ANN401 - JSON of a stranger
        """An edited one."""
        self._take(status)

    def on_notification(self, notification: Any) -> None:  # noqa: ANN401 - JSON of a stranger
        """Somebody did something that concerns us; mentions are heard."""
        said = plain(notification)
        if said.get("type") == "mention":
            self._take(said.get("status"))

    def on_delete(self, status_id: Any) -> None:  # noqa: ANN401 - JSON of a stranger
        """One that is gone."""
        self._said.put(str(status_id))

    def on_unknown_event(self, name: str, unknown_event: Any = None) -> None:  # noqa: ANN401 - JSON of a stranger
        """Newer servers say more than we know."""

    def _take(self, said: Any) -> None:  # noqa: ANN401 - JSON of a stranger
        self.handle_heartbeat()
        status = read_status(said)
        if status:
            self._said.put(status)

    def _listen(self) -> None:
        try:
            self._read(self._api.library, self, SILENCE)
        except Stopped:
            pass
        except (MastodonError, NetworkError, httpx.HTTPError, requests.RequestException, RecursionError) as error:
            self.failure = type(error).__name__
            log.info("a stream of %s ended: %s", self._api.url, error)
        finally:
            self.is_open = False
            self._settled.set()
            self._said.put(None)
