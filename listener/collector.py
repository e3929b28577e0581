"""The one protocol of hearing. A collector reads one place; it knows one network, nothing of SQL or Slack."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from models.post import Engagement, Post

Cursor = dict[str, Any]
"""Opaque JSON object that a collector made and only it reads: where it stopped, ETag, known entries."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time that nobody can read any more, from `start` to `end` (aware), and why in the operator's language."""

    start: datetime
    end: datetime
    reason: str

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.end < self.start:
            msg = "a gap goes from one aware moment to a later one"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look brought. Everything in it is stored in one transaction, with the cursor.

    `more`: there is more to read right now, call again with the new cursor. `poll_after`: the place asked not to be
    read again before this long. `notices`: things a person should know (a feed that moved for good).

    What became of posts that may stand in the store, by their external ids; ids that do not are passed over:
    `deleted`: the network no longer shows them, which is believed for ever, even against `posts` of the same batch;
    `engagement`: their numbers now. Reposts are counted there and never given as posts.
    `gaps`: what was said then is lost to us.
    """

    posts: Sequence[Post]
    cursor: Cursor
    more: bool = False
    poll_after: timedelta | None = None
    notices: Sequence[str] = field(default=())
    deleted: Sequence[str] = field(default=())
    engagement: Mapping[str, Engagement] = field(default_factory=dict)
    gaps: Sequence[Gap] = field(default=())


class Collector(Protocol):
    """Reads one place of one network."""

    def collect(self, cursor: Cursor | None) -> Batch:
        """Read what is new since `cursor` (None: the first time).

        The cursor is the truth: what a collector remembers besides is only to be quicker. A live place
        (`registry.Place.live`) may keep a connection between two calls and wait up to `LONGEST_WAIT` for something.

        Raises:
            RetryLater: the place asks for patience or is away for now.
            NotYet: our own limits keep us from asking.
            AccessLost: the place or the credential is gone; a person must mend it.
        """
        ...


LONGEST_WAIT = timedelta(seconds=20)
"""How long `collect` of a live place may wait until something is said; then it gives what it has, even nothing."""


@runtime_checkable
class Closes(Protocol):
    """A collector that keeps something open between two calls."""

    def close(self) -> None:
        """Hang up, and let a `collect` that waits in another thread return or raise at once. May be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a network says of some posts now. Ids that stand in neither stay as they were."""

    engagement: Mapping[str, Engagement] = field(default_factory=dict)
    deleted: Sequence[str] = ()


@runtime_checkable
class Refreshes(Protocol):
    """A network that can be asked again for posts it once gave."""

    most: int
    """Ids of one call."""

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """The numbers of these posts now, and which of them are gone; in the thread that collects, never beside it.

        Raises:
            RetryLater: the place asks for patience or is away for now.
            NotYet: our own limits keep us from asking.
            AccessLost: the place or the credential is gone; a person must mend it.
        """
        ...


@runtime_checkable
class Tells(Protocol):
    """A place of which a person should know more than how it was last read: the money spent this month, say."""

    def tells(self) -> Sequence[str]:
        """A few words each, in the operator's language, for `repartie sources`. Asks no network."""
        ...


def digest(*parts: object) -> str:
    """A short mark of what was asked for: keep it in the cursor, to see that the question has changed since."""
    return hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=6).hexdigest()
