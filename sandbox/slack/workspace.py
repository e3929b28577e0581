"""The workspace itself: who is there, what was said, which views stand open. All in memory, gone with the process."""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from sandbox.slack.limits import Limits
from sandbox.slack.messages import Channel, Message, Ring, rung_by
from sandbox.slack.rules import Refused, rules
from sandbox.slack.screens import Screens
from sandbox.slack.sockets import Sockets
from sandbox.slack.team import JSON, TEAM_ID, Person, invented_team, the_bot
from sandbox.slack.views import Views

BOT_TOKEN = "xoxb-sandbox-repartie"  # noqa: S105 - opens nothing but this practice ground
APP_TOKEN = "xapp-sandbox-repartie"  # noqa: S105 - the same

CHANNELS = (
    ("#aeroplouf-mentions", "Ce qui se dit d’Aéroplouf et attend une réponse"),
    ("#aeroplouf-alertes", "Quand ça brûle"),
    ("#aeroplouf-direction", "Le point du matin"),
    ("#général", "Toute l’équipe"),
)


class Workspace:
    """A Slack workspace with one app in it.

    Args:
        name: the workspace's name, as the page shows it.
        channels: (name, topic) of each channel, or the name alone.
        people: who may be chosen on the page; the invented team by default.
        commands: the slash commands the app's manifest declares; another is refused by Slack itself.
        events: the events its manifest subscribes to.
        rate_limits: False lets tests post as fast as they like.
        latency: seconds each Web API call takes.
        duplicate: deliver each payload twice, as at-least-once may.
        refresh_every: seconds after which each Socket Mode connection is asked to refresh; None never.
        ack_within: seconds the app has to acknowledge, 3 as in Slack.
        now: the clock, seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913 - each is a knob a test or the demo turns by name
        self,
        *,
        name: str = "Aéroplouf",
        channels: Iterable[str | tuple[str, str]] = CHANNELS,
        people: Sequence[Person] | None = None,
        commands: Iterable[str] = ("/repartie",),
        events: Iterable[str] = ("app_home_opened", "app_mention"),
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        rate_limits: bool = True,
        latency: float = 0.0,
        duplicate: bool = False,
        refresh_every: float | None = None,
        ack_within: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.team_id = TEAM_ID
        self.bot = the_bot()
        self.people = {person.id: person for person in (*(people or invented_team()), self.bot)}
        self.commands = tuple(commands)
        self.events = frozenset(events)
        self.bot_token, self.app_token = bot_token, app_token
        self.latency = latency
        self.now = now
        self.channels: dict[str, Channel] = {}
        self.rings: list[Ring] = []
        self.unknown_calls: list[str] = []
        self.calls: list[tuple[str, JSON]] = []
        self.response_urls: dict[str, JSON] = {}
        self.origin = ""
        self.limits = Limits(now, enabled=rate_limits)
        self.screens = Screens()
        self.sockets = Sockets(
            self.screens,
            ack_within=rules()["times"]["ack"]["is"] if ack_within is None else ack_within,
            duplicate=duplicate,
            refresh_every=refresh_every,
        )
        self.views = Views(self)
        self._last = 0
        self._numbers = count(1)
        self._failures: dict[str, list[str | int]] = {}
        for given in channels:
            self.open_channel(*((given, "") if isinstance(given, str) else given))
        for person in self.team():
            channel = Channel(id=f"D0{person.id[2:]}", name=person.handle, im_with=person.id)
            self.channels[channel.id] = channel

    # Who and where

    def team(self) -> list[Person]:
        """The people, without the app's own user."""
        return [person for person in self.people.values() if not person.is_bot]

    def open_channel(self, name: str, topic: str = "") -> Channel:
        """Makes a channel; the app is in it."""
        channel = Channel(id=f"C0{self.number():09d}", name=name.removeprefix("#"), topic=topic)
        self.channels[channel.id] = channel
        return channel

    def channel(self, known_as: str) -> Channel:
        """A channel by its id, its name with or without #, or a person's id (their direct messages).

        Raises:
            Refused: channel_not_found.
        """
        for channel in self.channels.values():
            if known_as == channel.id or (channel.im_with and known_as == channel.im_with):
                return channel
            if not channel.im_with and known_as.removeprefix("#") == channel.name:
                return channel
        raise Refused("channel_not_found")

    def number(self) -> int:
        """The next number, for ids."""
        return next(self._numbers)

    def stamp(self) -> str:
        """A message's moment, `seconds.micros`, later than every one before."""
        self._last = max(self._last + 1, int(self.now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    # What is said

    def say(  # noqa: PLR0913 - a message has that many parts
        self,
        channel: Channel,
        user: str,
        text: str,
        *,
        blocks: list[JSON] | None = None,
        thread_ts: str | None = None,
        metadata: JSON | None = None,
        only_for: str | None = None,
        broadcast: bool = False,
        link_names: bool = False,
    ) -> Message:
        """Puts a message in a channel and shows it on every screen that may see it.

        May be called from any thread.
        """
        message = Message(
            ts=self.stamp(),
            user=user,
            text=text,
            blocks=self.identified(blocks or []),
            thread_ts=thread_ts,
            metadata=metadata,
            only_for=only_for,
            by_bot=user == self.bot.id,
            broadcast=broadcast,
        )
        channel.messages.append(message)
        self.ring(channel, message, link_names=link_names)
        self.show(channel, message)
        return message

    def ring(self, channel: Channel, message: Message, *, link_names: bool = False) -> None:
        """Rings whom the message rings, and notes it."""
        message.rings = rung_by(message.text, message.blocks, link_names=link_names)
        self.rings.extend(Ring(channel.id, message.ts, what) for what in message.rings)

    def show(self, channel: Channel, message: Message) -> None:
        """Redraws one message, and its parent where it stands in a thread."""
        to = message.only_for or channel.im_with
        self.screens.tell({"type": "message", "channel": channel.id, "ts": message.ts}, to=to)
        if message.thread_ts and message.thread_ts != message.ts:
            self.screens.tell({"type": "message", "channel": channel.id, "ts": message.thread_ts}, to=to)

    def forget(self, channel: Channel, message: Message) -> None:
        """Takes a message away."""
        channel.messages.remove(message)
        self.screens.tell({"type": "gone", "channel": channel.id, "ts": message.ts})

    def identified(self, blocks: list[JSON]) -> list[JSON]:
        """The blocks with ids where the app gave none, as Slack fills them in."""
        filled = []
        for given in blocks:
            block = {**given, "block_id": given.get("block_id") or f"b{self.number()}"}
            if isinstance(block.get("elements"), list) and block["type"] == "actions":
                block["elements"] = [self._acting(element) for element in block["elements"]]
            for place in ("accessory", "element"):
                if block.get(place):
                    block[place] = self._acting(block[place])
            filled.append(block)
        return filled

    def _acting(self, element: JSON) -> JSON:
        if element["type"] == "image":
            return element
        return {**element, "action_id": element.get("action_id") or f"a{self.number()}"}

    # What tests turn

    def fail_next(self, method: str, how: str | int) -> None:
        """Makes the next call of `method` fail; several calls queue up.

        Args:
            method: as in `chat.postMessage`.
            how: "ratelimited" (429 with Retry-After), an HTTP status such as 500, an error string of Slack's,
                "hang before" (no answer, nothing done) or "lose answer" (done, but the answer is cut off).
        """
        self._failures.setdefault(method, []).append(how)

    def planned_failure(self, method: str) -> str | int | None:
        """How this call of `method` is to fail, taken off the list."""
        waiting = self._failures.get(method)
        return waiting.pop(0) if waiting else None
