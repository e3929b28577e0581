"""A local Slack workspace: Web API, Socket Mode and a page, strict as Slack is, for an app that does not know."""

from functools import partial
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from sandbox.i18n import mark
from sandbox.slack import api, hooks
from sandbox.slack.desk import Desk
from sandbox.slack.guard import OursOnly
from sandbox.slack.workspace import Workspace

__all__ = ["LINKS", "Workspace", "routes"]

LINKS = ((mark("Start"), "/"), (mark("Workspace"), "/desk"), (mark("Social network"), "/network"))
"""The practice ground's pages, in the order of the top bar."""

_STATIC = Path(__file__).parent.parent / "static" / "slack"


def routes(workspace: Workspace, links: tuple[tuple[str, str], ...] = LINKS) -> list[BaseRoute]:
    """Everything of the workspace, for one Starlette app.

    Args:
        workspace: whose state is served.
        links: the pages named in the top bar: (label in English, address).
    """
    desk = Desk(workspace, links)
    ours, from_page = [Middleware(OursOnly)], [Middleware(OursOnly, from_page=True)]

    async def called(request: Request) -> Response:
        return await api.call(request, workspace)

    async def hooked(request: Request) -> Response:
        return await hooks.answer(request, workspace)

    async def linked(websocket: WebSocket) -> None:
        await workspace.sockets.serve(websocket)

    page = partial(Route, middleware=from_page)
    return [
        Route("/api/{method}", called, methods=["GET", "POST"], middleware=ours),
        Route("/hooks/actions/{key}", hooked, methods=["POST"], middleware=ours),
        WebSocketRoute("/link/", linked, middleware=ours),
        page("/desk", desk.page),
        page("/desk/language", desk.language, methods=["POST"]),
        page("/desk/channel", desk.channel),
        page("/desk/do/{deed}", desk.do, methods=["POST"]),
        page("/desk/read", desk.read, methods=["POST"]),
        WebSocketRoute("/desk/live", desk.live, middleware=from_page),
        Mount("/static/slack", StaticFiles(directory=_STATIC), middleware=ours),
    ]
