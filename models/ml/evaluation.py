"""How good a model is on labelled texts: plain formulas over numpy, each said where it stands.

Labels and guesses are numbers of `Sentiment` in its order. Intervals are the 2.5th and 97.5th percentile of
`DRAWS` bootstrap samples of the texts, drawn from a fixed seed: the same file gives the same figures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.ml.manner import CLASSES, Floats
from models.verdict import Sentiment

Numbers = NDArray[np.int64]
"""Shape (texts,)."""
BINS: Final = 15
DRAWS: Final = 1_000
_NEGATIVE: Final = list(Sentiment).index(Sentiment.NEGATIVE)
_FEWEST: Final = 20  # sure negatives from which their precision says something


class Measured(NamedTuple):
    """A figure and its interval of 95%."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OfClass:
    """One class, shares in [0, 1]. `precision` is None where nothing was guessed so, `recall` where nothing is so."""

    texts: int
    precision: float | None
    recall: float | None
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of the calibration: how many texts, what the model said of its guesses, how many were right."""

    texts: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Sure:
    """The guesses that are not unsure. `precision` of negatives is None where none is left."""

    coverage: float
    negatives: int
    negatives_kept: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured on one set of texts. `confusion`: shape (3, 3), rows are labels, columns guesses."""

    texts: int
    confusion: Numbers
    classes: tuple[OfClass, ...]
    accuracy: float
    macro_f1: Measured
    macro_recall: Measured
    calibration_error: Measured
    sure: Sure


def evaluate(sentiment: Floats, labels: Numbers, unsure: NDArray[np.bool_]) -> Evaluation:
    """Measure probabilities (texts, 3) against labels; at least one text."""
    guesses = sentiment.argmax(axis=1)
    confidence = sentiment.max(axis=1)
    right = guesses == labels
    table = confusion(labels, guesses)
    return Evaluation(
        texts=len(labels),
        confusion=table,
        classes=tuple(_of_class(table, number) for number in range(CLASSES)),
        accuracy=float(right.mean()),
        macro_f1=_interval(lambda rows: macro_f1(confusion(labels[rows], guesses[rows])), len(labels)),
        macro_recall=_interval(lambda rows: macro_recall(confusion(labels[rows], guesses[rows])), len(labels)),
        calibration_error=_interval(lambda rows: calibration_error(confidence[rows], right[rows]), len(labels)),
        sure=_sure(guesses, right, unsure),
    )


def confusion(labels: Numbers, guesses: Numbers, classes: int = CLASSES) -> Numbers:
    """How often each label (row) got each guess (column), shape (classes, classes)."""
    return np.bincount(labels * classes + guesses, minlength=classes**2).reshape(classes, classes)


def macro_f1(table: Numbers) -> float:
    """Mean of F1 = 2 tp / (2 tp + fp + fn) over the classes that are labelled in the set."""
    f1, there = _f1(table)
    return float(f1[there].mean()) if there.any() else 0.0


def macro_recall(table: Numbers) -> float:
    """Mean of the recalls of the classes that are labelled in the set (TweetEval's score of sentiment)."""
    totals = table.sum(axis=1)
    there = totals > 0
    return float((table.diagonal()[there] / totals[there]).mean()) if there.any() else 0.0


def bins(confidence: Floats, right: NDArray[np.bool_], count: int = BINS) -> list[Bin]:
    """The texts in `count` bins of equal size, by the probability of what was guessed."""
    order = np.argsort(confidence, kind="stable")
    return [
        Bin(len(rows), float(confidence[rows].mean()), float(right[rows].mean()))
        for rows in np.array_split(order, count)
        if len(rows)
    ]


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """ECE: over bins of equal size, the mean distance of what the model said from what was right."""
    return sum(one.texts * abs(one.said - one.right) for one in bins(confidence, right)) / max(len(right), 1)


def threshold(sentiment: Floats, labels: Numbers, precision: float = 0.9) -> float | None:
    """The least probability from which at least `precision` of the negatives are right; None where there is none."""
    guesses, confidence = sentiment.argmax(axis=1), sentiment.max(axis=1)
    rows = np.flatnonzero(guesses == _NEGATIVE)
    rows = rows[np.argsort(-confidence[rows], kind="stable")]
    share = np.cumsum(labels[rows] == _NEGATIVE) / np.arange(1, len(rows) + 1)
    good = np.flatnonzero(share >= precision)
    good = good[good + 1 >= _FEWEST]
    return float(confidence[rows[good[-1]]]) if len(good) else None


def _f1(table: Numbers) -> tuple[Floats, NDArray[np.bool_]]:
    hits, labelled = table.diagonal(), table.sum(axis=1)
    both = labelled + table.sum(axis=0)
    return 2 * hits / np.maximum(both, 1), labelled > 0


def _of_class(table: Numbers, number: int) -> OfClass:
    hits, labelled, guessed = int(table[number, number]), int(table[number].sum()), int(table[:, number].sum())
    return OfClass(
        labelled,
        hits / guessed if guessed else None,
        hits / labelled if labelled else None,
        2 * hits / (labelled + guessed) if hits else 0.0,
    )


def _sure(guesses: Numbers, right: NDArray[np.bool_], unsure: NDArray[np.bool_]) -> Sure:
    negative = guesses == _NEGATIVE
    kept = negative & ~unsure
    return Sure(
        coverage=float(1 - unsure.mean()),
        negatives=int(kept.sum()),
        negatives_kept=float(kept.sum() / negative.sum()) if negative.any() else None,
        precision=float(right[kept].mean()) if kept.any() else None,
    )


def _interval(figure: Callable[[Numbers], float], texts: int) -> Measured:
    draw = np.random.default_rng(0)
    drawn = [figure(draw.integers(texts, size=texts)) for _ in range(DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Measured(figure(np.arange(texts)), float(low), float(high))
