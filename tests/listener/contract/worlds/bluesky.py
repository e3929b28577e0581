"""Search and notifications of a Bluesky in memory; its stream has tests of its own (`collectors/test_jetstream.py`)."""

import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from pydantic import SecretStr

from config.bluesky import BlueskyAuth
from config.query import parse
from config.sources import BlueskyOptions
from listener.registry import Given, Hearer
from tests.bluesky import PASSWORD, Network, as_json, limited
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request

US = "voloair.example"


class Bluesky(HttpWorld):
    kind = "bluesky"
    powers = frozenset({"refreshes", "secured", "shuffles"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.network = Network(clock=lambda: self.now)
        self.network.account(US)
        self._shuffled = False

    def options(self) -> BlueskyOptions:
        return BlueskyOptions(
            kind="bluesky", stream="none", url=self.url, username=US, allow_private=True, backfill=timedelta(days=2)
        )

    def given(self) -> Given:
        return Given(
            "ciel",
            (Hearer("Aéroplouf", parse("aeroplouf OR (retard AND voloair)")),),
            BlueskyAuth(self.url, US, SecretStr(PASSWORD)),
        )

    def publish(self, text: str) -> str:
        return self.network.say("lea.example", text).uri

    def delete(self, external_id: str) -> None:
        del self.network.records[external_id]

    def shuffle(self) -> None:
        self._shuffled = True

    def limited(self, until: datetime) -> Mapping[str, str]:
        return limited(until)

    def spares(self, request: Request) -> bool:
        return request.path.endswith("createSession")

    def respond(self, request: Request) -> Answer:
        nsid = request.path.removeprefix("/xrpc/")
        asked = json.loads(request.body) if request.body else request.query
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        status, said = self.network.answer(nsid, asked, token, self._lists())
        if self._shuffled and "posts" in said:
            said["posts"] = random.Random(1).sample(said["posts"] * 2, 2 * len(said["posts"]))  # noqa: S311 - an order
        return Answer(as_json(said), status, {"Content-Type": "application/json"})

    def _lists(self) -> dict[str, list[str]]:
        """The parameters that come more than once, as http.server has them: `Request.query` keeps the last."""
        return parse_qs(self.web.requests[-1].path.partition("?")[2])


WORLD = Bluesky
