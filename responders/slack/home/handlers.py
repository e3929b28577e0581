"""The Home tab, drawn when somebody opens it, and what the slash command says of the same."""

from slack_bolt import App

from models.store import queues, switches
from responders.slack.clicks import heard
from responders.slack.desk import Asked, Desk
from responders.slack.errors import asking
from responders.slack.home import view


def register(app: App, desk: Desk) -> None:
    """Listen to the opening of the Home tab."""
    app.event("app_home_opened")(heard(desk, draw))


def draw(asked: Asked) -> None:
    """Publish this person's Home tab."""
    event = asked.body["event"]
    if event.get("tab", "home") != "home":
        return
    shown = view.home(overview(asked.desk, asked.person.id), asked.t)
    with asking():
        asked.client.views_publish(user_id=asked.person.id, view=shown)


def overview(desk: Desk, person_id: str) -> view.Overview:
    """What waits, what that person has, what is live."""
    names = [brand.name for brand in desk.config.brands]
    with desk.database.read() as session:
        waiting = {name: queues.open_count(session, name) for name in names}
        mine = queues.taken_by(session, person_id, view.MINE + 1)
        pause = switches.pause_in_force(session)
    return view.Overview(
        waiting=waiting,
        live={name: desk.config.is_live(name) for name in names},
        mine=[desk.moderation.see(mention) for mention in mine],
        paused_by=pause.who_name if pause else None,
    )
