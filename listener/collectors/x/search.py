"""Searches X for the brands' queries. `docs/networks/x.md` tells what is heard and what it costs.

Each look first counts what is new, which costs one request however many posts there are; posts are bought, the newest
first, where there are some. Ids of X only grow, so pages are walked down by id: from above `until` to below `since`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from config.sources import XOptions
from config.x import said_at
from listener.collector import Batch, Cursor, Gap, Refreshed, digest
from listener.collectors.x.asking import Asking
from listener.collectors.x.posts import COUNTED, WANTED, page_of, posts_of
from listener.collectors.x.query import Compiled

if TYPE_CHECKING:
    import tweepy

REACH: Final = timedelta(days=7) - timedelta(minutes=10)
"""How far back recent search goes (docs.x.com, “Search Posts”, read 2026-11-22), less what a request takes."""
LENGTH: Final = {"pay-per-use": 512, "enterprise": 4096}
"""Characters of one search (docs.x.com, “Build a query”, read 2026-11-22)."""
_PAGE: Final = 100
_LEAST: Final = 10  # posts of a page; X gives no fewer
_JUST_NOW: Final = timedelta(minutes=1)
"""A search that begins in the future is refused, and our clock may be ahead of X's."""


class XSearch:
    """Implements `Collector`, `Refreshes` and `Tells` for one source.

    The cursor holds `since` (a search's mark -> newest id bought), `begun` (-> when it was first asked, while nothing
    was bought), `looked` (when it was last read to its end), `turn` (which search is next) and, inside one search, the
    `walk`: `newest` and `until` ids, how many posts are `left` to buy of how many `counted`.
    """

    def __init__(self, asking: Asking, compiled: Compiled) -> None:
        self._asking, self._compiled = asking, compiled
        self._options: XOptions = asking.options
        self._clock, self._t = asking.means.clock, asking.means.t

    def collect(self, cursor: Cursor | None) -> Batch:
        """A page of what the next search brings.

        Raises:
            NotYet: a limit of X's is used up, or the money of this month.
            RetryLater: X is away, busy, or its answer was cut.
            AccessLost: X does not let us in.
        """
        searches = self._compiled.searches
        marks = [digest(search) for search in searches]
        at = _State(cursor or {}, marks)
        if at.turn >= len(searches):
            return Batch([], at.cursor, notices=self._unasked(at))
        search, mark = searches[at.turn], marks[at.turn]
        gaps = self._begin(at, mark)
        if at.walk is None:
            counted = self._count(search, at.since(mark, self._clock()))
            if not counted:
                return self._over(at, mark, gaps)
            at.walk = {"left": self._options.most, "counted": counted}
        return self._buy(search, mark, at, gaps)

    @property
    def most(self) -> int:
        """Ids of one `refresh`: as many as the money for it still pays."""
        share = self._options.cap * self._options.refresh / 100
        price = self._options.prices.post
        left = share - self._asking.spent()
        return max(0, min(_PAGE, int(left / price) if price else _PAGE))

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """The numbers of these posts now, and which X no longer shows.

        Raises:
            NotYet: a limit of X's is used up, or the money for this.
            RetryLater: X is away, busy, or its answer was cut.
            AccessLost: X does not let us in.
        """
        return look_up(self._asking, external_ids, share=self._options.refresh)

    def tells(self) -> tuple[str, ...]:
        """What was spent of what may be, what the searches are, and what X cannot be asked."""
        t = self._t
        spent = t(
            "${spent} of ${cap} spent this month",
            spent=t.number(round(float(self._asking.spent()), 2)),
            cap=t.number(float(self._options.cap)),
        )
        asked = [t("searched for: {search}", search=search) for search in self._compiled.searches]
        return (spent, *asked, *self._untold())

    def _untold(self) -> list[str]:
        said = self._compiled.unasked
        return [self._t("X cannot be searched for: {parts}", parts=", ".join(said))] if said else []

    def _unasked(self, at: "_State") -> list[str]:
        """Said once, when the queries changed."""
        told = digest(*self._compiled.unasked)
        new = at.cursor.get("untold") != told
        at.cursor["untold"] = told
        return self._untold() if new else []

    def _begin(self, at: "_State", mark: str) -> list[Gap]:
        """A search that was not asked for longer than X goes back begins anew, and what lies between is lost."""
        now = self._clock()
        looked = datetime.fromisoformat(at.cursor["looked"][mark]) if mark in at.cursor["looked"] else None
        if looked is None and mark not in at.cursor["begun"]:
            start = now - max(min(self._options.backfill, REACH), _JUST_NOW)
            at.cursor["begun"][mark] = start.isoformat()
        elif (last := looked or datetime.fromisoformat(at.cursor["begun"][mark])) < now - REACH:
            at.restart(mark, now - REACH)
            return [Gap(last, now - REACH, self._t("X goes back seven days, and nobody asked for longer"))]
        return []

    def _count(self, search: str, since: dict[str, str]) -> int:
        said = self._asking.ask(
            "counts",
            lambda x: x.get_recent_tweets_count(search, granularity="day", **since),
            most=self._options.prices.counts,
        )
        total = said.get("meta", {}).get("total_tweet_count") if isinstance(said.get("meta"), dict) else None
        if not isinstance(total, int):
            raise self._asking.unreadable()
        return total

    def _buy(self, search: str, mark: str, at: "_State", gaps: list[Gap]) -> Batch:
        walk = at.walk or {}
        left, counted = int(walk["left"]), int(walk["counted"])
        wanted = max(_LEAST, min(_PAGE, left, counted - (self._options.most - left)))  # no more is set aside
        bounds = at.since(mark, self._clock()) | ({"until_id": walk["until"]} if "until" in walk else {})
        price = self._options.prices.post + self._options.prices.user
        page = page_of(
            self._asking.ask(
                "search",
                lambda x: x.search_recent_tweets(search, max_results=wanted, **bounds, **WANTED),
                most=price * wanted,
            ),
            self._asking,
        )
        bought = len(page.data) * self._options.prices.post + len(page.includes.users) * self._options.prices.user
        self._asking.give_back(max(price * wanted - bought, price * 0))
        below, above = int(walk.get("until", 2**63)), int(bounds.get("since_id", 0))
        fresh = [tweet for tweet in page.data if above < int(tweet.id) < below]
        posts = posts_of(fresh, page.includes.users, self._clock())
        ids = [int(tweet.id) for tweet in fresh]
        walk = {**walk, "left": int(walk["left"]) - len(page.data)}
        if ids:
            walk |= {"until": str(min(ids)), "newest": str(max([*ids, int(walk.get("newest", 0))]))}
        at.walk = walk
        if page.meta.next_token and ids and walk["left"] > 0:
            return Batch(posts, at.cursor, more=True, gaps=gaps)
        over = self._over(at, mark, gaps, posts)
        if page.meta.next_token and ids and walk["left"] <= 0:
            return self._cut(over, walk)
        return over

    def _over(self, at: "_State", mark: str, gaps: list[Gap], posts: Sequence[Any] = ()) -> Batch:
        at.finish(mark, self._clock())
        more = at.turn < len(self._compiled.searches)
        if not more:
            at.cursor["turn"] = 0
        return Batch(list(posts), at.cursor, more=more, gaps=gaps, notices=[] if more else self._unasked(at))

    def _cut(self, over: Batch, walk: dict[str, Any]) -> Batch:
        notice = self._t(
            "X counted {counted} new posts; only the newest {most} were bought, back to {at}",
            counted=walk["counted"],
            most=self._options.most,
            at=f"{said_at(walk['until']):%Y-%m-%d %H:%M} UTC",
        )
        return Batch(over.posts, over.cursor, more=over.more, gaps=over.gaps, notices=[*over.notices, notice])


