"""Reads the mentions of one account of ours: the cheapest posts that X sells, and those that may be answered.

Nothing is counted first: an empty answer costs nothing, and own mentions a fifth of what a search costs.
"""

from typing import TYPE_CHECKING, Any, Final

from config.sources import XOptions
from listener.collector import Batch, Cursor
from listener.collectors.x.asking import Asking
from listener.collectors.x.posts import NETWORK, WANTED, page_of, posts_of
from models.errors import AccessLost

if TYPE_CHECKING:
    import tweepy

__all__ = ["NETWORK", "XMentions"]

_PAGE: Final = 100


class XMentions:
    """Implements `Collector` for one account.

    The cursor holds `me` (the account's id), `since` (the newest id read) and, between two pages, `until` and `newest`.
    `speaks`: we hold the account's own keys, which makes its mentions own reads.
    """

    def __init__(self, asking: Asking, account: str, *, speaks: bool) -> None:
        self._asking, self._account, self._speaks = asking, account.removeprefix("@"), speaks
        self._options: XOptions = asking.options

    def collect(self, cursor: Cursor | None) -> Batch:
        """A page of mentions, the newest first; the first time, those of `backfill`.

        Raises:
            NotYet: a limit of X's is used up, or the money of this month.
            RetryLater: X is away, busy, or its answer was cut.
            AccessLost: X does not let us in, or knows no such account.
        """
        prices, clock = self._options.prices, self._asking.means.clock
        now = dict(cursor) if cursor else {}
        me = now.setdefault("me", "") or self._who()
        now["me"] = me
        if "since" not in now and "begun" not in now:
            now["begun"] = f"{clock() - self._options.backfill:%Y-%m-%dT%H:%M:%SZ}"
        bounds = {"since_id": now["since"]} if "since" in now else {"start_time": now["begun"]}
        if "until" in now:
            bounds["until_id"] = now["until"]
        post = prices.own_post if self._speaks else prices.post
        most = (post + prices.user) * _PAGE

        def how(x: "tweepy.Client") -> Any:  # noqa: ANN401 - what tweepy hands over
            return x.get_users_mentions(me, max_results=_PAGE, user_auth=self._speaks, **bounds, **WANTED)

        page = page_of(self._asking.ask("mentions", how, most=most), self._asking)
        self._asking.give_back(most - post * len(page.data) - prices.user * len(page.includes.users))
        above, below = int(bounds.get("since_id", 0)), int(now.get("until", 2**63))
        fresh = [tweet for tweet in page.data if above < int(tweet.id) < below]
        ids = [int(tweet.id) for tweet in fresh]
        if ids:
            now |= {"until": str(min(ids)), "newest": str(max([*ids, int(now.get("newest", 0))]))}
        more = bool(page.meta.next_token and ids)
        if not more:
            now.pop("until", None)
            if newest := now.pop("newest", None):
                now["since"] = newest
        return Batch(posts_of(fresh, page.includes.users, clock()), now, more=more)

    def _who(self) -> str:
        said = self._asking.ask(
            "users", lambda x: x.get_user(username=self._account), most=self._asking.options.prices.user
        )
        found = said.get("data")
        if not isinstance(found, dict) or not str(found.get("id", "")).isdecimal():
            raise AccessLost(self._asking.means.t("X knows no account {name}", name=f"@{self._account}"))
        return str(found["id"])
