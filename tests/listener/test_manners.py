"""One request at a time to a host."""

import pytest

from listener.collectors.feeds.manners import HostBusy, Manners


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def manners(time: Time) -> Manners:
    return Manners(gap=2, patience=1, clock=lambda: time.now, sleep=time.sleep)


def test_a_busy_host_is_left_alone(manners: Manners) -> None:
    with manners.turn("a.example"), manners.turn("b.example"), pytest.raises(HostBusy), manners.turn("a.example"):
        pass


def test_a_short_wait_is_waited_for(manners: Manners, time: Time) -> None:
    with manners.turn("a.example"):
        pass
    time.now += 1.5
    with manners.turn("a.example"):
        assert time.slept == [0.5]


def test_those_sent_away_get_turns_of_their_own(manners: Manners, time: Time) -> None:
    with manners.turn("a.example"):
        pass
    waits = []
    for _ in range(3):
        with pytest.raises(HostBusy) as caught, manners.turn("a.example"):
            pass
        waits.append(caught.value.wait)
    assert waits == [4, 6, 8]
    start = time.now
    for wait in waits:
        time.now = start + wait
        with manners.turn("a.example"):
            pass
    assert time.slept == []


def test_a_failure_gives_the_turn_back(manners: Manners, time: Time) -> None:
    with pytest.raises(ValueError, match="broken"), manners.turn("a.example"):
        raise ValueError("broken")
    time.now += 2
    with manners.turn("a.example"):
        pass
