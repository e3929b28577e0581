"""One queue per workspace: posts a card for each mention that has none, redraws those that changed, finds lost ones.

Never two cards for a mention: the claim is stored before Slack is asked, and a claim nobody knows the end of is looked
for by its metadata before it is posted again. The latest state wins: a card is drawn from the store at the moment it is
sent. One dead channel stops no other.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from threading import Event
from typing import Final

from slack_sdk import WebClient
from sqlalchemy.exc import IntegrityError

from config.i18n import words
from config.schema import Config
from models.away import Patience
from models.database import AWAY, Database
from models.store import cards, deliveries
from models.store.mentions import NotFound
from models.tables import CardRow
from responders.moderation import Moderation
from responders.seen import MentionSeen
from responders.slack import errors, kit
from responders.slack.channels import Channels, metadata
from responders.slack.desk import problem_of
from responders.slack.errors import asking
from responders.slack.kit import Message
from responders.slack.mention import view as mention_view
from responders.slack.pace import Pace
from responders.slack.queue import view as queue_view
from responders.slack.sources.news import news

BURST_OVER: Final = 5
"""More mentions of one brand waiting at once than this become one grouped card."""
SETTLE: Final = timedelta(seconds=15)
"""A claim without an answer for so long is looked for; longer than TIMEOUT, so nothing is still on its way."""
TIMEOUT: Final = 10
"""Seconds we wait for Slack."""
IDLE: Final = 0.5
_CLOSED_FOR: Final = 60.0
_AWAY_FIRST, _AWAY_MOST = 2.0, 60.0
_AFTER_A_FAULT: Final = 5.0
_PRUNE_EVERY: Final = 3600.0
_NEWS_EVERY: Final = 5.0
_log = logging.getLogger(__name__)


class Size(IntEnum):
    """How much of a card is drawn; each is for a Slack that found the one before too big."""

    FULL = 0
    SHORT = 1
    BARE = 2


@dataclass
class Poster:
    """Draws what the store says into Slack. `clock` is the time of day (aware UTC), `seconds` only goes forward."""

    config: Config
    database: Database
    moderation: Moderation
    client: WebClient
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    pace: Pace = field(default_factory=Pace)
    hurried: deque[int] = field(default_factory=deque)
    notices: deque[tuple[str, Message]] = field(default_factory=deque)
    _wake: Event = field(default_factory=Event)
    _closed: dict[str, float] = field(default_factory=dict)
    _away_until: float = 0.0
    _away_for: float = _AWAY_FIRST
    _prune_at: float = 0.0
    _news_at: float = 0.0
    _telling: Callable[..., None] | None = None
    _patience: Patience = field(default_factory=lambda: Patience(_log))

    def __post_init__(self) -> None:
        # Slack's own client repeats a request whose connection broke, which would post a card twice.
        self.client = WebClient(
            token=self.client.token, base_url=self.client.base_url, timeout=TIMEOUT, retry_handlers=[]
        )
        self._channels = Channels(self.client)

    def hurry(self, mention_id: int) -> None:
        """Redraw this mention's card before all others: somebody is looking at it."""
        self.hurried.append(mention_id)
        self._wake.set()

    def say(self, channel: str, message: Message) -> None:
        """Post a message that is no card, in its turn. While Slack is away it waits; a closed channel drops it."""
        self.notices.append((channel, message))
        self._wake.set()

    def follow(self, other: "Poster") -> None:
        """Go on where `other` stopped: its pace, the cards somebody looks at, the messages it did not post."""
        self.pace, self.hurried, self.notices = other.pace, other.hurried, other.notices
        self._telling = other._telling  # noqa: SLF001 - of the same class

    def run(self, stop: Event) -> None:
        """Work until `stop` is set and `wake()` was called."""
        while not stop.is_set():
            self._wake.wait(self.turn())
            self._wake.clear()

    def wake(self) -> None:
        """End the present wait."""
        self._wake.set()

    def turn(self) -> float:
        """Do the most urgent thing that may be done now, at most one message; gives the seconds until the next."""
        now = self.seconds()
        if now < self._away_until:
            return self._away_until - now
        self._closed = {channel: until for channel, until in self._closed.items() if until > now}
        pause = IDLE
        for work in (
            self._redraw_hurried,
            self._say_next,
            self._tell_news,
            self._find_lost,
            self._post_new,
            self._redraw_stale,
        ):
            try:
                if work(now):
                    self._away_for = _AWAY_FIRST
                    return 0.0
            except (errors.Away, errors.TokenRefused) as trouble:
                _log.warning("Slack is not to be had (%s); next try in %.0f s", trouble.code, self._away_for)
                self._away_until, self._away_for = now + self._away_for, min(_AWAY_MOST, 2 * self._away_for)
                break
            except AWAY as error:
                return self._patience.away(error)
            except Exception:  # noqa: BLE001 - one bad card must not end the work on all others; it is in the log
                _log.exception("a card could not be shown")
                pause = _AFTER_A_FAULT
        self._patience.back()
        try:
            self._prune(now)
        except AWAY as error:
            return self._patience.away(error)
        return pause

    # What can be urgent, most urgent first. Each gives True if it did something.

    def _redraw_hurried(self, now: float) -> bool:
        if not self.hurried or self.pace.update_wait(now, hurried=True):
            return False
        mention_id = self.hurried.popleft()
        with self.database.read() as session:
            card = cards.card_of(session, mention_id)
        if card is not None and card.ts is not None and card.channel not in self._closed:
            self._redraw(card, now)
        return True

    def _say_next(self, now: float) -> bool:
        if not self.notices or self.notices[0][0] in self._closed:
            return False
        channel, message = self.notices[0]
        try:
            place = self._channels.resolve(channel)
            if self.pace.post_wait(place, now):
                return False
            with asking():
                self.client.chat_postMessage(
                    channel=place, text=message.text, blocks=message.blocks, unfurl_links=False, unfurl_media=False
                )
        except errors.SlowDown as trouble:
            self._closed[channel] = now + trouble.after
            return True
        except (errors.Away, errors.TokenRefused):
            raise  # it is said when Slack is back: better twice than never
        except errors.SlackTrouble as trouble:
            _log.error(
                "Slack channel %s does not take a message of ours (%s); it is in this log", channel, trouble.code
            )
        else:
            self.pace.posted(place, self.seconds())
        self.notices.popleft()
        return True

    def _tell_news(self, now: float) -> bool:
        """What happened to the places we listen to: kept as told once it was said, so better twice than never."""
        if self.notices or now < self._news_at:
            return False
        if self._telling:
            with self.database.write() as session:
                self._telling(session=session, now=self.clock())
            self._telling = None
        with self.database.read() as session:
            found = news(session, self.config, self.clock())
        if found is None:
            self._news_at = now + _NEWS_EVERY
            return False
        self.notices.extend((channel, found.message) for channel in found.channels)
        self._telling = found.told
        return True

    def _find_lost(self, now: float) -> bool:
        with self.database.read() as session:
            card = cards.lost(session, self.clock() - SETTLE, self._closed)
        if card is None or card.id is None:
            return False
        try:
            channel = self._channels.resolve(card.channel)
            if self.pace.post_wait(channel, now):
                return False
            found = self._channels.find_card(channel, card.id, card.claimed_at, under=card.under)
        except errors.ChannelClosed as trouble:
            return self._close(card.channel, trouble, now)
        except errors.SlowDown as trouble:
            self._closed[card.channel] = now + trouble.after
            return True
        with self.database.write() as session:
            if found:
                cards.posted(session, card.id, (channel, found), drawn=0, now=self.clock())
            else:
                cards.claim_again(session, card.id, self.clock())
        if not found:
            self._post(card.id, card.channel, now)
        return True

    def _post_new(self, now: float) -> bool:
        for brand in self.config.brands:
            if brand.slack is None or brand.slack.mentions in self._closed:
                continue
            with self.database.read() as session:
                going = cards.going_on(session, brand.name, self._closed)
                waiting = cards.waiting(session, brand.name)
            if going and self._claim_and_post(brand.name, going[1].channel, [going[0]], now, under=going[1].ts):
                return True
            if waiting and self._claim_and_post(brand.name, brand.slack.mentions, waiting, now):
                return True
        return False

    def _claim_and_post(
        self, brand: str, channel: str, waiting: list[int], now: float, *, under: str | None = None
    ) -> bool:
        try:
            if self.pace.post_wait(self._channels.resolve(channel), now):
                return False
        except errors.ChannelClosed as trouble:
            return self._close(channel, trouble, now)
        except errors.SlowDown as trouble:
            self._closed[channel] = now + trouble.after
            return True
        chosen = waiting if len(waiting) > BURST_OVER else waiting[:1]
        try:
            with self.database.write() as session:
                card_id = cards.claim(session, brand, channel, chosen, self.clock(), under=under)
        except IntegrityError:  # another process was first
            return True
        self._post(card_id, channel, now)
        return True

    def _redraw_stale(self, now: float) -> bool:
        if self.pace.update_wait(now, hurried=False):
            return False
        with self.database.read() as session:
            card = cards.stale(session, self._closed)
        if card is None:
            return False
        self._redraw(card, now)
        return True

    # One message

    def _post(self, card_id: int, channel: str, now: float, *, size: Size = Size.FULL) -> None:
        place = self._channels.resolve(channel)
        drawing = self._draw(card_id, size)
        if drawing is None:
            return
        wanted, message = drawing
        with self.database.read() as session:
            card = cards.get(session, card_id)
        try:
            with asking():
                answer = self.client.chat_postMessage(
                    channel=place, text=message.text, blocks=message.blocks, metadata=metadata(card_id),
                    thread_ts=card.under if card else None,
                    unfurl_links=False, unfurl_media=False,
                )  # fmt: skip
        except errors.Away:
            raise  # the claim stays: it is looked for
        except errors.TooBig as trouble:
            if size is not Size.BARE:
                self._post(card_id, channel, now, size=Size(size + 1))
                return
            self._release(card_id)
            self._close(channel, trouble, now)
        except errors.SlackTrouble as trouble:
            self._release(card_id)
            if isinstance(trouble, errors.SlowDown):
                self.pace.posted(place, now, trouble.after)
            elif isinstance(trouble, errors.TokenRefused):
                raise
            else:
                self._close(channel, trouble, now)
        else:
            self.pace.posted(place, self.seconds())
            with self.database.write() as session:
                cards.posted(
                    session, card_id, (str(answer["channel"]), str(answer["ts"])), drawn=wanted, now=self.clock()
                )

    def _redraw(self, card: CardRow, now: float, *, size: Size = Size.FULL) -> None:
        if card.id is None or card.ts is None:
            return
        drawing = self._draw(card.id, size)
        if drawing is None:
            return
        wanted, message = drawing
        try:
            with asking():
                self.client.chat_update(channel=card.channel, ts=card.ts, text=message.text, blocks=message.blocks)
        except errors.SlowDown as trouble:
            self.pace.slow_updates(now, trouble.after)
            return
        except errors.TooBig:
            if size is not Size.BARE:
                self._redraw(card, now, size=Size(size + 1))
                return
            _log.error("card %s cannot be drawn in Slack", card.id)
        except errors.MessageGone:
            _log.info("card %s was deleted in Slack; it is left alone", card.id)
        except errors.ChannelClosed as trouble:
            self._close(card.channel, trouble, now)
            return
        self.pace.updated()
        with self.database.write() as session:
            cards.drawn(session, card.id, wanted)

    def _draw(self, card_id: int, size: Size) -> tuple[int, Message] | None:
        """The card's counter, read before what it draws, and its drawing; None if its mentions are gone."""
        with self.database.read() as session:
            card = cards.get(session, card_id)
            mentions = cards.mentions_of(session, card_id) if card else []
        seen = []
        for mention_id in mentions:
            try:
                seen.append(self.moderation.see(mention_id))
            except NotFound:  # erased meanwhile
                continue
        if card is None or not seen:
            with self.database.write() as session:
                cards.release(session, card_id)
            return None
        return card.wanted, self._message(card, seen, size)

    def _message(self, card: CardRow, seen: list[MentionSeen], size: Size) -> Message:
        t = words(self.config.language)
        bare = kit.bare(mention_view.headline(seen[0], t))
        if size is Size.BARE:
            return bare
        short = size is Size.SHORT
        try:
            if card.kind == "group":
                return queue_view.card(seen, t, short=short)
            return mention_view.card(seen[0], t, problem=problem_of(seen[0], t), short=short)
        except Exception:  # noqa: BLE001 - a mention nobody can draw is shown as one line, with the reason in the log
            _log.exception("card %s cannot be drawn", card.id)
            return bare

    def _release(self, card_id: int) -> None:
        with self.database.write() as session:
            cards.release(session, card_id)

    def _close(self, channel: str, trouble: errors.SlackTrouble, now: float) -> bool:
        _log.error(
            "Slack channel %s takes no cards (%s): invite the app with /invite, or mend the channel's name in the"
            " configuration; next try in %.0f s", channel, trouble.code, _CLOSED_FOR,
        )  # fmt: skip
        self._closed[channel] = now + _CLOSED_FOR
        return True

    def _prune(self, now: float) -> None:
        if now >= self._prune_at:
            self._prune_at = now + _PRUNE_EVERY
            with self.database.write() as session:
                deliveries.prune(session, self.clock())
