"""When a handler fails: one answer, in the surface the person is in, with a reference that is also in the log."""

import json
import logging
import secrets
from typing import Final

from slack_bolt import App, BoltContext, BoltResponse, Respond
from slack_sdk import WebClient
from slack_sdk.models.views import View

from config.i18n import Words, words
from models.errors import NetworkError
from models.status import IllegalMove
from models.store.mentions import NotFound
from responders.moderation import MayNotModerate
from responders.replies import AlreadyAnswered, CannotPublish, MayNotSpeak
from responders.slack import errors, kit, state
from responders.slack.access import Body, Stranger
from responders.slack.desk import Desk
from responders.slack.errors import asking
from responders.wording import explain

_EXPLAINED: Final = (MayNotModerate, NetworkError, MayNotSpeak, AlreadyAnswered, CannotPublish, IllegalMove, NotFound)
_log = logging.getLogger(__name__)


def register(app: App, desk: Desk) -> None:
    """Answer every failure of a listener."""

    @app.error
    def failed(
        error: Exception, body: Body, client: WebClient, respond: Respond, context: BoltContext
    ) -> BoltResponse | None:
        return apologise(desk, error, body, client, respond, context)


def apologise(  # noqa: PLR0913, PLR0917 - what Bolt hands to every listener
    desk: Desk, error: Exception, body: Body, client: WebClient, respond: Respond, context: BoltContext
) -> BoltResponse | None:
    """Say to the person, where they are and in their language, what went wrong; the answer, if the ack carries it."""
    member = context.get("member")
    t = words(member.language) if member else desk.t
    _redraw(desk, body)
    return _tell(sentence(error, t), body, client, respond, t)


def sentence(error: Exception, t: Words) -> str:
    """What to tell the person; what we did not foresee gets a reference and stands in the log under it."""
    if isinstance(error, _EXPLAINED):
        return explain(error, t)
    if isinstance(error, state.UnknownState):
        return t(state.OLD_BUTTON)
    if isinstance(error, Stranger):
        return t("Only people of this workspace can do that.")
    if isinstance(error, errors.ViewGone):
        return t("Slack waited too long for this window. Please click again.")
    reference = secrets.token_hex(4)
    _log.error("reference %s", reference, exc_info=error)
    return t("Something went wrong on our side; it is in the log under {reference}.", reference=reference)


def _tell(said: str, body: Body, client: WebClient, respond: Respond, t: Words) -> BoltResponse | None:
    kind = body.get("type")
    shown = kit.notice(t, t("Not done"), said)
    view: Body = body.get("view") or {}
    if kind == "view_submission":
        answer = {"response_action": "update", "view": shown.to_dict()}
        return BoltResponse(status=200, headers={"content-type": "application/json"}, body=json.dumps(answer))
    try:
        if kind == "block_actions" and view:
            _over(view, body, client, shown)
        elif "command" in body or body.get("response_url"):
            respond(text=kit.foreign(said, kit.SECTION), response_type="ephemeral", replace_original=False)
    except errors.SlackTrouble as trouble:
        _log.warning("could not tell a person %r: %s", said, trouble.code)
    return None


def _over(view: Body, body: Body, client: WebClient, shown: View) -> None:
    with asking():
        if view.get("type") == "modal":
            client.views_update(view_id=str(view["id"]), view=shown)
        else:
            client.views_open(trigger_id=str(body["trigger_id"]), view=shown)


def _redraw(desk: Desk, body: Body) -> None:
    """What the person saw may be out of date: that is why it failed."""
    for action in body.get("actions") or ():
        mention = state.mention_of(action.get("value"))
        if mention is not None:
            desk.board.hurry(mention)
