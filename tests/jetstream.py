"""A Jetstream on loopback, in both dialects: events are kept as long as it is told, and replayed."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

POST = "app.bsky.feed.post"
V2 = "network.bsky.jetstream.subscribeEvents"


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


class Jetstream:
    """`refusal`: what the next handshakes get: (status, headers, body). `forgets`: events before it are gone."""

    def __init__(self, *, v2: bool = False, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.v2, self.clock = v2, clock
        self.events: list[dict[str, Any]] = []
        self.forgets = 0
        self.refusals: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[dict[str, list[str]]] = []
        self._news = threading.Condition()
        self._cut = 0
        self._server: Server = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._admit,
            subprotocols=[Subprotocol("xrpc.v1.json")] if v2 else None,
            close_timeout=0.1,
        )
        self.port = int(self._server.socket.getsockname()[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._over = False

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{'/xrpc/' + V2 if self.v2 else '/subscribe'}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over = True
        self.cut()
        self._server.shutdown()
        self._thread.join()

    def say(self, did: str, rkey: str, text: str, at: datetime | None = None, /, **record: object) -> str:
        """Somebody posts; the post's address."""
        value = {"$type": POST, "text": text, "createdAt": (at or self.clock()).isoformat(), "langs": ["fr"], **record}
        self._happens(did, rkey, "create", at, value)
        return f"at://{did}/{POST}/{rkey}"

    def delete(self, uri: str, at: datetime | None = None) -> None:
        did, _, rkey = uri.removeprefix("at://").partition(f"/{POST}/")
        self._happens(did, rkey, "delete", at, None)

    def cut(self) -> None:
        """Every connection breaks."""
        with self._news:
            self._cut += 1
            self._news.notify_all()

    def _happens(self, did: str, rkey: str, operation: str, at: datetime | None, record: object) -> None:
        commit: dict[str, Any] = {"rev": "3k", "operation": operation, "collection": POST, "rkey": rkey}
        if record is not None:
            commit |= {"record": record, "cid": "bafyreib"}
        when = at or self.clock()
        with self._news:
            # One microsecond between two of the same moment, as a real one sees to.
            last = self.events[-1]["time_us"] if self.events else 0
            self.events.append({"did": did, "time_us": max(micros(when), last + 1), "kind": "commit", "commit": commit})
            self._news.notify_all()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.asked.append(parse_qs(urlsplit(request.path).query))
        if not self.refusals:
            return None
        status, headers, body = self.refusals.pop(0)
        answer = connection.respond(status, body.decode())
        for name, value in headers.items():
            answer.headers[name] = value
        return answer

    def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        asked = parse_qs(urlsplit(connection.request.path).query)
        start = int(asked["cursor"][0]) if "cursor" in asked else None
        number, cut = 0, self._cut
        if start is None:
            number = len(self.events)
        try:
            while True:
                with self._news:
                    while number >= len(self.events) and cut == self._cut:
                        self._news.wait()
                    if cut != self._cut:
                        connection.socket.close()
                        return
                    batch, number = self.events[number:], len(self.events)
                for event in batch:
                    if event["time_us"] >= max(start or 0, self.forgets):
                        connection.send(json.dumps(self._frame(event, number)))
        except (ConnectionClosed, OSError):
            return

    def _frame(self, event: dict[str, Any], seq: int) -> dict[str, Any]:
        if not self.v2:
            return event
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=event["time_us"])
        written = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        said = {"$type": f"{V2}#commit", "did": event["did"], "seq": seq, "time": written, "witnessedAt": written}
        return {"$type": "message", "payload": said | event["commit"]}
