import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.ml.embedding import ERROR, REACH, pack, unit, unpack

WIDTH = 384
# Half a step in every number, in each of two vectors, renormalised: the bound ERROR stands on.
HALF_STEP = REACH / 127 / 2 * math.sqrt(WIDTH)


def test_the_bound_follows_from_the_step() -> None:
    assert 2 * HALF_STEP < ERROR + 0.005


@given(arrays(np.float32, (4, WIDTH), elements=st.floats(-1, 1, width=32)))
def test_no_cosine_is_further_off_than_said(drawn) -> None:
    vectors = unit(drawn)
    vectors = vectors[(np.abs(vectors).max(axis=1) <= REACH) & (np.linalg.norm(vectors, axis=1) > 0.5)]
    kept = unpack(pack(vectors))
    assert np.abs(kept @ kept.T - vectors @ vectors.T).max(initial=0) <= ERROR


def test_a_usual_cosine_hardly_moves() -> None:
    vectors = unit(np.random.default_rng(1).normal(size=(500, WIDTH)).astype(np.float32))
    kept = unpack(pack(vectors))
    assert np.abs(kept @ kept.T - vectors @ vectors.T).mean() < 0.003
    assert [len(one) for one in pack(vectors[:2])] == [WIDTH, WIDTH]


def test_rows_come_back_as_unit_rows_and_zeros_as_zeros() -> None:
    vectors = np.zeros((3, 8), dtype=np.float32)
    vectors[1, 0] = 1.0  # beyond the reach: cut, and of length 1 again
    vectors[2] = -unit(np.ones((1, 8), dtype=np.float32))[0]
    kept = unpack(pack(vectors))
    np.testing.assert_allclose(np.linalg.norm(kept, axis=1), [0, 1, 1], atol=1e-6)
    np.testing.assert_allclose(kept, vectors, atol=1e-6)


def test_nothing_packs_to_nothing() -> None:
    assert unpack([]).shape == (0, 0)


def test_vectors_of_two_models_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[8, 16\]"):
        unpack([b"\0" * 8, b"\0" * 16])
