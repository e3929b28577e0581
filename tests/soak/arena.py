"""What an adapter gives so that its outbox can be killed: `tests/soak/arenas/<network>.py`.

It has `open_arena(plan)`, a context manager that gives an `Arena`, and `publisher(scale, **settings)`, which makes the
publisher in the process that is killed. Nothing heavy is imported there: each life is a fork.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Protocol

from models.post import Post
from responders.publisher import Publisher


@dataclass(frozen=True, slots=True)
class Plan:
    """How much, how fast, how unlucky. `scale` multiplies every duration; `faults` adds the network's own."""

    replies: int
    kills: int
    scale: float
    seed: int
    processes: int = 1
    faults: bool = False
    network: str = "sandbox"


class Arena(Protocol):
    """A network on loopback, with people to answer.

    `settings` (JSON) are what the killed process needs to reach it; `settle` stands above that process's time-out;
    `life` is the longest a process lives, both at full scale. `can_be_asked` False allows `unclear`: then nothing may
    be doubled, but a kill may leave an answer that only a person can find.
    """

    account: str
    settings: Mapping[str, object]
    settle: timedelta
    life: timedelta
    can_be_asked: bool

    def ask(self, number: int) -> Post:
        """Somebody says something to us; the post as its collector would keep it."""
        ...

    def standing(self) -> Counter[str]:
        """The texts of our answers that stand in public, each with how often."""
        ...


def open_arena(plan: Plan) -> AbstractContextManager[Arena]:
    """The arena of `plan.network`."""
    opened: Callable[[Plan], AbstractContextManager[Arena]] = load(plan.network).open_arena
    return opened(plan)


def publisher(network: str, scale: float, settings: Mapping[str, Any]) -> Publisher:
    """Who speaks there, in the process that is killed."""
    made: Publisher = load(network).publisher(scale, **settings)
    return made


def load(network: str) -> Any:
    return import_module(f"tests.soak.arenas.{network}")
