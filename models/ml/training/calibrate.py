"""What the numbers of one set of weights are worth, and the `repartie` part of its `config.json`.

Temperature: Guo et al. 2017 (arXiv:1706.04599), fitted in 5 folds, so that what is reported was not fitted on.
"""

from dataclasses import dataclass

import numpy as np

from models.ml.evaluation import Numbers, calibration_error
from models.ml.manner import Floats, softmax

_GRID = np.exp(np.linspace(np.log(0.25), np.log(4), 241))


@dataclass(frozen=True)
class Fit:
    """A temperature, the interval in which 95% of resampled ones lie, and the error left in 5-fold."""

    temperature: float
    low: float
    high: float
    error: float


def temperature_of(logits: Floats, labels: Numbers) -> float:
    """The temperature with the least cross-entropy, to 1%."""
    return float(_GRID[np.argmin([cross_entropy(logits / one, labels) for one in _GRID])])


def cross_entropy(logits: Floats, labels: Numbers) -> float:
    """Mean of -log p(right)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(labels)), labels]
    return float((np.log(np.exp(shifted).sum(axis=1)) - picked).mean())


def error_of(probabilities: Floats, labels: Numbers) -> float:
    """Expected calibration error of the argmax, in [0, 1]."""
    return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def folded(logits: Floats, labels: Numbers, folds: int = 5, seed: int = 1) -> Floats:
    """Probabilities of each row by the temperature of the other folds."""
    found = np.empty_like(logits)
    for part in np.array_split(np.random.default_rng(seed).permutation(len(labels)), folds):
        rest = np.setdiff1d(np.arange(len(labels)), part)
        found[part] = softmax(logits[part] / temperature_of(logits[rest], labels[rest]))
    return found


def fit(logits: Floats, labels: Numbers, seed: int = 1, draws: int = 200) -> Fit:
    """Temperature with its interval by resampling."""
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        rows = random.integers(0, len(labels), len(labels))
        drawn.append(temperature_of(logits[rows], labels[rows]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    error = error_of(folded(logits, labels, seed=seed), labels)
    return Fit(temperature_of(logits, labels), float(low), float(high), error)


@dataclass(frozen=True)
class Point:
    """At `threshold` on p(negative).

    Of what is then called negative `precision` is, `kept` of the calls remain, and `coverage` of all texts keep their
    label.
    """

    threshold: float
    precision: float
    kept: float
    coverage: float


def curve(probabilities: Floats, labels: Numbers) -> list[Point]:
    """Precision of negatives against how many are still called so, from 0.33 to 0.99."""
    said = probabilities.argmax(axis=1) == 0
    sure_others = ~said & (probabilities.max(axis=1) >= 0.5)  # noqa: PLR2004 - even odds
    points = []
    for threshold in np.arange(0.33, 0.995, 0.01):
        called = said & (probabilities[:, 0] >= threshold)
        if not called.any():
            break
        precision = float((labels[called] == 0).mean())
        coverage = float((called | sure_others).mean())
        points.append(Point(float(threshold), precision, float(called.sum() / said.sum()), coverage))
    return points


def threshold_for(points: list[Point], precision: float) -> Point | None:
    """The lowest threshold from which on the precision stays at or above `precision`."""
    found = None
    for point in reversed(points):
        if point.precision < precision:
            break
        found = point
    return found
