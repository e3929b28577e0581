"""How many people may have seen a post, and whether that is much for this brand on this network. Pure.

The formulas are `FORMULAS`; docs/model/risk.md prints them. Unknown is unknown, never 0.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

PER_REPOST: Final = 100
"""People whom one repost reaches more. No network says it: our assumption, of the order of an ordinary account."""
ENOUGH: Final = 30
"""Mentions with a known reach from which we say what is usual."""
_TINY, _HUGE = 10, 1_000_000
"""Where the yardstick starts and ends: 10 people are 0, a million is 1."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What the reach of a post is made of on one network. `source`: where the counts are described, with the date."""

    followers: bool
    reposts: bool
    views: bool
    source: str


_TOLD_NOTHING: Final = "says neither followers nor views of a post"
FORMULAS: Final[dict[str, Formula]] = {
    "sandbox": Formula(followers=True, reposts=True, views=True, source="sandbox/README.md"),
    "export": Formula(followers=True, reposts=True, views=True, source="the columns of the export"),
    "mastodon": Formula(
        followers=True,
        reposts=True,
        views=False,
        source="docs.joinmastodon.org/entities/Status and /Account, read 2026-11-22: no count of views",
    ),
    "bluesky": Formula(
        followers=True,
        reposts=True,
        views=False,
        source="lexicons app.bsky.feed.defs and app.bsky.actor.defs, read 2026-11-22: no count of views",
    ),
    "x": Formula(
        followers=True,
        reposts=True,
        views=True,
        source="docs.x.com/x-api/fundamentals/metrics, read 2026-11-22: impressions count screens, not people",
    ),
    "rss": Formula(followers=False, reposts=False, views=True, source=f"RFC 4287: a feed {_TOLD_NOTHING}"),
    "wordpress": Formula(
        followers=False, reposts=False, views=True, source=f"the REST API's comment {_TOLD_NOTHING}, read 2026-11-22"
    ),
    "reddit": Formula(
        followers=False, reposts=False, views=True, source="the API says votes, no audience; karma is no audience"
    ),
    "hackernews": Formula(followers=False, reposts=False, views=True, source="the API says points, no audience"),
}
ELSEWHERE: Final = Formula(followers=True, reposts=True, views=True, source="whatever that network says")
"""For a network that has no line of its own."""


def reach(network: str, *, followers: int | None, reposts: int | None, views: int | None) -> int | None:
    """How many people may have seen a post: the larger of its views and of the audience it was offered to.

    A fresh post has few views yet, so views alone would hide a great account. Reposts of nobody knows whom add
    nothing to an audience nobody knows.
    """
    formula = FORMULAS.get(network, ELSEWHERE)
    seen = views if formula.views else None
    offered = followers if formula.followers else None
    if offered is not None and formula.reposts:
        offered += PER_REPOST * (reposts or 0)
    known = [count for count in (seen, offered) if count is not None]
    return max(known) if known else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a reach stands among a brand's mentions on one network.

    `quantile` in [0, 1]. `times`: how many times the usual (median) reach; None, and `quantile` by the yardstick,
    while fewer than `ENOUGH` mentions have a known one.
    """

    quantile: float
    times: float | None


@dataclass(frozen=True, slots=True)
class Usual:
    """The known reaches of a brand's mentions on one network, sorted."""

    reaches: tuple[int, ...] = ()
    middle: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "middle", float(median(self.reaches)) if self.reaches else 0.0)

    @classmethod
    def of(cls, reaches: Iterable[int | None]) -> "Usual":
        """What is usual where these were heard; the unknown ones tell nothing."""
        return cls(tuple(sorted(one for one in reaches if one is not None)))

    @property
    def is_told(self) -> bool:
        """Whether there are enough of them to say what is usual."""
        return len(self.reaches) >= ENOUGH

    def standing(self, count: int | None) -> Standing | None:
        """Where a reach stands; None where it is unknown."""
        if count is None:
            return None
        if not self.is_told:
            return Standing(yardstick(count), None)
        below, upto = bisect_left(self.reaches, count), bisect_right(self.reaches, count)
        return Standing((below + upto) / 2 / len(self.reaches), count / max(self.middle, 1.0))


def yardstick(count: int) -> float:
    """A quantile for want of history: 10 people are 0, 1,000 are .4, 100,000 are .8, a million is 1."""
    place = math.log10(max(count, 1) / _TINY) / math.log10(_HUGE / _TINY)
    return min(max(place, 0.0), 1.0)
