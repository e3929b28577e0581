"""Channels and what stands in them, in Slack's shapes."""

import re
from dataclasses import dataclass, field
from typing import Final

from sandbox.slack.team import APP_ID, BOT_ID, JSON, TEAM_ID

_RINGING: Final = re.compile(r"<(!(?:channel|here|everyone|subteam\^[A-Z0-9]+)|@[UW][A-Z0-9]+)(?:\|[^>]*)?>")
_NAMED: Final = re.compile(r"(?<!\w)@(?:channel|here|everyone)\b")


@dataclass(slots=True)
class Message:
    """One message. `only_for` names the one person who sees an ephemeral; `rings` is what it rang, as written."""

    ts: str
    user: str
    text: str
    blocks: list[JSON] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: JSON | None = None
    edited: str | None = None
    only_for: str | None = None
    by_bot: bool = False
    broadcast: bool = False
    rings: list[str] = field(default_factory=list)

    @property
    def in_thread(self) -> bool:
        """Whether it is an answer that stands in a thread only."""
        return self.thread_ts not in (None, self.ts) and not self.broadcast

    def as_slack(self, replies: "list[Message]", *, with_metadata: bool = False) -> JSON:
        """The message object of `conversations.history` and of interactions."""
        said: JSON = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM_ID}
        if self.by_bot:
            said |= {"bot_id": BOT_ID, "app_id": APP_ID}
        if self.blocks:
            said["blocks"] = self.blocks
        if self.edited:
            said["edited"] = {"user": self.user, "ts": self.edited}
        if self.thread_ts:
            said["thread_ts"] = self.thread_ts
        if replies:
            said |= {
                "thread_ts": self.ts,
                "reply_count": len(replies),
                "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
                "latest_reply": replies[-1].ts,
            }
        if self.metadata and with_metadata:
            said["metadata"] = self.metadata
        return said


@dataclass(slots=True)
class Channel:
    """A channel, or the direct messages between the app and one person (`im_with`)."""

    id: str
    name: str
    topic: str = ""
    im_with: str | None = None
    archived: bool = False
    bot_is_member: bool = True
    messages: list[Message] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)

    def find(self, ts: str) -> Message | None:
        """The message of that moment."""
        return next((message for message in reversed(self.messages) if message.ts == ts), None)

    def replies(self, ts: str) -> list[Message]:
        """What was answered in the thread of `ts`, oldest first, without what only one person sees."""
        return [said for said in self.messages if said.thread_ts == ts and said.ts != ts and not said.only_for]

    def unread(self, person: str) -> int:
        """How many messages of others `person` has not seen."""
        since = self.read.get(person, "")
        return sum(
            1
            for said in self.messages
            if said.ts > since and said.user != person and not said.in_thread and said.only_for in (None, person)
        )

    def as_slack(self, members: int) -> JSON:
        """The channel object of `conversations.*`."""
        if self.im_with:
            return {"id": self.id, "is_im": True, "is_channel": False, "user": self.im_with, "is_archived": False}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": False,
            "is_archived": self.archived,
            "is_general": False,
            "is_member": self.bot_is_member,
            "num_members": members,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody's phone rang: `what` as written (`!channel`, `@U0...`), in which message."""

    channel: str
    ts: str
    what: str


def rung_by(text: str, blocks: list[JSON], *, link_names: bool = False) -> list[str]:
    """Everything of a message that rings somebody: control sequences in mrkdwn, and rich text's own elements.

    `link_names` (or `parse=full`) makes a bare @channel ring too.
    """
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, dict):
            kind = value.get("type")
            if kind in ("mrkdwn", "markdown"):
                found.extend(_RINGING.findall(value.get("text") or ""))
            elif kind == "broadcast":
                found.append(f"!{value.get('range')}")
            elif kind == "user":
                found.append(f"@{value.get('user_id')}")
            else:
                for inner in value.values():
                    walk(inner)

    found.extend(_RINGING.findall(text))
    if link_names:
        found.extend(f"!{name[1:]}" for name in _NAMED.findall(text))
    walk(blocks)
    return list(dict.fromkeys(found))
