"""The one protocol of hearing. A collector reads one place; it knows one network, nothing of brands, SQL or Slack."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from models.post import Post

Cursor = dict[str, Any]
"""Opaque JSON object that a collector made and only it reads: where it stopped, ETag, known entries."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look brought. Posts and cursor are stored in one transaction.

    `more`: there is more to read right now, call again with the new cursor. `poll_after`: the place asked not to be
    read again before this long. `notices`: things a person should know (a feed that moved for good).
    """

    posts: Sequence[Post]
    cursor: Cursor
    more: bool = False
    poll_after: timedelta | None = None
    notices: Sequence[str] = field(default=())


class Collector(Protocol):
    """Reads one place of one network."""

    def collect(self, cursor: Cursor | None) -> Batch:
        """Read what is new since `cursor` (None: the first time).

        Raises:
            RetryLater: the place asks for patience or is away for now.
            AccessLost: the place or the credential is gone; a person must mend it.
        """
        ...
