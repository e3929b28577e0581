"""Only this machine, and only our own pages: the Host must be loopback, the Origin the Host's."""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class OursOnly:
    """Refuses a request whose Host is not loopback (DNS rebinding) or whose Origin is another site's.

    With `from_page`, what changes something must come from a page of ours: a browser names its Origin there.
    """

    def __init__(self, app: ASGIApp, *, from_page: bool = False) -> None:
        self._app = app
        self._from_page = from_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own entry
        if scope["type"] in ("http", "websocket") and not self._allowed(scope):
            refuse: ASGIApp = WebSocketClose(1008) if scope["type"] == "websocket" else PlainTextResponse("no", 403)
            await refuse(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        try:
            if urlsplit(f"//{host}").hostname not in _LOOPBACK:
                return False
        except ValueError:
            return False
        if origin is None:
            changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
            return not (self._from_page and changes)
        return origin == f"http://{host}"
