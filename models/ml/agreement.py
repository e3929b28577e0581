"""How much two people agree beyond chance: Cohen's kappa, over all labels and for each against the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.ml.evaluation import Measured, Numbers, confusion

_DRAWS: Final = 2_000
_PERCENTILES: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Agreement:
    """`texts` labelled by both, the share on which they agree, kappa with its interval; the same of each label."""

    texts: int
    share: float
    kappa: Measured | None
    labels: dict[str, Measured | None]


def agreement(one: Sequence[str], other: Sequence[str]) -> Agreement:
    """Compare the labels two people gave the same texts, in the same order.

    A kappa is None where it says nothing: chance alone would agree on everything. Intervals are bootstrap percentiles
    from a fixed seed.

    Raises:
        ValueError: no text, or not as many on both sides.
    """
    if not one or len(one) != len(other):
        raise ValueError("two people label the same texts, at least one")
    names = sorted({*one, *other})
    number = {name: at for at, name in enumerate(names)}
    left, right = (np.array([number[name] for name in side], dtype=np.int64) for side in (one, other))
    return Agreement(
        texts=len(one),
        share=float((left == right).mean()),
        kappa=_measured(left, right, len(names)),
        labels={
            name: _measured((left == at).astype(np.int64), (right == at).astype(np.int64), 2)
            for name, at in number.items()
        },
    )


def kappa(table: Numbers) -> float | None:
    """Cohen (1960): (observed - expected) / (1 - expected), from how often each pair of labels was given."""
    total = table.sum()
    observed = table.trace() / total
    expected = float(table.sum(axis=0) @ table.sum(axis=1)) / float(total) ** 2
    return float((observed - expected) / (1 - expected)) if expected < 1 else None


def _measured(left: Numbers, right: Numbers, classes: int) -> Measured | None:
    value = kappa(confusion(left, right, classes))
    if value is None:
        return None
    draw = np.random.default_rng(0)
    rows = (draw.integers(len(left), size=len(left)) for _ in range(_DRAWS))
    drawn = [found for at in rows if (found := kappa(confusion(left[at], right[at], classes))) is not None]
    low, high = np.percentile(drawn, _PERCENTILES) if drawn else (value, value)
    return Measured(value, float(low), float(high))
