"""How what Slack delivers becomes something asked of the desk: acknowledged in time, handled once, never silent."""

from collections.abc import Callable, Mapping
from threading import Lock

from slack_bolt import Ack, BoltContext, Respond
from slack_sdk import WebClient

from responders.slack.access import Body
from responders.slack.apology import apologise
from responders.slack.desk import Answer, Asked, Desk

Listener = Callable[..., None]


def heard(desk: Desk, handle: Callable[[Asked], None]) -> Listener:
    """A Bolt listener: acknowledges first, handles each delivery once."""

    def listener(ack: Ack, body: Body, client: WebClient, respond: Respond, context: BoltContext) -> None:
        ack()
        try:
            _once(desk, body, lambda: handle(_asked(desk, body, client, respond, context)))
        except Exception as error:  # noqa: BLE001 - told to the person, with a reference that is also in the log
            # Not left to Bolt 1.30: it forgets the ack of a listener that fails within 10 ms of it, and Slack then
            # shows a warning beside the button.
            apologise(desk, error, body, client, respond, context)

    return listener


def submitted(desk: Desk, handle: Callable[[Asked], Answer]) -> Listener:
    """A Bolt listener of a modal's button: the acknowledgement carries the answer, and an empty one closes the modal.

    One at a time: a delivery that comes twice waits for the first, then closes what that one closed, or is refused as
    that one was.
    """
    one_at_a_time = Lock()

    def listener(ack: Ack, body: Body, client: WebClient, respond: Respond, context: BoltContext) -> None:
        key = delivery_key(body)
        with one_at_a_time:
            answer: Answer = {}
            if key is None or not desk.was_handled(key):
                answer = handle(_asked(desk, body, client, respond, context))
                if key is not None and not answer:
                    desk.first_time(key)
        ack(**answer)

    return listener


def delivery_key(body: Body) -> str | None:
    """What is the same at each delivery of one thing: https://docs.slack.dev/apis/events-api (read 2026-11-22)."""
    user = body.get("user")
    user_id = user.get("id") if isinstance(user, Mapping) else None
    for action in body.get("actions") or ():
        return f"action:{action.get('action_ts')}:{user_id}:{action.get('action_id')}"
    view: Body = body.get("view") or {}
    if view:
        return f"{body.get('type')}:{view.get('id')}:{view.get('hash')}:{user_id}"
    if "event_id" in body:
        return f"event:{body['event_id']}"
    return f"command:{body['trigger_id']}" if "trigger_id" in body else None


def _once(desk: Desk, body: Body, work: Callable[[], None]) -> None:
    key = delivery_key(body)
    if key is not None and not desk.first_time(key):
        return
    done = False
    try:
        work()
        done = True
    finally:
        if key is not None and not done:
            desk.forget(key)


def _asked(desk: Desk, body: Body, client: WebClient, respond: Respond, context: BoltContext) -> Asked:
    member = desk.members.member(body)
    context["member"] = member  # for the error handler, which answers in the same language
    return Asked(desk, body, client, respond, member)
