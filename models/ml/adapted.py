"""A reader with a team's own head on it, and the file in which that head is kept."""

import io
import json
import logging
import os
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.ml.adaptation import Head
from models.ml.classifier import Reader, Reading

log = logging.getLogger(__name__)

_FORMAT: Final = 1
_EVEN: Final = 0.5
_ARRAYS: Final = ("mean", "weights", "bias")


@dataclass(frozen=True, slots=True)
class Kept:
    """A head in its file: over which encoder, learnt when and from how many texts, what it gained (macro-F1)."""

    head: Head
    encoder: str
    at: datetime
    texts: int
    before: float
    after: float


class BadHead(Exception):
    """The file is none of ours, or damaged: make it again, or forget it."""


def save(kept: Kept, file: Path) -> None:
    """Write `file` whole, or leave what was there."""
    facts = {
        "format": _FORMAT, "encoder": kept.encoder, "at": kept.at.isoformat(), "texts": kept.texts,
        "before": kept.before, "after": kept.after, "trust": kept.head.trust, "sure": kept.head.sure,
    }  # fmt: skip
    arrays: dict[str, Any] = {name: getattr(kept.head, name) for name in _ARRAYS}
    held = io.BytesIO()
    np.savez(held, allow_pickle=False, facts=np.array(json.dumps(facts)), **arrays)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as opened:
        opened.write(held.getvalue())
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


def load(file: Path) -> Kept | None:
    """What stands in `file`; None where there is none.

    Raises:
        BadHead: see there.
    """
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as held:
            facts = json.loads(str(held["facts"]))
            arrays = {name: np.asarray(held[name], dtype=np.float64) for name in _ARRAYS}
        if facts.pop("format") != _FORMAT:
            raise BadHead(str(file))
        head = Head(trust=float(facts["trust"]), sure=facts["sure"], **arrays)
        at = datetime.fromisoformat(facts["at"])
        return Kept(head, str(facts["encoder"]), at, int(facts["texts"]), facts["before"], facts["after"])
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadHead(str(file)) from error


class Adapted:
    """`reader`, with the head of `file` where there is one made for it: one that is put there counts at once."""

    def __init__(self, reader: Reader, file: Path) -> None:
        self.reader = reader
        self.file = file
        self._looking = threading.Lock()
        self._head: Head | None = None
        self._stamp: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """The model's name, with the head's where there is one."""
        return _name(self.reader, self.head)

    @property
    def encoder(self) -> str:
        """Whose embeddings: the model's, which the head leaves alone."""
        return self.reader.encoder

    @property
    def head(self) -> Head | None:
        """The head in force; one that was made for another model, or cannot be read, is not."""
        try:
            found = self.file.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
        except FileNotFoundError:
            stamp = None
        with self._looking:
            if stamp != self._stamp:
                self._head, self._stamp = self._look(), stamp
            return self._head

    def _look(self) -> Head | None:
        try:
            kept = load(self.file)
        except BadHead:
            log.exception("%s cannot be read: the model judges alone; run “repartie adapt” again", self.file)
            return None
        if kept and kept.encoder != self.reader.encoder:
            log.warning("%s was made for another model, %s: run “repartie adapt” again", self.file, kept.encoder)
            return None
        return kept.head if kept else None

    def read(
        self,
        texts: Sequence[str],
        brands: Sequence[str | None] | None = None,
        languages: Sequence[str] | None = None,
    ) -> Reading:
        """As the model reads, with the sentiment the team's labels taught.

        Raises:
            models.ml.classifier.ModelMissing: the model cannot be had.
        """
        found = self.reader.read(texts, brands, languages)
        head = self.head
        if head is None or found.embeddings is None:
            return found
        sentiment = head(found.sentiment, found.embeddings)
        unsure = found.unsure
        if head.sure is not None:
            needed = np.array([head.sure, _EVEN, _EVEN])[sentiment.argmax(axis=1)]  # negative, neutral, positive
            unsure = np.asarray(sentiment.max(axis=1, initial=0.0) < needed)
        return replace(found, model=_name(self.reader, head), encoder=self.encoder, sentiment=sentiment, unsure=unsure)


def _name(reader: Reader, head: Head | None) -> str:
    return f"{reader.name}+{head.digest}" if head else reader.name
