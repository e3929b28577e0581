"""One request at a time to a host, and a pause between two, whatever the number of feeds it serves."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final


class HostBusy(Exception):
    """Not our turn: come again in `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"host busy for {wait:.1f} s")
        self.wait = wait


@dataclass(slots=True)
class _Host:
    """`free_at`: the earliest next request. `promised`: the latest turn given to somebody sent away. Monotonic s."""

    free_at: float = 0.0
    promised: float = 0.0
    busy: bool = False


_MOST_HOSTS: Final = 10_000


class Manners:
    """Shared by every collector of a process.

    Nobody who waits holds a thread for longer than `patience` seconds: the others are sent away, each with a turn of
    their own, `gap` seconds apart, so that they do not all come back at once.
    """

    def __init__(
        self,
        gap: float = 1.0,
        patience: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap, self._patience, self._clock, self._sleep = gap, patience, clock, sleep
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold `host` while asking it.

        Raises:
            HostBusy: somebody else asks it now, or too many wait already.
        """
        wait = self._take(host)
        try:
            if wait > 0:
                self._sleep(wait)
            yield
        finally:
            with self._lock:
                state = self._hosts[host]
                state.busy, state.free_at = False, self._clock() + self._gap

    def _take(self, host: str) -> float:
        """Seconds to wait for the turn now taken."""
        with self._lock:
            now = self._clock()
            if len(self._hosts) > _MOST_HOSTS:
                self._hosts = {name: state for name, state in self._hosts.items() if state.busy or state.free_at > now}
            state = self._hosts.setdefault(host, _Host())
            wait = state.free_at - now
            if state.busy or wait > self._patience:
                state.promised = max(state.promised, state.free_at, now) + self._gap
                raise HostBusy(state.promised - now)
            state.busy = True
            return max(wait, 0.0)
