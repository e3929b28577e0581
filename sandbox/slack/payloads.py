"""What the app receives: the shapes of interactions, commands and events, as Slack sends them."""

import secrets
from typing import Any

from sandbox.slack.checking import elements_of, options_of
from sandbox.slack.messages import Channel, Message
from sandbox.slack.rules import rules
from sandbox.slack.team import APP_ID, JSON, TEAM_ID, Person
from sandbox.slack.workspace import Workspace

Typed = dict[str, dict[str, Any]]
"""What stands in the inputs: block_id -> action_id -> what the page says (a text, a value, a list of values)."""


def element_at(blocks: list[JSON], block_id: str, action_id: str) -> JSON | None:
    """The element of these blocks that has these ids."""
    for block in blocks:
        if block["block_id"] == block_id:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return element
    return None


def chosen(element: JSON, raw: object) -> JSON:
    """The value of an element in Slack's words; what was not among its options counts as nothing chosen."""
    kind = element["type"]
    options = {option["value"]: option for option in options_of(element)}
    if kind == "plain_text_input":
        return {"type": kind, "value": str(raw) if raw else None}
    if kind == "checkboxes":
        picked = raw if isinstance(raw, list) else []
        return {"type": kind, "selected_options": [options[value] for value in picked if value in options]}
    if kind == "users_select":
        return {"type": kind, "selected_user": raw or None}
    if kind in ("static_select", "radio_buttons", "overflow"):
        return {"type": kind, "selected_option": options.get(str(raw))}
    return {"type": kind} | {name: element[name] for name in ("text", "value", "style") if name in element}


def initially(element: JSON) -> object:
    """What the page shows in an element before anybody touched it."""
    if element["type"] == "checkboxes":
        return [option["value"] for option in element.get("initial_options") or ()]
    if element.get("initial_option"):
        return element["initial_option"]["value"]
    return element.get("initial_value") or element.get("initial_user")


def state(blocks: list[JSON], typed: Typed) -> JSON:
    """`state.values` of a view or a message: every element that holds a value."""
    values: JSON = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in ("button", "overflow", "image") or "action_id" not in element:
                continue
            said = typed.get(block["block_id"], {})
            raw = said.get(element["action_id"], initially(element))
            values.setdefault(block["block_id"], {})[element["action_id"]] = chosen(element, raw)
    return {"values": values}


def _who(workspace: Workspace, person: Person) -> JSON:
    return {
        "team": {"id": TEAM_ID, "domain": workspace.name.lower()},
        "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "token": "sandbox",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def response_url(workspace: Workspace, channel: Channel, person: Person, ts: str | None) -> str:
    """A new address that takes answers to what `person` just did."""
    key = secrets.token_urlsafe(12)
    times = rules()["times"]["response_url"]
    workspace.response_urls[key] = {
        "channel": channel.id,
        "user": person.id,
        "ts": ts,
        "left": times["uses"],
        "until": workspace.now() + times["is"],
    }
    return f"{workspace.origin}/hooks/actions/{key}"


def block_actions(workspace: Workspace, person: Person, trigger: str, action: JSON, place: JSON) -> JSON:
    """Somebody pressed, picked or typed something; `place` says where (see on_message and on_view)."""
    return {
        "type": "block_actions",
        **_who(workspace, person),
        "trigger_id": trigger,
        "actions": [action | {"action_ts": workspace.stamp()}],
        **place,
    }


def on_message(workspace: Workspace, person: Person, channel: Channel, message: Message, typed: Typed) -> JSON:
    """The place of an interaction with a message."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.only_for is not None,
    }
    place: JSON = {
        "container": container | ({"thread_ts": message.thread_ts} if message.in_thread else {}),
        "channel": {"id": channel.id, "name": "directmessage" if channel.im_with else channel.name},
        "state": state(message.blocks, typed),
        "response_url": response_url(workspace, channel, person, message.ts),
    }
    if message.only_for is None:
        place["message"] = message.as_slack(channel.replies(message.ts), with_metadata=True)
    return place


def on_view(view: JSON, typed: Typed) -> JSON:
    """The place of an interaction with a modal or the Home tab."""
    return {
        "container": {"type": "view", "view_id": view["id"]},
        "view": view | {"state": state(view["blocks"], typed)},
    }


def of_view(workspace: Workspace, person: Person, kind: str, view: JSON, typed: Typed) -> JSON:
    """view_submission and view_closed."""
    return {"type": kind, **_who(workspace, person), "view": view | {"state": state(view["blocks"], typed)}}


def slash_command(workspace: Workspace, person: Person, channel: Channel, command: str, text: str) -> JSON:
    """A slash command, without its trigger_id."""
    return {
        "token": "sandbox",
        "team_id": TEAM_ID,
        "team_domain": workspace.name.lower(),
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.im_with else channel.name,
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url(workspace, channel, person, None),
    }


def event(workspace: Workspace, inner: JSON) -> JSON:
    """An event of the Events API in its envelope."""
    return {
        "token": "sandbox",
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev{workspace.number():09d}",
        "event_time": int(workspace.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }
