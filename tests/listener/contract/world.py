"""What a collector is tried against: a network in memory behind a real server on loopback, which misbehaves when told.

A new network writes one subclass of `HttpWorld` into `worlds/<kind>.py` (`-` is `_`) and names it `WORLD`.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import ClassVar, Final, Self
from urllib.parse import parse_qsl, urlsplit

from config.sources import SourceOptions
from listener.registry import NOTHING, Given
from tests.web import Exchange, Web

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECONDS: Final = 0.6
"""The time-out of one request: what `slow` takes longer than."""


class Clock:
    """Ours; the network's moves with it, but for `skew`."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class World:
    """One network, empty at first. `powers` names what its adapter promises; a test that needs another is not asked.

    `pages`: `collect` takes several batches for many posts. `edits`: an edited post is given again. `deletes`: a
    deleted one is told in `Batch.deleted`. `refreshes`: its collector can be asked again. `secured`: it has a token.
    `limits`: its collector keeps to `means.limits`.
    `shuffles`: the network may give posts in another order, or twice. `forgiving`: half an answer is read, as far as it
    goes, and the rest comes with the next.
    """

    kind: ClassVar[str]
    usual: ClassVar[frozenset[str]] = frozenset({"resets", "troubles"})
    """`resets`: its refusals name the moment they end. `troubles`: it is asked, and may be away; all but a few."""
    powers: ClassVar[frozenset[str]] = frozenset()
    page: ClassVar[int] = 100
    """Posts of one batch at most."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.skew = timedelta(0)

    @property
    def now(self) -> datetime:
        """What the network thinks the time is."""
        return self.clock() + self.skew

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop."""

    def options(self) -> SourceOptions:
        """Options that lead here."""
        raise NotImplementedError

    def given(self) -> Given:
        """The credential and the brands."""
        return NOTHING

    def asked(self) -> int:
        """How many requests came so far."""
        raise NotImplementedError

    def publish(self, text: str) -> str:
        """Somebody says `text`, which the source's brand hears; the external id it must get."""
        raise NotImplementedError

    def edit(self, external_id: str, text: str) -> None:
        """Its author changes it."""
        raise NotImplementedError

    def delete(self, external_id: str) -> None:
        """Its author takes it back."""
        raise NotImplementedError

    def shuffle(self) -> None:
        """From now on, posts come in another order and some come twice, on one page or on two."""
        raise NotImplementedError

    def fail(self, status: int) -> None:
        """The next answer is this status."""
        raise NotImplementedError

    def limit(self, until: datetime) -> None:
        """The next answer is that nothing may be asked until then, as this network says it."""
        raise NotImplementedError

    def truncate(self) -> None:
        """The next answer ends in the middle of its body."""
        raise NotImplementedError

    def slow(self) -> None:
        """The next answer comes later than anybody waits."""
        raise NotImplementedError

    def lose_credential(self, status: int) -> None:
        """From now on nothing is told us: 401, or 403."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpWorld(World):
    """A world that speaks HTTP: a subclass answers requests, the mischief is done here."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.web = Web()
        self.web.elsewhere = self._exchange
        self.url = self.web.url("").rstrip("/")
        self.requests: list[Request] = []
        self._next: deque[Callable[[Exchange, Answer], None]] = deque()
        self._lost: int | None = None
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.web.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self.web.__exit__(kind, error, at)

    def respond(self, request: Request) -> Answer:
        """The good answer of the network."""
        raise NotImplementedError

    def spares(self, request: Request) -> bool:  # noqa: ARG002 - for subclasses
        """Whether mischief passes this request over: a log-in before the reading, say."""
        return False

    def asked(self) -> int:
        return len(self.requests)

    def fail(self, status: int) -> None:
        self._next.append(lambda exchange, _: exchange.answer(b"", status))

    def limit(self, until: datetime) -> None:
        """429 with Retry-After in seconds; a network that says it otherwise overrides `limited`."""
        headers = self.limited(until)
        self._next.append(lambda exchange, _: exchange.answer(b"", 429, headers))

    def limited(self, until: datetime) -> Mapping[str, str]:
        """The headers of a refusal until then."""
        return {"Retry-After": str(round((until - self.clock()).total_seconds()))}

    def truncate(self) -> None:
        self._next.append(
            lambda exchange, good: exchange.answer(good.body[: len(good.body) // 2], headers=good.headers)
        )

    def slow(self) -> None:
        def drip(exchange: Exchange, good: Answer) -> None:
            exchange.send_response_only(good.status)
            exchange.send_header("Content-Length", str(len(good.body)))
            exchange.end_headers()
            for index in range(len(good.body)):
                exchange.wfile.write(good.body[index : index + 1])
                exchange.wfile.flush()
                if self._over.wait(SECONDS / 4):
                    return

        self._next.append(drip)

    def lose_credential(self, status: int) -> None:
        self._lost = status

    def _exchange(self, exchange: Exchange) -> None:
        address = urlsplit(exchange.path)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        request = Request(exchange.command, address.path, dict(parse_qsl(address.query)), exchange.headers, body)
        self.requests.append(request)
        spared = self.spares(request)
        if self._lost and not spared:
            exchange.answer(b"", self._lost)
            return
        good = self.respond(request)
        if self._next and not spared:
            self._next.popleft()(exchange, good)
        else:
            exchange.answer(good.body, good.status, good.headers)
