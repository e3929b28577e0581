"""The one protocol of answering. A publisher speaks in public on one network, as one account.

What a network can do besides publishing is an optional protocol of its own (`FindsReply`, `Retracts`, `Moderates`,
`HandsOver`): a publisher has the power by having its methods.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class PostRef:
    """The post to answer, as its network names it. `thread` is what the collector kept for the publisher.

    `accounts` are the handles it addresses, `language` what the network or else the model says it is written in.
    """

    network: str
    external_id: str
    url: str
    author: str
    thread: dict[str, str]
    accounts: tuple[str, ...] = ()
    language: str = ""


class ProblemCode(StrEnum):
    """Why a text cannot be published as it stands. Words for people are in the catalogues (`responders/wording.py`).

    From `CANNOT_REPLY` to `LIMITED` they are rules of the network about the post itself: no text helps.
    """

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY_BYTES = "too_many_bytes"
    NO_IMAGE = "no_image"
    NO_ALT = "no_alt"
    ALT_TOO_LONG = "alt_too_long"
    SHOWS_PHONE = "shows_phone"
    SHOWS_MAIL = "shows_mail"
    SHOWS_IBAN = "shows_iban"
    SHOWS_CARD = "shows_card"
    SHOWS_ORDER = "shows_order"
    CANNOT_REPLY = "cannot_reply"
    NOT_ADDRESSED = "not_addressed"
    """The author neither mentioned nor quoted our account, and the network asks for that."""
    ANSWERED_ONCE = "answered_once"
    """The network takes one answer to a post, and ours was given."""
    LOCKED = "locked"
    ARCHIVED = "archived"
    GATED = "gated"
    """Its author chose who may answer, and we are not among them."""
    LIMITED = "limited"
    """The author or their server keeps our account out."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to publish. Any problem stops publication. `detail`: by how much, or what is shown."""

    code: ProblemCode
    detail: str = ""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Image(_Part):
    """One image, by its web address; `alt` describes it to those who do not see it."""

    url: str
    alt: str = ""


class Manner(_Part):
    """What an answer is besides its words. Empty where the network has no such thing or nothing is said of it.

    `language` is a BCP 47 tag, `warning` the content warning, `visibility` one of the network's own words.
    """

    language: str = ""
    warning: str = ""
    visibility: str = ""
    image: Image | None = None


PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what will be public: `text` and `manner` are sent as they are.

    `length` and `limit` are as the network counts; `price` is what publishing this costs, in US dollars, or None.
    """

    to: PostRef
    account: str
    text: str
    length: int
    limit: int | None
    problems: tuple[Problem, ...] = ()
    manner: Manner = PLAIN
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where the published reply stands. `at` is when the network says it was published (aware UTC)."""

    external_id: str
    url: str
    at: datetime


class Publisher(Protocol):
    """Answers in public. `dry_run` is True for the console twin, which prints and publishes nothing."""

    network: str
    account: str
    dry_run: bool

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """What would be public, with every problem; `manner` None is how one answers there without saying more.

        Asks no network, and a text that was previewed is previewed to the same again. An empty text tells what holds
        for any: the limit, the price, the usual manner, and whether the post can be answered at all as far as `to`
        tells (what its collector kept in `thread`). `responders.drafting.drafted` does most of it.
        """
        ...

    def publish(self, preview: Preview, key: str) -> Receipt:
        """Send what was previewed, nothing else. `key` is ours and the same at every try of one reply.

        Raises:
            RetryLater: nothing was published; try again then.
            AccessLost: the credential is gone.
            Refused: the network will not publish this.
            Unclear: nobody can say.
        """
        ...


@runtime_checkable
class FindsReply(Protocol):
    """A network that can be asked whether our reply is there."""

    def find_reply(self, preview: Preview, key: str, since: datetime) -> Receipt | None:
        """Our reply with this text under the post, published at or after `since`, or None.

        Raises:
            RetryLater: the network does not answer for now.
            AccessLost: the credential is gone.
        """
        ...


@runtime_checkable
class Retracts(Protocol):
    """A network where our own reply can be taken away again."""

    def retract(self, receipt: Receipt) -> None:
        """Take our reply away. One that is gone already is well: the same twice is done once.

        Raises:
            RetryLater: the network does not answer for now, or does not say; doing it again is safe.
            AccessLost: the credential is gone or may not do this.
            Refused: the network keeps it.
        """
        ...


@runtime_checkable
class HandsOver(Protocol):
    """A network whose page takes an answer better at another address than the post's own."""

    def browser_address(self, to: PostRef) -> str:
        """Where a person answers that post in a browser. Asks no network."""
        ...


class Standing(StrEnum):
    """How a post of somebody else stands where we moderate. Only `approved` is public without more."""

    APPROVED = "approved"
    HELD = "hold"
    SPAM = "spam"
    BINNED = "trash"
    HIDDEN = "hidden"
    REMOVED = "removed"
    LOCKED = "locked"
    MUTED = "muted"
    BLOCKED = "blocked"
    REPORTED = "reported"


class Act(StrEnum):
    """What a moderator does to somebody's post, its conversation or its author. Stored for years: never rename one."""

    APPROVE = "approve"
    HOLD = "hold"
    SPAM = "spam"
    BIN = "bin"
    HIDE = "hide"
    UNHIDE = "unhide"
    REMOVE = "remove"
    LOCK = "lock"
    UNLOCK = "unlock"
    CLOSE_REPLIES = "close_replies"
    """Only those we mention may answer from now on (a threadgate)."""
    OPEN_REPLIES = "open_replies"
    MUTE = "mute"
    UNMUTE = "unmute"
    BLOCK = "block"
    UNBLOCK = "unblock"
    REPORT = "report"
    """To the network's own moderators."""


@runtime_checkable
class Moderates(Protocol):
    """A network where we have a say in what others' posts are shown, be it only to us."""

    def standing(self, to: PostRef) -> Standing | None:
        """How the post stood when it was last heard; None where that is not ours to say. Asks no network."""
        ...

    def actions(self, to: PostRef) -> Sequence[Act]:
        """What can be done with this post as it stands, in the order it is offered. Asks no network."""
        ...

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:
        """Do it; the same twice is done once. The post's `thread` as it then is. `note` is for those who see reports.

        Raises:
            RetryLater: the network does not answer for now; nobody can say whether it was done, doing it again is safe.
            AccessLost: the credential is gone or may not do this.
            Refused: the post is gone, or nobody does that there.
        """
        ...
