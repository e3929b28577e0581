"""Labelled texts: how people write a sentiment, and which text is which."""

import hashlib
from collections.abc import Iterator
from typing import Final

from config.base import fold
from config.i18n import mark
from models.ml.classifier import prepare
from models.verdict import Sentiment
from repartie.lines import BadInput, Row, Texts

_WRITTEN: Final = {
    Sentiment.NEGATIVE: ("0", "negative", "negatif", "negative", "neg", "n"),
    Sentiment.NEUTRAL: ("1", "neutral", "neutre", "neu", "o"),
    Sentiment.POSITIVE: ("2", "positive", "positif", "pos", "p"),
}
_LABELS: Final = {name: label for label, names in _WRITTEN.items() for name in names}


def label_of(written: str) -> Sentiment | None:
    """The sentiment a person wrote, in English or French, or as the number of its class; None where it is none."""
    return _LABELS.get(fold(written.removesuffix(".0")))


def labelled(texts: Texts, column: str) -> Iterator[tuple[Row, Sentiment]]:
    """The rows that have a label in `column`; those without one are left out.

    Raises:
        BadInput: see `Texts.rows`; or a label is none.
        OSError: the file cannot be opened.
    """
    for row in texts.rows():
        if (written := row.cell(column)) is None:
            continue
        if (label := label_of(written)) is None:
            mend = mark("write negative, neutral or positive, or 0, 1 or 2")
            place = f"{texts.name}:{row.line}"
            raise BadInput(place, mark("“{written}” is no sentiment"), mend, written=written)
        yield row, label


def fingerprint(text: str) -> str:
    """Which text this is, without the text: 16 hex digits of SHA-256 over what the model reads, in lower case."""
    return hashlib.sha256(prepare(text).lower().encode("utf-8", "surrogatepass")).hexdigest()[:16]
