"""The practice ground's square."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

import httpx
from starlette.applications import Starlette

from responders.publisher import PostRef, ProblemCode
from responders.publishers.sandbox import SandboxPublisher
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.api import PREFIX, SquareApi
from sandbox.social.faults import Fault, Faults
from sandbox.social.faults import Weather as Sky
from sandbox.social.network import Network
from tests.responders.contract.world import TIMEOUT, Ask, Weather, World

_FAULTS = {
    Weather.LIMITED: Fault.LIMITED,
    Weather.AWAY: Fault.UNAVAILABLE,
    Weather.DENIED: Fault.FORBIDDEN,
    Weather.UNWANTED: Fault.REFUSED,
    Weather.LOST: Fault.HANG,
}


class Square(World):
    unanswerable: ClassVar = {
        "no id": ({}, ProblemCode.CANNOT_REPLY),
        "closed": ({"id": "1", "locked": "1"}, ProblemCode.LOCKED),
    }

    def __init__(self, base: str, network: Network, faults: Faults, client: httpx.Client) -> None:
        self.network, self.faults = network, faults
        self.publisher = SandboxPublisher(base.rstrip("/") + PREFIX, "@aeroplouf", client)
        self._requests = 0
        client.event_hooks["request"].append(lambda _: setattr(self, "_requests", self._requests + 1))

    @property
    def requests(self) -> int:
        return self._requests

    def asked(self) -> PostRef:
        post = self.network.publish("lea", "Trois heures au guichet @aeroplouf.")
        return PostRef("sandbox", f"square://{self.network.run}/{post.id}", "", "lea", {"id": post.id})

    def under(self, to: PostRef) -> Sequence[str]:
        return [post.text for post in self.network.thread(to.thread["id"])[1:] if not post.deleted]

    def say(self, text: str, to: PostRef | None, *, ours: bool, age: timedelta = timedelta(0)) -> None:
        parent = to.thread["id"] if to else None
        self.network.publish("aeroplouf" if ours else "lea", text, parent, at=self.now() - age)

    def remove(self, to: PostRef) -> None:
        self.network.delete(to.thread["id"])

    def plan(self, weather: Weather) -> None:
        self.faults.plan_writes(_FAULTS[weather])

    def words(self, weather: Weather) -> str:
        return "HTTP 422" if weather is Weather.UNWANTED else ""


@contextmanager
def open_world(_ask: Ask) -> Iterator[World]:
    network, faults = Network([Account(handle="lea", name="Léa"), Account(handle="aeroplouf", name="A")]), Faults(Sky())
    faults.weather = Sky(retry_after=7, hang=2 * TIMEOUT)
    headers = {"Authorization": f"Bearer {network.accounts.grant('aeroplouf')}"}
    with (
        serving(Starlette(routes=SquareApi(network, faults).routes())) as base,
        httpx.Client(timeout=TIMEOUT, headers=headers) as client,
    ):
        yield Square(base, network, faults, client)
