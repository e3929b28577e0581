"""The states of a mention and of a reply, and the moves between them. Applied only in `models/store`."""

from enum import StrEnum


class MentionStatus(StrEnum):
    """Where a mention stands with the team."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    DONE = "done"
    IRRELEVANT = "irrelevant"


class ReplyStatus(StrEnum):
    """Where one public answer stands. `unclear` waits for a person; `retracting` still stands in public."""

    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    RETRACTING = "retracting"
    RETRACTED = "retracted"
    UNCLEAR = "unclear"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class SourceStatus(StrEnum):
    """How a source is. `failing` is deaf: never read as calm."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    DISABLED = "disabled"


MENTION_MOVES: dict[MentionStatus, frozenset[MentionStatus]] = {
    MentionStatus.OPEN: frozenset(
        {MentionStatus.TAKEN, MentionStatus.ANSWERED, MentionStatus.DONE, MentionStatus.IRRELEVANT}
    ),
    MentionStatus.TAKEN: frozenset(
        {MentionStatus.OPEN, MentionStatus.ANSWERED, MentionStatus.DONE, MentionStatus.IRRELEVANT}
    ),
    MentionStatus.ANSWERED: frozenset({MentionStatus.OPEN, MentionStatus.DONE}),
    MentionStatus.DONE: frozenset({MentionStatus.OPEN}),
    MentionStatus.IRRELEVANT: frozenset({MentionStatus.OPEN}),
}

REPLY_MOVES: dict[ReplyStatus, frozenset[ReplyStatus]] = {
    # Straight to unclear only when a backup was restored: it may have left since.
    ReplyStatus.APPROVED: frozenset(
        {ReplyStatus.SENDING, ReplyStatus.CANCELLED, ReplyStatus.REFUSED, ReplyStatus.UNCLEAR}
    ),
    ReplyStatus.SENDING: frozenset({ReplyStatus.SENT, ReplyStatus.APPROVED, ReplyStatus.UNCLEAR, ReplyStatus.REFUSED}),
    ReplyStatus.UNCLEAR: frozenset({ReplyStatus.SENT, ReplyStatus.APPROVED, ReplyStatus.CANCELLED}),
    ReplyStatus.SENT: frozenset({ReplyStatus.RETRACTING}),
    ReplyStatus.RETRACTING: frozenset({ReplyStatus.RETRACTED, ReplyStatus.SENT}),
    ReplyStatus.RETRACTED: frozenset(),
    ReplyStatus.REFUSED: frozenset(),
    ReplyStatus.CANCELLED: frozenset(),
}

LIVE_REPLIES = (
    ReplyStatus.APPROVED,
    ReplyStatus.SENDING,
    ReplyStatus.SENT,
    ReplyStatus.UNCLEAR,
    ReplyStatus.RETRACTING,
)
"""At most one reply per post may be in one of these, over all brands."""


class IllegalMove(Exception):
    """Somebody asked for a move that the state does not allow; `now` says where the thing really is."""

    def __init__(self, noun: str, now: str, wanted: str) -> None:
        super().__init__(f"a {noun} that is {now} cannot become {wanted}")
        self.noun, self.now, self.wanted = noun, now, wanted
