"""The workspace's page: its HTML, its JSON and its live connection."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.i18n import LOCALES, words
from sandbox.slack.acts import Acts
from sandbox.slack.drawing import drawn_channels, drawn_message, drawn_person, drawn_view
from sandbox.slack.phrases import spoken
from sandbox.slack.rules import Refused
from sandbox.slack.screens import Screen
from sandbox.slack.sockets import NoApp, NotAcked
from sandbox.slack.team import JSON, Person
from sandbox.slack.workspace import Workspace

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # no-referrer would make a form's Origin null
    "X-Content-Type-Options": "nosniff",
}
_COOKIE: Final = "desk_as"
_SHOWN: Final = 300  # of a channel; a page with more is slow to draw and nobody scrolls so far
_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"), autoescape=True, trim_blocks=True
)


class Desk:
    """The page of one workspace. `links` are the practice ground's other pages: (label in English, address)."""

    def __init__(self, workspace: Workspace, links: tuple[tuple[str, str], ...]) -> None:
        self._workspace = workspace
        self._links = links
        self._deeds: dict[str, Callable[[Acts, JSON], Awaitable[JSON]]] = {
            "act": self._act,
            "submit": self._submit,
            "close": self._close,
            "say": self._say,
            "home": self._home,
        }

    def _person(self, known_as: str | None) -> Person:
        for person in self._workspace.team():
            if known_as in (person.id, person.handle):
                return person
        return self._workspace.team()[0]

    # The page

    async def page(self, request: Request) -> Response:
        """GET /desk, as whoever `?as=` or the cookie says."""
        person = self._person(request.query_params.get("as") or request.cookies.get(_COOKIE))
        t = words(person.language)
        html = _PAGES.get_template("slack_desk.html").render(
            t=t,
            me=drawn_person(person),
            team=[drawn_person(one) for one in self._workspace.team()],
            people={one.id: drawn_person(one) for one in self._workspace.people.values()},
            workspace=self._workspace,
            languages=sorted(LOCALES, reverse=True),
            links=[(t(label), address) for label, address in self._links],
            phrases=spoken(t),
            channels=drawn_channels(self._workspace, person),
        )
        response = HTMLResponse(html, headers=HEADERS)
        response.set_cookie(_COOKIE, person.id, httponly=True, samesite="strict")
        return response

    async def language(self, request: Request) -> Response:
        """POST /desk/language: the person's own choice, which `users.info` tells the app too."""
        form = await request.form()
        person = self._person(str(form.get("as")))
        if form.get("language") in LOCALES:
            person.language = str(form["language"])
        return RedirectResponse(f"/desk?as={person.handle}", 303)

    # What it reads

    async def channel(self, request: Request) -> Response:
        """GET /desk/channel: what one person sees of a channel; with `ts`, of a thread."""
        person = self._person(request.query_params.get("as"))
        try:
            channel = self._workspace.channel(request.query_params.get("id", ""))
        except Refused as refused:
            return JSONResponse({"error": refused.error}, 404)
        ts = request.query_params.get("ts")
        seen = [
            message
            for message in channel.messages
            if message.only_for in (None, person.id)
            and (ts in (message.ts, message.thread_ts) if ts else not message.in_thread)
        ]
        drawn = [drawn_message(self._workspace, channel, message) for message in seen[-_SHOWN:]]
        return JSONResponse({"messages": drawn}, headers=HEADERS)

    # What it does

    async def do(self, request: Request) -> Response:
        """POST /desk/do/{deed}: {"ok": true, ...} or {"ok": false, "error": what Slack would show}."""
        deed = self._deeds.get(request.path_params["deed"])
        if deed is None:
            return JSONResponse({"ok": False, "error": "unknown"}, 404)
        said = await request.json()
        acts = Acts(self._workspace, self._person(said.get("as")), str(said.get("client", "")))
        try:
            return JSONResponse({"ok": True} | await deed(acts, said))
        except NoApp:
            return JSONResponse({"ok": False, "error": "no_app"})
        except NotAcked:
            return JSONResponse({"ok": False, "error": "timeout"})
        except Refused as refused:
            return JSONResponse({"ok": False, "error": refused.error, "messages": refused.messages})

    async def _act(self, acts: Acts, said: JSON) -> JSON:
        await acts.press(said["place"], said["block_id"], said["action_id"], said.get("value"), said.get("typed") or {})
        return {}

    async def _submit(self, acts: Acts, said: JSON) -> JSON:
        return {"errors": await acts.submit(said["view"], said.get("typed") or {})}

    async def _close(self, acts: Acts, said: JSON) -> JSON:
        await acts.close(said["view"], said.get("typed") or {})
        return {}

    async def _say(self, acts: Acts, said: JSON) -> JSON:
        text = str(said.get("text") or "").strip()
        if text:
            await acts.say(self._workspace.channel(said["channel"]), text, said.get("thread_ts"))
        return {}

    async def _home(self, acts: Acts, _said: JSON) -> JSON:
        acts.open_home()
        return {}

    async def read(self, request: Request) -> Response:
        """POST /desk/read: this person has seen the channel to its end."""
        said = await request.json()
        person = self._person(said.get("as"))
        channel = self._workspace.channel(said["channel"])
        if channel.messages:
            channel.read[person.id] = channel.messages[-1].ts
            self._workspace.screens.tell({"type": "unread"}, to=person.id)
        return JSONResponse({"ok": True})

    # What it is told

    async def live(self, websocket: WebSocket) -> None:
        """/desk/live: everything that changes, as this person may see it."""
        person = self._person(websocket.query_params.get("as"))
        screen = Screen(person.id, websocket.query_params.get("client", ""), asyncio.get_running_loop())
        await websocket.accept()
        self._workspace.screens.add(screen)
        for first in ("app", "unread", "views", "home"):
            screen.waiting.put_nowait({"type": first, "connected": bool(self._workspace.sockets.connected)})
        telling = asyncio.create_task(self._tell(websocket, screen, person))
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            self._workspace.screens.remove(screen)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, websocket: WebSocket, screen: Screen, person: Person) -> None:
        while True:
            event = await screen.waiting.get()
            await websocket.send_json(event | self._seen(event, screen, person))

    def _seen(self, event: JSON, screen: Screen, person: Person) -> JSON:
        """What an event shows on one screen."""
        workspace = self._workspace
        match event["type"]:
            case "message":
                channel = workspace.channels[event["channel"]]
                message = channel.find(event["ts"])
                drawn = drawn_message(workspace, channel, message) if message else None
                return {"message": drawn, "channels": drawn_channels(workspace, person)}
            case "gone" | "unread":
                return {"channels": drawn_channels(workspace, person)}
            case "views":
                return {"stack": [drawn_view(workspace, view) for view in workspace.views.stack(screen.client)]}
            case "home":
                home = workspace.views.home(person.id)
                return {"view": drawn_view(workspace, home) if home else None}
        return {}
