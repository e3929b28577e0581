"""How much one mention can hurt, in [0, 1], and why. Pure.

risk = 1 - (1 - harm) x (1 - danger). `harm` is the logistic function of a weighted sum of what is said, and of how far
it goes as much as what is said is grave. A person in danger counts beside all that, whoever reads it. Every weight is
positive: more of anything never lowers the risk. `WEIGHTS` is the table of docs/model/risk.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

from models.verdict import Verdict


class Family(StrEnum):
    """What sort of risk a word names. `own`: the brand listed it itself."""

    DANGER = "danger"
    SAFETY = "safety"
    ABUSE = "abuse"
    OWN = "own"
    DATA = "data"
    LAW = "law"
    CALL = "call"
    PUBLIC = "public"
    VULNERABLE = "vulnerable"

    @property
    def gravity(self) -> float:
        """How grave one such word is, in [0, 1]."""
        return GRAVITIES[self]


GRAVITIES: Final[Mapping[Family, float]] = {
    Family.DANGER: 0.90,
    Family.SAFETY: 0.70,
    Family.ABUSE: 0.70,
    Family.OWN: 0.70,
    Family.DATA: 0.60,
    Family.LAW: 0.55,
    Family.CALL: 0.45,
    Family.PUBLIC: 0.45,
    Family.VULNERABLE: 0.35,
}
WORD_OF_DANGER: Final = 0.70
"""The probability of danger that a word of that family stands for: people exaggerate ("je vais le tuer")."""


class Weight(NamedTuple):
    """What one signal weighs in the sum, in log-odds, and what stands for it where it is unknown."""

    points: float
    unknown: float


class Signal(StrEnum):
    """What risk is made of."""

    NEGATIVE = "negative"
    ANGER = "anger"
    OFFENSIVE = "offensive"
    WORDS = "words"
    REACH = "reach"
    SPREAD = "spread"
    DANGER = "danger"


BASE: Final = -2.7
"""Log-odds of a mention of which everything is calm and small."""
WEIGHTS: Final[Mapping[Signal, Weight]] = {
    Signal.NEGATIVE: Weight(1.6, 0.35),
    Signal.ANGER: Weight(1.4, 0.20),
    Signal.OFFENSIVE: Weight(0.8, 0.10),
    Signal.WORDS: Weight(3.5, 0.0),
    Signal.REACH: Weight(0.8, 0.50),
    Signal.SPREAD: Weight(2.2, 0.10),
    Signal.DANGER: Weight(1.0, 0.02),
}
WIDE: Final = 1_000
"""Others who say or pass on the same, from which more changes nothing."""
TOLD: Final = 0.2
"""A signal that moves the log-odds of the risk by less is not told."""
_EDGE: Final = 1e-6
"""Nothing is told nearer to 0 and 1."""


@dataclass(frozen=True, slots=True)
class Named:
    """A listed word or phrase that stands in the text."""

    word: str
    family: Family


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of one mention; None is unknown, which is neither calm nor grave.

    `negative`, `anger`, `offensive`, `danger`: probabilities; `negative` is towards the brand. `words`: listed risks in
    the text. `reach`: quantile among the brand's mentions on that network; `times`: how many times the usual reach,
    only told. `others`: how many others said or passed on the same.
    """

    negative: float | None = None
    anger: float | None = None
    offensive: float | None = None
    danger: float | None = None
    words: Sequence[Named] = ()
    reach: float | None = None
    times: float | None = None
    others: int | None = None


def signals_of(verdict: Verdict, words: Sequence[Named]) -> Signals:
    """What a text tells by itself; how far it goes is unknown."""
    return Signals(
        negative=verdict.negative,
        anger=verdict.heads.get("anger"),
        offensive=verdict.heads.get("offensive"),
        danger=verdict.heads.get("danger"),
        words=words,
    )


@dataclass(frozen=True, slots=True)
class Risk:
    """`value` in [0, 1]; `because`: signal -> how many log-odds lower the risk were, if that signal were unknown."""

    value: float
    because: dict[Signal, float]
    signals: Signals


def risk(signals: Signals) -> Risk:
    """How much one mention can hurt, and by which signals."""
    value = _value(signals)
    others = {signal: _without(signals, signal) for signal in Signal}
    because = {signal: _odds(value) - _odds(_value(other)) for signal, other in others.items() if other != signals}
    return Risk(value, because, signals)


