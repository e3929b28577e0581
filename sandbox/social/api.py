"""The square's JSON API under `/network/api/v1`, as README.md describes it. No idempotency key, on purpose."""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from sandbox.social.accounts import Account
from sandbox.social.faults import TAKES_THE_POST, Acceptance, Fault, Faults, Weather
from sandbox.social.network import Missing, Network, Post, RefusedPost

PREFIX: Final = "/network/api/v1"
_PAGE: Final = 100
_BODY_LIMIT: Final = 65_536
_DIGITS: Final = 16


class _Problem(Exception):
    """An answer that is not the one hoped for."""

    def __init__(self, status: int, error: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.response = JSONResponse({"error": error}, status, headers)


class _Cut(Response):
    """Begins an answer and never ends it: the server then closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the head and half a body."""
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"posts": [{"id": "10', "more_body": True})


class SquareApi:
    """The API's routes over one network."""

    def __init__(self, network: Network, faults: Faults) -> None:
        self._network = network
        self._faults = faults
        self._acceptance = Acceptance(network, faults)

    def routes(self) -> list[BaseRoute]:
        """Where it all answers."""
        return [
            Mount(
                PREFIX,
                routes=[
                    Route("/posts", self._answer(self._posts), methods=["GET"]),
                    Route("/posts", self._answer(self._publish), methods=["POST"]),
                    Route("/posts/{id}", self._answer(self._post), methods=["GET"]),
                    Route("/posts/{id}", self._answer(self._edit), methods=["PATCH"]),
                    Route("/posts/{id}", self._answer(self._delete), methods=["DELETE"]),
                    Route("/posts/{id}/replies", self._answer(self._replies), methods=["GET"]),
                    Route("/posts/{id}/like", self._answer(self._like), methods=["POST"]),
                    Route("/admin/faults", self._answer(self._admin), methods=["POST"]),
                ],
            )
        ]

    def _answer(self, endpoint: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            try:
                response: Response = await endpoint(request)
            except _Problem as problem:
                return problem.response
            except Missing as missing:
                status, error = (410, "deleted") if missing.gone else (404, "not_found")
                return JSONResponse({"error": error}, status)
            except RefusedPost as refused:
                return JSONResponse({"error": refused.code}, 422)
            return response

        return answer

    async def _posts(self, request: Request) -> Response:
        return await self._page(request, None)

    async def _replies(self, request: Request) -> Response:
        # Answers outlive the post they answer, so a deleted one can still be asked for its replies.
        parent = request.path_params["id"]
        try:
            self._network.post(parent)
        except Missing as missing:
            if not missing.gone:
                raise
        return await self._page(request, parent)

    async def _page(self, request: Request, parent: str | None) -> Response:
        spoiled = await self._spoil_read(request)
        if spoiled:
            return spoiled
        after = _whole(request, "after", 0)
        limit = max(1, min(_whole(request, "limit", _PAGE), _PAGE))
        posts, more = self._network.changes(after, limit, replies_to=parent)
        return JSONResponse(
            {
                "posts": [self._shown(request, post) for post in posts],
                "next": posts[-1].seq if posts else after,
                "more": more,
                "run": self._network.run,
            }
        )

    async def _post(self, request: Request) -> Response:
        spoiled = await self._spoil_read(request)
        return spoiled or JSONResponse(self._shown(request, self._network.post(request.path_params["id"])))

    async def _publish(self, request: Request) -> Response:
        author = self._speaker(request)
        body = await _body(request)
        text, parent = body.get("text"), body.get("in_reply_to")
        if not isinstance(text, str) or not (parent is None or isinstance(parent, str)):
            raise _Problem(400, "bad_request")
        fault = self._faults.for_write()
        if fault is not None and fault not in TAKES_THE_POST:
            return self._spoiled(fault)
        self._network.check(text)
        if parent is not None and self._network.is_closed(self._network.post(parent)):
            raise _Problem(423, "closed")
        taken = self._acceptance.submit(author.handle, text, parent)
        post = await self._wait(taken, fault)
        if fault is not None:
            return self._spoiled(fault)
        return JSONResponse(self._shown(request, post), 201)

    async def _wait(self, taken: Future[Post], fault: Fault | None) -> Post:
        post = await asyncio.wrap_future(taken)
        if fault is Fault.HANG:
            await asyncio.sleep(self._faults.weather.hang)
        return post

    async def _edit(self, request: Request) -> Response:
        post = self._own(request)
        text = (await _body(request)).get("text")
        if not isinstance(text, str):
            raise _Problem(400, "bad_request")
        return JSONResponse(self._shown(request, self._network.edit(post.id, text)))

    async def _delete(self, request: Request) -> Response:
        self._network.delete(self._own(request).id)
        return Response(status_code=204)

    async def _like(self, request: Request) -> Response:
        author = self._speaker(request)
        return JSONResponse(self._shown(request, self._network.like(request.path_params["id"], author.handle)))

    async def _admin(self, request: Request) -> Response:
        self._speaker(request)
        body = await _body(request)
        try:
            low, high = body.get("delay", (0.0, 0.0))
            self._faults.weather = Weather(
                delay=(float(low), float(high)),
                retry_after=int(body.get("retry_after", 1)),
                hang=float(body.get("hang", 30)),
                chances={Fault(name): float(chance) for name, chance in body.get("chances", {}).items()},
            )
            self._faults.plan_writes(*(Fault(name) for name in body.get("writes", ())))
            self._faults.plan_reads(*(Fault(name) for name in body.get("reads", ())))
        except (TypeError, ValueError, AttributeError) as error:
            raise _Problem(400, "bad_request") from error
        return Response(status_code=204)

    def _speaker(self, request: Request) -> Account:
        speaker = self._holder(request)
        if speaker is None:
            raise _Problem(401, "bad_token")
        if request.method != "GET" and self._network.accounts.is_suspended(speaker.handle):
            raise _Problem(403, "suspended")
        return speaker

    def _holder(self, request: Request) -> Account | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self._network.accounts.behind(token.strip()) if scheme.lower() == "bearer" else None

    def _own(self, request: Request) -> Post:
        speaker = self._speaker(request)
        post = self._network.post(request.path_params["id"])
        if post.author.handle != speaker.handle:
            raise _Problem(403, "not_yours")
        return post

    async def _spoil_read(self, request: Request) -> Response | None:
        if "authorization" in request.headers and self._holder(request) is None:
            raise _Problem(401, "bad_token")  # reading needs no token, but a wrong one is said at once
        fault = self._faults.for_read()
        if fault is Fault.HANG:
            await asyncio.sleep(self._faults.weather.hang)
        return self._spoiled(fault) if fault else None

    def _spoiled(self, fault: Fault) -> Response:
        patience = {"Retry-After": str(self._faults.weather.retry_after)}
        match fault:
            case Fault.LIMITED:
                return JSONResponse({"error": "rate_limited"}, 429, patience)
            case Fault.UNAVAILABLE:
                return JSONResponse({"error": "unavailable"}, 503, patience)
            case Fault.FORBIDDEN:
                return JSONResponse({"error": "forbidden"}, 403)
            case Fault.REFUSED:
                return JSONResponse({"error": "refused"}, 422)
            case Fault.CUT | Fault.LOST:
                return _Cut()
            case _:
                return JSONResponse({"error": "internal"}, 500)

    def _shown(self, request: Request, post: Post) -> dict[str, Any]:
        base = str(request.base_url).split(PREFIX, maxsplit=1)[0].rstrip("/")
        author = post.author
        return {
            "id": post.id,
            "seq": post.seq,
            "uri": self._uri(post.id),
            "url": f"{base}/network/posts/{post.id}",
            "text": post.text,
            "author": {
                "handle": author.handle,
                "name": author.name,
                "url": f"{base}/network/people/{author.handle}",
                "followers": author.followers,
            },
            "at": post.at.isoformat(),
            "lang": post.language,
            "in_reply_to": post.in_reply_to,
            "in_reply_to_uri": self._uri(post.in_reply_to) if post.in_reply_to else None,
            "likes": post.likes,
            "reposts": post.reposts,
            "replies": post.replies,
            "closed": self._network.is_closed(post),
            "edited_at": post.edited_at.isoformat() if post.edited_at else None,
        }

    def _uri(self, post_id: str) -> str:
        return f"square://{self._network.run}/{post_id}"


def _whole(request: Request, name: str, default: int) -> int:
    written = request.query_params.get(name, str(default))
    if not (written.isascii() and written.isdecimal() and len(written) < _DIGITS):
        raise _Problem(400, "bad_request")
    return int(written)


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        body = json.loads(raw) if len(raw) <= _BODY_LIMIT else None
    except ValueError as error:
        raise _Problem(400, "bad_request") from error
    if not isinstance(body, dict):
        raise _Problem(400, "bad_request")
    return body
