"""Channel names of the configuration -> Slack's ids, and our cards in their history."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from slack_sdk import WebClient

from responders.slack import ids
from responders.slack.errors import ChannelClosed, asking

_ID: Final = re.compile(r"[CG][A-Z0-9]{6,}")
_SKEW: Final = timedelta(minutes=10)
_PAGE: Final = 200
_MOST_PAGES: Final = 50


@dataclass
class Channels:
    """The channels of one workspace; names are asked once, and again when one is missing."""

    client: WebClient
    _ids: dict[str, str] = field(default_factory=dict)

    def resolve(self, channel: str) -> str:
        """The id of `channel`, an id or a name with or without #.

        Raises:
            ChannelClosed: there is no such channel that the app may see.
            SlackTrouble: Slack does not say.
        """
        if _ID.fullmatch(channel):
            return channel
        name = channel.removeprefix("#").lower()
        if name not in self._ids:
            self._ids = self._ask()
        if name not in self._ids:
            raise ChannelClosed("channel_not_found")
        return self._ids[name]

    def find_card(self, channel: str, card_id: int, since: datetime, *, under: str | None = None) -> str | None:
        """The ts of our card `card_id` posted in the channel of that id at or after `since` (aware), or None.

        `under` is the ts of the message in whose thread it was to stand. Looks a while further back, since Slack's
        clock is not ours.

        Raises:
            SlackTrouble: Slack does not say.
        """
        oldest = f"{(since - _SKEW).timestamp():.6f}"
        cursor = ""
        for _ in range(_MOST_PAGES):
            with asking():
                page = (
                    self.client.conversations_replies(
                        channel=channel, ts=under, oldest=oldest, include_all_metadata=True, limit=_PAGE,
                        cursor=cursor or None,
                    )
                    if under
                    else self.client.conversations_history(
                        channel=channel, oldest=oldest, include_all_metadata=True, limit=_PAGE, cursor=cursor or None
                    )
                )  # fmt: skip
            for message in page["messages"]:
                if _card_in(message) == card_id:
                    return str(message["ts"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        return None

    def _ask(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        for _ in range(_MOST_PAGES):
            with asking():
                page = self.client.conversations_list(
                    types="public_channel,private_channel", exclude_archived=True, limit=_PAGE, cursor=cursor or None
                )
            found |= {str(channel["name"]): str(channel["id"]) for channel in page["channels"]}
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return found


def metadata(card_id: int) -> dict[str, Any]:
    """What each card carries, so that it is known again after a crash."""
    return {"event_type": ids.CARD_EVENT, "event_payload": {"card": card_id}}


def _card_in(message: Mapping[str, Any]) -> int | None:
    found = message.get("metadata") or {}
    if found.get("event_type") != ids.CARD_EVENT:
        return None
    card = (found.get("event_payload") or {}).get("card")
    return card if isinstance(card, int) else None
