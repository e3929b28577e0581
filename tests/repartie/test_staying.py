"""Live places: a thread each, ended at once, and no polled place waits for them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from listener.collector import Batch, Cursor
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Place
from models.database import Database
from models.store import sources
from repartie import staying
from repartie.app import now
from repartie.jobs import READERS, Schedule


class NoJudge:
    def judge(self, posts):
        assert not posts
        return []


@dataclass
class Stream:
    """Waits for an event that somebody sends, on a connection that `close` hangs up."""

    sent: int = 0
    fault: Exception | None = None
    seen: list[Cursor | None] = field(default_factory=list)
    closed: bool = False
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def send(self) -> None:
        with self._turn:
            self.sent += 1
            self._turn.notify_all()

    def close(self) -> None:
        with self._turn:
            self.closed = True
            self._turn.notify_all()

    def collect(self, cursor: Cursor | None) -> Batch:
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        after = cursor["n"] if cursor else 0
        with self._turn:
            self.seen.append(cursor)
            self._turn.wait_for(lambda: self.closed or self.sent > after, 20)
            return Batch((), {"n": self.sent})


@dataclass
class Polled:
    reads: int = 0

    def collect(self, _cursor: Cursor | None) -> Batch:
        self.reads += 1
        return Batch((), {})


def schedule_of(database: Database, *places: Place) -> Schedule:
    listening = Listening(database, (), Matcher({}), NoJudge(), now)
    return Schedule(database, listening, [("s", place) for place in places], now)


def live(key: str, stream: Stream) -> Place:
    return Place(key, "toy", timedelta(seconds=1), stream, live=True)


def wait_for(what: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.02)
    return False


def cursor_of(database: Database, key: str) -> Cursor | None:
    with database.read() as session:
        row = sources.find(session, "s", key)
        return row.cursor if row else None


def test_more_live_places_than_readers_starve_nobody_and_end_at_once(database: Database) -> None:
    streams = [Stream() for _ in range(READERS + 2)]
    polled = Polled()
    places = [live(f"live {number}", stream) for number, stream in enumerate(streams)]
    schedule = schedule_of(database, *places, Place("polled", "toy", timedelta(seconds=0.2), polled))
    schedule.start()
    assert wait_for(lambda: all(stream.seen for stream in streams) and polled.reads >= 2, 30)
    streams[3].send()
    assert wait_for(lambda: cursor_of(database, "live 3") == {"n": 1})
    began = time.monotonic()
    assert schedule.stop()
    assert time.monotonic() - began < 5
    assert all(stream.closed for stream in streams)


def test_an_edit_leaves_one_connection_before_the_next_begins(database: Database) -> None:
    before, after, gone = Stream(), Stream(), Stream()
    schedule = schedule_of(database, live("stays", before), live("goes", gone))
    schedule.start()
    assert wait_for(lambda: bool(before.seen and gone.seen))
    before.send()
    assert wait_for(lambda: cursor_of(database, "stays") == {"n": 1})
    after.sent = 1
    schedule.change(schedule.listening, [("s", live("stays", after))])
    assert wait_for(lambda: bool(after.seen))
    assert (before.closed, gone.closed, after.closed) == (True, True, False)
    assert after.seen[0] == {"n": 1}
    assert schedule.stop()


def test_a_fault_of_an_adapter_ends_nothing(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(staying, "_AFTER_A_FAULT", 0.05)
    stream = Stream(fault=ValueError("a bug"))
    schedule = schedule_of(database, live("p", stream))
    schedule.start()
    assert wait_for(lambda: bool(stream.seen))
    assert schedule.stop()
