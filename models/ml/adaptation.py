"""A light head learnt from a team's own labels, over the frozen encoder: kept only if it is really better.

Softmax regression on the embedding, which starts from what the model says already: with few labels it changes little.
Whether it is better is measured on texts it did not learn from (five folds), against the model alone on the same texts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ml.evaluation import Numbers, confusion, macro_f1, threshold
from models.ml.manner import CLASSES, Floats, softmax

FEWEST: Final = 200
"""Texts from which a head can be learnt."""
MOST: Final = 5_000
"""Texts used at most, the last ones: keeps it under a minute."""
FOLDS: Final = 5
NOISE: Final = 0.05
"""A gain is believed when chance alone would bring it less often than this."""
_PENALTIES: Final = (0.1, 0.01, 0.001)  # of the squared weights, a text; the strongest first: it wins a draw
_DIRECTIONS: Final = 64
_SWAPS: Final = 2_000
_STEPS: Final = 150
_FLOOR: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Head:
    """What was learnt: probabilities become softmax(`trust` x log p + (embedding - `mean`) @ `weights` + `bias`).

    `mean` has shape (width,), `weights` (width, 3), `bias` (3,). `sure`: the probability from which nine in ten of its
    negatives were right on texts it did not learn from; None: as the model says.
    """

    trust: float
    mean: Floats
    weights: Floats
    bias: Floats
    sure: float | None = None

    def __call__(self, sentiment: Floats, embeddings: NDArray[np.float32] | Floats) -> Floats:
        """The probabilities with what was learnt, shape (texts, 3)."""
        moved = (embeddings - self.mean) @ self.weights + self.bias
        return softmax(self.trust * np.log(np.maximum(sentiment, _FLOOR)) + moved)

    @property
    def digest(self) -> str:
        """Tells this head from any other: eight hex digits."""
        numbers = (np.float64(self.trust), self.mean, self.weights, self.bias)
        return hashlib.sha256(b"".join(np.asarray(one).tobytes() for one in numbers)).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Trial:
    """What five folds showed. Macro-F1 in [0, 1]; `chance`: how often luck alone brings such a gain."""

    texts: int
    before: float
    after: float
    chance: float
    head: Head

    @property
    def better(self) -> bool:
        """Whether the head is to be kept."""
        return self.after > self.before and self.chance < NOISE


class TooFew(Exception):
    """There are not enough labels, or only of one class: `texts` of `FEWEST`."""

    def __init__(self, texts: int, classes: int) -> None:
        super().__init__(f"{texts} labelled texts of {classes} classes")
        self.texts, self.classes = texts, classes


def learn(sentiment: Floats, embeddings: NDArray[np.float32], labels: Numbers, keys: Sequence[str]) -> Trial:
    """Try a head on texts it did not learn from, and learn it from all.

    Texts with the same key (the same words, said twice) are never on both sides.

    Args:
        sentiment: What the model says alone, shape (texts, 3).
        embeddings: Unit rows, shape (texts, width).
        labels: What people say.
        keys: What makes two texts one.

    Raises:
        TooFew: fewer than `FEWEST` texts, or one class only.
    """
    classes = int((np.bincount(labels, minlength=CLASSES) > 0).sum())
    if len(labels) < FEWEST or classes == 1:
        raise TooFew(len(labels), classes)
    folds = _folds(keys)
    mean, main = directions(embeddings)  # looks at no label
    rows = (embeddings - mean) @ main
    after = np.empty_like(sentiment)
    for fold in range(FOLDS):
        held, rest = folds == fold, folds != fold
        penalty = _best_penalty(sentiment[rest], rows[rest], labels[rest], folds[rest])
        after[held] = fit(sentiment[rest], rows[rest], labels[rest], penalty)(sentiment[held], rows[held])
    last = fit(sentiment, rows, labels, _best_penalty(sentiment, rows, labels, folds))
    whole = Head(last.trust, mean, main @ last.weights, last.bias, threshold(after, labels))
    guesses = sentiment.argmax(axis=1), after.argmax(axis=1)
    scores = [macro_f1(confusion(labels, guess)) for guess in guesses]
    return Trial(len(labels), scores[0], scores[1], _chance(labels, *guesses), whole)


def directions(embeddings: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The mean of the texts, and the directions in which they differ most, shape (width, up to 64).

    Scaled so that a text has length 1 on average, whatever the model: a penalty means the same everywhere.
    """
    mean = embeddings.mean(axis=0, dtype=np.float64)
    centred = embeddings - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    return mean, vectors[:, ::-1][:, :_DIRECTIONS] / np.sqrt(max(values.sum(), _FLOOR))


