"""X behind a door that misbehaves."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr

from config.credentials import Credential
from config.query import parse
from config.sources import XOptions
from config.x_auth import UserKeys, XAuth
from listener.registry import Given, Hearer
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request
from tests.servers.x import BEARER, KEYS, FakeX

NAMES = ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET")


def auth(url: str) -> XAuth:
    bearer = Credential("X_BEARER_TOKEN", SecretStr(BEARER), url)
    user = (Credential(name, SecretStr(value), url) for name, value in zip(NAMES, KEYS, strict=True))
    return XAuth(url, bearer, UserKeys(*user))


class X(HttpWorld):
    kind = "x"
    powers = frozenset({"pages", "refreshes", "shuffles", "secured"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.network = FakeX(lambda: self.now, self.url)

    def options(self, **more: object) -> XOptions:
        return XOptions.model_validate({"kind": "x", "cap": "30", "url": self.url, "allow_private": True} | more)

    def given(self) -> Given:
        return Given("x", (Hearer("Aéroplouf", parse("aeroplouf"), {"x": "@aeroplouf"}),), auth(self.url))

    def publish(self, text: str) -> str:
        return str(self.network.say("lea", text))

    def delete(self, external_id: str) -> None:
        self.network.delete(int(external_id))

    def shuffle(self) -> None:
        self.network.shuffled = True

    def limited(self, until: datetime) -> Mapping[str, str]:
        return {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(until.timestamp()))}

    def respond(self, request: Request) -> Answer:
        status, headers, body = self.network.answer(
            request.method, request.path, request.query, request.headers, request.body
        )
        return Answer(body, status, headers)


WORLD = X
