"""What each publisher is tried on: its network, on loopback, with somebody to answer.

A network joins the suite by being in `responders.registry.BUILDERS`: `worlds/<network>.py` must then have
`open_world(ask)`, a context manager that gives its `World`; `ask(name)` gives a fixture of pytest.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, ClassVar

from responders.publisher import PostRef, ProblemCode, Publisher

Ask = Callable[[str], Any]
TIMEOUT = 1.0
"""Seconds the world's client waits: a request that is lost costs a test this much."""


class Weather(Enum):
    """What the next write meets."""

    LIMITED = auto()
    """429, nothing taken; says when to come again."""
    AWAY = auto()
    """5xx in the way this network says that it took nothing."""
    DENIED = auto()
    """401 or 403: our credential is worth nothing."""
    UNWANTED = auto()
    """Understood and refused."""
    LOST = auto()
    """Taken, and never said."""


class World(ABC):
    """One network. Its `publisher` is the real one, with its unmodified client library and a time-out of `TIMEOUT`."""

    publisher: Publisher
    lacks: ClassVar[frozenset[Weather]] = frozenset()
    """What this network never does: said with the reason beside it."""
    deduplicates: ClassVar[bool] = False
    """Whether the same reply with the same key, sent twice, stands once because the network sees to it."""
    unanswerable: ClassVar[Mapping[str, tuple[dict[str, str], ProblemCode]]] = {}
    """Name -> what the collector kept in `thread` of a post nobody can answer, and the rule that forbids it."""
    opening: ClassVar[str] = ""
    """What this network wants before every answer: the name of who is answered, say."""
    too_long: ClassVar[str] = "x"
    """A sign of the text that is too long."""

    @property
    @abstractmethod
    def requests(self) -> int:
        """How many requests the network has had."""

    @abstractmethod
    def asked(self) -> PostRef:
        """A new post by somebody else, as its collector would keep it."""

    @abstractmethod
    def under(self, to: PostRef) -> Sequence[str]:
        """What stands under a post in public, oldest first, as a reader's browser or app reads it."""

    @abstractmethod
    def say(self, text: str, to: PostRef | None, *, ours: bool, age: timedelta = timedelta(0)) -> None:
        """A post by us (not through the publisher) or by somebody else, under `to` or nowhere, so long ago."""

    @abstractmethod
    def remove(self, to: PostRef) -> None:
        """Its author deletes the post."""

    @abstractmethod
    def plan(self, weather: Weather) -> None:
        """Let the next write meet that."""

    def words(self, weather: Weather) -> str:  # noqa: ARG002 - none, unless a world says so
        """What a refusal must repeat of the network's own words."""
        return ""

    def now(self) -> datetime:
        """The network's time."""
        return datetime.now(UTC)


Open = Callable[[Ask], AbstractContextManager[World]]
