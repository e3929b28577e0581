"""A Reddit on loopback; praw asks it, unmodified."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from pydantic import SecretStr

from config.clients import open_client, private_place
from config.credentials import Credential
from config.guard import Limits
from config.sources import RedditOptions
from responders.publisher import PostRef, ProblemCode
from responders.publishers.reddit import RedditPublisher
from responders.registry import Given
from tests.responders.contract.world import TIMEOUT, Ask, Weather, World
from tests.servers.reddit import OURS, Reddit, refuse, reply
from tests.web import Exchange


def publisher_of(url: str, seconds: float) -> RedditPublisher:
    options = RedditOptions(kind="reddit", url=url, login=url, username=OURS, allow_private=True)
    secrets = {
        secret.variable: Credential(secret.variable, SecretStr("invented"), secret.address)
        for secret in options.secrets()
    }
    client = open_client(allow_private=private_place(url), limits=Limits(total=seconds))
    return RedditPublisher(options, Given(client, secrets))


class Site(World):
    lacks = frozenset({Weather.AWAY})  # a 5xx of Reddit's tells nobody whether the comment was taken
    unanswerable: ClassVar = {
        "no id": ({}, ProblemCode.CANNOT_REPLY),
        "removed": ({"id": "t1_a", "removed": "yes"}, ProblemCode.CANNOT_REPLY),
        "locked": ({"id": "t1_a", "locked": "yes"}, ProblemCode.LOCKED),
        "archived": ({"id": "t1_a", "archived": "yes"}, ProblemCode.ARCHIVED),
        "quarantined": ({"id": "t1_a", "quarantined": "yes"}, ProblemCode.LIMITED),
    }

    def __init__(self, site: Reddit) -> None:
        self.site = site
        self.publisher = publisher_of(site.url, TIMEOUT)

    @property
    def requests(self) -> int:
        return self.site.asked

    def asked(self) -> PostRef:
        said = self.site.say("Trois heures au guichet Aéroplouf.")
        return PostRef("reddit", said["name"], "", "lea_m", {"id": said["name"], "subreddit": "porto", "ours": "yes"})

    def under(self, to: PostRef) -> Sequence[str]:
        return self.site.under(to.thread["id"])

    def say(self, text: str, to: PostRef | None, *, ours: bool, age: timedelta = timedelta(0)) -> None:
        parent = to.thread["id"] if to else "t3_vol"
        self.site.say(text, parent, OURS if ours else "lea_m", time.time() - age.total_seconds())

    def remove(self, to: PostRef) -> None:
        self.site.delete(to.thread["id"])

    def plan(self, weather: Weather) -> None:
        if weather is Weather.LOST:
            self.site.after.append(lambda: time.sleep(2 * TIMEOUT))
        else:
            self.site.weather.append(getattr(self, f"_{weather.name.lower()}"))

    def words(self, weather: Weather) -> str:
        return "SUBREDDIT_LINKING_DISALLOWED" if weather is Weather.UNWANTED else ""

    def _limited(self, exchange: Exchange) -> bool:
        reply(exchange, {}, 429, {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "7"})
        return True

    def _denied(self, exchange: Exchange) -> bool:
        self.site.refused_logins += 1
        exchange.answer(b"", 401)
        return True

    def _unwanted(self, exchange: Exchange) -> bool:
        refuse(exchange, "SUBREDDIT_LINKING_DISALLOWED", "that subreddit does not allow links")
        return True


@contextmanager
def open_world(_ask: Ask) -> Iterator[World]:
    with Reddit() as site:
        yield Site(site)
