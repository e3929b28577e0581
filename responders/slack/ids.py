"""Names of our buttons, modals and commands. Public API: cards stay in channels for years, so none ever changes."""

from typing import Final

CARD_EVENT: Final = "repartie_card"
"""`event_type` of the metadata every card carries, with our card id."""

COMMAND: Final = "/repartie"

MENTION_REPLY: Final = "mention.reply"
MENTION_TAKE: Final = "mention.take"
MENTION_RELEASE: Final = "mention.release"
MENTION_DONE: Final = "mention.done"
MENTION_IRRELEVANT: Final = "mention.irrelevant"
MENTION_REOPEN: Final = "mention.reopen"
MENTION_SENTIMENT: Final = "mention.sentiment"
MENTION_OPEN: Final = "mention.open"
MENTION_SHOW: Final = "mention.show"
MENTION_CARD: Final = "mention.card"

COMMENT_APPROVE: Final = "comment.approve"
COMMENT_HOLD: Final = "comment.hold"
COMMENT_SPAM: Final = "comment.spam"
COMMENT_BIN: Final = "comment.bin"

SENTIMENT_MODAL: Final = "mention.sentiment.choose"
SENTIMENT_BLOCK: Final = "sentiment"
SENTIMENT_CHOICE: Final = "sentiment.choice"

REPLY_WRITE: Final = "reply.write"
REPLY_CONFIRM: Final = "reply.confirm"
REPLY_BACK: Final = "reply.back"
REPLY_CANCEL: Final = "reply.cancel"
REPLY_IS_THERE: Final = "reply.is_there"
REPLY_NOT_THERE: Final = "reply.not_there"
REPLY_OPEN: Final = "reply.open"
REPLY_TEXT_BLOCK: Final = "reply"
REPLY_TEXT: Final = "reply.text"

NOTICE: Final = "notice"
"""A modal that only says something."""
