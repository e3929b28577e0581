"""Risk: more of anything never lowers it, danger dominates, unknown is neither calm nor grave, and it says why."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ml.risk import WEIGHTS, Because, Family, Named, Signal, Signals, far, packed, risk

DOCS = Path(__file__).parents[3] / "docs"
SHARES = ("negative", "anger", "offensive", "danger", "reach")
shares = st.none() | st.floats(0, 1)
words = st.lists(st.builds(Named, st.sampled_from(["feu", "gaz", "vol"]), st.sampled_from(Family)), max_size=4)
signals = st.builds(
    Signals,
    negative=shares,
    anger=shares,
    offensive=shares,
    danger=shares,
    words=words,
    reach=shares,
    others=st.none() | st.integers(0, 10_000),
)


@given(
    signals, st.sampled_from(["negative", "anger", "offensive", "danger", "reach"]), st.floats(0, 1), st.floats(0, 1)
)
def test_more_of_anything_never_lowers_it(known: Signals, which: str, one: float, other: float) -> None:
    less, more = sorted((one, other))
    low, high = (risk(replace(known, **{which: share})).value for share in (less, more))
    assert 0 <= low <= high + 1e-12 <= 1 + 1e-12


@given(signals, st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(Family))
def test_more_copies_and_more_words_never_lower_it(known: Signals, one: int, other: int, family: Family) -> None:
    less, more = sorted((one, other))
    assert risk(replace(known, others=less)).value <= risk(replace(known, others=more)).value + 1e-12
    assert risk(known).value <= risk(replace(known, words=[*known.words, Named("x", family)])).value + 1e-12


@given(signals, st.sampled_from([signal for signal in Signal if signal is not Signal.WORDS]))
def test_unknown_lies_between_the_least_and_the_most(known: Signals, signal: Signal) -> None:
    name, most = ("others", 10_000) if signal is Signal.SPREAD else (signal.value, 1.0)
    least, unknown, greatest = (risk(replace(known, **{name: how})).value for how in (0, None, most))
    assert least <= unknown <= greatest
    assert 0 < WEIGHTS[signal].unknown < 1


@given(signals, st.floats(0, 1))
def test_danger_is_a_floor(known: Signals, danger: float) -> None:
    assert risk(replace(known, danger=danger)).value >= danger - 1e-12


def test_danger_dominates_what_everybody_saw() -> None:
    seen_by_all = risk(Signals(negative=0.95, reach=1.0, others=20)).value
    assert risk(Signals(negative=0.3, danger=0.95, reach=0.0, others=0)).value > seen_by_all
    said = Signals(negative=0.1, reach=0.0, others=0, words=[Named("en finir", Family.DANGER)])
    assert risk(said).value > 0.9


def test_praise_may_go_far() -> None:
    assert risk(Signals(negative=0.02, reach=1.0, others=5_000)).value < 0.15


def test_it_says_why() -> None:
    found = risk(
        Signals(negative=0.93, anger=0.8, reach=0.9, times=3.0, others=14, words=[Named("gaz*", Family.SAFETY)])
    )
    because = Because.unpacked(packed(found) | {"from a later version": 0.5})
    assert because.reasons[0] is Signal.WORDS
    assert set(because.reasons) >= {Signal.WORDS, Signal.ANGER, Signal.SPREAD}
    assert Signal.DANGER not in because.reasons
    assert (because.words, because.times, because.others) == ((Named("gaz*", Family.SAFETY),), 3.0, 14)
    assert risk(Signals()).because == {}


def test_what_lowers_is_no_reason() -> None:
    calm = risk(Signals(negative=0.01, anger=0.0, reach=0.0, others=0))
    assert Because.unpacked(packed(calm)).reasons == ()
    assert all(by <= 0 for by in calm.because.values())


def test_a_hundred_and_a_thousand_others() -> None:
    assert far(0) == 0
    assert far(100) == pytest.approx(0.668, abs=0.01)
    assert far(1_000) == far(100_000) == 1


def test_the_page_says_the_same() -> None:
    spec = importlib.util.spec_from_file_location("generate_risk", DOCS / "generate_risk.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "model" / "risk.md").read_text(encoding="utf-8") == module.risk_page(), "run `make docs`"
