"""The two ways Jetstream speaks: since 2026 as a method of XRPC (`jetstream`), before by itself (`jetstream-legacy`).

Facts: lexicon network.bsky.jetstream.subscribeEvents, READMEs of jetstream and jetstream-legacy, read 2026-11-22.
Both go on from a moment in microseconds, inclusive; the newer one's own numbers mean something on one server only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from config.bluesky import POST
from listener.collectors.bluesky.posts import moment, part

TOO_OLD: Final = "CursorTooOld"
_EVENTS: Final = "network.bsky.jetstream.subscribeEvents"
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a repository. `micros`: when the stream saw it, in microseconds since 1970.

    `operation` is create, update or delete of a post; "" for all else, which tells only that the stream lives.
    """

    micros: int
    did: str = ""
    operation: str = ""
    rkey: str = ""
    cid: str = ""
    record: Mapping[str, Any] | None = None

    @property
    def uri(self) -> str:
        """The post's address."""
        return f"at://{self.did}/{POST}/{self.rkey}"

    @property
    def at(self) -> datetime:
        """When the stream saw it."""
        return moment_of(self.micros)


class Broken(Exception):
    """The server says that it ends the stream, and why."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where its server is, what is asked of it, how its frames are read. `read` gives None for what is no event."""

    url: str
    asked: Mapping[str, str]
    read: Callable[[Mapping[str, Any]], Event | None]
    subprotocol: str | None = None


def moment_of(micros: int) -> datetime:
    """Aware, UTC."""
    return datetime.fromtimestamp(micros / _MILLION, UTC)


def micros_of(at: datetime) -> int:
    """Since 1970."""
    return int(at.timestamp() * _MILLION)


def _legacy(frame: Mapping[str, Any]) -> Event | None:
    micros = frame.get("time_us")
    return _event(micros, frame.get("did"), part(frame, "commit")) if isinstance(micros, int) else None


def _xrpc(frame: Mapping[str, Any]) -> Event | None:
    """A frame is a message or the error that ends the stream (`ConsumerTooSlow`).

    Raises:
        Broken: it is an error.
    """
    if frame.get("$type") == "error":
        raise Broken(str(frame.get("error", "")))
    said = part(frame, "payload")
    at = moment(said.get("witnessedAt") or said.get("time"))
    if at is None:  # an advisory: `OutdatedCursor` is also seen from the first event
        return None
    return _event(micros_of(at), said.get("did"), said)


def _event(micros: int, did: object, commit: Mapping[str, Any]) -> Event:
    operation, rkey = commit.get("operation"), commit.get("rkey")
    if commit.get("collection") != POST or not (isinstance(did, str) and isinstance(rkey, str)):
        return Event(micros)
    record = part(commit, "record")
    return Event(micros, did, str(operation), rkey, str(commit.get("cid", "")), record)


DIALECTS: Final = {
    "jetstream": Dialect(
        f"wss://jetstream.us-east.bsky.network/xrpc/{_EVENTS}",
        {"collections": POST, "kinds": "commit"},
        _xrpc,
        subprotocol="xrpc.v1.json",
    ),
    "jetstream-legacy": Dialect(
        "wss://jetstream2.us-east.bsky.network/subscribe", {"wantedCollections": POST}, _legacy
    ),
}
