import json
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from models.ml.classifier import BUNDLED
from models.ml.hub import HubModel, ModelUnfit, Trouble
from models.verdict import Sentiment

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is an extra that is not installed")
LINES = ["Le vol a deux heures de retard", "Merci !", "", "x" * 10_000]
STARS = {
    f"{number} stars": label
    for number, label in enumerate(["negative", "negative", "neutral", "positive", "positive"], 1)
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of five stars, saved by transformers, beside the bundled tokenizer."""
    import torch  # noqa: PLC0415 - an extra
    from transformers import BertConfig, BertForSequenceClassification  # noqa: PLC0415 - slow to import

    place = tmp_path_factory.mktemp("hub") / "stars"
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=48_000, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=130, pad_token_id=1, id2label=dict(enumerate(STARS)),
        label2id={name: number for number, name in enumerate(STARS)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(place)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (place / name).symlink_to(BUNDLED / name)
    return place


def labels(written: dict[str, str]) -> dict[str, Sentiment]:
    return {name: Sentiment(label) for name, label in written.items()}


@needs_torch
def test_any_labels_become_three(folder: Path) -> None:
    model = HubModel(str(folder), labels(STARS))
    found = model.read(LINES, ["Voloair", None, None, None], ["fr", "fr", "und", "en"])
    assert found.sentiment.shape == (4, 3)
    np.testing.assert_allclose(found.sentiment.sum(axis=1), 1, atol=1e-5)
    assert found.embeddings is not None
    np.testing.assert_allclose(np.linalg.norm(found.embeddings, axis=1), 1, atol=1e-5)
    assert found.verdict(0, "fr").model == str(folder)
    assert found.brands == [None] * 4
    # Random weights: five labels of about a fifth each, so that two of them weigh about twice one.
    assert found.sentiment[0].round(1).tolist() == pytest.approx([0.4, 0.2, 0.4], abs=0.11)


@needs_torch
def test_it_serves_several_threads(folder: Path) -> None:
    model = HubModel(str(folder), labels(STARS))
    expected = model.read(LINES).sentiment
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: model.read(LINES).sentiment, range(8)):
            np.testing.assert_allclose(found, expected, atol=1e-6)


@needs_torch
@pytest.mark.parametrize(
    ("mapped", "trouble", "wrong"),
    [
        ({}, Trouble.NOT_MAPPED, tuple(STARS)),
        ({**STARS, "6 stars": "positive"}, Trouble.NO_SUCH_LABEL, ("6 stars",)),
        ({name: label for name, label in STARS.items() if name != "3 stars"}, Trouble.NOT_MAPPED, ("3 stars",)),
    ],
)
def test_labels_must_be_told(folder: Path, mapped, trouble: Trouble, wrong: tuple[str, ...]) -> None:
    with pytest.raises(ModelUnfit) as refused:
        HubModel(str(folder), labels(mapped)).read(["a"])
    assert (refused.value.trouble, refused.value.wrong) == (trouble, wrong)
    assert refused.value.labels == tuple(STARS)


@needs_torch
def test_a_model_without_a_head_is_refused_not_made_up(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    config = json.loads((folder / "config.json").read_text()) | {"architectures": ["BertModel"]}
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelUnfit) as refused:
        HubModel(str(tmp_path), labels(STARS)).read(["a"])
    assert refused.value.trouble is Trouble.NO_CLASSIFIER


@needs_torch
def test_a_folder_that_holds_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelUnfit) as refused:
        HubModel(str(tmp_path), {}).read(["a"])
    assert refused.value.trouble is Trouble.NOT_FOUND


def test_without_pytorch_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelUnfit) as refused:
        HubModel("somebody/some-model", {}, revision="v1").read(["a"])
    assert refused.value.trouble is Trouble.NO_TORCH


def test_nothing_is_loaded_before_the_first_text() -> None:
    assert HubModel("somebody/some-model", {}, revision="v1").name == "somebody/some-model@v1"
