"""From the Reply button to an approved answer, and what can still be done with it."""

from slack_bolt import App
from slack_sdk.models.views import View

from models.status import IllegalMove
from responders.replies import AlreadyAnswered, CannotPublish, Draft, MayNotSpeak
from responders.slack import ids, kit, state
from responders.slack.clicks import heard, submitted
from responders.slack.desk import Answer, Asked, Desk
from responders.slack.errors import ViewGone
from responders.slack.reply import view
from responders.wording import explain


def register(app: App, desk: Desk) -> None:
    """Listen to the reply modal and to the buttons of an answer."""
    app.action(ids.MENTION_REPLY)(heard(desk, begin))
    app.view(ids.REPLY_WRITE)(submitted(desk, preview))
    app.action(ids.REPLY_BACK)(heard(desk, back))
    app.view(ids.REPLY_CONFIRM)(submitted(desk, publish))
    app.view_closed(ids.REPLY_WRITE)(heard(desk, closed))
    app.view_closed(ids.REPLY_CONFIRM)(heard(desk, closed))
    app.action(ids.REPLY_CANCEL)(heard(desk, cancel))
    app.action(ids.REPLY_IS_THERE)(heard(desk, is_there))
    app.action(ids.REPLY_NOT_THERE)(heard(desk, not_there))


def begin(asked: Asked) -> None:
    """Open the modal at once, then say whether this person may type."""
    mention = asked.carried(state.OfMention).mention
    view_id = asked.open(view.opening(asked.t))
    draft = asked.desk.answering.begin(mention, asked.person)
    try:
        asked.replace(view_id, _first(draft, asked))
    except ViewGone:  # closed before it could be drawn
        asked.desk.answering.writing_stopped(mention, asked.person)
    asked.desk.board.hurry(mention)


def _first(draft: Draft, asked: Asked) -> View:
    if draft.answer is not None:
        return view.answered(draft.mention, draft.answer, asked.t)
    if not draft.eligibility.possible:
        return view.impossible(draft.mention, asked.t)
    other = draft.other or draft.mention.writing
    if other is not None and other.id != asked.person.id:
        return view.occupied(draft.mention, other, asked.t)
    if draft.silence is not None:
        sentence = explain(MayNotSpeak(draft.silence, draft.mention.brand), asked.t)
        return view.silenced(draft.mention, sentence, asked.t)
    return view.write(draft.mention, draft.text, asked.t)


def preview(asked: Asked) -> Answer:
    """Show exactly what will be public, or say under the input what is wrong."""
    mention = asked.carried(state.OfMention).mention
    shown = asked.desk.answering.preview(mention, asked.entered(ids.REPLY_TEXT_BLOCK, ids.REPLY_TEXT), asked.person)
    if shown.problems:
        wrong = kit.clean(explain(CannotPublish(shown), asked.t), 150)
        return {"response_action": "errors", "errors": {ids.REPLY_TEXT_BLOCK: wrong}}
    if not state.Draft(mention=mention, text=shown.text).fits:
        wrong = asked.t("This text is too long for Slack: answer in the browser.")
        return {"response_action": "errors", "errors": {ids.REPLY_TEXT_BLOCK: wrong}}
    seen = asked.desk.moderation.see(mention)
    return {"response_action": "update", "view": view.confirm(seen, shown, asked.t)}


def back(asked: Asked) -> None:
    """Back from the preview to the text."""
    draft = asked.modal_carries(state.Draft)
    seen = asked.desk.moderation.see(draft.mention)
    asked.replace(str(asked.view["id"]), view.write(seen, draft.text, asked.t))


def publish(asked: Asked) -> Answer:
    """Approve what was previewed; the card offers to cancel it for a while."""
    draft = asked.carried(state.Draft)
    try:
        asked.desk.answering.approve(draft.mention, draft.text, asked.person)
    except (AlreadyAnswered, MayNotSpeak, CannotPublish, IllegalMove) as error:
        return {"response_action": "update", "view": _stopped(draft, error, asked)}
    finally:
        asked.desk.board.hurry(draft.mention)
    return {}


def _stopped(
    draft: state.Draft, error: AlreadyAnswered | MayNotSpeak | CannotPublish | IllegalMove, asked: Asked
) -> View:
    asked.desk.answering.writing_stopped(draft.mention, asked.person)
    seen = asked.desk.moderation.see(draft.mention)
    if isinstance(error, AlreadyAnswered):
        return view.answered(seen, error.answer, asked.t)
    return view.stopped(seen, draft.text, explain(error, asked.t), asked.t)


def closed(asked: Asked) -> None:
    """The modal was closed: this person writes no more."""
    mention = state.mention_of(asked.view.get("private_metadata"))
    if mention is not None:
        asked.desk.answering.writing_stopped(mention, asked.person)
        asked.desk.board.hurry(mention)


def cancel(asked: Asked) -> None:
    """Take an approved answer back before it leaves."""
    carried = asked.carried(state.OfReply)
    asked.desk.answering.cancel(carried.reply, asked.person)
    asked.redraw(carried.mention)


def is_there(asked: Asked) -> None:
    """Somebody looked: the answer stands under the original."""
    _settle(asked, sent=True)


def not_there(asked: Asked) -> None:
    """Somebody looked: the answer is not there, send it again."""
    _settle(asked, sent=False)


def _settle(asked: Asked, *, sent: bool) -> None:
    carried = asked.carried(state.OfReply)
    asked.desk.answering.settle_unclear(carried.reply, asked.person, sent=sent)
    asked.redraw(carried.mention)
