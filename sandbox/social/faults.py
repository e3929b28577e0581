"""How the square misbehaves when a test asks it to: late acceptance, lost answers, errors, limits."""

import random
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum

from sandbox.social.network import Missing, Network, Post, RefusedPost


class Fault(StrEnum):
    """One way for one request to go wrong. Only those that say so have taken the post."""

    LIMITED = "limited"
    """429 with Retry-After; nothing taken."""
    UNAVAILABLE = "unavailable"
    """503 with Retry-After; nothing taken."""
    ERROR = "error"
    """500; nothing taken."""
    ERROR_AFTER = "error_after"
    """500, and the post was taken."""
    CUT = "cut"
    """The connection ends within the answer; nothing taken."""
    LOST = "lost"
    """The connection ends within the answer, and the post was taken."""
    HANG = "hang"
    """No answer for `hang` seconds, and the post was taken."""
    FORBIDDEN = "forbidden"
    """403; nothing taken."""
    REFUSED = "refused"
    """422; nothing taken."""


TAKES_THE_POST = frozenset({Fault.ERROR_AFTER, Fault.LOST, Fault.HANG})


@dataclass(slots=True)
class Weather:
    """What may happen. `delay`: seconds before a post is taken, drawn between the two. `chances`: fault -> [0, 1]."""

    delay: tuple[float, float] = (0.0, 0.0)
    retry_after: int = 1
    hang: float = 30.0
    chances: Mapping[Fault, float] | None = None


class Faults:
    """Draws what happens to each request: first what was planned for the next ones, then by chance, seeded."""

    def __init__(self, weather: Weather | None = None, seed: int = 1) -> None:
        self.weather = weather or Weather()
        self._random = random.Random(seed)  # noqa: S311 - a game of chance, nothing secret
        self._lock = threading.Lock()
        self._writes: deque[Fault | None] = deque()
        self._reads: deque[Fault | None] = deque()

    def plan_writes(self, *faults: Fault | None) -> None:
        """The next posts go wrong in these ways, one each; None lets one through."""
        self._writes.extend(faults)

    def plan_reads(self, *faults: Fault | None) -> None:
        """The next reads go wrong in these ways, one each."""
        self._reads.extend(faults)

    def for_write(self) -> Fault | None:
        """What happens to this post."""
        with self._lock:
            if self._writes:
                return self._writes.popleft()
            chances = self.weather.chances or {}
            drawn = self._random.random()
            for fault, chance in chances.items():
                drawn -= chance
                if drawn < 0:
                    return fault
            return None

    def for_read(self) -> Fault | None:
        """What happens to this read."""
        with self._lock:
            return self._reads.popleft() if self._reads else None

    def delay(self) -> float:
        """Seconds until the next post is taken."""
        with self._lock:
            return self._random.uniform(*self.weather.delay)


class Acceptance:
    """Takes posts a little later, in a thread of its own: whoever asked may be long gone by then."""

    def __init__(self, network: Network, faults: Faults) -> None:
        self._network = network
        self._faults = faults

    def submit(self, handle: str, text: str, in_reply_to: str | None) -> Future[Post]:
        """Take the post after the drawn delay. The future ends with it, or with the reason it was not taken."""
        taken: Future[Post] = Future()
        taken.set_running_or_notify_cancel()  # from here on nobody's leaving can cancel it

        def take() -> None:
            try:
                taken.set_result(self._network.publish(handle, text, in_reply_to))
            except (RefusedPost, Missing) as refusal:
                taken.set_exception(refusal)

        delay = self._faults.delay()
        if delay <= 0:
            take()
        else:
            timer = threading.Timer(delay, take)
            timer.daemon = True
            timer.start()
        return taken
