"""Ending in order when somebody says so."""

import os
import signal
import threading
from types import FrameType


class StopSignal:
    """SIGINT and SIGTERM set `event`; a second one ends the process at once.

    The handlers are installed even where the parent left the signals ignored (a shell does so for jobs in the
    background), or `kill` would be the only way to stop us.
    """

    def __init__(self) -> None:
        self.event = threading.Event()

    def install(self) -> None:
        """Only from the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._heard)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if self.event.is_set():
            os._exit(128 + number)
        self.event.set()
