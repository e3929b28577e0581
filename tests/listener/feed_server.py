"""What the tests of feeds on a real server share: a clock, a page of feed, a client whose hosts are all loopback."""

import json
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import pytest

from config.clients import open_client
from config.guard import Limits
from listener.collector import Batch, Collector, Cursor
from models.errors import RetryLater
from tests.web import Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = Limits(total=0.5, body=200_000)


def rss(*items: str, head: str = "") -> bytes:
    return f'<rss version="2.0"><channel><title>Blog</title>{head}{"".join(items)}</channel></rss>'.encode()


def item(number: int, title: str = "Aéroplouf", text: str = "Du retard.") -> str:
    link = f"https://blog.example/{number}"
    return f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><description>{text}</description></item>"


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def resolve(host: str, _port: int) -> Sequence[str]:
    """Every invented host stands on loopback, but for the one that does not exist."""
    if host == "nowhere.example":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [host if host[0].isdigit() else "127.0.0.1"]


connect = partial(open_client, resolve=resolve, limits=LIMITS)


def stored(batch: Batch) -> Cursor:
    """The cursor as the database gives it back."""
    cursor: Cursor = json.loads(json.dumps(batch.cursor))
    return cursor


def serve(web: Web, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
    web.routes["/feed"] = lambda exchange: exchange.answer(body, status, headers)


def retry(collector: Collector, cursor: Cursor | None = None) -> RetryLater:
    with pytest.raises(RetryLater) as caught:
        collector.collect(cursor)
    return caught.value
