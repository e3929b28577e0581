"""The one door to the outside: an httpx transport that decides where we may connect, for how long and how much we take.

A host is resolved once and the very address that was checked is called, so that a name cannot mean one thing to the
check and another to the socket (DNS rebinding). Redirects are followed by `httpx.Client`, which sends each hop through
this transport again: each is checked like the first, and all share one deadline. Connections are not kept: our places
are many and asked rarely.
"""

import contextlib
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import certifi
import httpcore
import httpx

from config.addresses import AllowedPlaces, is_public, parse
from config.decoding import BadEncoding, decoded

_DEADLINE: Final = "repartie.deadline"  # extension of a request that httpx hands on to its redirects
_PORTS: Final = {"http": 80, "https": 443}

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port -> addresses as text, best first. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost at most, redirects included.

    `total` and `connect` in seconds, `body` in bytes after decompression, `redirects` in hops. Headers are capped by
    h11 at 100 KiB.
    """

    total: float = 30.0
    connect: float = 10.0
    body: int = 10 * 1024 * 1024
    redirects: int = 5


class Forbidden(httpx.TransportError):
    """Not asked: `place` is an address or a scheme we do not call."""

    def __init__(self, host: str, place: str) -> None:
        super().__init__(f"Forbidden address: {host} is {place}")
        self.host, self.place = host, place


class TooLarge(httpx.TransportError):
    """The body is longer than `limit` bytes once opened; what came is thrown away."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes")
        self.limit = limit
        self.megabytes = round(limit / 1_048_576, 1)


class TooSlow(httpx.TimeoutException):
    """The whole exchange lasted longer than `limit` seconds, however steadily it dripped."""

    def __init__(self, limit: float) -> None:
        super().__init__(f"No complete answer within {limit:g} s")
        self.limit = limit


