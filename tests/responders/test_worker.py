import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from responders.worker import Life, Worker

HOLD = """
import sys, time
from pathlib import Path
from responders.worker import Worker
worker = Worker(Path(sys.argv[1]))
print(worker.id, flush=True)
time.sleep(60)
"""


def test_a_killed_process_is_dead_and_a_frozen_one_is_not(tmp_path: Path):
    asker = Worker(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            assert process.stdout is not None
            other = process.stdout.readline().strip()
            assert asker.life_of(other) is Life.ALIVE
            os.kill(process.pid, signal.SIGSTOP)
            assert asker.life_of(other) is Life.ALIVE
        finally:
            process.kill()
        process.wait(10)
        assert asker.life_of(other) is Life.DEAD
    asker.close()


def test_a_child_does_not_keep_its_parent_alive(tmp_path: Path):
    asker, parent = Worker(tmp_path), Worker(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        parent.close()
        assert asker.life_of(parent.id) is Life.DEAD
        child.communicate(b"\n")
    asker.close()


def test_one_never_met_here_is_unknown(tmp_path: Path):
    here, elsewhere = Worker(tmp_path / "a"), Worker(tmp_path / "b")
    assert here.life_of(elsewhere.id) is Life.UNKNOWN
    assert here.life_of("") is Life.UNKNOWN
    here.close()
    elsewhere.close()


@pytest.mark.parametrize("askers", [2, 5])
def test_asking_does_not_make_the_dead_look_alive(tmp_path: Path, askers: int):
    """Many who ask at once hold shared locks; none of them takes another for the owner."""
    dead = Worker(tmp_path)
    dead.close()
    held = [os.open(tmp_path / dead.id.rpartition("/")[2], os.O_RDONLY) for _ in range(askers)]
    for file in held:
        fcntl.flock(file, fcntl.LOCK_SH)
    asker = Worker(tmp_path)
    assert asker.life_of(dead.id) is Life.DEAD
    for file in held:
        os.close(file)
    asker.close()


def test_the_dead_are_buried_the_living_are_not(tmp_path: Path):
    alive, dead = Worker(tmp_path), Worker(tmp_path)
    dead.close()
    (tmp_path / ".being-born").touch()
    found = alive.dead()
    assert found == {dead.id.rpartition("/")[2]}
    alive.bury(found)
    assert alive.dead() == frozenset()
    assert alive.life_of(alive.id) is Life.ALIVE
    alive.close()
