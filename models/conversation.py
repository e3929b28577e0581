"""Who answers our answer, and what they want by it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Turn(StrEnum):
    """What a message is in a conversation that goes on."""

    WANTS_MORE = "wants_more"
    THANKS = "thanks"
    REMARK = "remark"


class WentOn(NamedTuple):
    """What came after our answer: how many messages, and the last of them."""

    messages: int
    name: str
    text: str
    at: datetime
