"""The long-running process: schedule, outbox and Slack side by side, until a signal ends them within ten seconds.

An edit of the configuration changes them while they work. In this order: the old outbox sends nothing more; people see
and click by the new configuration; what is heard is matched by it; the new outbox sends. So no answer leaves by rules
that are no longer there, no click falls between two, and what a place showed last stays in the store.
"""

import logging
import threading
from pathlib import Path

from models.database import Database
from models.ml.judge import ModelJudge
from repartie.app import App
from repartie.doors import Doors
from repartie.jobs import Schedule
from repartie.reloading import Edits
from repartie.rereading import Rereading
from responders.outbox import Outbox
from responders.slack.app import Slack, connect
from responders.slack.kit import Message
from responders.worker import Worker

log = logging.getLogger(__name__)

_OUTBOX_ENDS = 5.0
_IN_FLIGHT = 12.0
"""Seconds a change waits for an answer on its way; a request takes 10 at most. Later than that it ends by itself."""
_REREADING_ENDS = 2.0
_WATCH = 0.5


def serve(app: App, stop: threading.Event, file: Path | None = None) -> bool:
    """Work until `stop`. True when everything ended in order, False when a reading still hangs in a thread.

    `file` is the configuration: an edit of it is taken over, or refused and said.

    Raises:
        AlreadyRunning: another process has the schedule.
        CredentialMissing: a brand has a Slack channel, but a Slack token is not set.
    """
    parts = Parts(app)
    edits = Edits(file, parts) if file else None
    parts.schedule.start()
    try:
        parts.start()
        log.info("listening to %d places for %d brands", len(app.places), len(app.config.brands))
        while not stop.wait(_WATCH) and not parts.schedule.lost.is_set():
            if edits:
                edits.look()
    finally:
        stop.set()
        clean = parts.stop()
    return clean


class Parts:
    """What works, for one configuration after the other: `app` is the one in force. All over one store.

    Raises:
        CredentialMissing: a brand has a Slack channel, but a Slack token is not set.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.schedule = Schedule(app.database, app.listening, app.places, app.clock)
        self._slack = slack_of(app)
        self._doors = Doors()
        self._sending: Sending | None = None
        self._rereading: Rereading | None = None

    def start(self) -> None:
        """Begin to send and to show; the schedule is started apart, since it may be another's."""
        self._sending = Sending(self.app)
        self._doors.change(self.app)
        if self._slack:
            self._slack.start()
        self._read_again()

    def change(self, app: App) -> None:
        """Go on with `app`, which stands over the same store.

        Raises:
            CredentialMissing: the new configuration needs a token that is not set. Nothing was changed.
            SlackTrouble: it names another Slack, which refuses us. Nothing was changed.
        """
        slack = slack_of(app)
        if self._sending:
            self._sending.stop(_IN_FLIGHT)
        same_judge = app.listening.judge is self.app.listening.judge
        try:
            self._show_in(slack)
            self.app = app
            self.schedule.change(app.listening, app.places)
            self._doors.change(app)
        finally:
            # One that is still in flight keeps its own claim: a worker of its own never sends it again.
            self._sending = Sending(self.app)
        if not same_judge:
            self._read_again()
        log.info("listening to %d places for %d brands", len(app.places), len(app.config.brands))

    def tell(self, message: Message) -> None:
        """Say something to the team, in the first channel of mentions; nothing where there is none."""
        channel = next((brand.slack.mentions for brand in self.app.config.brands if brand.slack), None)
        if self._slack and channel:
            self._slack.poster.say(channel, message)

    def stop(self) -> bool:
        """End everything in order. False when something still hangs in a thread."""
        self._doors.stop()
        if self._sending:
            self._sending.stop(0)
        if self._slack:
            self._slack.stop()
        clean = self.schedule.stop()
        if self._rereading:
            self._rereading.stop(_REREADING_ENDS)  # one that is late is a daemon: what it read is read again
        return clean and (self._sending is None or self._sending.stop(_OUTBOX_ENDS))

    def _read_again(self) -> None:
        if self._rereading:
            self._rereading.stop(_REREADING_ENDS)
        judge = self.app.listening.judge
        self._rereading = Rereading(self.app.database, judge.classifier) if isinstance(judge, ModelJudge) else None
        if self._rereading:
            self._rereading.start()

    def _show_in(self, slack: Slack | None) -> None:
        if slack and self._slack:
            slack.start_after(self._slack)
        elif slack:
            slack.start()
        elif self._slack:
            self._slack.stop()
        self._slack = slack


class Sending:
    """The outbox in a thread of its own, begun at once. Its worker lives as long as the thread does."""

    def __init__(self, app: App) -> None:
        self._stop = threading.Event()
        self._worker = Worker(workers_folder(app.database))
        self._outbox = outbox_of(app, self._worker)
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def stop(self, within: float) -> bool:
        """Claim nothing more; what is in flight gets `within` seconds. True when it has ended."""
        self._stop.set()
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._outbox.run(self._stop)
        finally:
            self._worker.close()


def slack_of(app: App) -> Slack | None:
    """The Slack side, or None where no brand has a channel: then mentions are only stored.

    Raises:
        CredentialMissing: a Slack token is not set.
    """
    if not any(brand.slack for brand in app.config.brands):
        log.warning("no brand has a Slack channel: mentions are stored and shown to nobody")
        return None
    api = app.config.slack.api
    return connect(
        config=app.config,
        database=app.database,
        answering=app.answering,
        moderation=app.moderation,
        clock=app.clock,
        bot_token=app.credentials.slack_bot(app.config.slack).for_url(api),
        app_token=app.credentials.slack_app(app.config.slack).for_url(api),
    )


def outbox_of(app: App, worker: Worker) -> Outbox:
    """This process's hand at sending."""
    return Outbox(app.database, app.publishers, app.config, app.clock, worker, publishing=app.credentials.may_publish)


def workers_folder(database: Database) -> Path:
    """Where the processes that send leave the mark of being alive: beside the store they share."""
    name = database.url.database
    beside = Path(name) if database.is_sqlite and name and name != ":memory:" else Path("var/repartie.db")
    return beside.with_name(f"{beside.name}-workers")
