"""The methods that read: conversations.* and users.*."""

from collections.abc import Callable, Sequence
from typing import Final

from sandbox.slack.messages import Channel, Message
from sandbox.slack.rules import Refused
from sandbox.slack.team import JSON, Person
from sandbox.slack.workspace import Workspace


def _true(value: object) -> bool:
    return str(value).lower() in ("1", "true")


def _page(found: Sequence[JSON], said: JSON, key: str, usual: int) -> JSON:
    """One page of a list; the cursor is where the next one begins."""
    limit = int(said.get("limit") or usual)
    start = int(said.get("cursor") or 0)
    more = start + limit < len(found)
    answer: JSON = {key: list(found[start : start + limit])}
    return answer | {"has_more": more, "response_metadata": {"next_cursor": str(start + limit) if more else ""}}


def _within(messages: list[Message], said: JSON) -> list[Message]:
    """Those between `oldest` and `latest`, the bounds left out unless `inclusive`."""
    oldest, latest = float(said.get("oldest") or 0), float(said.get("latest") or "inf")
    if _true(said.get("inclusive")):
        return [message for message in messages if oldest <= float(message.ts) <= latest]
    return [message for message in messages if oldest < float(message.ts) < latest]


def _told(channel: Channel, message: Message, said: JSON) -> JSON:
    with_metadata = _true(said.get("include_all_metadata"))
    return message.as_slack(channel.replies(message.ts), with_metadata=with_metadata)


def _readable(workspace: Workspace, said: JSON) -> Channel:
    channel = workspace.channel(str(said.get("channel", "")))
    if not channel.bot_is_member:
        raise Refused("not_in_channel")
    return channel


def _conversations_history(workspace: Workspace, said: JSON) -> JSON:
    channel = _readable(workspace, said)
    seen = [message for message in channel.messages if not message.only_for and not message.in_thread]
    return _page([_told(channel, message, said) for message in reversed(_within(seen, said))], said, "messages", 100)


def _conversations_replies(workspace: Workspace, said: JSON) -> JSON:
    channel = _readable(workspace, said)
    parent = channel.find(str(said.get("ts", "")))
    if parent is None:
        raise Refused("thread_not_found")
    thread = [parent, *channel.replies(parent.thread_ts or parent.ts)]
    return _page([_told(channel, message, said) for message in _within(thread, said)], said, "messages", 1000)


def _conversations_list(workspace: Workspace, said: JSON) -> JSON:
    types = str(said.get("types") or "public_channel").split(",")
    found = [
        channel.as_slack(len(workspace.people))
        for channel in workspace.channels.values()
        if ("im" if channel.im_with else "public_channel") in types
        and not (channel.archived and _true(said.get("exclude_archived")))
    ]
    return _page(found, said, "channels", 100)


def _conversations_info(workspace: Workspace, said: JSON) -> JSON:
    return {"channel": workspace.channel(str(said.get("channel", ""))).as_slack(len(workspace.people))}


def _users_info(workspace: Workspace, said: JSON) -> JSON:
    person: Person | None = workspace.people.get(str(said.get("user", "")))
    if person is None:
        raise Refused("user_not_found")
    return {"user": person.as_slack(with_locale=_true(said.get("include_locale")))}


def _users_list(workspace: Workspace, said: JSON) -> JSON:
    with_locale = _true(said.get("include_locale"))
    return _page(
        [person.as_slack(with_locale=with_locale) for person in workspace.people.values()], said, "members", 200
    )


def _users_by_email(workspace: Workspace, said: JSON) -> JSON:
    for person in workspace.people.values():
        if person.email and person.email == said.get("email"):
            return {"user": person.as_slack(with_locale=False)}
    raise Refused("users_not_found")


READING: Final[dict[str, Callable[[Workspace, JSON], JSON]]] = {
    "conversations.history": _conversations_history,
    "conversations.replies": _conversations_replies,
    "conversations.list": _conversations_list,
    "conversations.info": _conversations_info,
    "users.info": _users_info,
    "users.list": _users_list,
    "users.lookupByEmail": _users_by_email,
}
"""Method name -> what does it."""
