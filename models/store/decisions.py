"""The audit: who decided what, when. Rows are added, never changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from sqlmodel import Session

from models.tables import DecisionRow


class Who(Protocol):
    """Somebody who decides: a person of the team, or the outbox."""

    @property
    def id(self) -> str:
        """How the surface they act from knows them."""

    @property
    def name(self) -> str:
        """How people call them."""


class Worker(NamedTuple):
    """A part of the app that acts by itself."""

    id: str
    name: str


OUTBOX = Worker("outbox", "Repartie")
LISTENER = Worker("listener", "Repartie")


class What(StrEnum):
    """Every gesture that leaves a trace. Stored for years: never rename one."""

    TAKEN = "taken"
    RELEASED = "released"
    DONE = "done"
    REOPENED = "reopened"
    NOT_RELEVANT = "not_relevant"
    CORRECTED = "corrected"
    MODERATED = "moderated"
    """A post's standing on a site that we run was changed there; `details` say from what to what."""
    GONE = "gone"
    """The network no longer shows the post: nothing is left to answer."""
    ANSWERED = "answered"
    APPROVED = "approved"
    REFUSED = "refused"
    """A person asked to publish and may not; nothing was stored but this."""
    CANCELLED = "cancelled"
    CLAIMED = "claimed"
    SENT = "sent"
    PUT_OFF = "put_off"
    NOT_PUBLISHED = "not_published"
    LOOKED = "looked"
    RETURNED = "returned"
    UNCLEAR = "unclear"
    RETRACTING = "retracting"
    """A person asked for a published answer to be taken back; `details` hold the reason."""
    RETRACTED = "retracted"
    NOT_RETRACTED = "not_retracted"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    """A person answered on the network itself, and said so."""
    WENT_ON = "went_on"
    """Somebody answered our answer, and the mention moved by it; `details` say which mention they are now."""
    PAUSED = "paused"
    RESUMED = "resumed"


def record(  # noqa: PLR0913 - one audit row names all it is about, each by keyword
    session: Session,
    what: What,
    *,
    who: Who,
    at: datetime,
    brand: str = "",
    mention_id: int | None = None,
    reply_id: int | None = None,
    **details: Any,  # noqa: ANN401 - JSON values, different for each gesture
) -> None:
    """Add one row to the audit, in the transaction of what it tells. `details` must be JSON."""
    session.add(
        DecisionRow(
            at=at,
            who_id=who.id,
            who_name=who.name,
            what=what.value,
            brand=brand,
            mention_id=mention_id,
            reply_id=reply_id,
            details=details,
        )
    )
