"""Tells open pages what changed, over a websocket: ids only, the page then asks for what it shows."""

import asyncio
import contextlib
import threading
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.social.network import Event, Network

_BACKLOG: Final = 1_000
"""Changes a sleeping page may be behind before it is cut off; it then loads itself anew."""


class Live:
    """Every page that listens. Events come from any thread, sockets live in the server's loop."""

    def __init__(self, network: Network) -> None:
        self._listeners: dict[asyncio.Queue[Event | None], asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()
        network.subscribe(self._tell)

    async def endpoint(self, socket: WebSocket) -> None:
        """Serve one page until it leaves, falls too far behind, or `close` is called."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        await socket.accept()
        with self._lock:
            self._listeners[queue] = asyncio.get_running_loop()
        leaving = asyncio.create_task(self._left(socket, queue))
        try:
            while (event := await queue.get()) is not None and queue.qsize() < _BACKLOG:
                await socket.send_json(_said(event))
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(1001)
        except WebSocketDisconnect:
            pass
        finally:
            leaving.cancel()
            with self._lock:
                self._listeners.pop(queue, None)

    def close(self) -> None:
        """Let every page go: the server is about to end."""
        with self._lock:
            for queue, loop in self._listeners.items():
                loop.call_soon_threadsafe(queue.put_nowait, None)

    def _tell(self, event: Event) -> None:
        with self._lock:
            for queue, loop in self._listeners.items():
                loop.call_soon_threadsafe(queue.put_nowait, event)

    async def _left(self, socket: WebSocket, queue: asyncio.Queue[Event | None]) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await socket.receive_text()
        queue.put_nowait(None)


def _said(event: Event) -> dict[str, Any]:
    post = event.post
    return {"kind": event.kind.value, "id": post.id, "parent": post.in_reply_to, "root": post.root}
