"""Reads Reddit's listings: comments and posts of a subreddit, searches, our inbox. See `docs/networks/reddit.md`.

A listing is walked from its newest thing down, until what the last look saw. Not by Reddit's `before`: once the thing
it names is removed, it answers nothing for ever. The newest `WINDOW` are compared again at each look, for edits, for
what appears late, and for what is no longer there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from pydantic import ValidationError

from config.reddit import Answered, NoAnswer, NoToken, NotOurs, RedditApi
from listener.collector import Batch, Cursor, Gap, Refreshed, digest
from listener.collectors.reddit.thing import Page, Thing
from listener.registry import Means
from models.errors import AccessLost, RetryLater
from models.post import Post

WINDOW: Final = 100
"""Newest things of a listing that are watched."""
_PAGE: Final = 100
_MOST_PAGES: Final = 10  # a listing ends after about 1,000 things, whatever stands behind (Reddit's API, 2026-11-22)
_PATIENCE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list that Reddit keeps, newest first. `params` are asked beside the page."""

    path: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What the cursor calls it."""
        return digest(self.path, *(part for pair in self.params for part in pair))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the last look saw: fullname -> digest of the newest, and what was oldest of them, in Reddit's numbers."""

    known: dict[str, str]
    floor: int
    until: float

    @classmethod
    def read(cls, said: dict[str, Any]) -> "_Seen":
        return cls(dict(said["known"]), int(said["floor"]), float(said["until"]))

    def written(self) -> dict[str, Any]:
        return {"known": self.known, "floor": self.floor, "until": self.until}


@dataclass(frozen=True, slots=True)
class _Walked:
    """Newest first. `ended`: there is nothing behind them; `gaps`: what the listing no longer reaches."""

    things: Sequence[Thing]
    ended: bool = False
    gaps: Sequence[Gap] = ()


