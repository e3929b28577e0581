"""The Web API as the app meets it: tokens, bodies, rate limits and failures; the methods themselves stand beside."""

import asyncio
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.slack.methods import METHODS
from sandbox.slack.rules import Refused
from sandbox.slack.team import JSON
from sandbox.slack.workspace import Workspace

_JSON_ARGUMENTS = ("blocks", "view", "metadata", "attachments")
_HANG = 120.0


class _CutOff(Response):
    """Begins to answer and falls silent: what a client sees when the answer is lost on its way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4096")]})
        await send({"type": "http.response.body", "body": b'{"ok":', "more_body": True})


async def call(request: Request, workspace: Workspace) -> Response:  # noqa: PLR0911 - one return for each way a call can end
    """Answers one call of `/api/{method}`."""
    method = request.path_params["method"]
    try:
        arguments = await _arguments(request)
    except ValueError:
        return _refused(Refused("invalid_json"))
    workspace.calls.append((method, {name: value for name, value in arguments.items() if name != "token"}))
    await asyncio.sleep(workspace.latency)
    failure = workspace.planned_failure(method)
    if isinstance(failure, int):
        return Response("the server is not well", failure)
    if failure == "hang before":
        await asyncio.sleep(_HANG)
        return Response(status_code=504)
    if failure == "ratelimited":
        return _slow_down(1)
    if failure not in (None, "lose answer"):
        return _refused(Refused(str(failure)))
    try:
        answer = _answer(request, workspace, method, arguments)
    except Refused as refused:
        return _refused(refused)
    if isinstance(answer, Response):
        return answer
    return (
        _CutOff() if failure == "lose answer" else JSONResponse({"ok": True} | answer, headers={"x-slack-req-id": "0"})
    )


def _answer(request: Request, workspace: Workspace, method: str, arguments: JSON) -> JSON | Response:
    do = METHODS.get(method)
    if do is None:
        workspace.unknown_calls.append(method)
        raise Refused("unknown_method")
    _check_token(request, workspace, method, arguments)
    if wait := workspace.limits.wait(method, str(arguments.get("channel", ""))):
        return _slow_down(wait)
    workspace.origin = f"{request.url.scheme}://{request.url.netloc}"
    try:
        return do(workspace, arguments)
    except ValueError:
        raise Refused("invalid_arguments") from None  # a number that is none: limit, cursor, oldest


async def _arguments(request: Request) -> JSON:
    """Everything the caller said, wherever: query, form or JSON. JSON in a form is read.

    Raises:
        ValueError: the body is not what its type says.
    """
    said: JSON = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = json.loads(await request.body() or b"{}")
        if not isinstance(body, dict):
            raise ValueError
        said |= body
    elif request.method == "POST":
        said |= dict(await request.form())
    for name in _JSON_ARGUMENTS:
        if isinstance(said.get(name), str):
            said[name] = _decoded(name, said[name])
    return {name: value for name, value in said.items() if value is not None}


def _decoded(name: str, text: str) -> object:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        # Slack has its own error for blocks that are not JSON; the method raises it when it sees a string.
        return text if name in ("blocks", "view") else None


def _check_token(request: Request, workspace: Workspace, method: str, arguments: JSON) -> None:
    token = request.headers.get("authorization", "").removeprefix("Bearer ").strip() or str(arguments.get("token", ""))
    if not token:
        raise Refused("not_authed")
    if token not in (workspace.bot_token, workspace.app_token):
        raise Refused("invalid_auth")
    if token != (workspace.app_token if method == "apps.connections.open" else workspace.bot_token):
        raise Refused("not_allowed_token_type")


def _refused(refused: Refused) -> JSONResponse:
    body: JSON = {"ok": False, "error": refused.error}
    if refused.messages:
        if refused.error == "invalid_blocks":
            body["errors"] = refused.messages
        body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in refused.messages]}
    return JSONResponse(body)


def _slow_down(seconds: int) -> JSONResponse:
    return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})
