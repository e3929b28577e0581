"""The square as people see it: timeline, conversation, profile, search; a composer to write as somebody invented."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from sandbox.i18n import words
from sandbox.social import reading, timeline
from sandbox.social.avatars import avatar
from sandbox.social.blogs import FEEDS, Blogs, feed_response
from sandbox.social.live import Live
from sandbox.social.network import MAX_LENGTH, Missing, Network, RefusedPost
from sandbox.visitor import Visitor, remember, visitor

_HERE: Final = Path(__file__).parent
_PAGE: Final = 40
_SIDE: Final = 5


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(rich=reading.rich, max_length=MAX_LENGTH)
    return environment


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody a visitor may be at the desk, and the address that makes them so."""

    name: str
    title: str
    address: str


class Pages:
    """Every page of the square and the blogs, and the start page before them."""

    def __init__(
        self, network: Network, blogs: Blogs, live: Live, language: str = "en", seats: Sequence[Seat] = ()
    ) -> None:
        self._network = network
        self._blogs = blogs
        self._live = live
        self._language = language
        self._seats = seats
        self._templates = _environment()

    def routes(self) -> list[BaseRoute]:
        """Where it all stands."""
        return [
            Route("/", self._start),
            Mount("/network/static", StaticFiles(directory=_HERE / "static")),
            WebSocketRoute("/network/live", self._live.endpoint),
            Route("/network", self._home),
            Route("/network/search", self._search),
            Route("/network/fragments", self._fragments),
            Route("/network/posts", self._write, methods=["POST"]),
            Route("/network/posts/{id}", self._post),
            Route("/network/posts/{id}/thread", self._thread),
            Route("/network/posts/{id}/{act:str}", self._act, methods=["POST"]),
            Route("/network/people/{handle}", self._person),
            Route("/network/avatars/{handle}.svg", self._avatar),
            Route("/blogs/{name}/", self._blog),
            Route("/blogs/{name}/{feed:str}", self._feed_or_article),
        ]

    async def _start(self, request: Request) -> Response:
        latest = timeline.home(self._network, 2)
        return self._show(request, "start.html", items=latest, blogs=self._blogs.all(), seats=self._seats)

    async def _home(self, request: Request) -> Response:
        before = request.query_params.get("before", "")
        items = timeline.home(self._network, _PAGE, before if before.isdecimal() and before.isascii() else None)
        older = items[-1].post.id if len(items) == _PAGE else None
        return self._show(request, "home.html", items=items, older=older, live="" if before else "home")

    async def _search(self, request: Request) -> Response:
        query = request.query_params.get("q", "")[:200]
        items = timeline.search(self._network, query, _PAGE)
        return self._show(request, "search.html", items=items, query=query)

    async def _fragments(self, request: Request) -> Response:
        items = []
        for post_id in request.query_params.getlist("id")[:100]:
            try:
                items.append(timeline.item(self._network, self._network.post(post_id)))
            except Missing:
                continue  # deleted since: the page learns it by its own event
        return self._show(request, "fragments.html", items=items)

    async def _post(self, request: Request) -> Response:
        return self._conversation(request, "post.html")

    async def _thread(self, request: Request) -> Response:
        return self._conversation(request, "thread.html")

    def _conversation(self, request: Request, template: str) -> Response:
        try:
            post = self._network.post(request.path_params["id"])
        except Missing as missing:
            return self._lost(request, gone=missing.gone)
        branches = timeline.thread(self._network, post)
        return self._show(
            request, template, post=post, branches=branches, closed=self._network.is_closed(post), live="thread"
        )

    async def _person(self, request: Request) -> Response:
        handle = request.path_params["handle"]
        if handle not in self._network.accounts:
            return self._lost(request)
        account = self._network.accounts[handle]
        items = timeline.of_person(self._network, handle, _PAGE)
        return self._show(request, "person.html", account=account, items=items)

    async def _avatar(self, request: Request) -> Response:
        handle = request.path_params["handle"]
        if handle not in self._network.accounts:
            return Response(status_code=404)
        headers = {"Cache-Control": "max-age=86400", "Content-Security-Policy": "default-src 'none'"}
        return Response(avatar(self._network.accounts[handle]), media_type="image/svg+xml", headers=headers)

    async def _write(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            person, text, parent = _field(form, "person"), _field(form, "text"), _field(form, "in_reply_to") or None
        if not self._may_be(person):
            return self._lost(request)
        text = text.replace("\r\n", "\n").strip()
        back = f"/network/posts/{parent}" if parent else "/network"
        try:
            self._network.publish(person, text, parent)
        except Missing as missing:
            return self._lost(request, gone=missing.gone)
        except RefusedPost as refused:
            return self._show(request, "refused.html", 422, code=refused.code, text=text, back=back)
        response = RedirectResponse(back, 303)
        remember(response, request, person=person)
        return response

    async def _act(self, request: Request) -> Response:
        post_id, act = request.path_params["id"], request.path_params["act"]
        async with request.form(max_files=0, max_fields=10) as form:
            person = _field(form, "person")
        acts: dict[str, Callable[[str, str], object]] = {
            "like": self._network.like,
            "repost": self._network.repost,
            "delete": self._delete_own,
        }
        if act not in acts or not self._may_be(person):
            return self._lost(request)
        try:
            acts[act](post_id, person)
        except Missing as missing:
            return self._lost(request, gone=missing.gone)
        if request.headers.get("accept") == "application/json":
            return Response(status_code=204)
        return RedirectResponse("/network" if act == "delete" else f"/network/posts/{post_id}", 303)

    def _delete_own(self, post_id: str, person: str) -> None:
        if self._network.post(post_id).author.handle == person:
            self._network.delete(post_id)

    async def _blog(self, request: Request) -> Response:
        blog = self._blogs.get(request.path_params["name"])
        if blog is None:
            return self._lost(request)
        return self._show(request, "blog.html", blog=blog, articles=self._blogs.articles(blog.name), whole=False)

    async def _feed_or_article(self, request: Request) -> Response:
        blog = self._blogs.get(request.path_params["name"])
        if blog is None:
            return self._lost(request)
        asked, articles = request.path_params["feed"], self._blogs.articles(blog.name)
        if asked in FEEDS:
            write, media_type = FEEDS[asked]
            base = f"{request.base_url}blogs/{blog.name}/"
            body = write(blog, articles, base)
            return feed_response(request, body, media_type, articles[0].at if articles else None)
        chosen = [article for article in articles if article.slug == asked]
        if not chosen:
            return self._lost(request)
        return self._show(request, "blog.html", blog=blog, articles=chosen, whole=True)

    def _may_be(self, person: str) -> bool:
        return person in self._network.accounts and not self._network.accounts[person].official

    def _lost(self, request: Request, *, gone: bool = False) -> Response:
        return self._show(request, "lost.html", 410 if gone else 404, gone=gone)

    def _show(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - templates take anything
        seen_by = visitor(request, self._language)
        page = self._templates.get_template(template).render(self._surroundings(request, seen_by) | values)
        response = HTMLResponse(page, status)
        remember(response, request)
        return response

    def _surroundings(self, request: Request, seen_by: Visitor) -> dict[str, Any]:
        """What every template may name."""
        language, now, people = seen_by.language, self._network.clock(), self._network.accounts.people()
        chosen = seen_by.person if self._may_be(seen_by.person) else (people[0].handle if people else "")
        return {
            "t": words(language),
            "language": language,
            "other_language": "en" if language == "fr" else "fr",
            "path": request.url.path,
            "live": "",
            "people": people,
            "me": self._network.accounts[chosen] if chosen else None,
            "official": self._network.accounts.official(),
            "side_blogs": self._blogs.all(),
            "trends": self._network.trends(_SIDE),
            "ago": lambda at: reading.short_ago(at, now, language),
            "moment": lambda at: reading.moment(at, language),
            "day": lambda at: reading.day(at, language),
            "compact": lambda count: reading.compact(count, language),
        }


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
