"""Who answers our answer, and what they want by it."""

from enum import StrEnum


class Turn(StrEnum):
    """What a message is in a conversation that goes on."""

    WANTS_MORE = "wants_more"
    THANKS = "thanks"
    REMARK = "remark"
