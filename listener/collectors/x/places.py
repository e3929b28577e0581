"""The places of one X source: its search, the mentions of each account of ours, and the check of what we keep."""

import httpx

from config.sources import XOptions
from config.x_auth import XAuth
from listener.collectors.x.asking import Asking
from listener.collectors.x.compliance import LOOK, XCompliance
from listener.collectors.x.mentions import XMentions
from listener.collectors.x.posts import NETWORK
from listener.collectors.x.query import compiled
from listener.collectors.x.search import LENGTH, XSearch
from listener.registry import Given, Means, Place


def x_places(options: XOptions, means: Means, given: Given, client: httpx.Client) -> list[Place]:
    """Each with an asking of its own: they are read in threads of their own, and tweepy is not for two at once."""
    accounts = sorted(
        {hearer.accounts[NETWORK].removeprefix("@") for hearer in given.hearers if NETWORK in hearer.accounts}
    )
    searches = compiled([hearer.query for hearer in given.hearers], longest=LENGTH[options.tier], own=accounts)
    speaks = isinstance(given.auth, XAuth) and given.auth.speaks

    def asking() -> Asking:
        return Asking(options, client, means)

    return [
        Place("search", NETWORK, options.every, XSearch(asking(), searches)),
        *(
            Place(f"@{name}", NETWORK, options.mentions_every, XMentions(asking(), name, speaks=speaks))
            for name in accounts
        ),
        Place("deletions", NETWORK, LOOK, XCompliance(asking())),
    ]
