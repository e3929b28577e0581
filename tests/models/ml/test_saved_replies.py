"""A saved reply is found by what a question means: 100 invented pairs, half of them French."""

import csv
from pathlib import Path

import pytest

from models.ml.classifier import BUNDLED, Classifier
from models.ml.embedding import pack, unpack

PAIRS = Path(__file__).parent / "data/saved_replies.tsv"


def bundled_has_embeddings() -> bool:
    """Whether the weights in the clone say what a text is about: a graph ends with its outputs and their names."""
    with (BUNDLED / "model.onnx").open("rb") as file:
        file.seek(-4_096, 2)
        return b"\x0a\x09embedding" in file.read()


def pairs(language: str) -> tuple[list[str], list[str]]:
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["language"] == language
        ]
    return [row["question"] for row in rows], [row["reply"] for row in rows]


if bundled_has_embeddings():  # the first weights had none: no test that cannot fail, and none that skips

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_the_reply_is_among_the_first_three(language: str) -> None:
        questions, replies = pairs(language)
        assert len(questions) == 50
        found = Classifier().read(questions + replies).embeddings
        assert found is not None
        kept = unpack(pack(found))  # as they are stored
        nearness = kept[:50] @ kept[50:].T
        better = (nearness > nearness.diagonal()[:, None]).sum(axis=1)
        assert (better < 3).mean() >= 0.8
