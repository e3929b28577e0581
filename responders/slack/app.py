"""The Slack app: one Bolt app over Socket Mode, one poster. Building it asks Slack nothing; `start` does."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from typing import Final

from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from config.schema import Config
from models.database import Database
from responders.moderation import Moderation
from responders.replies import Answering
from responders.slack import apology, errors, kit, state
from responders.slack.access import Body, Members
from responders.slack.command import handlers as command
from responders.slack.desk import Desk
from responders.slack.home import handlers as home
from responders.slack.hosting import handlers as hosting
from responders.slack.mention import handlers as mention
from responders.slack.poster import TIMEOUT, Poster
from responders.slack.reply import handlers as reply

_ANY: Final = re.compile(".*")
_OPENS_WITHIN, _LOOK = 5.0, 0.02
"""Seconds a session may take to open, and between two looks; then slack_sdk's monitor asks for another."""
_WHO_TIMEOUT: Final = 2
"""Seconds to learn a person's name: a click must open its modal within 3."""
_RETRY_FIRST, _RETRY_MOST = 1.0, 60.0
_log = logging.getLogger(__name__)


def build_client(api: str, bot_token: str) -> WebClient:
    """The client of the Web API at `api` (`slack.api` of the configuration)."""
    client = WebClient(token=bot_token, base_url=api, timeout=TIMEOUT)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    return client


def build_slack(desk: Desk, client: WebClient) -> App:
    """A Bolt app with every listener, each registered once."""
    app = App(
        client=client,
        token_verification_enabled=False,
        logger=logging.getLogger("slack_bolt.repartie"),
    )
    for folder in (mention, hosting, reply, home, command):
        folder.register(app, desk)
    _catch_all(app, desk)
    apology.register(app, desk)
    return app


def _catch_all(app: App, desk: Desk) -> None:
    """Acknowledge what no listener knows, or Slack shows a warning to whoever clicked; registered last, tried last."""

    def old_button(ack: Ack, body: Body, respond: Respond) -> None:
        ack()
        if any(action.get("url") for action in body.get("actions") or ()):
            return  # a button that leads to a page does its work in the browser
        if body.get("response_url"):
            respond(text=kit.foreign(desk.t(state.OLD_BUTTON), kit.SECTION), replace_original=False)

    def old_modal(ack: Ack) -> None:
        ack(response_action="update", view=kit.notice(desk.t, desk.t("Not done"), desk.t(state.OLD_BUTTON)))

    def quietly(ack: Ack) -> None:
        ack()

    app.action(_ANY)(old_button)
    app.view_submission(_ANY)(old_modal)
    app.view_closed(_ANY)(quietly)
    app.command(_ANY)(old_button)
    app.shortcut(_ANY)(old_button)
    app.options(_ANY)(quietly)
    app.event(_ANY)(quietly)


@dataclass
class Slack:
    """The running app: `app_token` opens Socket Mode."""

    app: App
    poster: Poster
    app_token: str
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)
    socket: SocketModeHandler | None = None
    connected: bool = False

    def start(self) -> None:
        """Connect, and post from a thread of its own. While Slack is away, connecting goes on in the background.

        Raises:
            SlackTrouble: Slack refuses the app-level token.
        """
        self.socket = SocketModeHandler(self.app, self.app_token)
        try:
            self._connect()
        except (errors.Away, errors.SlowDown) as trouble:
            _log.warning("Slack cannot be reached (%s); trying again until it can", trouble.code)
            self._run(self._keep_connecting, "slack-connecting")
        self._run(lambda: self.poster.run(self._stop), "slack-poster")

    def start_after(self, other: "Slack") -> None:
        """Take the place of `other`, which ran until now. No click is lost between the two.

        In the same workspace its connection goes on: a click is answered by the one or the other, whole. Elsewhere we
        connect before it hangs up.

        Raises:
            SlackTrouble: another workspace refuses the app-level token; `other` goes on.
        """
        if other.socket is None or self.door() != other.door():
            self.start()
            other.stop()
            return
        other.retire()
        self.poster.follow(other.poster)
        self.socket, self.connected = other.socket, other.connected
        self.socket.app = self.app
        if not self.connected:
            self._run(self._keep_connecting, "slack-connecting")
        self._run(lambda: self.poster.run(self._stop), "slack-poster")

    def door(self) -> tuple[str, str, str | None]:
        """What a connection is opened with."""
        return self.app_token, self.poster.client.base_url, self.poster.client.token

    def _connect(self) -> None:
        if self.socket is None:
            return
        client = self.socket.client
        # slack_sdk 3.47 starts its monitor before the socket is open; the monitor takes it for a lost one and opens a
        # second session, and a click that Slack sends to the first is lost. So the monitor starts when it is open.
        client.current_app_monitor_started = True
        with errors.asking():
            self.socket.connect()  # type: ignore[no-untyped-call] # slack_bolt types no return
        until = time.monotonic() + _OPENS_WITHIN
        while not client.is_connected() and time.monotonic() < until and not self._stop.is_set():
            time.sleep(_LOOK)
        client.current_app_monitor.start()
        self.connected = True

    def _keep_connecting(self) -> None:
        pause = _RETRY_FIRST
        while not self._stop.wait(pause):
            try:
                self._connect()
            except errors.SlackTrouble as trouble:
                pause = min(_RETRY_MOST, 2 * pause)
                _log.warning("Slack cannot be reached (%s); next try in %.0f s", trouble.code, pause)
            else:
                return

    def _run(self, work: Callable[[], None], name: str) -> None:
        thread = Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self, within: float = 2.0) -> None:
        """Disconnect; a message on its way gets `within` seconds, and is looked for at the next start otherwise."""
        self._stop.set()
        closing = Thread(target=self._disconnect, name="slack-closing", daemon=True)
        closing.start()
        self._threads.append(closing)
        self.retire(within)

    def retire(self, within: float = 2.0) -> None:
        """Post nothing more and leave the connection open; what is on its way gets `within` seconds."""
        self._stop.set()
        self.poster.wake()
        until = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _disconnect(self) -> None:
        if self.socket is not None:
            self.socket.close()  # type: ignore[no-untyped-call] # slack_bolt types no return


def connect(  # noqa: PLR0913 - the parts of the room, by keyword
    *,
    config: Config,
    database: Database,
    answering: Answering,
    moderation: Moderation,
    clock: Callable[[], datetime],
    bot_token: str,
    app_token: str,
) -> Slack:
    """Everything of this room, wired; nothing is asked of Slack yet."""
    client = build_client(config.slack.api, bot_token)
    poster = Poster(config, database, moderation, client, clock, time.monotonic)
    members = Members(
        WebClient(token=bot_token, base_url=config.slack.api, timeout=_WHO_TIMEOUT, retry_handlers=[]), config.language
    )
    desk = Desk(config, database, answering, moderation, clock, members, poster)
    return Slack(build_slack(desk, client), poster, app_token)
