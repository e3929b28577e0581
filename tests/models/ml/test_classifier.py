import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from models.ml.classifier import BUNDLED, Classifier, ModelMissing, prepare
from models.verdict import Sentiment

LINES = {
    "Trois heures d'attente au guichet Aéroplouf et personne ne répond. Honteux.": Sentiment.NEGATIVE,
    "Merci @aeroplouf, équipage adorable et vol parfait !": Sentiment.POSITIVE,
    "Le vol Aéroplouf 212 part à 10h du terminal B.": Sentiment.NEUTRAL,
    "Worst airline ever, Aéroplouf lost my bag again": Sentiment.NEGATIVE,
    "Lovely crew on Aéroplouf today, thank you so much!": Sentiment.POSITIVE,
}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


def test_says_what_a_person_would_of_plain_lines(classifier: Classifier) -> None:
    table = classifier.probabilities(list(LINES))
    assert [list(Sentiment)[column] for column in table.argmax(axis=1)] == list(LINES.values())


def test_rows_are_probabilities_in_the_order_of_the_texts(classifier: Classifier) -> None:
    texts = list(LINES) * 20 + ["", "x" * 1_000_000, "😀", "\u202eabc\u200b", "<!channel>"]
    table = classifier.probabilities(texts)
    assert table.shape == (len(texts), 3)
    np.testing.assert_allclose(table.sum(axis=1), 1, atol=1e-6)
    alone = classifier.probabilities([texts[1]])[0]
    assert np.abs(table[1] - alone).max() < 0.05  # dynamic int8: a batch moves the last digits, no more
    assert table[1].argmax() == alone.argmax()


def test_what_is_asked_twice_is_read_once(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    pass_of = classifier._pass
    monkeypatch.setattr(classifier, "_pass", lambda texts, brands: read.extend(texts) or pass_of(texts, brands))
    first, second, *_ = LINES
    table = classifier.probabilities([first, second, first, first])
    assert sorted(read) == sorted([prepare(first), prepare(second)])
    np.testing.assert_array_equal(table[2], table[0])
    assert [list(Sentiment)[column] for column in table.argmax(axis=1)] == [
        LINES[one] for one in (first, second, first, first)
    ]


def test_no_text_no_row(classifier: Classifier) -> None:
    assert classifier.probabilities([]).shape == (0, 3)


def test_serves_several_threads(classifier: Classifier) -> None:
    texts = list(LINES)
    expected = classifier.probabilities(texts).argmax(axis=1).tolist()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: classifier.probabilities(texts).argmax(axis=1).tolist(), range(24)))
    assert results == [expected] * 24


@pytest.mark.parametrize(
    ("raw", "prepared"),
    [
        ("Bonjour  @aeroplouf\n&amp; co", "Bonjour @user & co"),
        ("voir https://blog.example/a?b=c vite", "voir http vite"),
        ("@lea@social.example merci", "@user merci"),
        ("ecrire a lea@blog.example", "ecrire a lea@blog.example"),
    ],
)
def test_prepares_a_text_as_in_training(raw: str, prepared: str) -> None:
    assert prepare(raw) == prepared


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"config\.json is missing"):
        Classifier(tmp_path).probabilities(["a"])


def test_a_pointer_is_not_taken_for_a_model(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(BUNDLED / name, tmp_path)
    (tmp_path / "model.onnx").write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(ModelMissing, match="git lfs pull"):
        Classifier(tmp_path).probabilities(["a"])


def test_other_labels_are_refused(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.onnx"):
        shutil.copy(BUNDLED / name, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    config.pop("label2id")
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelMissing, match="id2label"):
        Classifier(tmp_path).probabilities(["a"])


@pytest.mark.skipif(find_spec("torch") is not None, reason="transformers takes PyTorch in where it is installed")
def test_torch_is_not_needed(classifier: Classifier) -> None:
    classifier.probabilities(["bonjour"])
    assert "onnxruntime" in sys.modules
    assert "torch" not in sys.modules
