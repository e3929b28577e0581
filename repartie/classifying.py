"""Texts in, verdicts out as lines of JSON: any number of them, in a few megabytes of memory."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import numpy as np

from models.ml.classifier import Reader, Reading, prepare
from models.ml.language import UNDETERMINED, LanguageReader
from models.verdict import Sentiment, Verdict
from repartie.lines import Row

WINDOW: Final = 1_024
"""Texts read together: enough that alike lengths meet in a batch (`models.ml.classifier.micro_batches`)."""
T = TypeVar("T")
_DIGITS: Final = 4
_LONG: Final = 5


def verdicts(
    rows: Iterable[Row], reader: Reader, languages: LanguageReader, *, embeddings: bool = False
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """For each row, in their order, what docs/model/tools.md says of a line of `repartie classify`.

    Raises:
        ModelMissing: the model cannot be had.
    """
    for window in windows(rows):
        tongues, found = read(window, reader, languages)
        for at, (row, tongue) in enumerate(zip(window, tongues, strict=True)):
            verdict = found.verdict(at, tongue)
            said = _line(row, verdict) if prepare(row.text) else _nothing_said(row)
            if embeddings:
                vector = None if found.embeddings is None else found.embeddings[at].astype(np.float64)
                said["embedding"] = None if vector is None else [round(number, _LONG) for number in vector.tolist()]
            yield row, said


def windows(rows: Iterable[T]) -> Iterator[list[T]]:
    """The rows, some at a time."""
    left = iter(rows)
    while window := list(itertools.islice(left, WINDOW)):
        yield window


def read(
    window: Sequence[Row], reader: Reader, languages: LanguageReader, column: str = "lang"
) -> tuple[list[str], Reading]:
    """The language of each row (its own column first) and what the model reads, about the row's brand if it has one."""
    tongues = [languages.read(row.text, row.cell(column)) for row in window]
    return tongues, reader.read([row.text for row in window], [row.cell("brand") for row in window], tongues)


def as_json(said: dict[str, Any]) -> bytes:
    """One line, with its end."""
    # A file may name half a surrogate pair (\\ud83d) as an id: written back as it came.
    return json.dumps(said, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"


def _line(row: Row, verdict: Verdict) -> dict[str, Any]:
    heads: dict[str, float | str] = {name: round(share, _DIGITS) for name, share in verdict.heads.items()}
    if verdict.intent is not None:
        heads["intent"] = verdict.intent.value
    return {
        "id": row.id,
        "label": verdict.label.value,
        "probabilities": {one.value: round(float(getattr(verdict, one.value)), _DIGITS) for one in Sentiment},
        "unsure": verdict.unsure,
        "language": verdict.language,
        "heads": heads,
        "risk": None,  # a line for models.ml.risk: it weighs this verdict and the row's reach
    }


def _nothing_said(row: Row) -> dict[str, Any]:
    """An empty text says nothing: neutral, and unsure."""
    return {
        "id": row.id,
        "label": Sentiment.NEUTRAL.value,
        "probabilities": {one.value: float(one is Sentiment.NEUTRAL) for one in Sentiment},
        "unsure": True,
        "language": UNDETERMINED,
        "heads": {},
        "risk": None,
    }
