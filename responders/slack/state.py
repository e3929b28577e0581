"""What our buttons and modals carry, read back strictly: it comes from outside, and may be years old."""

from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.i18n import mark
from models.verdict import Sentiment
from responders.publisher import PLAIN, Act, Manner

MAX_METADATA = 3000
"""Characters of `private_metadata`: slack_sdk 3.47 refuses more."""

OLD_BUTTON = mark("This button is from another version of Repartie. Look for a newer card of the same message.")


class UnknownState(Exception):
    """The payload is not one of ours, or of another version: say so politely."""


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: Literal[1] = 1

    def packed(self) -> str:
        """As it travels in a button's value or a modal's private metadata."""
        return self.model_dump_json()


class OfMention(_State):
    """A button of a mention's card."""

    mention: int = Field(gt=0)


class OfReply(_State):
    """A button of a reply's state on a mention's card."""

    mention: int = Field(gt=0)
    reply: int = Field(gt=0)


class OfAct(_State):
    """What a moderator chose of a card's menu."""

    mention: int = Field(gt=0)
    act: Act = Field(strict=False)


class Draft(_State):
    """What a person previewed, byte for byte, on its way to publication."""

    mention: int = Field(gt=0)
    text: str
    manner: Manner = PLAIN

    @property
    def fits(self) -> bool:
        """Whether a modal can carry it."""
        return len(self.packed()) <= MAX_METADATA


class Choice(_State):
    """The sentiment a person chose."""

    label: Sentiment = Field(strict=False)


_Kind = TypeVar("_Kind", bound=_State)


def read(kind: type[_Kind], packed: object) -> _Kind:
    """Read what `packed()` wrote.

    Raises:
        UnknownState: it is something else.
    """
    if not isinstance(packed, str):
        raise UnknownState
    try:
        return kind.model_validate_json(packed)
    except ValidationError as error:
        raise UnknownState from error


def mention_of(packed: object) -> int | None:
    """Which mention a payload is about, whatever its kind; None where it is not ours."""
    kinds: tuple[type[OfMention | OfReply | Draft], ...] = (OfMention, OfReply, Draft)
    for kind in kinds:
        try:
            return read(kind, packed).mention
        except UnknownState:
            continue
    return None
