"""A Bluesky in memory behind a real HTTP server."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from config.bluesky import BlueskyAuth
from config.clients import open_client, private_place
from config.guard import Limits
from responders.publisher import PostRef, ProblemCode
from responders.publishers.bluesky import BlueskyPublisher
from tests.bluesky import PASSWORD, SOON, Network, as_json, limited
from tests.responders.contract.world import TIMEOUT, Ask, Weather, World
from tests.web import Exchange, Web

US = "aeroplouf.example"
_SAYS = {
    Weather.LIMITED: (429, "RateLimitExceeded"),
    Weather.AWAY: (503, "ServiceUnavailable"),
    Weather.DENIED: (401, "AuthenticationRequired"),
    Weather.UNWANTED: (400, "InvalidRequest"),
}


class Sky(World):
    deduplicates = True  # the record key is ours, and putRecord with swapRecord null takes it once
    unanswerable: ClassVar = {
        "no uri": ({}, ProblemCode.CANNOT_REPLY),
        "closed": ({"uri": "at://did:plc:x/app.bsky.feed.post/3k", "gated": "1"}, ProblemCode.GATED),
        "blocks us": ({"uri": "at://did:plc:x/app.bsky.feed.post/3k", "barred": "1"}, ProblemCode.LIMITED),
    }

    def __init__(self, web: Web, publisher: BlueskyPublisher) -> None:
        self.web, self.publisher, self.network = web, publisher, Network()
        self._weather: Weather | None = None
        self._over = threading.Event()
        web.elsewhere = self._exchange
        self.network.account(US)

    def close(self) -> None:
        self._over.set()

    @property
    def requests(self) -> int:
        return len(self.web.requests)

    def asked(self) -> PostRef:
        said = self.network.say("lea.example", "Trois heures au guichet, Aéroplouf.")
        thread = {"uri": said.uri, "cid": said.cid, "root": said.uri, "root_cid": said.cid}
        return PostRef("bluesky", said.uri, "", "lea.example", thread)

    def under(self, to: PostRef) -> Sequence[str]:
        return [said.value["text"] for said in self.network.under(to.external_id)]

    def say(self, text: str, to: PostRef | None, *, ours: bool, age: timedelta = timedelta(0)) -> None:
        handle = US if ours else "tom.example"
        self.network.say(handle, text, to.external_id if to else "", self.now() - age)

    def remove(self, to: PostRef) -> None:
        del self.network.records[to.external_id]

    def plan(self, weather: Weather) -> None:
        self._weather = weather

    def words(self, weather: Weather) -> str:
        return "InvalidRequest" if weather is Weather.UNWANTED else ""

    def _exchange(self, exchange: Exchange) -> None:
        address = urlsplit(exchange.path)
        nsid = address.path.removeprefix("/xrpc/")
        lists = parse_qs(address.query)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        asked = json.loads(body) if body else {name: values[0] for name, values in lists.items()}
        token = exchange.headers.get("Authorization", "").removeprefix("Bearer ")
        weather = None
        if nsid.endswith("putRecord"):
            weather, self._weather = self._weather, None
        if weather in _SAYS:
            status, error = _SAYS[weather]
            headers = limited(self.now() + SOON) if status == 429 else {}
            exchange.answer(as_json({"error": error, "message": ""}), status, headers)
            return
        status, said = self.network.answer(nsid, asked, token, lists)
        if weather is Weather.LOST:
            self._over.wait(2 * TIMEOUT)
        exchange.answer(as_json(said), status, {"Content-Type": "application/json"})


@contextmanager
def open_world(_ask: Ask) -> Iterator[World]:
    with Web() as web:
        url = web.url("").rstrip("/")
        auth = BlueskyAuth(url, US, SecretStr(PASSWORD))
        with open_client(allow_private=private_place(url), auth=auth, limits=Limits(total=TIMEOUT)) as client:
            world = Sky(web, BlueskyPublisher(url, US, client))
            yield world
            world.close()
