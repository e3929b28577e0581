import pytest

from models.ml.agreement import agreement


def test_kappa_by_hand() -> None:
    # Two raters, 50 texts: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, expected 0.5.
    one = ["yes"] * 25 + ["no"] * 25
    other = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = agreement(one, other)
    assert (found.texts, found.share) == (50, 0.7)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.4)
    assert found.kappa.low < 0.4 < found.kappa.high
    assert set(found.labels) == {"yes", "no"}


def test_the_same_labels_agree_wholly() -> None:
    found = agreement(["a", "b", "c"] * 10, ["a", "b", "c"] * 10)
    assert [kappa.value for kappa in (found.kappa, *found.labels.values()) if kappa] == [1.0] * 4


def test_one_label_alone_says_nothing() -> None:
    assert agreement(["a"] * 5, ["a"] * 5).kappa is None


@pytest.mark.parametrize(("one", "other"), [([], []), (["a"], [])])
def test_nothing_to_compare_is_refused(one, other) -> None:
    with pytest.raises(ValueError, match="the same texts"):
        agreement(one, other)
