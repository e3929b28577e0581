"""One websocket to a Jetstream: opened like everything that leaves this machine, hung up at once from any thread."""

import contextlib
import json
import socket
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from config.addresses import AllowedPlaces, is_public, parse
from config.clients import user_agent
from config.guard import Forbidden, resolve_dns, trusted_authorities

_LARGEST: Final = 4 * 1024 * 1024
_LEAVE: Final = 0.2


class Silent(Exception):
    """The stream is not there: `reason` in no language; `status`, `error` and `headers` where the server answered."""

    def __init__(self, reason: str, status: int = 0, error: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.error, self.headers = reason, status, error, headers or {}


class Wire:
    """An open stream of JSON objects."""

    def __init__(
        self, url: str, asked: Mapping[str, str], subprotocol: str | None, *, seconds: float, allow: Iterable[str] = ()
    ) -> None:
        """Open it.

        Raises:
            Forbidden: that address is none we call.
            Silent: nobody answers, or the server says no.
        """
        address = urlsplit(url)
        secure = address.scheme == "wss"
        host, port = address.hostname or "", address.port or (443 if secure else 80)
        self._opened = contextlib.ExitStack()
        try:
            self._socket = socket.create_connection((_checked(host, port, allow), port), timeout=seconds)
            self._ws = self._opened.enter_context(
                connect(
                    f"{url}{'&' if address.query else '?'}{urlencode(asked)}",
                    sock=self._socket,
                    ssl=trusted_authorities() if secure else None,
                    subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
                    open_timeout=seconds,
                    close_timeout=_LEAVE,
                    max_size=_LARGEST,
                    user_agent_header=user_agent(),
                    proxy=None,
                )
            )
        except InvalidStatus as error:
            body, status = bytes(error.response.body or b""), error.response.status_code
            said = f"HTTP {status}"
            raise Silent(said, status, _named(body), dict(error.response.headers.raw_items())) from error
        except (OSError, InvalidHandshake, EOFError) as error:
            raise Silent(type(error).__name__) from error

    def read(self, seconds: float) -> object | None:
        """The next object, or None when nothing came in that time; what is no JSON is {}.

        Raises:
            Silent: the stream ended.
        """
        try:
            frame = self._ws.recv(timeout=max(seconds, 0))
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise Silent(type(error).__name__) from error
        try:
            said: Any = json.loads(frame)
        except ValueError:
            return {}
        return said if said is not None else {}

    def hang_up(self) -> None:
        """At once, also while another thread reads. May be called twice."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._opened.close()


def _checked(host: str, port: int, allow: Iterable[str]) -> str:
    """The first address of `host` that may be called: the very one that is called then."""
    allowed = AllowedPlaces(allow)
    try:
        found = resolve_dns(host, port)
    except UnicodeError as error:
        raise Silent(type(error).__name__) from error
    for text in found:
        if is_public(parse(text)) or allowed.include(host, port, parse(text)):
            return text
    raise Forbidden(host, ", ".join(found))


def _named(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    return str(said.get("error", "")) if isinstance(said, dict) else ""
