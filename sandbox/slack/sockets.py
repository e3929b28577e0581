"""Socket Mode: the app's connections, the envelopes that go down them and the acknowledgements that come back.

https://docs.slack.dev/apis/events-api/using-socket-mode (read 2026-11-22).
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.slack.rules import rules
from sandbox.slack.screens import Screens
from sandbox.slack.team import APP_ID, JSON

RETRIES: Final = (0.0, 60.0, 300.0)
"""Seconds before an event that nobody acknowledged is sent again."""


class NoApp(Exception):
    """No connection is open: Slack says dispatch_failed."""


class NotAcked(Exception):
    """The app did not acknowledge in time: Slack says operation_timeout."""


@dataclass(eq=False, slots=True)
class _Connection:
    number: int
    loop: asyncio.AbstractEventLoop
    outgoing: asyncio.Queue[JSON | None] = field(default_factory=asyncio.Queue)

    def send(self, message: JSON | None) -> None:
        """Queues a message, None to close; from any thread."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.outgoing.put_nowait, message)


class Sockets:
    """The app's open connections. Each payload goes to one of them, in turn."""

    def __init__(self, screens: Screens, *, ack_within: float, duplicate: bool, refresh_every: float | None) -> None:
        self.ack_within = ack_within
        self.duplicate = duplicate
        self.refresh_every = refresh_every
        self.late_acks: list[str] = []
        self.acks = 0
        self._screens = screens
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._waiting: dict[str, asyncio.Future[JSON]] = {}
        self._turn = count()
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def ticket(self) -> str:
        """What a new connection must show, once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    # The life of a connection

    async def serve(self, websocket: WebSocket) -> None:
        """One connection, from hello to its end."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(1008)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        limits = rules()["sockets"]
        if self.connected >= limits["max"]["is"]:
            await websocket.send_json(self._disconnect(limits["max"]["reason"]))
            await websocket.close()
            return
        connection = _Connection(next(self._numbers), asyncio.get_running_loop())
        self._connections.append(connection)
        self._screens.tell({"type": "app", "connected": True})
        await websocket.send_json(self._hello(limits["approximate_connection_time"]["is"]))
        tasks = [asyncio.create_task(self._write(connection, websocket)), asyncio.create_task(self._read(websocket))]
        if self.refresh_every:
            connection.loop.call_later(self.refresh_every, self._refresh_one, connection)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._forget(connection)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self, connection: _Connection, websocket: WebSocket) -> None:
        while (message := await connection.outgoing.get()) is not None:
            await websocket.send_json(message)
        await websocket.close()

    async def _read(self, websocket: WebSocket) -> None:
        while True:
            try:
                said = json.loads(await websocket.receive_text())
            except WebSocketDisconnect:
                return
            self._acked(str(said.get("envelope_id")), said.get("payload") or {})

    def _acked(self, envelope: str, payload: JSON) -> None:
        waiting = self._waiting.pop(envelope, None)
        if waiting is None or waiting.done():
            self.late_acks.append(envelope)
        else:
            self.acks += 1
            waiting.set_result(payload)

    def _forget(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        self._screens.tell({"type": "app", "connected": bool(self._connections)})

    def _hello(self, seconds: int) -> JSON:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": seconds},
        }

    def _disconnect(self, reason: str) -> JSON:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}

    # What tests turn; from any thread

    def refresh(self, reason: str = "refresh_requested", *, leave_open: bool = False) -> None:
        """Asks every connection to come back: `refresh_requested` or `warning`.

        A warning leaves them open, as Slack does; `leave_open` does so after a refresh too.
        """
        for connection in list(self._connections):
            connection.send(self._disconnect(reason))
            if reason == "refresh_requested":
                self._connections.remove(connection)  # nothing more is sent there
                if not leave_open:
                    connection.send(None)

    def _refresh_one(self, connection: _Connection) -> None:
        if connection in self._connections:
            connection.send(self._disconnect("refresh_requested"))
            connection.send(None)
            self._connections.remove(connection)

    def drop(self) -> None:
        """Closes every connection without a word."""
        for connection in list(self._connections):
            self._connections.remove(connection)
            connection.send(None)

    # Payloads

    async def deliver(self, kind: str, payload: JSON, *, answerable: bool = True, retry: JSON | None = None) -> JSON:
        """Sends one payload and waits for its acknowledgement; returns what came with it.

        Args:
            kind: events_api, interactive or slash_commands.
            payload: what happened.
            answerable: whether the acknowledgement may carry a payload.
            retry: retry_attempt and retry_reason of an event that is sent again.

        Raises:
            NoApp: nothing is connected.
            NotAcked: no acknowledgement in time.
        """
        if not self._connections:
            raise NoApp
        connection = self._connections[next(self._turn) % len(self._connections)]
        envelope = secrets.token_hex(16)
        waiting: asyncio.Future[JSON] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = waiting
        message: JSON = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": answerable,
        } | (retry or {})
        connection.send(message)
        if self.duplicate:
            connection.send(message | {"envelope_id": secrets.token_hex(16)})
        try:
            return await asyncio.wait_for(waiting, self.ack_within)
        except TimeoutError:
            self._waiting.pop(envelope, None)
            raise NotAcked from None

    def send_event(self, payload: JSON) -> None:
        """Sends an event in the background, and again while nobody acknowledges it."""
        task = asyncio.get_running_loop().create_task(self._event(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _event(self, payload: JSON) -> None:
        retry: JSON = {}
        for attempt, pause in enumerate((*RETRIES, None), 1):
            try:
                await self.deliver("events_api", payload, answerable=False, retry=retry)
            except (NotAcked, NoApp) as failure:
                if pause is None:
                    return
                reason = "timeout" if isinstance(failure, NotAcked) else "connection_failed"
                retry = {"retry_attempt": attempt, "retry_reason": reason}
                await asyncio.sleep(pause if isinstance(failure, NotAcked) else max(pause, 1.0))
            else:
                return
