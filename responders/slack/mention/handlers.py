"""The buttons of a mention's card."""

from collections.abc import Callable

from slack_bolt import App

from models.verdict import Sentiment
from responders.seen import MentionSeen, Person
from responders.slack import ids, state
from responders.slack.clicks import heard, submitted
from responders.slack.desk import Answer, Asked, Desk
from responders.slack.mention import view


def register(app: App, desk: Desk) -> None:
    """Listen to a card's buttons and the sentiment modal."""
    for action, move in (
        (ids.MENTION_TAKE, desk.moderation.take),
        (ids.MENTION_RELEASE, desk.moderation.release),
        (ids.MENTION_DONE, desk.moderation.done),
        (ids.MENTION_IRRELEVANT, desk.moderation.not_relevant),
        (ids.MENTION_ANSWERED, desk.moderation.answered_elsewhere),
        (ids.MENTION_REOPEN, desk.moderation.reopen),
    ):
        app.action(action)(heard(desk, _moving(move)))
    app.action(ids.MENTION_SENTIMENT)(heard(desk, ask_sentiment))
    app.view(ids.SENTIMENT_MODAL)(submitted(desk, correct))
    app.action(ids.MENTION_SHOW)(heard(desk, show))


def _moving(move: Callable[[int, Person], MentionSeen]) -> Callable[[Asked], None]:
    def handle(asked: Asked) -> None:
        mention = asked.carried(state.OfMention).mention
        move(mention, asked.person)
        asked.redraw(mention)

    return handle


def ask_sentiment(asked: Asked) -> None:
    """Open the modal with the three labels."""
    seen = asked.desk.moderation.see(asked.carried(state.OfMention).mention)
    asked.open(view.ask_sentiment(seen, asked.t))


def correct(asked: Asked) -> Answer:
    """Keep what the person says of the sentiment."""
    mention = asked.carried(state.OfMention).mention
    label = Sentiment(asked.entered(ids.SENTIMENT_BLOCK, ids.SENTIMENT_CHOICE))
    asked.desk.moderation.correct_sentiment(mention, label, asked.person)
    asked.redraw(mention)
    return {}


def show(asked: Asked) -> None:
    """Open one mention of a grouped card or of the Home tab."""
    asked.open(asked.card(asked.carried(state.OfMention).mention))
