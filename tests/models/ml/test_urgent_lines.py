"""Does risk put first what needs a person now? 300 invented lines, jokes and praise of great accounts among them."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from config.schema import Brand
from listener.known_risks import KnownRisks
from models.ml.classifier import Classifier
from models.ml.risk import Signals, risk
from models.post import Author, Post

LINES = Path(__file__).parent / "data" / "urgent_lines.tsv"
HEADS = ("anger", "offensive", "danger")
AT = datetime(2026, 11, 20, tzinfo=UTC)


def auc(urgent: NDArray[np.bool_], risks: NDArray[np.float64]) -> float:
    """How often an urgent line stands above a calm one."""
    above = risks[urgent][:, None] - risks[~urgent][None, :]
    return float((above > 0).mean() + (above == 0).mean() / 2)


@pytest.fixture(scope="module")
def weighed() -> tuple[NDArray[np.str_], NDArray[np.bool_], NDArray[np.float64]]:
    """Language, whether it is urgent, and risk of each line."""
    with LINES.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    known = KnownRisks([Brand(name="B", query="b", sources=("s",))])
    reading = Classifier().read([line["text"] for line in lines], languages=[line["language"] for line in lines])
    found = []
    for row, line in enumerate(lines):
        post = Post(network="export", external_id=str(row), text=line["text"], author=Author(handle="a"), at=AT)
        heads = {
            name: float(reading.heads[name][row]) for name in ("anger", "offensive", "danger") if name in reading.heads
        }
        signals = Signals(
            negative=float(reading.sentiment[row, 0]),
            **heads,
            words=known.of("B", known.named(post)),
            reach=float(line["reach_quantile"]) if line["reach_quantile"] else None,
            others=int(line["spread"]) if line["spread"] else None,
        )
        found.append(risk(signals).value)
    languages = np.array([line["language"] for line in lines])
    return languages, np.array([line["urgent"] == "1" for line in lines]), np.array(found)


def test_what_needs_a_person_stands_first(weighed) -> None:
    languages, urgent, risks = weighed
    assert len(urgent) == 300
    assert auc(urgent, risks) >= 0.85
    for language in ("fr", "en"):
        here = languages == language
        assert auc(urgent[here], risks[here]) >= 0.82, language