class RedditCollector:
    """Reads `listings` in turn, one a call. `question` changes when the brands ask something else: then back again.

    The cursor holds the question, whose turn it is, and what was seen of each listing.
    """

    most = 100

    def __init__(  # noqa: PLR0913 - what it reads by keyword
        self,
        api: RedditApi,
        means: Means,
        listings: Sequence[Listing],
        *,
        question: str,
        backfill: timedelta,
        tells: Sequence[str] = (),
    ) -> None:
        self._tells = tells
        self._api, self._means, self._listings = api, means, tuple(listings)
        self._question, self._backfill = digest(question, *(listing.name for listing in listings)), backfill

    def collect(self, cursor: Cursor | None) -> Batch:
        """What is new or changed on the next listing, oldest first.

        Raises:
            RetryLater: Reddit asks for patience, is away, or its answer was cut.
            NotYet: our limit is used up.
            AccessLost: no token, or no such subreddit for us.
        """
        if not self._listings:
            return Batch([], {"turn": 0, "question": self._question, "lists": {}})
        same = cursor is not None and cursor["question"] == self._question
        lists = dict(cursor["lists"]) if cursor and same else {}
        turn = int(cursor["turn"]) % len(self._listings) if cursor and same else 0
        listing = self._listings[turn]
        seen = _Seen.read(lists[listing.name]) if listing.name in lists else None
        walked = self._walk(listing, seen)
        found, floor = self._wanted(walked.things, seen)
        posts, deleted = self._changes(found, seen, ended=walked.ended)
        lists[listing.name] = _seen(found, floor, seen).written()
        following = (turn + 1) % len(self._listings)
        return Batch(
            posts=posts,
            cursor={"question": self._question, "turn": following, "lists": lists},
            more=following != 0,
            deleted=deleted,
            engagement={thing.name: thing.engagement for thing in found if seen and thing.name in seen.known},
            gaps=walked.gaps,
        )

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """Numbers of things, and which are deleted, removed, or no longer shown to us.

        Raises:
            RetryLater: Reddit asks for patience, is away, or its answer was cut.
            NotYet: our limit is used up.
            AccessLost: Reddit gives us no token.
        """
        page = self._page("api/info", id=",".join(external_ids))
        there = {thing.name: thing for thing in page.things if not thing.gone}
        return Refreshed(
            {name: thing.engagement for name, thing in there.items()},
            [name for name in external_ids if name not in there],
        )

    def tells(self) -> Sequence[str]:
        """What a person should know of Reddit itself, at one of its places."""
        return self._tells

    def _walk(self, listing: Listing, seen: _Seen | None) -> _Walked:
        """Things down to those seen before, newest first and each once; and what the listing no longer reaches."""
        found: dict[str, Thing] = {}
        after = ""
        for _ in range(_MOST_PAGES):
            page = self._page(listing.path, limit=_PAGE, **dict(listing.params), **({"after": after} if after else {}))
            found.update({thing.name: thing for thing in page.things if thing.name not in found})
            after = page.after
            if not after or self._reached(page.things, seen):
                return _Walked(list(found.values()), ended=not after)
        oldest = min((thing.created_utc for thing in found.values()), default=0.0)
        if seen is None or not seen.known or oldest <= seen.until:
            return _Walked(list(found.values()))
        reason = self._means.t("More was said than Reddit's list holds (1,000)")
        return _Walked(list(found.values()), gaps=(Gap(_time(seen.until), _time(oldest), reason),))

    def _reached(self, things: Sequence[Thing], seen: _Seen | None) -> bool:
        """Whether a page ends among what the last look saw, or before what was asked for."""
        if seen is None or not seen.known:
            return any(thing.created_utc < self._since for thing in things)
        return any(thing.name in seen.known or thing.number <= seen.floor for thing in things)

    def _wanted(self, walked: Sequence[Thing], seen: _Seen | None) -> tuple[list[Thing], int]:
        """What is to be looked at, and the number under which nothing is from now on."""
        if seen:
            return [thing for thing in walked if thing.number > seen.floor], seen.floor
        old = max((thing.number for thing in walked if thing.created_utc < self._since), default=0)
        return [thing for thing in walked if thing.number > old], old

    @property
    def _since(self) -> float:
        return (self._means.clock() - self._backfill).timestamp()

    def _changes(self, found: Sequence[Thing], seen: _Seen | None, *, ended: bool) -> tuple[list[Post], list[str]]:
        """What to tell: the new and the edited, oldest first; and what is gone."""
        known = seen.known if seen else {}
        gone = [thing.name for thing in found if thing.gone and thing.name in known]
        shown = {thing.name for thing in found}
        lowest = 0 if ended else min((thing.number for thing in found), default=0)
        # Removed things leave a listing. What fell off its end did not: only what should stand in between is asked for.
        missing = [name for name in known if name not in shown and int(name[3:], 36) >= lowest]
        if missing:
            gone += self.refresh(missing[: self.most]).deleted
        fresh = [thing for thing in found if known.get(thing.name) != thing.digest and not thing.gone]
        ordered = sorted(fresh, key=lambda thing: thing.created_utc)
        return [thing.post(self._means.clock()) for thing in ordered], gone

    def _page(self, path: str, **params: str | int) -> Page:
        t = self._means.t
        try:
            return Page.read(self._api.get(path, **params))
        except ValidationError as error:
            raise self._later(t("Reddit's answer cannot be read")) from error
        except NoAnswer as error:
            raise self._later(t("Reddit does not answer ({error})", error=str(error))) from error
        except NotOurs as error:
            raise AccessLost(t("{host} is not an address we may call", host=str(error))) from error
        except NoToken as error:
            raise AccessLost(self._no_token(str(error))) from error
        except Answered as error:
            raise self._meant(error, path) from error

    def _meant(self, error: Answered, path: str) -> RetryLater | AccessLost:
        t = self._means.t
        if error.status == httpx.codes.TOO_MANY_REQUESTS or error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return self._later(t("Reddit asks for patience ({status})", status=error.status), error.wait)
        if error.status == httpx.codes.UNAUTHORIZED:
            return AccessLost(self._no_token(str(error)))
        return AccessLost(
            t(
                "Reddit does not show {place} ({said}): see that the subreddit exists and is public, or that the"
                " account may read it, and correct the configuration",
                place=path,
                said=str(error),
            )
        )

    def _no_token(self, said: str) -> str:
        return self._means.t(
            "Reddit does not let us in ({said}). Check the application's id and secret and the account's password, and"
            " that Reddit still approves of the application: docs/networks/reddit.md",
            said=said,
        )

    def _later(self, reason: str, wait: timedelta | None = None) -> RetryLater:
        return RetryLater(self._means.clock() + (wait or _PATIENCE), reason)


def _seen(found: Sequence[Thing], floor: int, before: _Seen | None) -> _Seen:
    newest = sorted(found, key=lambda thing: thing.number, reverse=True)[:WINDOW]
    if len(newest) == WINDOW:
        floor = max(floor, newest[-1].number - 1)
    until = max([thing.created_utc for thing in found] + [before.until if before else 0.0])
    return _Seen({thing.name: thing.digest for thing in newest}, floor, until)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
