"""A Mastodon server in memory behind real HTTP; the client library is the real one."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from pydantic import SecretStr

from config.clients import BearerToken, open_client, private_place
from config.guard import Limits
from responders.publisher import PostRef, ProblemCode
from responders.publishers.mastodon import MastodonPublisher
from tests.responders.contract.world import TIMEOUT, Ask, Weather, World
from tests.servers.fediverse import Server, query_of
from tests.web import Exchange, Web

_STATUS = {Weather.AWAY: 503, Weather.DENIED: 401, Weather.UNWANTED: 422}


class Fediverse(World):
    deduplicates = True
    opening = "@lea@social.example "
    unanswerable: ClassVar = {
        "no id": ({}, ProblemCode.CANNOT_REPLY),
        "its author chose who answers": ({"id": "1", "gated": "1"}, ProblemCode.GATED),
    }

    def __init__(self, web: Web) -> None:
        self.web = web
        self.server = Server(web.url("").rstrip("/"), "social.example", self.now)
        client = open_client(
            allow_private=private_place(self.server.url), auth=BearerToken(self.server.url, SecretStr("invented")),
            limits=Limits(total=TIMEOUT),
        )  # fmt: skip
        self.publisher = MastodonPublisher(self.server.url, "@aeroplouf@social.example", client)
        self._next: Weather | None = None
        self.over = threading.Event()
        web.elsewhere = self._exchange

    @property
    def requests(self) -> int:
        return len(self.web.requests)

    def asked(self) -> PostRef:
        toot = self.server.write("lea", "Trois heures au guichet @aeroplouf.")
        thread = {"id": toot.id, "instance": self.server.url, "account": "a-lea", "visibility": "public"}
        return PostRef("mastodon", toot.uri, "", "@lea@social.example", thread, language="fr")

    def under(self, to: PostRef) -> Sequence[str]:
        return [toot.text for toot in self.server.toots.values() if toot.parent == to.thread["id"]]

    def say(self, text: str, to: PostRef | None, *, ours: bool, age: timedelta = timedelta(0)) -> None:
        author = "aeroplouf" if ours else "lea"
        parent = to.thread["id"] if to else None
        self.server.write(author, self.opening + text if to else text, at=self.now() - age, parent=parent)

    def remove(self, to: PostRef) -> None:
        del self.server.toots[to.thread["id"]]

    def plan(self, weather: Weather) -> None:
        self._next = weather

    def words(self, weather: Weather) -> str:
        return "too long" if weather is Weather.UNWANTED else ""

    def _exchange(self, exchange: Exchange) -> None:
        path, query = query_of(exchange.path)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        weather, self._next = (None, self._next) if exchange.command == "GET" else (self._next, None)
        if weather in _STATUS:
            headers = {"Retry-After": "7"} if weather is Weather.AWAY else {}
            exchange.answer(b'{"error": "Validation failed: Text is too long"}', _STATUS[weather], headers)
        elif weather is Weather.LIMITED:
            exchange.answer(b'{"error": "Too many requests"}', 429, {**self.server.usual(), "Retry-After": "7"})
        else:
            said = self.server.respond(exchange.command, path, query, exchange.headers, body)
            if weather is Weather.LOST:
                self.over.wait(2 * TIMEOUT)
            exchange.answer(said.body, said.status, said.headers)


@contextmanager
def open_world(_ask: Ask) -> Iterator[World]:
    with Web() as web:
        world = Fediverse(web)
        yield world
        world.over.set()
