"""`/repartie`: help, status, pause, resume."""

from slack_bolt import App

from responders import speaking
from responders.slack import ids
from responders.slack.clicks import heard
from responders.slack.command import view
from responders.slack.desk import Asked, Desk
from responders.slack.home.handlers import overview


def register(app: App, desk: Desk) -> None:
    """Listen to the slash command."""
    app.command(ids.COMMAND)(heard(desk, command))


def command(asked: Asked) -> None:
    """Do what the first word says; the rest is the reason of a pause."""
    word, _, reason = str(asked.body.get("text") or "").strip().partition(" ")
    if word == "status":
        asked.whisper(view.status(overview(asked.desk, asked.person.id), asked.t))
    elif word not in {"pause", "resume"}:
        asked.whisper(view.usage(asked.t))
    elif not any(asked.desk.publishes_for(brand.name, asked.person) for brand in asked.desk.config.brands):
        asked.whisper(view.not_a_publisher(asked.t))
    elif word == "pause":
        speaking.pause(asked.desk.database, asked.person, reason.strip(), asked.desk.clock)
        asked.whisper(view.paused(asked.t))
    else:
        speaking.resume(asked.desk.database, asked.person, asked.desk.clock)
        asked.whisper(view.resumed(asked.t))