def far(others: int) -> float:
    """How far something goes, in [0, 1]: tenfold as many others are a third more."""
    return min(math.log10(1 + others) / math.log10(1 + WIDE), 1.0)


def gravity(words: Sequence[Named]) -> float:
    """How grave the words are together, in [0, 1]: several never weigh less than one."""
    return 1 - math.prod(1 - named.family.gravity for named in words)


def _odds(value: float) -> float:
    """In log-odds, so that a reason counts beside others when the risk is near 1 already."""
    inside = min(max(value, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def _value(signals: Signals) -> float:
    said = {
        Signal.NEGATIVE: _or(signals.negative, Signal.NEGATIVE),
        Signal.ANGER: _or(signals.anger, Signal.ANGER),
        Signal.OFFENSIVE: _or(signals.offensive, Signal.OFFENSIVE),
        Signal.WORDS: gravity(signals.words),
    }
    goes = {
        Signal.REACH: _or(signals.reach, Signal.REACH),
        Signal.SPREAD: _or(None if signals.others is None else far(signals.others), Signal.SPREAD),
    }
    # Praise may go as far as it likes: how far it goes counts as much as what is said is bad.
    bad = 1 - (1 - said[Signal.NEGATIVE]) * (1 - said[Signal.WORDS])
    total = BASE + sum(WEIGHTS[signal].points * how for signal, how in said.items())
    total += bad * sum(WEIGHTS[signal].points * how for signal, how in goes.items())
    harm = 1 / (1 + math.exp(-total))
    return 1 - (1 - harm) * (1 - WEIGHTS[Signal.DANGER].points * _danger(signals))


def _danger(signals: Signals) -> float:
    heard = _or(signals.danger, Signal.DANGER)
    return max(heard, WORD_OF_DANGER) if any(named.family is Family.DANGER for named in signals.words) else heard


def _or(known: float | None, signal: Signal) -> float:
    return WEIGHTS[signal].unknown if known is None else known


def _without(signals: Signals, signal: Signal) -> Signals:
    return replace(signals, **_UNKNOWN[signal])


_UNKNOWN: Final[Mapping[Signal, dict[str, Any]]] = {
    Signal.NEGATIVE: {"negative": None},
    Signal.ANGER: {"anger": None},
    Signal.OFFENSIVE: {"offensive": None},
    Signal.WORDS: {"words": ()},
    Signal.REACH: {"reach": None},
    Signal.SPREAD: {"others": None},
    Signal.DANGER: {"danger": None},
}


_TIMES, _OTHERS, _WORD = "times", "others", "word"


def packed(found: Risk) -> dict[str, float]:
    """Why, as it is stored: `anger`: 0.84, `times`: 3, `others`: 14, `word:safety:incendie`: 0.7."""
    values: dict[str, float] = {signal.value: round(by, 3) for signal, by in found.because.items()}
    if found.signals.times is not None:
        values[_TIMES] = round(found.signals.times, 2)
    if found.signals.others is not None:
        values[_OTHERS] = found.signals.others
    return values | {f"{_WORD}:{named.family}:{named.word}": named.family.gravity for named in found.signals.words}


@dataclass(frozen=True, slots=True)
class Because:
    """Why, as it is told. `reasons`: what raised the risk, the most important first."""

    reasons: tuple[Signal, ...]
    words: tuple[Named, ...]
    times: float | None
    others: int

    @classmethod
    def unpacked(cls, stored: Mapping[str, float]) -> "Because":
        """What `packed` stored; keys that another version wrote are passed over."""
        raised = {Signal(key): by for key, by in stored.items() if key in set(Signal) and by >= TOLD}
        return cls(
            reasons=tuple(sorted(raised, key=lambda signal: -raised[signal])),
            words=words_of(stored),
            times=stored.get(_TIMES),
            others=int(stored.get(_OTHERS, 0)),
        )


def words_of(stored: Mapping[str, float]) -> tuple[Named, ...]:
    """The listed risks that `packed` stored."""
    parts = (key.split(":", 2) for key in stored if key.startswith(f"{_WORD}:"))
    return tuple(Named(word, Family(family)) for _, family, word in parts if family in set(Family))
