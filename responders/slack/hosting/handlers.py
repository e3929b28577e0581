"""Moderating from a card."""

from collections.abc import Callable

from slack_bolt import App

from models.errors import NetworkError
from responders.moderation import MayNotModerate
from responders.publisher import Act
from responders.slack import ids, kit, state
from responders.slack.clicks import heard, submitted
from responders.slack.desk import Answer, Asked, Desk
from responders.slack.hosting import view
from responders.wording import explain


def register(app: App, desk: Desk) -> None:
    """Listen to the buttons and the menu of a moderator, and to their modal."""
    for action, act in view.BUTTONS.items():
        app.action(action)(heard(desk, _doing(act)))
    app.action(ids.MENTION_MODERATE)(heard(desk, choose))
    app.view(ids.ACT_MODAL)(submitted(desk, confirmed))


def _doing(act: Act) -> Callable[[Asked], None]:
    def handle(asked: Asked) -> None:
        mention = asked.carried(state.OfMention).mention
        asked.desk.moderation.moderate(mention, act, asked.person)
        asked.redraw(mention)

    return handle


def choose(asked: Asked) -> None:
    """Something of the menu: done at once, or asked about first."""
    chosen = asked.carried(state.OfAct)
    if chosen.act in view.SURE:
        asked.open(view.ask(asked.desk.moderation.see(chosen.mention), chosen.act, asked.t))
        return
    asked.desk.moderation.moderate(chosen.mention, chosen.act, asked.person)
    asked.redraw(chosen.mention)


def confirmed(asked: Asked) -> Answer:
    """Do it, with what the person said of it."""
    chosen = asked.carried(state.OfAct)
    note = asked.entered(ids.ACT_NOTE_BLOCK, ids.ACT_NOTE)
    try:
        asked.desk.moderation.moderate(chosen.mention, chosen.act, asked.person, note)
    except (MayNotModerate, NetworkError) as error:
        wrong = kit.notice(asked.t, asked.t("Not done"), explain(error, asked.t))
        return {"response_action": "update", "view": wrong}
    asked.desk.board.hurry(chosen.mention)
    return {}
