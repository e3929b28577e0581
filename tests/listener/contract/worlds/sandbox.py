"""The real square, behind a door that misbehaves."""

from contextlib import ExitStack
from typing import Self

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from config.clients import BearerToken
from config.sources import SandboxOptions
from listener.registry import Given
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.api import SquareApi
from sandbox.social.faults import Faults
from sandbox.social.network import Network
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request


class Square(HttpWorld):
    kind = "sandbox"
    powers = frozenset({"pages", "edits", "refreshes", "secured"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.network = Network((Account(handle="lea", name="Léa"),), clock=lambda: self.now)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        routes = SquareApi(self.network, Faults()).routes()
        self._behind = self._open.enter_context(serving(Starlette(routes=routes)))
        self._client = self._open.enter_context(httpx.Client())
        return super().__enter__()

    def __exit__(self, *why: object) -> None:
        super().__exit__(None, None, None)
        self._open.close()

    def options(self) -> SandboxOptions:
        return SandboxOptions(kind="sandbox", url=f"{self.url}/network/api/v1/")

    def given(self) -> Given:
        return Given(auth=BearerToken(self.url, SecretStr("invented")))

    def publish(self, text: str) -> str:
        return self._uri(self.network.publish("lea", text).id)

    def edit(self, external_id: str, text: str) -> None:
        self.network.edit(external_id.rpartition("/")[2], text)

    def delete(self, external_id: str) -> None:
        self.network.delete(external_id.rpartition("/")[2])

    def respond(self, request: Request) -> Answer:
        said = self._client.get(f"{self._behind.rstrip('/')}{request.path}", params=request.query)
        return Answer(said.content, said.status_code, {"Content-Type": "application/json"})

    def _uri(self, post_id: str) -> str:
        said = self._client.get(f"{self._behind.rstrip('/')}/network/api/v1/posts/{post_id}").json()
        return str(said["uri"])


WORLD = Square
