"""The server behind which a `Reception` sits: one port, POST to /, in a thread of its own."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from listener.inbox.reception import MOST_BYTES, Answer, Reception

log = logging.getLogger(__name__)

AGAIN: Final = 30.0
"""Seconds until a port that is taken is tried again."""
_BODY_SECONDS: Final = 10.0
_AT_ONCE: Final = 64
"""Connections at once; one more is told to come again (503)."""


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: the process has its own."""
        yield


class Door:
    """Open from the first moment its port is free until `close`. `port` 0 takes a free one, for tests."""

    def __init__(self, source: str, host: str, port: int, reception: Reception) -> None:
        self._source, self._host, self._port = source, host, port
        self._closed, self._opened = threading.Event(), threading.Event()
        self._server = _Server(
            uvicorn.Config(
                Starlette(routes=[Route("/", _endpoint(reception), methods=["GET", "POST"])]),
                log_level="critical",
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                limit_concurrency=_AT_ONCE,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._stand, name=f"webhook {source}", daemon=True)
        self._thread.start()

    def wait_open(self, seconds: float) -> int:
        """The port, once it listens.

        Raises:
            TimeoutError: it does not after so many seconds.
        """
        if not self._opened.wait(seconds):
            raise TimeoutError(self._source)
        return self._port

    def close(self) -> None:
        """Take nothing more; what was answered 202 is on disk."""
        self._closed.set()
        self._server.should_exit = True
        self._thread.join(5)

    def _stand(self) -> None:
        while not self._closed.is_set():
            try:
                place = _bind(self._host, self._port)
            except OSError as error:
                log.warning("%s cannot listen at %s port %d: %s", self._source, self._host, self._port, error.strerror)
                self._closed.wait(AGAIN)
                continue
            with place:
                self._port = int(place.getsockname()[1])
                self._opened.set()
                log.info("%s takes posts at %s port %d", self._source, self._host, self._port)
                self._server.run([place])
            return


def _endpoint(reception: Reception) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if request.method != "POST":
            return JSONResponse({"repartie": "webhook"})
        body = bytearray()
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for piece in request.stream():
                    body += piece
                    if len(body) > MOST_BYTES:
                        return _response(reception.too_large(), close=True)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=HTTPStatus.REQUEST_TIMEOUT, headers={"Connection": "close"})
        return _response(await run_in_threadpool(reception.receive, request.headers, bytes(body)))

    return answer


def _response(answer: Answer, *, close: bool = False) -> Response:
    headers = {**answer.headers, **({"Connection": "close"} if close else {})}
    return JSONResponse(dict(answer.said), status_code=answer.status, headers=headers)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
        place.listen(128)  # at once, so that whoever is told the port may come
    except OSError:
        place.close()
        raise
    return place
