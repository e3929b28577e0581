"""A store that cannot be had: say so once and then every minute, wait longer each time, say when it is back."""

import logging
import threading
import time
from collections.abc import Callable

SHORTEST = 1.0
LONGEST = 30.0
_SAY_AGAIN = 60.0


class Patience:
    """One for each part of the app that goes on by itself; its threads share it. `seconds` only goes forward."""

    def __init__(self, log: logging.Logger, seconds: Callable[[], float] = time.monotonic) -> None:
        self._log, self._seconds = log, seconds
        self._lock = threading.Lock()
        self._since: float | None = None
        self._say_at = 0.0

    def away(self, error: Exception) -> float:
        """The store raised `error`, one of `models.database.AWAY`. Seconds to wait: as long as it has been away."""
        with self._lock:
            now = self._seconds()
            if self._since is None:
                self._since, self._say_at = now, now
            gone = now - self._since
            if now >= self._say_at:
                self._say_at = now + _SAY_AGAIN
                why = str(getattr(error, "orig", None) or error).partition("\n")[0]
                self._log.error("the store cannot be had for %.0f s now (%s); nothing is lost, trying again", gone, why)
            return min(max(gone, SHORTEST), LONGEST)

    def back(self) -> None:
        """The store answered."""
        with self._lock:
            if self._since is not None:
                self._log.warning("the store is back after %.0f s", self._seconds() - self._since)
                self._since = None
