"""The one protocol of answering. A publisher speaks in public on one network, as one account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class PostRef:
    """The post to answer, as its network names it. `thread` is what the collector kept for the publisher."""

    network: str
    external_id: str
    url: str
    author: str
    thread: dict[str, str]


class ProblemCode(StrEnum):
    """Why a text cannot be published as it stands. Words for people are in the catalogues (`problem.<code>`)."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CANNOT_REPLY = "cannot_reply"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to publish. Any problem stops publication."""

    code: ProblemCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what will be public: `text` is sent byte for byte. `length` and `limit` as the network counts."""

    to: PostRef
    account: str
    text: str
    length: int
    limit: int | None
    problems: tuple[Problem, ...] = ()


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

    def preview(self, text: str, to: PostRef) -> Preview:
        """What would be public. Asks no network."""
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


class Standing(StrEnum):
    """How a post of somebody else stands on a site that we run. Only `approved` is public."""

    APPROVED = "approved"
    HELD = "hold"
    SPAM = "spam"
    BINNED = "trash"


@runtime_checkable
class Moderates(Protocol):
    """A network where we are at home: we say what others' posts are shown."""

    def standing(self, to: PostRef) -> Standing | None:
        """How the post stood when it was last heard; None where that is not ours to say. Asks no network."""
        ...

    def moderate(self, to: PostRef, standing: Standing) -> dict[str, str]:
        """Let the post stand so from now on; the same twice is done once. The post's `thread` as it then is.

        Raises:
            RetryLater: the network does not answer for now; nobody can say whether it was done, doing it again is safe.
            AccessLost: the credential is gone or may not do this.
            Refused: the post is gone.
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
