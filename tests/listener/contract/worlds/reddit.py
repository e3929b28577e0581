"""Reddit's listings and its token endpoint, as its API answers; praw asks, unmodified."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import SecretStr

from config.credentials import Credential
from config.query import parse
from config.sources import RedditOptions
from listener.registry import Given, Hearer
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


class Reddit(HttpWorld):
    kind = "reddit"
    powers = frozenset({"edits", "deletes", "refreshes", "shuffles", "secured"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.things: list[dict[str, Any]] = []
        """Oldest first; `kind` beside what Reddit says of it."""
        self.inbox: list[dict[str, Any]] = []
        self.shuffled = False
        self.tokens = 0
        self.last = 35**4
        self.username: str | None = None
        self.search = "none"
        self.query = "aeroplouf"

    def options(self) -> RedditOptions:
        return RedditOptions(
            kind="reddit", url=self.url, login=self.url, subreddits=("porto",), search=self.search,
            username=self.username, allow_private=True,
        )  # fmt: skip

    def given(self) -> Given:
        secrets = {
            secret.variable: Credential(secret.variable, SecretStr("invented"), secret.address)
            for secret in self.options().secrets()
        }
        return Given("reddit", (Hearer("Aéroplouf", parse(self.query)),), secrets=secrets)

    def publish(self, text: str) -> str:
        return self.say("t1", body=text, link_title="Trois jours à Porto", link_id="t3_vol", parent_id="t3_vol")

    def say(self, kind: str, **said: object) -> str:
        self.last += 1
        name = f"{kind}_{base36(self.last)}"
        self.things.append(
            {
                "name": name,
                "author": "lea_m",
                "author_fullname": "t2_lea",
                "created_utc": float(round(self.now.timestamp())),
                "edited": False,
                "permalink": f"/r/porto/comments/vol/_/{name[3:]}/",
                "subreddit": "porto",
                "score": 3,
                "score_hidden": False,
                "locked": False,
                "archived": False,
                "can_mod_post": False,
                **({} if kind == "t1" else {"num_comments": 2, "num_crossposts": 1, "is_self": True, "selftext": ""}),
                **said,
            }
        )
        return name

    def edit(self, external_id: str, text: str) -> None:
        self.found(external_id).update(body=text, edited=float(round(self.now.timestamp())))

    def delete(self, external_id: str) -> None:
        """It leaves its listing, and `api/info` shows what is left of it."""
        self.found(external_id).update(body="[deleted]", author="[deleted]", author_fullname=None)

    def found(self, name: str) -> dict[str, Any]:
        return next(thing for thing in self.things if thing["name"] == name)

    def shuffle(self) -> None:
        self.shuffled = True

    def spares(self, request: Request) -> bool:
        return request.path == "/api/v1/access_token"

    def limited(self, until: datetime) -> Mapping[str, str]:
        """What is left of ten minutes, as Reddit says it: no Retry-After."""
        seconds = round((until - self.clock()).total_seconds())
        return {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "1000", "x-ratelimit-reset": str(seconds)}

    def respond(self, request: Request) -> Answer:
        if request.path == "/api/v1/access_token":
            self.tokens += 1
            granted = {"access_token": f"t{self.tokens}", "expires_in": 86400, "scope": "*", "token_type": "bearer"}
            return self._json(granted)
        if request.path == "/api/info":
            wanted = request.query["id"].split(",")
            return self._listing([thing for thing in self.things if thing["name"] in wanted], "")
        if request.path == "/message/inbox":
            return self._page(self.inbox, request)
        kind = "t1" if request.path.endswith("/comments") else "t3"
        there = [thing for thing in self.things if thing["name"].startswith(kind) and thing["author"] != "[deleted]"]
        return self._page(there, request)

    def _page(self, there: list[dict[str, Any]], request: Request) -> Answer:
        newest = list(reversed(there))
        after = request.query.get("after")
        start = next((at + 1 for at, thing in enumerate(newest) if thing["name"] == after), 0)
        page = newest[start : start + int(request.query["limit"])]
        more = page[-1]["name"] if start + len(page) < len(newest) else ""
        if self.shuffled:
            page = [*reversed(page), *page[:3]]
        return self._listing(page, more)

    def _listing(self, page: list[dict[str, Any]], after: str) -> Answer:
        children = [{"kind": thing["name"][:2], "data": thing} for thing in page]
        return self._json({"kind": "Listing", "data": {"children": children, "after": after or None, "before": None}})

    def _json(self, said: object) -> Answer:
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "x-ratelimit-remaining": "990.0",
            "x-ratelimit-used": "10",
            "x-ratelimit-reset": "300",
        }
        return Answer(json.dumps(said).encode(), headers=headers)


WORLD = Reddit
