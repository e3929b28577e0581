"""Only this machine's own browser and tools may speak to the practice ground, and its pages run nothing but their own.

Host is checked against DNS rebinding, Origin against other sites' forms and sockets. Browsers send Origin with every
POST and every websocket (https://fetch.spec.whatwg.org/#origin-header, read 2026-11), so a request without one comes
from a tool, and a tool shows a bearer token, or asks for an address that is itself a secret.
"""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Guard:
    """Wraps the whole app. `secret_paths`: prefixes whose addresses are unguessable, so that a tool needs no token."""

    def __init__(self, app: ASGIApp, secret_paths: Sequence[str] = ()) -> None:
        self._app = app
        self._secret_paths = tuple(secret_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or refuse it with 403."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_policy(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal})
        else:
            await PlainTextResponse(refusal, 403)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name, _, port = host.rpartition(":")
        if name not in _HOSTS or port != str(scope["server"][1]):
            return "Host not allowed"
        origin = headers.get("origin")
        if scope["type"] == "websocket":
            return None if origin in (None, f"http://{host}") else "Origin not allowed"
        if scope["method"] in _SAFE or origin == f"http://{host}":
            return None
        if origin is None and self._is_tool(headers, scope["path"]):
            return None
        return "Origin not allowed"

    def _is_tool(self, headers: Headers, path: str) -> bool:
        return headers.get("authorization", "").lower().startswith("bearer ") or path.startswith(self._secret_paths)


def _with_policy(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", _POLICY)
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Referrer-Policy", "same-origin")
        await send(message)

    return sent
