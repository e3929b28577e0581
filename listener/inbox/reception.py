"""What happens to one request at the door, whatever server carries it: believed, read, kept, answered."""

import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from config.base import closest
from config.i18n import Words, mark
from listener.inbox import signing
from listener.inbox.item import Document, Gone, Item, Parcel
from listener.inbox.signing import Doubt
from listener.inbox.spool import Full, Spool

MOST_BYTES: Final = 1_000_000
"""Bytes of one body."""
_MOST_PROBLEMS: Final = 10
_STRANGERS: Final = 60
"""Requests of a minute whose signature is wrong; then they wait, and those that sign do not."""
_LATER: Final = 60
"""Seconds until a full disk or spool may be tried again."""
_DOUBTS: Final = {
    Doubt.MISSING: mark("The headers {first} and {second} are needed"),
    Doubt.WRONG: mark(
        "The signature does not fit the body and the moment: is it the same secret, and are these the bytes it was"
        " made of?"
    ),
    Doubt.MOMENT: mark("{first} must be seconds since 1970, at most five minutes from now"),
}
_PROBLEMS: Final = {
    "missing": mark("is missing"),
    "extra_forbidden": mark("is not known"),
    "nothing_said": mark("says nothing: one of text, html and title must be there"),
    "no_name": mark("has no name: one of external_id and url must be there"),
    "empty": mark("is missing or empty"),
    "string_too_long": mark("is longer than {most}"),
    "too_long": mark("is longer than {most}"),
    "string_pattern": mark("must be an address that begins with https:// or http://"),
    "datetime": mark("must be a moment with its time zone, as in 2026-11-22T09:30:00+01:00"),
    "timezone": mark("must be a moment with its time zone, as in 2026-11-22T09:30:00+01:00"),
    "int": mark("must be a whole number, 0 or more"),
    "greater_than_equal": mark("must be a whole number, 0 or more"),
    "string": mark("must be text, and not empty"),
}
"""Beginnings of pydantic's names of errors, the first that fits; then `_SHAPE`."""
_SHAPE: Final = mark("has another shape than docs/networks/webhook.md says")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back: JSON."""

    status: HTTPStatus
    said: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Bucket:
    """So many a minute, all at once if nobody came before. `seconds` only goes forward."""

    def __init__(self, per_minute: int, seconds: Callable[[], float]) -> None:
        self._most, self._left, self._seconds, self._at = float(per_minute), float(per_minute), seconds, seconds()

    def wait(self) -> int:
        """Take one; 0, or the whole seconds until there is one."""
        now = self._seconds()
        self._left = min(self._most, self._left + (now - self._at) * self._most / 60)
        self._at = now
        if self._left < 1:
            return math.ceil((1 - self._left) * 60 / self._most)
        self._left -= 1
        return 0


class Reception:
    """Takes what is brought for one source. Threads share it; one request at a time is looked at."""

    def __init__(  # noqa: PLR0913 - what taking in works with
        self,
        networks: Sequence[str],
        secret: SecretStr,
        spool: Spool,
        clock: Callable[[], datetime],
        t: Words,
        *,
        per_minute: int = 600,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._networks, self._secret, self._spool, self._clock, self._t = tuple(networks), secret, spool, clock, t
        self._signed, self._strangers = Bucket(per_minute, seconds), Bucket(_STRANGERS, seconds)
        self._seen: dict[str, float] = {}  # signatures of the window -> when they came
        self._lock = threading.Lock()

    def receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request; 202 says that all of `body` is on disk. `headers` by lower-case name."""
        with self._lock:
            signature = headers.get(signing.SIGNATURE.lower(), "")
            if refusal := self._stranger(headers.get(signing.TIMESTAMP.lower(), ""), signature, body):
                return refusal
            if wait := self._signed.wait():
                return self._patience(wait)
            if signature in self._seen:  # brought once more: a tool that did not hear our answer
                return Answer(HTTPStatus.ACCEPTED, {"accepted": 0, "again": True})
            return self._read(signature, body)

    def too_large(self) -> Answer:
        """The body was longer than `MOST_BYTES`; it was not read."""
        said = self._t("The body is longer than {most} bytes: bring fewer posts at once", most=MOST_BYTES)
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said)

    def _stranger(self, timestamp: str, signature: str, body: bytes) -> Answer | None:
        t, now = self._t, self._clock()
        why = signing.doubt(self._secret.get_secret_value(), timestamp, signature, body, now)
        if why is None:
            return None
        if wait := self._strangers.wait():
            return self._patience(wait)
        names = {"first": signing.TIMESTAMP, "second": signing.SIGNATURE}
        said = t(_DOUBTS[why], **names)
        return _refused(HTTPStatus.UNAUTHORIZED, said)

    def _patience(self, seconds: int) -> Answer:
        said = self._t("Too many requests: again in {seconds} s", seconds=seconds)
        return _refused(HTTPStatus.TOO_MANY_REQUESTS, said, {"Retry-After": str(seconds)})

    def _read(self, signature: str, body: bytes) -> Answer:
        try:
            document = Document.model_validate(json.loads(body))
        except (ValueError, RecursionError) as error:
            if isinstance(error, ValidationError):
                return self._wrong([self._problem(one) for one in error.errors(include_url=False)])
            return _refused(HTTPStatus.BAD_REQUEST, self._t("The body is not JSON in UTF-8"))
        if problems := self._strange_networks(document):
            return self._wrong(problems)
        parcels = self._parcels(document)
        try:
            self._spool.keep({network: parcel.model_dump_json().encode() for network, parcel in parcels.items()})
        except (Full, OSError):
            said = self._t("Nothing can be kept for now: bring it again later")
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, said, {"Retry-After": str(_LATER)})
        now = self._clock().timestamp()
        old = now - 2 * signing.WINDOW.total_seconds()
        self._seen = {each: at for each, at in self._seen.items() if at > old} | {signature: now}
        return Answer(HTTPStatus.ACCEPTED, {"accepted": len(document.posts) + len(document.deleted)})

    def _parcels(self, document: Document) -> dict[str, Parcel]:
        now, only = self._clock(), self._networks[0]
        named = {item.network or only for item in document.posts} | {gone.network or only for gone in document.deleted}
        return {
            network: Parcel(
                posts=tuple(item.post(network, now) for item in document.posts if (item.network or only) == network),
                deleted=tuple(gone.external_id for gone in document.deleted if (gone.network or only) == network),
            )
            for network in named
        }

    def _strange_networks(self, document: Document) -> list[dict[str, str]]:
        lists: dict[str, Sequence[Item | Gone]] = {"posts": document.posts, "deleted": document.deleted}
        known, found = self._t.listing(self._networks), []
        for name, several in lists.items():
            for index, said in enumerate(several):
                field = f"{name}[{index}].network"
                if said.network is None and len(self._networks) > 1:
                    found.append(self._named(field, self._t("is missing; this source takes {known}", known=known)))
                elif said.network is not None and said.network not in self._networks:
                    wrong = self._t("is “{written}”; this source takes {known}", written=said.network, known=known)
                    found.append(self._named(field, wrong))
        return found

    def _problem(self, error: ErrorDetails) -> dict[str, str]:
        """One field and what is wrong with it, in the operator's language."""
        t, place, kind = self._t, _path(error["loc"]), error["type"]
        near = closest(str(error["loc"][-1]), list(Item.model_fields)) if kind == "extra_forbidden" else None
        if near:
            return self._named(place, t("is not known; is it {close}?", close=near))
        said = next((said for beginning, said in _PROBLEMS.items() if kind.startswith(beginning)), _SHAPE)
        most = error.get("ctx", {}).get("max_length", "")
        return self._named(place or "posts", t(said, most=most))

    def _named(self, place: str, said: str) -> dict[str, str]:
        return {"field": place, "problem": said}

    def _wrong(self, problems: Sequence[dict[str, str]]) -> Answer:
        first = problems[0]
        said = f"{first['field']} {first['problem']}".strip()
        return Answer(HTTPStatus.BAD_REQUEST, {"error": said, "problems": list(problems[:_MOST_PROBLEMS])})


def _refused(status: HTTPStatus, said: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"error": said}, headers or {})


def _path(parts: Sequence[str | int]) -> str:
    """`posts[0].author.handle`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")
