"""A real HTTP server on loopback, for tests: each path is a function that answers."""

import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Exchange(BaseHTTPRequestHandler):
    """One request being answered; `answer` for the usual, `wfile` for what no well-behaved server sends."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        self.server.web.requests.append(self)
        path = self.path.partition("?")[0]
        self.close_connection = True
        self.server.web.routes.get(path, self.server.web.elsewhere)(self)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method is answered alike; http.server looks for `do_<METHOD>`."""
        if name.startswith("do_"):
            return self.do_GET
        raise AttributeError(name)

    def not_found(self) -> None:
        self.answer(b"", status=404)

    def answer(self, body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    web: "Web"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is what some tests are about."""


class Web:
    """`routes` may change while it runs, `elsewhere` answers what has none; `requests` holds what came."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Callable[[Exchange], None]] = {}
        self.elsewhere: Callable[[Exchange], None] = Exchange.not_found
        self.requests: list[Exchange] = []
        self._server = _Server(("127.0.0.1", 0), Exchange)
        self._server.web = self
        self.port = int(self._server.server_address[1])
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
