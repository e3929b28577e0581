"""The workspace on a real port of loopback, and unmodified Slack clients against it."""

import gc
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

Answer = dict[str, Any]


def until(true: Callable[[], object], within: float = 8.0) -> None:
    """Waits for what another thread or process is about to do; fails when it never does."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """The workspace's address, while it is served."""
    app = Starlette(routes=routes(workspace))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", ws="websockets-sansio", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


class Clock:
    """Real seconds, and those a test adds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Desk:
    """Somebody at the page, without a browser."""

    address: str
    workspace: Workspace
    person: str = "camille"
    client: str = "page-1"
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def do(self, deed: str, **said: object) -> Answer:
        body = {"as": self.person, "client": self.client} | said
        done = self.http.post(f"{self.address}/desk/do/{deed}", json=body, headers={"Origin": self.address})
        answer: Answer = done.json()
        return answer

    def click(self, card: Answer, block: str, action: str, value: object = None, **more: object) -> Answer:
        place = {"channel": card["channel"], "ts": card["ts"]}
        return self.do("act", place=place, block_id=block, action_id=action, value=value, **more)

    def modal(self) -> Answer:
        """The modal on top, once there is one."""
        until(lambda: self.workspace.views.stack(self.client))
        return self.workspace.views.stack(self.client)[-1]

    def said(self, channel: str) -> list[str]:
        """The texts of a channel, those for one person too."""
        return [message.text for message in self.workspace.channel(channel).messages]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(rate_limits=False, now=clock)


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
def app(client: WebClient) -> App:
    """An unmodified Bolt app; each test registers its own listeners before it connects."""
    return App(client=client)


@pytest.fixture
def connect(app: App, workspace: Workspace) -> Iterator[Callable[..., None]]:
    """Connects the app by Socket Mode; disconnects it at the end."""
    handlers = []

    def go(adapter: str = "builtin") -> None:
        kind = {"builtin": SocketModeHandler, "websocket_client": WebsocketClientHandler}[adapter]
        handler = kind(app, workspace.app_token)
        handlers.append(handler)
        handler.connect()
        until(lambda: workspace.sockets.connected)

    yield go
    for handler in handlers:
        # websocket_client notices its own close only when its select ends, up to 10 s later; ours it notices at once.
        handler.client.auto_reconnect_enabled = False
        workspace.sockets.drop()
        until(lambda client=handler.client: not client.is_connected())
        handler.close()
    gc.collect()  # sockets that the clients leave to the collector, while warnings of it are allowed (below)
