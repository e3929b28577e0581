"""What the page draws: messages, views and people, with every text already a tree of nodes."""

from typing import Any

from sandbox.slack.messages import Channel, Message
from sandbox.slack.mrkdwn import markdown, mrkdwn, plain_text, rich_text
from sandbox.slack.team import JSON, Person
from sandbox.slack.workspace import Workspace


def named(workspace: Workspace, known_as: str) -> str:
    """What the page calls a person or a channel; their id where nobody knows them."""
    if known_as in workspace.people:
        return workspace.people[known_as].name
    channel = workspace.channels.get(known_as)
    return channel.name if channel else known_as


def with_nodes(workspace: Workspace, value: Any) -> Any:  # noqa: ANN401, PLR0911 - walks any JSON; one return a kind of text
    """A copy of blocks in which each text carries its `nodes`."""
    if isinstance(value, list):
        return [with_nodes(workspace, item) for item in value]
    if not isinstance(value, dict):
        return value
    match value.get("type"):
        case "mrkdwn":
            verbatim = bool(value.get("verbatim"))
            nodes = mrkdwn(value["text"], lambda known_as: named(workspace, known_as), verbatim=verbatim)
            return value | {"nodes": nodes}
        case "plain_text":
            return value | {"nodes": plain_text(value["text"], emoji=value.get("emoji", True))}
        case "markdown":
            return value | {"nodes": markdown(value["text"])}
        case "rich_text":
            return value | {"nodes": rich_text(value, lambda known_as: named(workspace, known_as))}
    return {name: with_nodes(workspace, inner) for name, inner in value.items()}


def drawn_person(person: Person) -> JSON:
    """Somebody, as the page shows them."""
    return {
        "id": person.id,
        "name": person.name,
        "handle": person.handle,
        "title": person.title,
        "initials": person.initials,
        "tone": person.tone,
        "bot": person.is_bot,
        "language": person.language,
    }


def drawn_message(workspace: Workspace, channel: Channel, message: Message) -> JSON:
    """One message. `thread` says what stands under it."""
    replies = channel.replies(message.ts)
    nodes = [] if message.blocks else mrkdwn(message.text, lambda known_as: named(workspace, known_as))
    return {
        "ts": message.ts,
        "channel": channel.id,
        "user": message.user,
        "nodes": nodes,
        "blocks": with_nodes(workspace, message.blocks),
        "edited": bool(message.edited),
        "ephemeral": message.only_for is not None,
        "thread_ts": message.thread_ts,
        "in_thread": message.in_thread,
        "rings": message.rings,
        "thread": {
            "count": len(replies),
            "people": list(dict.fromkeys(reply.user for reply in replies))[:4],
            "latest": replies[-1].ts if replies else "",
        },
    }


def drawn_view(workspace: Workspace, view: JSON) -> JSON:
    """A modal or a Home tab."""
    shown = ("id", "type", "title", "submit", "close", "blocks", "hash", "callback_id")
    drawn: JSON = {name: with_nodes(workspace, view[name]) for name in shown}
    return drawn


def drawn_channels(workspace: Workspace, person: Person) -> list[JSON]:
    """The channels `person` sees, with what is unread."""
    return [
        {
            "id": channel.id,
            "name": channel.name,
            "topic": channel.topic,
            "im": channel.im_with is not None,
            "unread": channel.unread(person.id),
        }
        for channel in workspace.channels.values()
        if channel.im_with in (None, person.id) and not channel.archived
    ]
