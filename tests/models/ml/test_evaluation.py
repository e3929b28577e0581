import numpy as np
import pytest

from models.ml.evaluation import bins, calibration_error, confusion, evaluate, macro_f1, macro_recall, threshold

LABELS = np.array([0, 0, 0, 1, 1, 2])
GUESSES = np.array([0, 0, 1, 1, 2, 2])


def sure(guesses: np.ndarray, share: float = 0.9) -> np.ndarray:
    table = np.full((len(guesses), 3), (1 - share) / 2)
    table[np.arange(len(guesses)), guesses] = share
    return table


def test_figures_by_hand() -> None:
    table = confusion(LABELS, GUESSES)
    assert table.tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert macro_f1(table) == pytest.approx((4 / 5 + 2 / 4 + 2 / 3) / 3)
    assert macro_recall(table) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


def test_a_class_that_is_not_in_the_set_does_not_count() -> None:
    labels = np.array([0, 0, 2])
    table = confusion(labels, np.array([0, 2, 2]))
    assert macro_recall(table) == pytest.approx((1 / 2 + 1) / 2)
    assert macro_f1(table) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_everything_about_one_set() -> None:
    unsure = np.array([False, True, False, False, False, False])
    found = evaluate(sure(GUESSES), LABELS, unsure)
    assert found.texts == 6
    assert found.accuracy == pytest.approx(4 / 6)
    negative = found.classes[0]
    assert (negative.texts, negative.precision, negative.recall) == (3, 1.0, pytest.approx(2 / 3))
    assert found.sure.coverage == pytest.approx(5 / 6)
    assert (found.sure.negatives, found.sure.negatives_kept, found.sure.precision) == (1, 0.5, 1.0)
    assert found.macro_f1.low <= found.macro_f1.value <= found.macro_f1.high


def test_figures_are_the_same_each_time() -> None:
    one, other = (evaluate(sure(GUESSES), LABELS, np.zeros(6, dtype=bool)) for _ in range(2))
    assert one.macro_f1 == other.macro_f1
    assert one.calibration_error == other.calibration_error


def test_a_model_that_is_right_as_often_as_it_says_is_calibrated() -> None:
    draw = np.random.default_rng(3)
    said = draw.uniform(0.34, 1, size=60_000)
    right = draw.random(60_000) < said
    assert calibration_error(said, right) < 0.01
    assert calibration_error(said, np.zeros(60_000, dtype=bool)) == pytest.approx(said.mean())


def test_bins_are_of_equal_size_and_in_order() -> None:
    found = bins(np.linspace(0.4, 1, 31), np.ones(31, dtype=bool), 15)
    assert {one.texts for one in found} == {2, 3}
    assert [one.said for one in found] == sorted(one.said for one in found)


def test_the_threshold_leaves_nine_negatives_in_ten_right() -> None:
    share = np.linspace(0.99, 0.5, 100)
    table = np.stack([share, (1 - share) / 2, (1 - share) / 2], axis=1)
    labels = np.where(np.arange(100) < 60, 0, 1)
    at = threshold(table, labels)
    assert at is not None
    kept = share >= at
    assert (labels[kept] == 0).mean() >= 0.9
    assert (labels[share >= at - 0.006] == 0).mean() < 0.9
    assert threshold(table, np.ones(100, dtype=np.int64)) is None
