"""The methods of the Web API that the app calls, and no other. Each takes the arguments and returns the answer."""

from collections.abc import Callable
from typing import Final

from sandbox.slack.checking import check_message
from sandbox.slack.messages import Channel, Message
from sandbox.slack.reading import READING
from sandbox.slack.rules import Refused
from sandbox.slack.team import APP_ID, BOT_ID, JSON, TEAM_ID
from sandbox.slack.workspace import Workspace


def _auth_test(workspace: Workspace, _said: JSON) -> JSON:
    return {
        "url": f"{workspace.origin}/",
        "team": workspace.name,
        "user": workspace.bot.handle,
        "team_id": TEAM_ID,
        "user_id": workspace.bot.id,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def _connections_open(workspace: Workspace, _said: JSON) -> JSON:
    address = workspace.origin.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={workspace.sockets.ticket()}&app_id={APP_ID}"}


def _checked(said: JSON) -> tuple[str, list[JSON]]:
    if said.get("attachments"):
        # The old way of drawing; the practice ground does not draw it, so nobody gets used to it.
        raise Refused("invalid_attachments")
    blocks = said.get("blocks")
    if isinstance(blocks, str):
        raise Refused("invalid_blocks_format")
    text = str(said.get("text") or "")
    check_message(text, blocks, said.get("metadata"))
    return text, blocks or []


def _writable(workspace: Workspace, said: JSON) -> Channel:
    channel = workspace.channel(str(said.get("channel", "")))
    if channel.archived:
        raise Refused("is_archived")
    if not channel.bot_is_member:
        raise Refused("not_in_channel")
    return channel


def _links_names(said: JSON) -> bool:
    return str(said.get("link_names", "")).lower() in ("1", "true") or said.get("parse") == "full"


def _posted(channel: Channel, message: Message) -> JSON:
    return {"channel": channel.id, "ts": message.ts, "message": message.as_slack([], with_metadata=True)}


def _post_message(workspace: Workspace, said: JSON) -> JSON:
    channel = _writable(workspace, said)
    text, blocks = _checked(said)
    thread = said.get("thread_ts")
    if thread:
        parent = channel.find(str(thread))
        if parent is None:
            raise Refused("thread_not_found")
        thread = parent.thread_ts or parent.ts  # an answer to an answer stands in the same thread
    message = workspace.say(
        channel,
        workspace.bot.id,
        text,
        blocks=blocks,
        thread_ts=thread,
        metadata=said.get("metadata"),
        broadcast=str(said.get("reply_broadcast", "")).lower() in ("1", "true"),
        link_names=_links_names(said),
    )
    return _posted(channel, message)


def _post_ephemeral(workspace: Workspace, said: JSON) -> JSON:
    channel = _writable(workspace, said)
    user = str(said.get("user", ""))
    if user not in workspace.people or channel.im_with not in (None, user):
        raise Refused("user_not_in_channel")
    text, blocks = _checked(said)
    thread = str(said["thread_ts"]) if said.get("thread_ts") else None
    message = workspace.say(channel, workspace.bot.id, text, blocks=blocks, only_for=user, thread_ts=thread)
    return {"message_ts": message.ts}


def _own(workspace: Workspace, said: JSON, otherwise: str) -> tuple[Channel, Message]:
    channel = workspace.channel(str(said.get("channel", "")))
    message = channel.find(str(said.get("ts", "")))
    if message is None or message.only_for:
        raise Refused("message_not_found")
    if message.user != workspace.bot.id:
        raise Refused(otherwise)
    return channel, message


def _update(workspace: Workspace, said: JSON) -> JSON:
    channel, message = _own(workspace, said, "cant_update_message")
    text, blocks = _checked(said)
    message.text = text
    # Text without blocks takes the blocks away; blocks alone leave no "(edited)" (chat.update's page, 2026-11-22).
    message.blocks = workspace.identified(blocks)
    message.edited = None if blocks else workspace.stamp()
    if said.get("metadata"):
        message.metadata = said["metadata"]
    workspace.show(channel, message)
    return _posted(channel, message) | {"text": text}


def _delete(workspace: Workspace, said: JSON) -> JSON:
    channel, message = _own(workspace, said, "cant_delete_message")
    workspace.forget(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def _view(said: JSON) -> JSON:
    if not isinstance(said.get("view"), dict):
        raise Refused("invalid_arguments", ["missing required field: view"])
    view: JSON = {name: value for name, value in said["view"].items() if value is not None}
    return view


def _views_open(workspace: Workspace, said: JSON) -> JSON:
    return {"view": workspace.views.open(str(said.get("trigger_id", "")), _view(said))}


def _views_push(workspace: Workspace, said: JSON) -> JSON:
    return {"view": workspace.views.push(str(said.get("trigger_id", "")), _view(said))}


def _views_update(workspace: Workspace, said: JSON) -> JSON:
    known, external = str(said.get("view_id", "")), str(said.get("external_id", ""))
    return {"view": workspace.views.update(known, external, str(said.get("hash", "")), _view(said))}


def _views_publish(workspace: Workspace, said: JSON) -> JSON:
    return {"view": workspace.views.publish(str(said.get("user_id", "")), _view(said), str(said.get("hash", "")))}


METHODS: Final[dict[str, Callable[[Workspace, JSON], JSON]]] = {
    "auth.test": _auth_test,
    "apps.connections.open": _connections_open,
    "chat.postMessage": _post_message,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.delete": _delete,
    "views.open": _views_open,
    "views.push": _views_push,
    "views.update": _views_update,
    "views.publish": _views_publish,
    **READING,
}
"""Method name -> what does it."""
