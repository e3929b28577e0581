"""What Slack's refusals mean for us: one class per thing to do next, as `models.errors` does for networks.

Error strings: https://docs.slack.dev/reference/methods/chat.postMessage and chat.update (read 2026-11-22).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from typing import Final

from slack_sdk.errors import SlackApiError, SlackClientError, SlackObjectFormationError


class SlackTrouble(Exception):
    """Slack did not do what was asked; `code` is Slack's own word for it. Catch a subclass: each names what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlowDown(SlackTrouble):
    """Nothing was done; ask again after `after` seconds."""

    def __init__(self, after: float) -> None:
        super().__init__("ratelimited")
        self.after = after


class ChannelClosed(SlackTrouble):
    """This channel does not take our messages: a person must invite the app or mend the name. Others go on."""


class TokenRefused(SlackTrouble):
    """The workspace does not know us any more, or never gave this right: a person must mend the app."""


class TooBig(SlackTrouble):
    """Slack will not show this drawing: draw it shorter."""


class MessageGone(SlackTrouble):
    """The message was deleted or can no longer be changed: leave it."""


class ViewGone(SlackTrouble):
    """The click is too old or the modal was closed: the person may click again."""


class Away(SlackTrouble):
    """Nobody can say whether it was done: Slack did not answer, or failed inside. Look before asking again."""


_MEANINGS: Final[dict[type[SlackTrouble], frozenset[str]]] = {
    ChannelClosed: frozenset(
        {
            "channel_not_found", "not_in_channel", "is_archived", "restricted_action", "cannot_post",
            "restricted_action_read_only_channel", "restricted_action_thread_locked",
            "channel_is_limited_access", "messages_tab_disabled",
        }
    ),
    TokenRefused: frozenset(
        {
            "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
            "no_permission", "not_allowed_token_type", "team_access_not_granted", "access_denied", "ekm_access_denied",
            "org_login_required", "two_factor_setup_required", "accesslimited", "enterprise_is_restricted",
        }
    ),
    TooBig: frozenset(
        {
            "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format", "too_many_attachments",
            "no_text", "invalid_arguments", "view_too_large",
        }
    ),
    MessageGone: frozenset(
        {"message_not_found", "cant_update_message", "edit_window_closed", "update_failed", "is_inactive"}
    ),
    ViewGone: frozenset(
        {
            "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged",
            "not_found", "view_not_found", "hash_conflict", "push_limit_reached",
        }
    ),
}  # fmt: skip
_PATIENCE: Final = 30.0


def meaning(error: Exception) -> SlackTrouble:
    """The class of what `slack_sdk` raised; what nobody knows is Away, the one that looks before it acts."""
    if isinstance(error, SlackObjectFormationError):  # slack_sdk knows the limit and did not even ask
        return TooBig(str(error))
    if not isinstance(error, SlackApiError):
        return Away(type(error).__name__)
    response = error.response
    code = str(response.get("error") or "") if isinstance(getattr(response, "data", None), dict) else ""
    if code == "ratelimited" or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return SlowDown(_retry_after(response.headers))
    return next((kind(code) for kind, codes in _MEANINGS.items() if code in codes), Away(code or "unreadable"))


@contextmanager
def asking() -> Iterator[None]:
    """Around one call of Slack: raises SlackTrouble instead of what `slack_sdk` and the socket raise.

    Raises:
        SlackTrouble: the subclass says what to do.
    """
    try:
        yield
    except (SlackClientError, OSError, HTTPException) as error:
        raise meaning(error) from error


def _retry_after(headers: object) -> float:
    if not isinstance(headers, dict):
        return _PATIENCE
    found = next((value for name, value in headers.items() if str(name).lower() == "retry-after"), None)
    first = found[0] if isinstance(found, list) and found else found
    try:
        return max(1.0, float(str(first)))
    except ValueError:
        return _PATIENCE
