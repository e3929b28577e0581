"""X on loopback, with its rules for who may be answered."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from config.clients import open_client, private_place
from config.guard import Limits
from config.sources import XOptions
from responders.publisher import PostRef, ProblemCode
from responders.publishers.x import XPublisher
from tests.listener.contract.worlds.x import auth
from tests.responders.contract.world import TIMEOUT, Ask, Weather, World
from tests.servers.x import FakeX
from tests.web import Exchange, Web

_REFUSED = (
    b'{"title":"Forbidden","detail":"You are not permitted to perform this action.","type":"about:blank","status":403}'
)
_DENIED = b'{"title":"Unauthorized","detail":"Unauthorized","type":"about:blank","status":401}'


class X(World):
    lacks: ClassVar = frozenset({Weather.AWAY})  # a 5xx of X's does not say whether it took the post
    too_long: ClassVar = "x"
    unanswerable: ClassVar = {"no id": ({}, ProblemCode.CANNOT_REPLY)}

    def __init__(self, web: Web) -> None:
        self.network = FakeX(lambda: datetime.now(UTC), web.url("").rstrip("/"))
        self.web, self.coming, self.over = web, deque[Weather](), threading.Event()
        web.elsewhere = self._exchange
        options = XOptions.model_validate({"kind": "x", "cap": "30", "url": self.network.url, "allow_private": True})
        self.client = open_client(
            allow_private=private_place(options.url), auth=auth(options.url), limits=Limits(total=TIMEOUT)
        )
        self.publisher = XPublisher(options, "@aeroplouf", self.client)

    @property
    def requests(self) -> int:
        return len(self.web.requests)

    def asked(self) -> PostRef:
        ours = self.network.say("aeroplouf", "Nous voilà.", at=self.now() - timedelta(days=1))
        number = self.network.say("lea", "@aeroplouf trois heures au guichet.", parent=ours)
        return PostRef("x", str(number), "", "lea", {"id": str(number), "root": "aeroplouf"}, ("@aeroplouf",))

    def under(self, to: PostRef) -> Sequence[str]:
        standing = sorted(self.network.tweets.items())
        return [tweet.text for _, tweet in standing if tweet.parent == int(to.external_id) and not tweet.gone]

    def say(self, text: str, to: PostRef | None, *, ours: bool, age: timedelta = timedelta(0)) -> None:
        parent = int(to.external_id) if to else None
        self.network.say("aeroplouf" if ours else "lea", text, parent=parent, at=self.now() - age)

    def remove(self, to: PostRef) -> None:
        self.network.delete(int(to.external_id))

    def plan(self, weather: Weather) -> None:
        self.coming.append(weather)

    def words(self, weather: Weather) -> str:
        return "You are not permitted to perform this action." if weather is Weather.UNWANTED else ""

    def _exchange(self, exchange: Exchange) -> None:
        where = urlsplit(exchange.path)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        met = self.coming.popleft() if self.coming and exchange.command != "GET" else None
        if met is Weather.LIMITED:
            reset = int((self.now() + timedelta(seconds=7)).timestamp())
            exchange.answer(b"", 429, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(reset)})
        elif met is Weather.DENIED:
            exchange.answer(_DENIED, 401)
        elif met is Weather.UNWANTED:
            exchange.answer(_REFUSED, 403)
        else:
            status, headers, said = self.network.answer(
                exchange.command, where.path, dict(parse_qsl(where.query)), exchange.headers, body
            )
            if met is Weather.LOST:
                self.over.wait(2 * TIMEOUT)
            exchange.answer(said, status, headers)


@contextmanager
def open_world(_ask: Ask) -> Iterator[World]:
    with Web() as web:
        world = X(web)
        with world.client:
            yield world
        world.over.set()
