"""A live place in a thread of its own: it waits for what is said, and takes no turn of those that are polled."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from listener.collector import Closes
from listener.registry import Place

log = logging.getLogger(__name__)

_AFTER_A_FAULT: Final = 60.0
_LONGEST: Final = 60.0
"""Seconds until a place that waits for its moment is looked at again: the clock may be set meanwhile."""
_LEAST: Final = 0.1
"""Seconds between two looks at least: a collector that does not wait must not take a whole core."""


class Stay:
    """Reads one place again and again until `stop`. `read` gives the seconds until it wants to be read next."""

    def __init__(self, place: Place, read: Callable[[], float], after: "Stay | None" = None) -> None:
        self._place, self._read, self._after = place, read, after
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"live {place.key}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read nothing more; what waits in `collect` returns at once."""
        self._ended.set()
        if isinstance(self._place.collector, Closes):
            try:
                self._place.collector.close()
            except Exception:  # one that cannot hang up must not keep the others from it
                log.exception("%s could not hang up", self._place.key)

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    def _run(self) -> None:
        if self._after:
            self._after.join()  # two that read one place would take the cursor from one another
            self._after = None
        pause = 0.0
        while not self._ended.wait(pause):
            try:
                pause = min(max(self._read(), _LEAST), _LONGEST)
            except Exception:  # as the scheduler does for places that are polled: said, and tried again
                log.exception("%s could not be read", self._place.key)
                pause = _AFTER_A_FAULT