def fit(sentiment: Floats, rows: Floats, labels: Numbers, penalty: float) -> Head:
    """The head of least log loss plus `penalty` / 2 x |weights|², over `rows`, shape (texts, directions).

    Nesterov's accelerated descent; each direction at its own pace, which its spread gives. Starts, and with few texts
    stays, at the model as it is. (Products this small leave the machine's other work alone; Newton's do not.)
    """
    said = np.log(np.maximum(sentiment, _FLOOR))
    wanted = np.eye(CLASSES)[labels]
    texts, width = rows.shape
    free = np.full(width + 2, _FLOOR)
    free[:width] = free[-1] = penalty
    # Half the mean square bounds the curvature of the log loss along one direction (Böhning 1992); three groups, the
    # directions, the bias and the trust, lean on one another.
    pace = 1 / (1.5 * np.append((rows**2).mean(axis=0), [1.0, (said**2).sum(axis=1).mean()]) + free)
    at = (np.zeros((width, CLASSES)), np.zeros(CLASSES), 1.0)
    ahead, momentum = at, 1.0
    for _ in range(_STEPS):
        weights, bias, trust = ahead
        miss = (softmax(trust * said + rows @ weights + bias) - wanted) / texts
        new = (
            weights - pace[:width, None] * (rows.T @ miss + penalty * weights),
            bias - pace[width] * (miss.sum(axis=0) + _FLOOR * bias),
            float(trust - pace[-1] * ((miss * said).sum() + penalty * (trust - 1))),
        )
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        push = (momentum - 1) / following
        ahead = (
            new[0] + push * (new[0] - at[0]),
            new[1] + push * (new[1] - at[1]),
            new[2] + push * (new[2] - at[2]),
        )
        at, momentum = new, following
    return Head(at[2], np.zeros(width), at[0], at[1])


def _best_penalty(sentiment: Floats, rows: Floats, labels: Numbers, folds: Numbers) -> float:
    """Chosen on one fold of what may be looked at."""
    held = folds == folds.max()
    losses = []
    for penalty in _PENALTIES:
        head = fit(sentiment[~held], rows[~held], labels[~held], penalty)
        found = head(sentiment[held], rows[held])[np.arange(int(held.sum())), labels[held]]
        losses.append(-float(np.log(np.maximum(found, _FLOOR)).mean()))
    return _PENALTIES[int(np.argmin(losses))]


def _folds(keys: Sequence[str]) -> Numbers:
    """A fold for each text, the same for the same key, of nearly equal size; chosen by the key, not by the order."""
    order = sorted(set(keys), key=lambda key: hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest())
    of_key = {key: at % FOLDS for at, key in enumerate(order)}
    return np.array([of_key[key] for key in keys], dtype=np.int64)


def _chance(labels: Numbers, before: Numbers, after: Numbers) -> float:
    """How often a gain in macro-F1 this large comes when the two guesses of each text are swapped by coin.

    One-sided approximate randomisation (Yeh 2000).
    """
    gain = macro_f1(confusion(labels, after)) - macro_f1(confusion(labels, before))
    differs = np.flatnonzero(before != after)
    draw = np.random.default_rng(0)
    as_large = 0
    for _ in range(_SWAPS):
        swap = differs[draw.random(len(differs)) < 0.5]  # noqa: PLR2004 - a coin
        one, other = before.copy(), after.copy()
        one[swap], other[swap] = after[swap], before[swap]
        as_large += macro_f1(confusion(labels, other)) - macro_f1(confusion(labels, one)) >= gain - _FLOOR
    return (as_large + 1) / (_SWAPS + 1)
