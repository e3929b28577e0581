"""What a batch says beside its posts: taken back, counted, lost to us; and what is asked again after it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from config.query import parse
from config.schema import Brand
from listener.collector import Batch, Cursor, Gap, Refreshed, digest
from listener.matching import Matcher
from listener.pipeline import LONGEST_TURN, RESTED, Listening, Run
from listener.registry import Place
from models.database import Database
from models.errors import AccessLost, NetworkError, NotYet, RetryLater
from models.post import Author, Engagement, Post
from models.store import gaps, sources
from models.tables import PostRow, SourceRow
from models.verdict import Sentiment, Verdict

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
EVERY = timedelta(minutes=10)
RunIt = Callable[..., Run]
BRAND = Brand(name="Aéroplouf", query="aeroplouf", sources=("s",))


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class Cross:
    """Finds everything negative."""

    def judge(self, posts: Sequence[Post]) -> list[Verdict]:
        return [
            Verdict(language="fr", label=Sentiment.NEGATIVE, negative=1, neutral=0, positive=0, model="t")
            for _ in posts
        ]


@dataclass
class Shelf:
    """Answers laid out beforehand, for both questions."""

    answers: list[Batch | NetworkError]
    again: list[Refreshed | NetworkError] = field(default_factory=list)
    asked: list[Sequence[str]] = field(default_factory=list)
    most: int = 10

    def collect(self, _cursor: Cursor | None) -> Batch:
        return given(self.answers)

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        self.asked.append(external_ids)
        return given(self.again)


def given(answers):
    answer = answers.pop(0)
    if isinstance(answer, NetworkError):
        raise answer
    return answer


def post(number: int, text: str = "Aéroplouf en retard") -> Post:
    return Post(network="toy", external_id=f"toy-{number}", text=text, author=Author(handle="lea"), at=START)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(database: Database, clock: Clock) -> RunIt:
    listening = Listening(database, (BRAND,), Matcher({BRAND.name: parse(BRAND.query)}), Cross(), clock)
    return lambda shelf, mark="", kind="toy": listening.run("s", Place("p", kind, EVERY, shelf, mark=mark))


def row_of(database: Database) -> SourceRow:
    with database.read() as session:
        return sources.every(session)[0]


def texts(database: Database) -> dict[str, tuple[str, int | None]]:
    with database.read() as session:
        rows = session.exec(select(PostRow).order_by(col(PostRow.id))).all()
        return {row.external_id: (row.text, row.likes) for row in rows}


def test_a_batch_erases_counts_and_notes_gaps_with_its_cursor(database: Database, run: RunIt) -> None:
    gap = Gap(START - timedelta(hours=2), START - timedelta(hours=1), "the server forgot")
    run(Shelf([Batch([post(1), post(2)], {"n": 1})], [Refreshed()]))
    more = Batch([post(3)], {"n": 2}, deleted=["toy-1", "toy-3", "never"], engagement={"toy-2": Engagement(likes=4)},
                 gaps=[gap, gap])  # fmt: skip
    with database.write() as session:
        sources.every(session)[0].next_poll_at = None
    run(Shelf([more], [Refreshed()]))
    assert texts(database) == {"toy-1": ("", None), "toy-2": ("Aéroplouf en retard", 4), "toy-3": ("", None)}
    assert row_of(database).cursor == {"n": 2}
    with database.read() as session:
        (kept,) = gaps.since(session, START - timedelta(days=1))
        assert (kept.source, kept.place, kept.starts_at, kept.ends_at) == ("s", "p", gap.start, gap.end)
        assert gaps.since(session, START) == []


def test_a_gap_is_a_time_that_went_by() -> None:
    for start, end in ((START, START - EVERY), (START.replace(tzinfo=None), START)):
        with pytest.raises(ValueError, match="gap"):
            Gap(start, end, "x")


def test_what_matters_is_asked_again_after_a_reading(database: Database, clock: Clock, run: RunIt) -> None:
    shelf = Shelf([Batch([post(1), post(2)], {}), Batch([], {}), Batch([], {})],
                  [Refreshed({"toy-1": Engagement(likes=7)}, ["toy-2"]), Refreshed()])  # fmt: skip
    run(shelf)
    assert shelf.asked == []  # just read
    clock.now += RESTED
    run(shelf)
    assert shelf.asked == [["toy-1", "toy-2"]]
    assert texts(database) == {"toy-1": ("Aéroplouf en retard", 7), "toy-2": ("", None)}
    clock.now += RESTED
    run(shelf)
    assert shelf.asked[1:] == [["toy-1"]]


def test_a_refusal_to_tell_again_puts_off_and_is_not_deaf(database: Database, clock: Clock, run: RunIt) -> None:
    at = START + RESTED + timedelta(minutes=40)
    shelf = Shelf([Batch([post(1)], {}), Batch([], {})], [RetryLater(at, "429")])
    run(shelf)
    clock.now += RESTED
    found = run(shelf)
    assert (found.next_poll_at, found.problem, row_of(database).status) == (at, "", "ok")


def test_access_lost_while_asking_again_disables(database: Database, clock: Clock, run: RunIt) -> None:
    shelf = Shelf([Batch([post(1)], {}), Batch([], {})], [AccessLost("403: renew the token")])
    run(shelf)
    clock.now += RESTED
    assert run(shelf).next_poll_at is None
    assert (row_of(database).status, row_of(database).reason) == ("disabled", "403: renew the token")


def test_a_long_limit_of_ours_is_deaf_and_looked_at_each_hour(database: Database, clock: Clock, run: RunIt) -> None:
    shelf = Shelf([NotYet(START + timedelta(days=10), "the month's money is spent"), Batch([], {})])
    found = run(shelf)
    assert (found.next_poll_at, found.our_turn) == (START + LONGEST_TURN, False)
    row = row_of(database)
    assert (row.status, row.failures, row.reason) == ("failing", 0, "the month's money is spent")
    clock.now += LONGEST_TURN
    run(shelf)
    assert row_of(database).status == "ok"


def test_a_changed_credential_enables_what_was_lost(database: Database, run: RunIt) -> None:
    shelf = Shelf([AccessLost("401"), Batch([], {}), AccessLost("401")])
    assert run(shelf, "old").next_poll_at is None
    assert run(shelf, "old").problem == "401"
    assert run(shelf, "new").next_poll_at == START + EVERY
    assert row_of(database).status == "ok"


def test_the_network_of_a_place_may_not_be_its_kind(database: Database, clock: Clock) -> None:
    listening = Listening(database, (BRAND,), Matcher({BRAND.name: parse(BRAND.query)}), Cross(), clock)
    place = Place("p", "webhook", EVERY, Shelf([Batch([post(1)], {}, deleted=["toy-1"])]), network="toy")
    listening.run("s", place)
    assert texts(database) == {"toy-1": ("", None)}


def test_a_live_place_is_read_again_at_once(database: Database, clock: Clock) -> None:
    listening = Listening(database, (), Matcher({}), Cross(), clock)
    place = Place("p", "toy", EVERY, Shelf([Batch([], {})]), live=True)
    assert listening.run("s", place).next_poll_at == START


def test_a_changed_question_shows() -> None:
    assert digest("aeroplouf", "7d") == digest("aeroplouf", "7d") != digest("aeroplouf OR voloair", "7d")
