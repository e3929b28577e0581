"""The schedule while its store is away or full, and while somebody sets the clock."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import select

from config.query import parse
from config.schema import Brand
from listener.collector import Batch, Cursor
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Place
from models.away import LONGEST, Patience
from models.database import Database
from models.ml.judge import Ask
from models.post import Author, Post
from models.store import leases, sources
from models.tables import MentionRow, PostRow
from models.verdict import Sentiment, Verdict
from repartie.app import now
from repartie.jobs import ROLE, Schedule
from tests.postgres import Server

BRAND = Brand(name="Aéroplouf", query="aeroplouf", sources=("s",))


class SameJudge:
    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        said = Verdict(language="fr", label=Sentiment.NEGATIVE, negative=1, neutral=0, positive=0, model="none")
        return [said for _ in asks]


@dataclass
class Pages:
    """A place with one more post at each reading, numbered by its cursor."""

    text: str = "Aéroplouf encore en retard"
    reads: int = 0

    def collect(self, cursor: Cursor | None) -> Batch:
        self.reads += 1
        number = (cursor or {"at": 0})["at"] + 1
        post = Post(network="rss", external_id=f"id-{number}", text=self.text, author=Author(handle="lea"), at=now())
        return Batch((post,), {"at": number})


@dataclass
class Scene:
    database: Database
    pages: Pages = field(default_factory=Pages)
    clock: Callable[[], datetime] = now

    def __post_init__(self) -> None:
        listening = Listening(
            self.database, [BRAND], Matcher({BRAND.name: parse(BRAND.query)}), SameJudge(), self.clock
        )
        place = Place("p", "rss", timedelta(seconds=0.05), self.pages)
        self.schedule = Schedule(self.database, listening, [("s", place)], self.clock)

    def stored(self) -> list[int]:
        """Numbers of the posts that have their mention, in the order they were stored."""
        with self.database.read() as session:
            rows = session.exec(select(PostRow.external_id).join(MentionRow).order_by(PostRow.id)).all()
        return [int(name.removeprefix("id-")) for name in rows]

    def more(self, than: int) -> bool:
        return wait_for(lambda: len(self.stored()) > than)


@pytest.fixture
def scene(database: Database) -> Iterator[Scene]:
    made = Scene(database)
    yield made
    assert made.schedule.stop()


def wait_for(what: Callable[[], object], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restarted", "crashed"])
def test_the_database_goes_away_and_comes_back(
    postgres: Server, postgres_migrated: str, how: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    url = postgres.create(postgres_migrated)
    database = Database(url)
    scene = Scene(database)
    try:
        scene.schedule.start()
        assert scene.more(2)
        postgres.stop(how)
        assert wait_for(lambda: "cannot be had" in caplog.text)
        scene.schedule._renew()  # does not raise: the lease is nobody else's meanwhile
        assert not scene.schedule.lost.is_set()
    finally:
        postgres.start()
    before = len(scene.stored())
    assert scene.more(before + 2)
    assert "the store is back after" in caplog.text
    assert len([line for line in caplog.messages if "cannot be had" in line]) == 1  # said once, not at each try
    assert scene.schedule.stop()
    stored = scene.stored()
    assert stored == list(range(1, len(stored) + 1))
    database.close()
    postgres.drop(url)


def test_a_stop_while_the_database_is_away_ends(
    postgres: Server, postgres_migrated: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = postgres.create(postgres_migrated)
    database = Database(url)
    scene = Scene(database)
    try:
        scene.schedule.start()
        assert scene.more(0)
        postgres.stop()
        assert scene.schedule.stop()
        assert "could not be given back" in caplog.text
    finally:
        postgres.start()
    database.close()
    postgres.drop(url)


def test_a_full_disk_loses_nothing(migrated: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """SQLite's own error, SQLITE_FULL: raised as by a full disk when the file may not grow beyond some pages."""
    (tmp_path / "full.db").write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'full.db'}")
    room = {"pages": 120}
    event.listen(
        database.engine,
        "begin",
        lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={room['pages']}"),
    )
    scene = Scene(database, Pages(text="Aéroplouf " + "encore en retard " * 1500))
    scene.schedule.start()
    assert wait_for(lambda: "database or disk is full" in caplog.text)
    full = scene.stored()
    assert full == list(range(1, len(full) + 1))
    room["pages"] = 100_000
    assert scene.more(len(full) + 2)
    assert "the store is back after" in caplog.text
    assert scene.schedule.stop()
    stored = scene.stored()
    assert stored == list(range(1, len(stored) + 1))
    database.close()


