"""The workspace on a real port of loopback, and unmodified Slack clients against it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler as WebsocketClientHandler
from slack_sdk import WebClient
from starlette.applications import Starlette

from sandbox.slack import Workspace, routes

HANDLERS = {"builtin": SocketModeHandler, "websocket_client": WebsocketClientHandler}


def until(true: Callable[[], Any], within: float = 8.0) -> Any:
    """What `true` says once it says something; fails when it never does."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if said := true():
            return said
        time.sleep(0.01)
    raise AssertionError("it never came true")


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """The workspace's address, while it is served."""
    config = uvicorn.Config(
        Starlette(routes=routes(workspace)), host="127.0.0.1", port=0, log_level="critical", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


@dataclass
class Desk:
    """Somebody at the page, without a browser."""

    address: str
    workspace: Workspace
    person: str = "camille"
    client: str = "page-1"
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def do(self, deed: str, **said: Any) -> dict[str, Any]:
        body = {"as": self.person, "client": self.client} | said
        answer = self.http.post(f"{self.address}/desk/do/{deed}", json=body, headers={"Origin": self.address})
        return answer.json()

    def click(self, place: dict[str, Any], block: str, action: str, value: Any = None, **more: Any) -> dict[str, Any]:
        return self.do("act", place=place, block_id=block, action_id=action, value=value, **more)

    @property
    def modals(self) -> list[dict[str, Any]]:
        return self.workspace.views.stack(self.client)


@dataclass
class Team:
    """The workspace, its address, an app in it and somebody at the page."""

    workspace: Workspace
    address: str
    app: App
    desk: Desk

    @property
    def client(self) -> WebClient:
        return self.app.client

    def channel(self, name: str) -> str:
        return self.workspace.channel(name).id


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(rate_limits=False)


@pytest.fixture
def address(workspace: Workspace) -> Iterator[str]:
    with served(workspace) as where:
        yield where


@pytest.fixture
def client(workspace: Workspace, address: str) -> WebClient:
    return WebClient(token=workspace.bot_token, base_url=f"{address}/api/", timeout=5)


@pytest.fixture
def desk(workspace: Workspace, address: str) -> Iterator[Desk]:
    person = Desk(address, workspace)
    yield person
    person.http.close()


@pytest.fixture
def app(workspace: Workspace, client: WebClient) -> App:
    """An unmodified Bolt app; each test registers its own listeners before `connect`."""
    return App(client=client, token=workspace.bot_token)


@pytest.fixture
def connect(app: App, workspace: Workspace) -> Iterator[Callable[..., None]]:
    """Connects the app by Socket Mode; disconnects it at the end."""
    handlers = []

    def go(adapter: str = "builtin") -> None:
        handler = HANDLERS[adapter](app, workspace.app_token)
        handlers.append(handler)
        handler.connect()
        until(lambda: workspace.sockets.connected)

    yield go
    for handler in handlers:
        handler.close()
