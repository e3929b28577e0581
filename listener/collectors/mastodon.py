"""Reads one timeline of one Mastodon server: a hashtag, a search, or our own mentions. `docs/networks/mastodon.md`.

Timelines are walked from the newest down, page by page, to what is known: a post of another server gets an id of the
moment it was written, not of when it arrived, so what came late stands below what we have. The newest page is read
again at each look, for edits and for what is no longer there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

import httpx
from mastodon import Mastodon

from config.guard import Forbidden
from config.i18n import Words
from config.mastodon import Answered, MastodonApi, Moved, Unreadable, plain
from listener.collector import Batch, Cursor, Refreshed, digest
from listener.collectors.statuses import Status, position, post_of, read_status, statuses_of
from models.errors import AccessLost, RetryLater
from models.post import Engagement, Post

PAGE: Final = 40
"""Statuses of one answer, the most a server gives."""
KNOWN: Final = 400
"""Statuses that a place remembers, the newest."""
MOST: Final = 2_000
"""Statuses of one walk; more than that since the last look is said."""
ASKED: Final = 20
"""Statuses that one request may ask for by their ids."""
_PATIENCE: Final = timedelta(minutes=1)
_GONE: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})
_SINGLY: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.BAD_REQUEST})
"""What servers say that cannot give several statuses at once (before 4.3, GoToSocial)."""
_UNLISTED: Final = "-"
"""In place of a digest: it is still there, but the timeline no longer shows it."""

_Found = TypeVar("_Found")


class Timeline(Protocol):
    """What is walked; what it gives stands newest first."""

    @property
    def said(self) -> str:
        """Its name in the cursor, and for people."""
        ...

    @property
    def addressed(self) -> bool:
        """Whether what stands there mentions us."""
        ...

    def page(self, library: Mastodon, below: str | None) -> tuple[list[Any], str | None]:
        """The statuses below a mark (None: from the newest), and the mark of the next page if there may be one."""
        ...


@dataclass(frozen=True, slots=True)
class Hashtag:
    """All public statuses with a hashtag that the server knows of."""

    tag: str
    addressed: bool = False

    @property
    def said(self) -> str:
        """The hashtag as people write it."""
        return f"#{self.tag}"

    def page(self, library: Mastodon, below: str | None) -> tuple[list[Any], str | None]:
        """As `Timeline`."""
        found = library.timeline_hashtag(self.tag, max_id=below, limit=PAGE)
        return list(found), _next(found)


@dataclass(frozen=True, slots=True)
class Mentions:
    """Statuses that mention our account."""

    said: str = "mentions"
    addressed: bool = True

    def page(self, library: Mastodon, below: str | None) -> tuple[list[Any], str | None]:
        """As `Timeline`; the mark is of the notifications, which are counted apart."""
        found = library.notifications(max_id=below, limit=PAGE, types=["mention"])
        return [each.get("status") for each in found if each.get("type") == "mention"], _next(found)


@dataclass(frozen=True, slots=True)
class Search:
    """Statuses with a word, among those the server has indexed."""

    words: str
    addressed: bool = False

    @property
    def said(self) -> str:
        """The words, marked as a search."""
        return f"? {self.words}"

    def page(self, library: Mastodon, below: str | None) -> tuple[list[Any], str | None]:
        """As `Timeline`; the mark counts what was given."""
        start = int(below or 0)
        answer = plain(library.search_v2(self.words, resolve=False, result_type="statuses", offset=start, limit=PAGE))
        found = list(answer.get("statuses") or ())
        return found, str(start + PAGE) if len(found) >= PAGE else None


@dataclass(slots=True)
class Memory:
    """What the cursor holds. `known`: id -> (uri, digest). `below`: where a walk goes on; `walked`: how far it came."""

    known: dict[str, tuple[str, str]]
    below: str | None
    walked: int
    since: datetime | None
    question: str

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Memory":
        """As it was written."""
        cursor = cursor or {}
        since = cursor.get("since")
        return cls(
            {name: (uri, mark) for name, (uri, mark) in dict(cursor.get("known", {})).items()},
            cursor.get("below"),
            int(cursor.get("walked", 0)),
            datetime.fromisoformat(since) if since else None,
            cursor.get("question", ""),
        )

    def written(self) -> Cursor:
        """As JSON; what is oldest is forgotten when no walk needs it."""
        if self.below is None and len(self.known) > KNOWN:
            newest = sorted(self.known, key=position, reverse=True)[:KNOWN]
            self.known = {name: self.known[name] for name in newest}
        return {
            "known": {name: list(each) for name, each in self.known.items()},
            "below": self.below,
            "walked": self.walked,
            "since": self.since.isoformat() if self.since else None,
            "question": self.question,
        }


class MastodonCollector:
    """Implements `listener.collector.Collector` and `Refreshes` for one timeline of one server."""

    most = ASKED

    def __init__(  # noqa: PLR0913 - what reading takes, by name
        self,
        api: MastodonApi,
        timeline: Timeline,
        clock: Callable[[], datetime],
        *,
        t: Words,
        backfill: timedelta,
        question: str = "",
    ) -> None:
        """`question` changes when more should be looked for in the past: then it is read again as far as `backfill`."""
        self.api, self._timeline, self._clock, self._t = api, timeline, clock, t
        self._backfill = backfill
        self._question = digest(timeline.said, question, backfill)
        self._domain: str | None = None
        self._ids: dict[str, str] = {}
        """uri -> id here, of what the cursor knew last."""

    def collect(self, cursor: Cursor | None) -> Batch:
        """One page: what is new, edited or gone on it; `more` until the walk met what is known.

        Raises:
            RetryLater: the server is away, busy, or its answer was cut.
            NotYet: our own limits keep us from asking.
            AccessLost: the token is worthless, or the server shows its timelines to nobody without one.
        """
        memory = Memory.of(cursor)
        if memory.question != self._question:
            memory = Memory(
                {}, None, 0, self._clock() - self._backfill, self._question
            )  # what we passed over counts now
        if self._domain is None:
            self._domain = self._heard(lambda: self.api.about().domain)
        found, below = self.asked(lambda library: self._timeline.page(library, memory.below))
        statuses = list(statuses_of(found))
        first = memory.below is None
        deleted = self._missing(memory, statuses, whole=below is None) if first else []
        told = self.told(memory, statuses)
        memory.walked += len(statuses)
        is_done, notices = self._is_over(memory, statuses, told, below)
        memory.below = None if is_done else below
        if is_done:
            memory.walked, memory.since = 0, None
        written = memory.written()
        self._ids = {uri: name for name, (uri, _) in memory.known.items()}
        return Batch(
            posts=told.posts,
            cursor=written,
            more=not is_done,
            notices=notices,
            deleted=deleted,
            engagement=told.reposted,
        )

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """The numbers of these posts now, and which the server no longer shows; those it never gave are left out.

        Raises:
            RetryLater, NotYet, AccessLost: as `collect`.
        """
        ids = {self._ids[uri]: uri for uri in external_ids if uri in self._ids}
        there = self._those_there(list(ids))
        return Refreshed(
            {status.uri: status.engagement for status in there.values()},
            [uri for name, uri in ids.items() if name not in there],
        )

    def told(self, memory: Memory, statuses: Iterable[Status]) -> "Told":
        """What is new or edited of `statuses`, oldest first, and what was passed on; `memory` knows it from now on."""
        fresh, reposted, unknown = [], {}, 0
        for status in statuses:
            original = read_status(status.reblog) if status.reblog else None
            if original:
                reposted[original.uri] = original.engagement
                continue
            before = memory.known.get(status.id)
            unknown += before is None
            memory.known[status.id] = (status.uri, status.digest)
            if (before is None or before[1] != status.digest) and status.is_public:
                fresh.append(status)
        uris = {name: uri for name, (uri, _) in memory.known.items()}
        return Told([self._post(status, uris) for status in reversed(fresh)], reposted, unknown)

    def asked(self, call: Callable[[Mastodon], _Found], *, let: frozenset[int] = frozenset()) -> _Found:
        """What a call gives; whatever else comes of it says what to do next, in the operator's language.

        Raises:
            Answered: the server said one of `let`.
            RetryLater, NotYet, AccessLost: as `collect`.
        """
        return self._heard(lambda: self.api.ask(call), let)

    def _heard(self, call: Callable[[], _Found], let: frozenset[int] = frozenset()) -> _Found:
        t, now = self._t, self._clock()
        host = httpx.URL(self.api.url).host
        try:
            return call()
        except RetryLater as patience:
            if type(patience) is not RetryLater:  # our own limit, in its own words
                raise
            raise RetryLater(
                patience.at, t("{host} asks for patience ({said})", host=host, said=patience.reason)
            ) from None
        except Forbidden as error:
            raise AccessLost(t("{host} is not an address we may call", host=error.host)) from error
        except httpx.HTTPError as error:
            reason = t("{host} does not answer ({error})", host=host, error=type(error).__name__)
            raise RetryLater(now + _PATIENCE, reason) from error
        except Unreadable as error:
            raise RetryLater(now + _PATIENCE, t("The answer of {host} cannot be read", host=host)) from error
        except Moved as error:
            where = error.where
            raise AccessLost(
                t("{host} is at {url} now: write this address in the configuration", host=host, url=where)
            ) from error
        except Answered as error:
            if error.status in let:
                raise
            raise self._refusal(error, host) from error

    def _refusal(self, error: Answered, host: str) -> RetryLater | AccessLost:
        t = self._t
        if error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return RetryLater(
                self._clock() + _PATIENCE, t("{host} asks for patience ({said})", host=host, said=str(error))
            )
        if error.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.UNPROCESSABLE_ENTITY}:
            return AccessLost(
                t(
                    "{host} does not let us read ({said}): make a new token under “Preferences”, “Development” there"
                    " and put it into .env; without an account, this server may show its hashtags to nobody",
                    host=host,
                    said=str(error),
                )
            )
        return AccessLost(
            t("No Mastodon answers at {host} ({said}): is this the server's address?", host=host, said=str(error))
        )

    def _post(self, status: Status, uris: dict[str, str]) -> Post:
        parent = uris.get(status.in_reply_to_id or "")
        if status.in_reply_to_id and parent is None and self._timeline.addressed:
            above = self._those_there([status.in_reply_to_id])  # it may be an answer of ours: the conversation goes on
            parent = next((each.uri for each in above.values()), None)
        return post_of(status, self.api.url, self._domain or "", parent=parent, addressed=self._timeline.addressed)

    def _is_over(
        self, memory: Memory, statuses: Sequence[Status], told: "Told", below: str | None
    ) -> tuple[bool, list[str]]:
        """Whether the walk ends here: nothing below, nothing unknown, or as far back as was asked."""
        if below is None or not statuses:
            return True, []
        if memory.walked >= MOST:
            said = self._t("More than {most} posts since the last look at {place}: the oldest are not read",
                           most=MOST, place=self._timeline.said)  # fmt: skip
            return True, [said]
        if memory.since:  # the first time, and after a change of the question
            return min(status.created_at for status in statuses) < memory.since, []
        return told.unknown == 0, []

    def _missing(self, memory: Memory, statuses: Sequence[Status], *, whole: bool) -> list[str]:
        """Posts that should stand on the newest page and do not, because they are gone."""
        lowest = min((position(status.id) for status in statuses), default=(0, ""))
        here = {status.id for status in statuses}
        wanted = [
            name
            for name, (_, mark) in memory.known.items()
            if name not in here and mark != _UNLISTED and (whole or position(name) >= lowest)
        ]
        wanted = sorted(wanted, key=position, reverse=True)[:ASKED]
        there = self._those_there(wanted)
        gone = []
        for name in wanted:
            uri = memory.known[name][0]
            if name in there:
                memory.known[name] = (uri, _UNLISTED)
            else:
                del memory.known[name]
                gone.append(uri)
        return gone

    def _those_there(self, ids: Sequence[str]) -> dict[str, Status]:
        """Those of `ids` that the server still shows."""
        if not ids:
            return {}
        try:
            found: Iterable[Any] = self.asked(lambda library: library.statuses(list(ids)), let=_SINGLY)
        except Answered:
            found = [each for name in ids if (each := self._one(name)) is not None]
        return {status.id: status for status in statuses_of(found)}

    def _one(self, name: str) -> Any:  # noqa: ANN401 - JSON of a stranger
        try:
            return self.asked(lambda library: library.status(name), let=_GONE)
        except Answered:
            return None


@dataclass(frozen=True, slots=True)
class Told:
    """What some statuses brought. `unknown`: how many nobody had seen."""

    posts: list[Post]
    reposted: dict[str, Engagement]
    unknown: int


def _next(found: Any) -> str | None:  # noqa: ANN401 - a list with the library's own mark on it
    """Where the next page begins, if the server says that there is one."""
    mark = plain(getattr(found, "_pagination_next", None)).get("max_id")
    return None if mark is None else str(mark)
