"""A line of processes that are killed one after the other, and the life of each.

`line("tests.soak.NAME", settings)` runs that module, which calls `lives(work)`: it loads once, then forks for each
life. A fork has its own connections, clients and locks: it is as dead as any process after SIGKILL, and a hundred of
them cost no imports.
"""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

log = logging.getLogger(__name__)

HEAVY = ("transformers", "onnxruntime", "tokenizers", "torch")
"""What a process that is killed must not have loaded: it would take seconds to be back."""


class Line:
    """When one is killed, the next begins."""

    def __init__(self, module: str, settings: Mapping[str, object]) -> None:
        command = [sys.executable, "-m", module, json.dumps(settings)]
        self._parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        self.pid = self._next()

    def kill(self) -> None:
        """End the one that lives, in the middle of whatever it does, and begin the next."""
        os.kill(self.pid, signal.SIGKILL)
        self.pid = self._next()

    def close(self) -> None:
        """End them all."""
        os.kill(self.pid, signal.SIGKILL)
        self._parent.communicate(timeout=30)

    def _next(self) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write("\n")
        self._parent.stdin.flush()
        said = self._parent.stdout.readline()
        if not said:
            self._parent.communicate()
            raise RuntimeError("the process to be killed did not start: its own words stand above")
        return int(said)


@contextmanager
def line(module: str, settings: Mapping[str, object]) -> Iterator[Line]:
    """A line that ends with the block."""
    made = Line(module, settings)
    try:
        yield made
    finally:
        made.close()


def heavy() -> list[str]:
    """Which of `HEAVY` this process has loaded."""
    return sorted(sys.modules.keys() & set(HEAVY))


def lives(work: Callable[..., None]) -> None:
    """In the process: for each line read, fork one life that does `work(**settings)` until it is killed."""
    asked = json.loads(sys.argv[1])
    assert not heavy(), f"no model is needed here: {heavy()}"
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each turn that a busy machine skips
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                work(**asked)
            except BaseException:
                log.exception("a life ended by itself")
                raise
            finally:
                os._exit(1)
        print(pid, flush=True)  # noqa: T201 - how the one who kills learns whom
        os.waitpid(pid, 0)
