import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from models.database import Database
from models.errors import NotYet
from models.limits import credential_key, next_month
from models.store.limits import StoredLimits

NOW = datetime(2026, 12, 20, 8, tzinfo=UTC)
RESET = NOW + timedelta(minutes=15)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(database: Database, clock: Clock) -> StoredLimits:
    return StoredLimits(database, clock, used_up="used up", capped="capped")


def until(limits: StoredLimits, bucket: str = "search") -> datetime | None:
    try:
        limits.check("c", bucket)
    except NotYet as wait:
        return wait.at if wait.reason == "used up" else None
    return None


def test_nobody_asks_when_nothing_is_left_until_the_reset(limits: StoredLimits, clock: Clock) -> None:
    assert until(limits) is None
    limits.note("c", "search", 2, RESET)
    assert [until(limits), until(limits), until(limits), until(limits, "write")] == [None, None, RESET, None]
    clock.now = RESET + timedelta(seconds=1)
    assert until(limits) is None


def test_another_process_knows_it_too(limits: StoredLimits, database: Database, clock: Clock) -> None:
    limits.note("c", "search", 0, RESET)
    other = StoredLimits(database, clock, used_up="used up", capped="")
    assert until(other) == RESET


def test_an_answer_that_was_overtaken_gives_nothing_back(limits: StoredLimits) -> None:
    limits.note("c", "search", 0, RESET)
    limits.note("c", "search", 3, RESET + timedelta(seconds=1))
    assert until(limits) == RESET
    limits.note("c", "search", 1, RESET + timedelta(minutes=15))
    assert until(limits) is None


def test_a_reset_of_a_wrong_clock_is_not_believed(limits: StoredLimits) -> None:
    limits.note("c", "search", 0, NOW + timedelta(days=400))
    assert until(limits) is None


def test_ten_at_once_take_what_is_left_and_no_more(limits: StoredLimits) -> None:
    limits.note("c", "search", 5, RESET)
    start = threading.Barrier(10)

    def ask() -> datetime | None:
        start.wait(10)
        return until(limits)

    with ThreadPoolExecutor(10) as pool:
        answers = [turn.result() for turn in [pool.submit(ask) for _ in range(10)]]
    assert answers.count(None) == 5


def test_the_cap_is_never_passed_and_next_month_begins_anew(limits: StoredLimits, clock: Clock) -> None:
    limits.spend("c", 600_000, 1_000_000)
    with pytest.raises(NotYet, match="capped") as refused:
        limits.spend("c", 400_001, 1_000_000)
    assert refused.value.at == datetime(2027, 1, 1, tzinfo=UTC)
    limits.spend("c", 400_000, 1_000_000)
    limits.give_back("c", 150_000)
    assert limits.spent("c") == 850_000
    assert limits.spent("another") == 0
    clock.now = refused.value.at
    assert limits.spent("c") == 0
    limits.give_back("c", 10_000)  # set aside last month: there is nothing to give back to this one
    limits.spend("c", 1_000_000, 1_000_000)
    assert limits.spent("c") == 1_000_000


def test_a_whole_year_has_its_months() -> None:
    at, months = datetime(2026, 11, 30, 23, tzinfo=UTC), []
    for _ in range(3):
        at = next_month(at)
        months.append((at.year, at.month, at.day))
    assert months == [(2026, 12, 1), (2027, 1, 1), (2027, 2, 1)]


def test_the_key_tells_the_name_and_not_the_case_of_the_host() -> None:
    assert credential_key("X_TOKEN", "API.X.example") == credential_key("X_TOKEN", "api.x.example")
    assert credential_key("X_TOKEN", "a.example") != credential_key("X_TOKEN", "b.example")
