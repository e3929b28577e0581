import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.ml.adaptation import FEWEST, Head, TooFew, directions, fit, learn
from models.ml.adapted import Adapted, BadHead, Kept, load, save
from models.ml.classifier import Classifier
from models.ml.embedding import unit
from tests.tiny import WIDTH, tiny_model

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def texts(count: int, *, taught: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """What a model says, embeddings and labels; `taught`: the labels can be told from the embeddings."""
    draw = np.random.default_rng(5)
    labels = draw.integers(3, size=count)
    places = draw.normal(size=(3, 48))
    noise = draw.normal(size=(count, 48))
    embeddings = unit((noise + (0.5 * places[labels] if taught else 0)).astype(np.float32))
    right = draw.random(count) < 0.7
    guessed = np.where(right, labels, (labels + 1) % 3)
    sentiment = np.full((count, 3), 0.15)
    sentiment[np.arange(count), guessed] = 0.7
    return sentiment, embeddings, labels, [str(number) for number in range(count)]


def test_what_can_be_learnt_is_learnt_and_kept() -> None:
    trial = learn(*texts(300, taught=True))
    assert trial.better
    assert trial.after > trial.before + 0.1
    assert trial.chance < 0.01


def test_noise_is_not_kept() -> None:
    trial = learn(*texts(300, taught=False))
    assert not trial.better
    assert trial.after < trial.before + 0.05


def test_the_same_text_twice_never_stands_on_both_sides() -> None:
    sentiment, embeddings, labels, _ = texts(150, taught=False)
    double = [np.concatenate([one, one]) for one in (sentiment, embeddings, labels)]
    keys = [str(number) for number in range(150)] * 2
    assert not learn(*double, keys).better


def test_a_strong_penalty_leaves_the_model_as_it_is() -> None:
    sentiment, embeddings, labels, _ = texts(300, taught=False)
    mean, main = directions(embeddings)
    rows = (embeddings - mean) @ main
    found = fit(sentiment, rows, labels, 1e4)(sentiment, rows)
    assert (found.argmax(axis=1) == sentiment.argmax(axis=1)).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_the_loss_is_at_its_least() -> None:
    sentiment, embeddings, labels, _ = texts(300, taught=True)
    mean, main = directions(embeddings)
    rows = (embeddings - mean) @ main
    head = fit(sentiment, rows, labels, 0.01)
    miss = head(sentiment, rows) - np.eye(3)[labels]
    slope = rows.T @ miss / 300 + 0.01 * head.weights
    assert np.abs(slope).max() < 1e-3
    assert np.abs(miss.mean(axis=0)).max() < 1e-3


@pytest.mark.parametrize("count", [0, FEWEST - 1])
def test_too_few_labels_are_refused(count: int) -> None:
    with pytest.raises(TooFew):
        learn(*texts(count, taught=True))


def test_one_class_is_refused() -> None:
    sentiment, embeddings, labels, keys = texts(FEWEST, taught=True)
    with pytest.raises(TooFew):
        learn(sentiment, embeddings, np.zeros_like(labels), keys)


def kept(encoder: str) -> Kept:
    weights = np.random.default_rng(6).normal(size=(WIDTH, 3))
    return Kept(Head(0.9, np.zeros(WIDTH), weights, np.zeros(3), 0.8), encoder, AT, 210, 0.6, 0.7)


def test_a_head_comes_back_from_its_file(tmp_path: Path) -> None:
    one = kept("tiny-1")
    save(one, tmp_path / "var" / "head.npz")
    again = load(tmp_path / "var" / "head.npz")
    assert again is not None
    assert again.head.digest == one.head.digest
    assert (again.encoder, again.at, again.texts, again.head.sure) == ("tiny-1", AT, 210, one.head.sure)
    assert load(tmp_path / "none.npz") is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"not a head"])
def test_a_damaged_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "head.npz").write_bytes(content)
    with pytest.raises(BadHead):
        load(tmp_path / "head.npz")


def test_a_head_counts_from_the_moment_it_is_there(tmp_path: Path) -> None:
    model = Classifier(tiny_model(tmp_path / "tiny"))
    reader = Adapted(model, tmp_path / "head.npz")
    lines = ["Le vol a deux heures de retard", "Merci !"]
    alone = reader.read(lines)
    assert alone.model == reader.name == model.name
    one = kept(model.encoder)
    save(one, tmp_path / "head.npz")
    taught = reader.read(lines)
    assert taught.model == reader.name == f"{model.name}+{one.head.digest}"
    assert taught.encoder == model.name
    assert np.abs(taught.sentiment - alone.sentiment).max() > 0.001
    verdict = taught.verdict(0, "fr")
    assert verdict.embedding is not None
    assert (verdict.model, verdict.embedding.model) == (reader.name, model.name)
    (tmp_path / "head.npz").unlink()
    np.testing.assert_array_equal(reader.read(lines).sentiment, alone.sentiment)


@pytest.mark.parametrize("other", ["another", "damaged"])
def test_a_head_of_another_model_or_none_leaves_the_model_alone(tmp_path: Path, other: str, caplog) -> None:
    model = Classifier(tiny_model(tmp_path / "tiny"))
    file = tmp_path / "head.npz"
    save(kept("another"), file)
    if other == "damaged":
        os.truncate(file, 100)
    reader = Adapted(model, file)
    np.testing.assert_array_equal(reader.read(["a"]).sentiment, model.read(["a"]).sentiment)
    assert "repartie adapt" in caplog.text