@dataclass
class SetClock:
    """The real clock, off by what somebody set it."""

    off: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


def test_a_clock_set_back_silences_no_source(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("repartie.jobs.CLOCK_LOOK", timedelta(seconds=0.05))
    clock = SetClock()
    scene = Scene(database, clock=clock)
    scene.schedule.start()
    assert scene.more(2)
    clock.off = -timedelta(hours=1)
    assert wait_for(lambda: "set back by 1:00:00" in caplog.text or "set back by 0:59" in caplog.text)
    assert scene.more(len(scene.stored()) + 3)
    assert scene.schedule.stop()
    stored = scene.stored()
    assert stored == list(range(1, len(stored) + 1))


def test_every_job_wakes_when_the_clock_was_set_back(scene: Scene) -> None:
    """The library's own waits are moments of the clock too: the lease would not be renewed for an hour."""
    scene.schedule.start()
    assert scene.more(0)
    jobs = scene.schedule._scheduler
    for job in jobs.get_jobs():
        jobs.modify_job(job.id, next_run_time=now() + timedelta(hours=1))
    renewed = threading.Event()
    scene.schedule._renew = renewed.set  # type: ignore[method-assign] # to see it called
    jobs.modify_job("lease", func=scene.schedule._renew)
    reads = scene.pages.reads
    assert scene.schedule._follow_clock(-timedelta(hours=1))
    assert wait_for(lambda: scene.pages.reads > reads + 2)
    assert renewed.wait(10)


def test_a_clock_set_forward_reads_all_at_once_and_keeps_the_lease(database: Database) -> None:
    clock = SetClock()
    scene = Scene(database, clock=clock)
    scene.schedule._take_lease()
    place = Place("p", "rss", timedelta(minutes=15), scene.pages)
    run = scene.schedule.listening.run("s", place)
    assert run.next_poll_at is not None
    assert scene.schedule.listening.run("s", place).posts == 0
    clock.off = timedelta(days=1)
    assert scene.schedule.listening.run("s", place).posts == 1
    scene.schedule._renew()
    assert not scene.schedule.lost.is_set()
    clock.off = timedelta(0)  # and mended: what was written meanwhile is a day ahead
    scene.schedule._renew()
    assert not scene.schedule.lost.is_set()
    assert scene.schedule.listening.run("s", place).posts == 1


def test_a_place_put_off_by_a_clock_that_was_ahead_is_read(database: Database) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    with database.write() as session:
        row = sources.ensure(session, "s", "p", "rss", at)
        sources.failed(row, reason="r", next_poll_at=at + timedelta(hours=6), now=at)
        session.add(row)
    assert sources.due_at(row, at) == at + timedelta(hours=6)
    assert sources.due_at(row, at - timedelta(hours=1)) is None  # failing since a moment that has not come
    assert sources.due_at(row, at - timedelta(days=2)) is None


def test_another_process_waits_for_a_lease_after_any_jump(database: Database) -> None:
    one, other = leases.Holder("1", "here", 1), leases.Holder("2", "there", 2)
    start = datetime(2026, 11, 20, 8, tzinfo=UTC)

    def ask(holder: leases.Holder, after: timedelta) -> leases.Holder | None:
        with database.write() as session:
            return leases.acquire(session, ROLE, holder, start + after)

    assert ask(one, timedelta(0)) is None
    assert ask(one, timedelta(days=1)) is None
    assert ask(other, timedelta(days=1, seconds=1)) == one
    assert ask(one, timedelta(hours=23)) is None
    assert ask(other, timedelta(hours=23, seconds=1)) == one


def test_the_log_says_it_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    seconds = [0.0]
    patience = Patience(logging.getLogger("test"), lambda: seconds[0])
    waits = []
    for _ in range(40):
        waits.append(patience.away(OSError("connection refused\nmore")))
        seconds[0] += waits[-1]
    assert waits[:4] == [1, 1, 2, 4]
    assert max(waits) == LONGEST
    said = [line for line in caplog.messages if "cannot be had" in line]
    assert 0 < len(said) <= seconds[0] / 60 + 1
    assert "connection refused)" in said[0]
    patience.back()
    patience.back()
    assert len([line for line in caplog.messages if "back after" in line]) == 1
