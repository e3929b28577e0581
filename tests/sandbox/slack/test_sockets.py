"""Socket Mode on the wire, without any client library of Slack's."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from slack_sdk import WebClient
from websockets.sync.client import ClientConnection, connect

from sandbox.slack import Workspace
from tests.sandbox.slack.conftest import Desk, until

Open = Callable[[], ClientConnection]


@pytest.fixture
def link(client: WebClient, workspace: Workspace) -> Iterator[Open]:
    with ExitStack() as stack:

        def go() -> ClientConnection:
            url = client.apps_connections_open(app_token=workspace.app_token)["url"]
            return stack.enter_context(connect(url))

        yield go


def received(socket: ClientConnection, within: float = 5) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(socket.recv(within))
    return said


def test_hello(link: Open):
    hello = received(link())
    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"] == {"app_id": "A0REPARTIE0"}
    assert hello["debug_info"]["approximate_connection_time"] == 18060


def test_a_ticket_opens_one_connection(client: WebClient, workspace: Workspace):
    url = client.apps_connections_open(app_token=workspace.app_token)["url"]
    with connect(url), pytest.raises(Exception, match="403"), connect(url):
        pass


def test_ten_connections_and_no_more(link: Open, workspace: Workspace):
    for number in range(1, 11):
        assert received(link())["num_connections"] == number
    refused = received(link())
    assert (refused["type"], refused["reason"]) == ("disconnect", "too_many_websockets")
    assert workspace.sockets.connected == 10


def test_each_payload_goes_to_one_of_them(link: Open, desk: Desk, workspace: Workspace):
    workspace.sockets.ack_within = 0.05
    sockets = [link(), link()]
    for socket in sockets:
        received(socket)
    general = workspace.channel("général").id
    for _ in range(2):
        desk.do("say", channel=general, text="/repartie")
    first, second = (received(socket) for socket in sockets)
    assert first["envelope_id"] != second["envelope_id"]
    assert {first["type"], second["type"]} == {"slash_commands"}
    assert first["accepts_response_payload"] is True
    for socket in sockets:
        with pytest.raises(TimeoutError):
            socket.recv(0.05)


def test_warning_then_refresh(link: Open, workspace: Workspace):
    socket = link()
    received(socket)
    workspace.sockets.refresh("warning")
    assert received(socket)["reason"] == "warning"
    workspace.sockets.refresh(leave_open=True)
    assert received(socket)["reason"] == "refresh_requested"
    assert workspace.sockets.connected == 0
    socket.ping().wait(2)  # still there, as Slack leaves it for a while


def test_a_refresh_now_and_then(clock: Callable[[], float], link: Open, workspace: Workspace):
    del clock
    workspace.sockets.refresh_every = 0.05
    socket = link()
    received(socket)
    assert received(socket)["reason"] == "refresh_requested"
    until(lambda: workspace.sockets.connected == 0)
