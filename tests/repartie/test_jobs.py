import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.collector import Batch, Cursor
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Place
from models.database import Database
from models.store import leases
from repartie.app import now
from repartie.jobs import ROLE, AlreadyRunning, Schedule


class NoJudge:
    def judge(self, posts):
        assert not posts
        return []


@dataclass
class Beat:
    """A place that counts how often it is read, and can hang."""

    reads: int = 0
    seen: threading.Event = field(default_factory=threading.Event)
    hang: threading.Event | None = None

    def collect(self, _cursor: Cursor | None) -> Batch:
        self.reads += 1
        self.seen.set()
        if self.hang:
            self.hang.wait(60)
        return Batch((), {"reads": self.reads})


def schedule_of(database: Database, beats: dict[str, Beat], every: float = 0.2) -> Schedule:
    listening = Listening(database, (), Matcher({}), NoJudge(), now)
    places = [("s", Place(key, "rss", timedelta(seconds=every), beat)) for key, beat in beats.items()]
    return Schedule(database, listening, places, now)


def wait_for(what: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.02)
    return False


def test_reads_each_place_again_and_again_and_ends(database: Database) -> None:
    beats = {"a": Beat(), "b": Beat()}
    schedule = schedule_of(database, beats)
    schedule.start()
    assert wait_for(lambda: all(beat.reads >= 3 for beat in beats.values()))
    assert schedule.stop()
    after = {key: beat.reads for key, beat in beats.items()}
    time.sleep(0.5)
    assert {key: beat.reads for key, beat in beats.items()} == after


def test_the_second_is_told_who_has_the_schedule(database: Database) -> None:
    first, second = schedule_of(database, {}), schedule_of(database, {})
    first.start()
    with pytest.raises(AlreadyRunning) as refused:
        second.start()
    assert refused.value.holder.pid == os.getpid()
    first.stop()
    second.start()
    second.stop()


def test_a_dead_holder_on_this_machine_is_not_waited_for(database: Database) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    schedule = schedule_of(database, {})
    dead = leases.Holder("x" * 16, schedule.holder.host, gone.pid)
    with database.write() as session:
        assert leases.acquire(session, ROLE, dead, now()) is None
    schedule.start()
    schedule.stop()


def test_a_lease_runs_out_and_is_renewed(database: Database) -> None:
    start = datetime(2026, 11, 20, tzinfo=UTC)
    one, other = leases.Holder("1", "here", 1), leases.Holder("2", "there", 2)

    def ask(holder: leases.Holder, seconds: float) -> leases.Holder | None:
        with database.write() as session:
            return leases.acquire(session, ROLE, holder, start + timedelta(seconds=seconds))

    assert ask(one, 0) is None
    assert ask(other, 20) == one
    assert ask(one, 25) is None
    assert ask(other, 50) == one
    assert ask(other, 56) is None
    assert ask(one, 57) == other
    assert ask(one, -3600) is None  # the clock was set back by an hour: nobody waits an hour for it


def test_a_process_that_lost_its_lease_says_so(database: Database) -> None:
    schedule = schedule_of(database, {})
    schedule.start()
    with database.write() as session:
        leases.release(session, ROLE, schedule.holder, now())  # as if it had slept until its lease ran out
        assert leases.acquire(session, ROLE, leases.Holder("2", "elsewhere", 2), now()) is None
    schedule._renew()
    assert schedule.lost.is_set()
    schedule.stop()


def test_a_reading_that_hangs_does_not_keep_us(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repartie.jobs.LAST_BREATH", timedelta(seconds=0.3))
    beat = Beat(hang=threading.Event())
    schedule = schedule_of(database, {"a": beat})
    schedule.start()
    assert beat.seen.wait(10)
    assert not schedule.stop()
    assert beat.hang is not None
    beat.hang.set()
    assert wait_for(lambda: not schedule._reading)  # or its thread would open the store that the test has closed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_even_where_it_was_ignored(number: signal.Signals) -> None:
    program = (
        "import sys\n"
        "from repartie.signals import StopSignal\n"
        "stop = StopSignal(); stop.install(); print('ready', flush=True)\n"
        "sys.exit(0 if stop.event.wait(30) else 9)\n"
    )
    child = subprocess.Popen(  # noqa: S603 - our own program, run by a shell that ignores signals
        ["/bin/sh", "-c", f"trap '' INT TERM; exec {sys.executable} -c \"$0\"", program],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    started = time.monotonic()
    child.send_signal(number)
    assert child.wait(10) == 0
    assert time.monotonic() - started < 5
    child.stdout.close()
