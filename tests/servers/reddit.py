"""As much of Reddit as who answers and moderates asks: tokens, `api/comment`, `api/info`, own comments, moderation.

Answers as reddit.com/dev/api documents and as praw 8.0.3 reads it (2026-11-22); errors of `api/comment` come with 200.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.web import Exchange, Web

OURS = "aeroplouf"


class Reddit:
    """One site. `weather` meets the next writes: it may answer itself, and then says True; or act and say False."""

    def __init__(self, *, slow: Callable[[], float] = lambda: 0.0) -> None:
        self.web = Web()
        self.web.elsewhere = self._answer
        self.url = self.web.url("").rstrip("/")
        self.things: dict[str, dict[str, Any]] = {}
        self.acts: list[tuple[str, str]] = []
        self.weather: deque[Callable[[Exchange], bool]] = deque()
        self.after: deque[Callable[[], None]] = deque()
        """Done when the next comment stands, before that is said."""
        self.refused_logins = 0
        self.asked = 0
        self.slow = slow
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.web.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.web.__exit__(kind, error, at)

    def say(self, text: str, parent: str = "t3_vol", author: str = "lea_m", at: float | None = None) -> dict[str, Any]:
        with self._lock:
            name = f"t1_k{len(self.things)}"
            said = {
                "name": name,
                "id": name[3:],
                "author": author,
                "body": text,
                "parent_id": parent,
                "created_utc": float(int(time.time() if at is None else at)),
                "permalink": f"/r/porto/comments/vol/_/{name[3:]}/",
                "subreddit": "porto",
                "locked": False,
                "archived": False,
            }
            self.things[name] = said
            return said

    def delete(self, name: str) -> None:
        self.things[name].update(author="[deleted]", body="[deleted]")

    def under(self, name: str) -> list[str]:
        return [said["body"] for said in list(self.things.values()) if said["parent_id"] == name and shown(said)]

    def _answer(self, exchange: Exchange) -> None:
        self.asked += 1
        address = urlsplit(exchange.path)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        asked = dict(parse_qsl(address.query)) | dict(parse_qsl(body.decode(), keep_blank_values=True))
        if address.path == "/api/v1/access_token":
            self._token(exchange, asked)
        elif not exchange.headers.get("Authorization", "").startswith("bearer "):
            exchange.answer(b"", 401)
        elif exchange.command == "GET":
            self._read(exchange, address.path, asked)
        elif not (self.weather and self.weather.popleft()(exchange)):
            self._write(exchange, address.path.removeprefix("/api/"), asked)

    def _token(self, exchange: Exchange, asked: Mapping[str, str]) -> None:
        assert exchange.headers["Authorization"].startswith("Basic ")
        assert exchange.headers["User-Agent"].startswith("python:repartie")
        assert (asked["grant_type"], asked["username"]) == ("password", OURS)
        if self.refused_logins:
            self.refused_logins -= 1
            reply(exchange, {"error": "invalid_grant"})
        else:
            reply(exchange, {"access_token": "t", "expires_in": 86400, "scope": "*", "token_type": "bearer"})

    def _read(self, exchange: Exchange, path: str, asked: Mapping[str, str]) -> None:
        if path == "/api/info":
            found = [self.things[name] for name in asked["id"].split(",") if name in self.things]
        else:
            assert path == f"/user/{OURS}/comments", path
            found = [said for said in reversed(list(self.things.values())) if said["author"] == OURS][:100]
        children = [{"kind": "t1", "data": said} for said in found]
        reply(exchange, {"kind": "Listing", "data": {"children": children, "after": None}})

    def _write(self, exchange: Exchange, act: str, asked: Mapping[str, str]) -> None:
        time.sleep(self.slow())
        if act != "comment":
            self.acts.append((act, asked["id"]))
            if act == "del":
                self.delete(asked["id"])
            reply(exchange, {})
            return
        parent = self.things.get(asked["thing_id"])
        if parent is None or not shown(parent):
            refuse(exchange, "DELETED_COMMENT", "that comment has been deleted")
            return
        said = self.say(asked["text"], asked["thing_id"], OURS)
        if self.after:
            self.after.popleft()()
        time.sleep(self.slow())
        reply(exchange, {"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": said}]}}})


def shown(said: Mapping[str, Any]) -> bool:
    return said["author"] != "[deleted]"


def reply(exchange: Exchange, said: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
    limit = {"x-ratelimit-remaining": "990.0", "x-ratelimit-used": "10", "x-ratelimit-reset": "300"}
    content = {"Content-Type": "application/json; charset=UTF-8"}
    exchange.answer(json.dumps(said).encode(), status, content | limit | dict(headers or {}))


def refuse(exchange: Exchange, code: str, words: str, **more: object) -> None:
    """As `api/comment` says no: with 200."""
    reply(exchange, {"json": {"errors": [[code, words, "parent"]], **more}})
