"""The long-running process: schedule, outbox and Slack side by side, until a signal ends them within ten seconds."""

import logging
import threading
from pathlib import Path

from models.database import Database
from repartie.app import App
from repartie.jobs import Schedule
from responders.outbox import Outbox
from responders.slack.app import Slack, connect
from responders.worker import Worker

log = logging.getLogger(__name__)

_OUTBOX_ENDS = 5.0
_WATCH = 0.5


def serve(app: App, stop: threading.Event) -> bool:
    """Work until `stop`. True when everything ended in order, False when a reading still hangs in a thread.

    Raises:
        AlreadyRunning: another process has the schedule.
        CredentialMissing: a brand has a Slack channel, but a Slack token is not set.
    """
    slack = slack_of(app)
    schedule = Schedule(app.database, app.listening, app.places, app.clock)
    schedule.start()
    outbox = threading.Thread(target=outbox_of(app).run, args=(stop,), name="outbox", daemon=True)
    try:
        outbox.start()
        if slack:
            slack.start()
        log.info("listening to %d places for %d brands", len(app.places), len(app.config.brands))
        while not stop.wait(_WATCH) and not schedule.lost.is_set():
            pass
    finally:
        stop.set()
        if slack:
            slack.stop()
        clean = schedule.stop()
        outbox.join(_OUTBOX_ENDS)
    return clean and not outbox.is_alive()


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


def outbox_of(app: App) -> Outbox:
    """This process's hand at sending."""
    worker = Worker(workers_folder(app.database))
    return Outbox(app.database, app.publishers, app.config, app.clock, worker, publishing=app.credentials.may_publish)


def workers_folder(database: Database) -> Path:
    """Where the processes that send leave the mark of being alive: beside the store they share."""
    name = database.url.database
    beside = Path(name) if database.is_sqlite and name and name != ":memory:" else Path("var/repartie.db")
    return beside.with_name(f"{beside.name}-workers")