class GuardedTransport(httpx.BaseTransport):
    """Connects to public addresses only, and to the places in `allow_private`."""

    def __init__(
        self,
        allow_private: Iterable[str] = (),
        limits: Limits | None = None,
        *,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = AllowedPlaces(allow_private)
        self._limits = limits or Limits()
        self._resolve = resolve or resolve_dns
        self._tls = tls or trusted_authorities()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask once. The body is opened (gzip, deflate, brotli) and counted while it is read.

        Raises:
            Forbidden: the scheme or every address of the host is refused.
            TooLarge: the body exceeds the cap (may be raised while it is read).
            TooSlow: the total time is over (the same).
            httpx.TransportError: the network's own failures.
            httpx.DecodingError: the body is not what its header says.
        """
        url = request.url
        if url.scheme not in _PORTS or not url.host:
            raise Forbidden(url.host or str(url), f"{url.scheme or 'no scheme'}:")
        deadline = request.extensions.setdefault(_DEADLINE, _Deadline(self._limits.total))
        origin = httpcore.Origin(url.scheme.encode(), url.raw_host, url.port or _PORTS[url.scheme])
        backend = _CheckedBackend(self._allowed, self._resolve, deadline, self._limits.connect)
        connection = httpcore.HTTPConnection(origin, ssl_context=self._tls, network_backend=backend)
        target = httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": request.extensions.get("timeout", {})},
        )
        with _httpx_errors():
            try:
                answer = connection.handle_request(asked)
            except BaseException:
                connection.close()
                raise
        body = _Body(answer, connection, self._limits.body)
        headers = httpx.Headers(answer.headers)
        if headers.get("Content-Length", "").isdecimal() and int(headers["Content-Length"]) > self._limits.body:
            body.close()
            raise TooLarge(self._limits.body)
        body.encoding = headers.get("Content-Encoding", "")
        if body.encoding:  # the body handed out is plain, so its header must not say otherwise
            del headers["Content-Encoding"]
            headers.pop("Content-Length", None)
        extensions = {key: value for key, value in answer.extensions.items() if key != "network_stream"}
        return httpx.Response(answer.status, headers=headers, stream=body, extensions=extensions)


class _Deadline:
    """A moment on the monotonic clock that a whole exchange may not pass."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds left, at most `at_most`; raises TooSlow when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlow(self.seconds)
        return left if at_most is None else min(left, at_most)


class _CheckedBackend(httpcore.NetworkBackend):
    """Resolves, checks and connects: what httpcore hands over is a name, what is called is a checked address."""

    def __init__(self, allowed: AllowedPlaces, resolve: Resolve, deadline: _Deadline, connect: float) -> None:
        self._allowed, self._resolve, self._deadline, self._connect = allowed, resolve, deadline, connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        found = self._lookup(host, port)
        addresses = [text for text in found if self._may_call(host, port, text)]
        if not addresses:
            raise Forbidden(host, ", ".join(found))
        failure: Exception = httpcore.ConnectError("no address")
        for place, address in enumerate(addresses):
            wait = self._deadline.left(min(timeout or self._connect, self._connect)) / (len(addresses) - place)
            try:
                plain = httpcore.SyncBackend().connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(plain, self._deadline)
        raise failure

    def _may_call(self, host: str, port: int, text: str) -> bool:
        address = parse(text)
        return is_public(address) or self._allowed.include(host, port, address)

    def _lookup(self, host: str, port: int) -> Sequence[str]:
        """The resolver cannot be told how long to take, so it works in a thread that we stop waiting for."""
        with contextlib.suppress(ValueError):
            return [str(parse(host))]
        answers: queue.Queue[Sequence[str] | Exception] = queue.Queue(1)

        def look() -> None:
            try:
                answers.put(self._resolve(host, port))
            except Exception as error:  # noqa: BLE001 - raised below, in the thread that waits
                answers.put(error)

        threading.Thread(target=look, name=f"resolve {host}", daemon=True).start()
        try:
            found = answers.get(timeout=self._deadline.left(self._connect))
        except queue.Empty:
            msg = f"The name {host} could not be resolved in time"
            raise httpcore.ConnectTimeout(msg) from None
        if isinstance(found, OSError | UnicodeError) or not found:  # UnicodeError: a label over 63 characters, or empty
            msg = f"The name {host} is unknown: {found or 'no address'}"
            raise httpcore.ConnectError(msg)
        if isinstance(found, Exception):
            raise found
        return found


class _TimedStream(httpcore.NetworkStream):
    """A socket none of whose reads outlasts the deadline: a server that drips one byte a second is cut all the same."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._timed():
            return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._timed():
            self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._timed():
            inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        """A time-out of the socket is TooSlow when it is the deadline that set it."""
        try:
            yield
        except httpcore.TimeoutException:
            self._deadline.left()
            raise


class _Body(httpx.SyncByteStream):
    """The plain body, counted as it comes; closing it closes the connection."""

    def __init__(self, answer: httpcore.Response, connection: httpcore.HTTPConnection, limit: int) -> None:
        self._answer, self._connection, self._limit = answer, connection, limit
        self.encoding = ""

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_errors():
            yield from self._capped(decoded(self._capped(self._answer.iter_stream()), self.encoding))

    def _capped(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        taken = 0
        for piece in pieces:
            taken += len(piece)
            if taken > self._limit:
                raise TooLarge(self._limit)
            yield piece

    def close(self) -> None:
        self._answer.close()
        self._connection.close()


@contextlib.contextmanager
def _httpx_errors() -> Iterator[None]:
    """The errors of httpcore under httpx's names, as httpx's own transport gives them: callers know one family."""
    try:
        yield
    except BadEncoding as error:
        raise httpx.DecodingError(str(error)) from error
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        same: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise same(str(error)) from error


def resolve_dns(host: str, port: int) -> list[str]:
    """Ask the machine's resolver, once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def trusted_authorities() -> ssl.SSLContext:
    """Certificates of the machine (a company's own authority stands there) and Mozilla's, for machines with none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
