"""From the Reply button to an approved answer, and what can still be done with it."""

from slack_bolt import App
from slack_sdk.models.views import View

from models.status import IllegalMove
from responders.publisher import Image, Manner, Preview
from responders.replies import AlreadyAnswered, CannotPublish, Draft, MayNotSpeak
from responders.slack import ids, kit, state
from responders.slack.clicks import heard, submitted
from responders.slack.desk import Answer, Asked, Desk
from responders.slack.errors import ViewGone
from responders.slack.reply import view
from responders.wording import GUARDED, explain
from responders.wording import in_private as in_private_words


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
    app.action(ids.REPLY_PRIVATE)(heard(desk, in_private))
    app.action(ids.REPLY_RETRACT)(heard(desk, ask_retract))
    app.view(ids.REPLY_RETRACT_MODAL)(submitted(desk, retract))
    app.view_closed(ids.REPLY_GUARDED)(heard(desk, closed))


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
    block = ids.REPLY_OFFERED_BLOCK if asked.has(ids.REPLY_OFFERED_BLOCK) else ids.REPLY_TEXT_BLOCK
    text = asked.entered(block, ids.REPLY_TEXT)
    shown = asked.desk.answering.preview(mention, text, asked.person, _manner(asked, mention))
    if shown.problems and all(problem.code in GUARDED for problem in shown.problems):
        return {"response_action": "update", "view": _guarded(mention, shown, asked)}
    if shown.problems:
        wrong = kit.clean(explain(CannotPublish(shown), asked.t), 150)
        return {"response_action": "errors", "errors": {block: wrong}}
    if not state.Draft(mention=mention, text=shown.text, manner=shown.manner).fits:
        wrong = asked.t("This text is too long for Slack: answer in the browser.")
        return {"response_action": "errors", "errors": {block: wrong}}
    seen = asked.desk.moderation.see(mention)
    return {"response_action": "update", "view": view.confirm(seen, shown, asked.t)}


def _manner(asked: Asked, mention: int) -> Manner:
    """What was entered besides the words; what has no input stays as one answers there without saying more."""
    usual = asked.desk.moderation.see(mention).eligibility.manner
    url, alt = asked.entered(ids.REPLY_IMAGE_BLOCK, ids.REPLY_IMAGE), asked.entered(ids.REPLY_ALT_BLOCK, ids.REPLY_ALT)
    return Manner(
        language=asked.entered(ids.REPLY_LANGUAGE_BLOCK, ids.REPLY_LANGUAGE) or usual.language,
        warning=asked.entered(ids.REPLY_WARNING_BLOCK, ids.REPLY_WARNING),
        visibility=asked.entered(ids.REPLY_VISIBILITY_BLOCK, ids.REPLY_VISIBILITY) or usual.visibility,
        image=Image(url=url.strip(), alt=alt) if url.strip() else None,
    )


def _guarded(mention: int, shown: Preview, asked: Asked) -> View:
    """It would show something private: stopped, with something else to say."""
    seen = asked.desk.moderation.see(mention)
    offered = in_private_words(seen.language, asked.desk.config.brand(seen.brand).replies)
    draft = state.Draft(mention=mention, text=shown.text, manner=shown.manner)
    return view.guarded(seen, draft, explain(CannotPublish(shown), asked.t), offered, asked.t)


def in_private(asked: Asked) -> None:
    """Say the offered words instead."""
    seen = asked.desk.moderation.see(asked.modal_carries(state.Draft).mention)
    offered = in_private_words(seen.language, asked.desk.config.brand(seen.brand).replies)
    asked.replace(str(asked.view["id"]), view.write(seen, offered, asked.t, block=ids.REPLY_OFFERED_BLOCK))


def back(asked: Asked) -> None:
    """Back from the preview to the text."""
    draft = asked.modal_carries(state.Draft)
    seen = asked.desk.moderation.see(draft.mention)
    asked.replace(str(asked.view["id"]), view.write(seen, draft.text, asked.t, draft.manner))


def publish(asked: Asked) -> Answer:
    """Approve what was previewed; the card offers to cancel it for a while."""
    draft = asked.carried(state.Draft)
    try:
        asked.desk.answering.approve(draft.mention, draft.text, asked.person, draft.manner)
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


def ask_retract(asked: Asked) -> None:
    """Ask for the reason before a published answer is taken back."""
    carried = asked.carried(state.OfReply)
    asked.open(view.ask_retract(asked.desk.moderation.see(carried.mention), carried, asked.t))


def retract(asked: Asked) -> Answer:
    """Have it taken back; the outbox does it."""
    carried = asked.carried(state.OfReply)
    try:
        asked.desk.answering.retract(
            carried.reply, asked.person, asked.entered(ids.REPLY_REASON_BLOCK, ids.REPLY_REASON)
        )
    except (MayNotSpeak, IllegalMove) as error:
        wrong = kit.notice(asked.t, asked.t("Not taken back"), explain(error, asked.t))
        return {"response_action": "update", "view": wrong}
    finally:
        asked.desk.board.hurry(carried.mention)
    return {}


def _settle(asked: Asked, *, sent: bool) -> None:
    carried = asked.carried(state.OfReply)
    asked.desk.answering.settle_unclear(carried.reply, asked.person, sent=sent)
    asked.redraw(carried.mention)