class _State:
    """The cursor of a search, taken in hand; searches that are no longer asked are forgotten."""

    def __init__(self, cursor: Cursor, marks: Sequence[str]) -> None:
        same = cursor.get("asked") == digest(*marks)
        self.cursor: Cursor = {
            "asked": digest(*marks),
            "turn": int(cursor.get("turn", 0)) if same else 0,
            "walk": cursor.get("walk") if same else None,
            **{
                name: {mark: value for mark, value in cursor.get(name, {}).items() if mark in marks}
                for name in ("since", "begun", "looked")
            },
            **({"untold": cursor["untold"]} if "untold" in cursor else {}),
        }

    @property
    def turn(self) -> int:
        """Which search is next."""
        return int(self.cursor["turn"])

    @property
    def walk(self) -> dict[str, Any] | None:
        """How far inside that search we are."""
        found: dict[str, Any] | None = self.cursor["walk"]
        return found

    @walk.setter
    def walk(self, walk: dict[str, Any] | None) -> None:
        self.cursor["walk"] = walk

    def since(self, mark: str, now: datetime) -> dict[str, str]:
        """From where on a search is asked, as X's own parameters; it refuses what is older than it goes back."""
        newest: str = self.cursor["since"].get(mark, "")
        if newest and said_at(newest) > now - REACH:
            return {"since_id": newest}
        begun = datetime.fromisoformat(self.cursor["begun"][mark])
        return {"start_time": f"{max(begun, now - REACH):%Y-%m-%dT%H:%M:%SZ}"}

    def restart(self, mark: str, start: datetime) -> None:
        """What is older than `start` can no longer be asked for."""
        self.cursor["since"].pop(mark, None)
        self.cursor["begun"][mark] = self.cursor["looked"][mark] = start.isoformat()
        self.cursor["walk"] = None

    def finish(self, mark: str, now: datetime) -> None:
        """This search has no more; the next one's turn."""
        newest = (self.walk or {}).get("newest")
        if newest:
            self.cursor["since"][mark] = newest
        self.cursor["looked"][mark] = now.isoformat()
        self.cursor["walk"] = None
        self.cursor["turn"] = self.turn + 1


def look_up(asking: Asking, external_ids: Sequence[str], *, share: int = 100) -> Refreshed:
    """The numbers of these posts now; those that X no longer shows to anybody, or not to us, are gone."""
    ids = [name for name in external_ids if name.isdecimal()]
    if not ids:
        return Refreshed()
    most = asking.options.prices.post * len(ids)

    def how(x: "tweepy.Client") -> Any:  # noqa: ANN401 - what tweepy hands over
        return x.get_tweets(ids, **COUNTED)

    page = page_of(asking.ask("lookup", how, most=most, share=share), asking)
    found = {tweet.id: tweet.public_metrics.engagement() for tweet in page.data if tweet.id in ids}
    asking.give_back(asking.options.prices.post * (len(ids) - len(found)))
    named = {error.resource_id for error in page.errors}
    return Refreshed(found, [name for name in ids if name not in found and name in named])
