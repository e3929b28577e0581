"""response_url: where the app answers an interaction without a token."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.slack.checking import check_message
from sandbox.slack.rules import Refused
from sandbox.slack.team import JSON
from sandbox.slack.workspace import Workspace


async def answer(request: Request, workspace: Workspace) -> Response:
    """Takes one answer: five in half an hour, replacing or deleting the original where asked."""
    try:
        said = await request.json()
        _apply(workspace, _ticket(workspace, request.path_params["key"]), said)
    except ValueError:
        return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
    except Refused as refused:
        return JSONResponse({"ok": False, "error": refused.error}, 404 if refused.error.endswith("_url") else 400)
    return JSONResponse({"ok": True})


def _ticket(workspace: Workspace, key: str) -> JSON:
    ticket = workspace.response_urls.get(key)
    if ticket is None or ticket["left"] == 0:
        raise Refused("used_url")
    if workspace.now() > ticket["until"]:
        raise Refused("expired_url")
    ticket["left"] -= 1
    return ticket


def _apply(workspace: Workspace, ticket: JSON, said: JSON) -> None:
    channel = workspace.channel(ticket["channel"])
    original = channel.find(ticket["ts"]) if ticket["ts"] else None
    if said.get("delete_original"):
        if original is not None:
            workspace.forget(channel, original)
        return
    text, blocks = str(said.get("text") or ""), said.get("blocks") or []
    check_message(text, blocks, None)
    if said.get("replace_original") and original is not None:
        original.text, original.blocks = text, workspace.identified(blocks)
        workspace.show(channel, original)
        return
    workspace.say(
        channel,
        workspace.bot.id,
        text,
        blocks=blocks,
        thread_ts=said.get("thread_ts"),
        only_for=None if said.get("response_type") == "in_channel" else ticket["user"],
    )
