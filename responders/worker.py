"""Is the process that made a claim alive? The kernel is asked: a lock ends with its process, however that ends.

A frozen process (stopped, swapped out, a sleeping laptop) keeps its lock, so its answer is never sent by another while
it may still wake up and send it. A pid could not tell: pids are reused, and mean nothing across containers.
"""

import fcntl
import os
import socket
from enum import Enum
from pathlib import Path
from secrets import token_hex


class Life(Enum):
    """What can be known of a worker."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"
    """It never lived in this folder: another machine, or a store restored from elsewhere."""


def token_of(worker_id: str) -> str:
    """The part of a worker's id that names its lock."""
    return worker_id.rpartition("/")[2]


class Worker:
    """One process that sends, for as long as it lives. `folder` stands beside the store, shared by its processes.

    `id` (host, pid, start token) is kept in the rows this worker claims.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._token = token_hex(8)
        self.id = f"{socket.gethostname()}/{os.getpid()}/{self._token}"
        # Locked before it has its name: nobody finds it there without an owner. Children do not inherit it (PEP 446).
        fresh = folder / f".{self._token}"
        self._file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fresh.rename(folder / self._token)

    def life_of(self, worker_id: str) -> Life:
        """Whether the process behind a claim can still act on it."""
        try:
            file = os.open(self._folder / token_of(worker_id), os.O_RDWR)
        except OSError:
            return Life.UNKNOWN
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who ask at once must not see one another
        except BlockingIOError:
            return Life.ALIVE
        else:
            return Life.DEAD
        finally:
            os.close(file)

    def dead(self) -> frozenset[str]:
        """The tokens that dead workers left here."""
        # A hidden one is being born: it has no owner yet, and no claim.
        found = [path.name for path in self._folder.iterdir() if not path.name.startswith(".")]
        return frozenset(token for token in found if self.life_of(token) is Life.DEAD)

    def bury(self, tokens: frozenset[str]) -> None:
        """Forget these dead workers. Only once none of their claims is left, or they would become `UNKNOWN`."""
        for token in tokens:
            (self._folder / token).unlink(missing_ok=True)

    def close(self) -> None:
        """End this worker: from now on its claims are anybody's to look after."""
        os.close(self._file)
