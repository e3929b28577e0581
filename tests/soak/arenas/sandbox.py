"""The square, which takes what it was asked even after its client is dead."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
from starlette.applications import Starlette

from models.network import rules
from models.post import Author, Post
from responders.publisher import Publisher
from responders.publishers.sandbox import SandboxPublisher
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.api import PREFIX, SquareApi
from sandbox.social.faults import Fault, Faults, Weather
from sandbox.social.network import Network
from tests.soak.arena import Plan

ACCEPTED_WITHIN_SECONDS = 5.0
TIMEOUT_SECONDS = 10.0
_MISFORTUNES = (Fault.CUT, Fault.LOST, Fault.ERROR, Fault.ERROR_AFTER, Fault.LIMITED)


class Square:
    account = "aeroplouf"
    settle = rules("sandbox").settle
    life = timedelta(seconds=10)  # two to four answers
    can_be_asked = True

    def __init__(self, network: Network, url: str) -> None:
        self._network = network
        self.settings = {"url": url, "token": network.accounts.grant("aeroplouf")}

    def ask(self, number: int) -> Post:
        said = self._network.publish("lea", f"Aéroplouf, vol {number}, encore en retard.")
        author, thread = Author(handle="lea"), {"id": said.id}
        return Post(network="sandbox", external_id=said.id, text=said.text, author=author, at=said.at, thread=thread)

    def standing(self) -> Counter[str]:
        posts, more = self._network.changes(0, 1_000_000)
        assert not more
        return Counter(post.text for post in posts if post.in_reply_to is not None)


@contextmanager
def open_arena(plan: Plan) -> Iterator[Square]:
    network = Network([Account(handle="aeroplouf", name="Aéroplouf", official=True), Account(handle="lea", name="Léa")])
    chances = dict.fromkeys(_MISFORTUNES, 0.05) if plan.faults else {}
    weather = Weather(delay=(0.0, ACCEPTED_WITHIN_SECONDS * plan.scale), chances=chances)
    with serving(Starlette(routes=SquareApi(network, Faults(weather, plan.seed)).routes())) as base:
        yield Square(network, base.rstrip("/") + PREFIX)


def publisher(scale: float, url: str, token: str) -> Publisher:
    headers = {"Authorization": f"Bearer {token}"}
    client = httpx.Client(headers=headers, timeout=TIMEOUT_SECONDS * scale, trust_env=False)
    return SandboxPublisher(url, "aeroplouf", client)
