import numpy as np
import pytest

from models.ml.manner import softmax
from models.ml.training.calibrate import (
    cross_entropy,
    curve,
    error_of,
    fit,
    folded,
    temperature_of,
    threshold_for,
)


def drawn(temperature: float, rows: int = 4000, seed: int = 3):
    """Logits that are `temperature` times too sure, and labels drawn from the honest ones."""
    random = np.random.default_rng(seed)
    honest = random.normal(0, 1.5, (rows, 3))
    labels = np.array([random.choice(3, p=row) for row in softmax(honest)])
    return honest * temperature, labels


@pytest.mark.parametrize("temperature", [0.6, 1.0, 2.5])
def test_the_temperature_is_found_again(temperature: float) -> None:
    logits, labels = drawn(temperature)
    assert temperature_of(logits, labels) == pytest.approx(temperature, rel=0.08)


def test_what_is_left_is_measured_on_rows_that_were_not_fitted_on() -> None:
    logits, labels = drawn(2.5)
    found = fit(logits, labels, draws=40)
    assert found.low < 2.5 < found.high
    assert error_of(softmax(logits), labels) > 0.1
    assert found.error == error_of(folded(logits, labels), labels) < 0.03


def test_cross_entropy_of_even_odds() -> None:
    assert cross_entropy(np.zeros((4, 3)), np.array([0, 1, 2, 0])) == pytest.approx(np.log(3))


def test_the_threshold_keeps_its_word_from_there_on() -> None:
    negative = np.array([0.95] * 10 + [0.7] * 10)
    probabilities = np.stack([negative, 1 - negative, np.zeros(20)], axis=1)
    labels = np.array([0] * 9 + [1] + [0] * 5 + [1] * 5)
    point = threshold_for(curve(probabilities, labels), 0.9)
    assert point is not None
    assert 0.7 < point.threshold <= 0.95
    assert (point.precision, point.kept, point.coverage) == (0.9, 0.5, 0.5)
    assert threshold_for(curve(probabilities, labels), 0.95) is None
