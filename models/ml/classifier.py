"""The bundled sentiment model: transformers' tokenizer and config, onnxruntime for the pass. Loaded at first use.

The text is prepared as it was for training (models/ml/weights/MODEL_CARD.md). Nothing is ever fetched: a folder of
files, or an error that says what is missing.
"""

import html
import os
import re
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.verdict import Sentiment

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

BUNDLED = Path(__file__).parent / "weights"
MAX_TOKENS = 96
BATCH = 16
"""Texts a pass: 32 judge no faster to speak of and hold 50 MB more for ever (`bench/listen.py --at-rest`)."""
_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "model.onnx")
_LFS_POINTER = 1024  # bytes: a weight file this small is a pointer left by git-lfs, not a model
_URL = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.]*(?:@[\w.-]+\w)?")
_SPACE = re.compile(r"\s+")
_LONGEST = 4_000  # characters: more than MAX_TOKENS can ever cover, so the tokenizer never sees a megabyte

Probabilities = NDArray[np.float64]
"""Shape (texts, 3), rows sum to 1, columns in the order of `Sentiment`."""


class ModelMissing(Exception):
    """The folder does not hold a usable model; the message names the file and the mend."""


def prepare(text: str) -> str:
    """A text as the model learnt to read it: HTML unescaped, URL -> http, @handle -> @user, white space folded."""
    short = html.unescape(text[:_LONGEST])
    return _SPACE.sub(" ", _HANDLE.sub("@user", _URL.sub("http", short))).strip()


class Classifier:
    """Sentiment of texts. One instance serves every thread; the model is loaded at the first call."""

    def __init__(self, folder: Path = BUNDLED, *, threads: int = 2) -> None:
        self.folder = folder
        self.threads = threads
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()

    @cached_property
    def name(self) -> str:
        """Which weights judge, for the verdict: the folder's name and the weight file's size in bytes."""
        return f"{self.folder.name}-{(self.folder / 'model.onnx').stat().st_size}"

    def probabilities(self, texts: Sequence[str]) -> Probabilities:
        """Judge `texts`, shape (len(texts), 3), in their order.

        Raises:
            ModelMissing: there is no model in the folder.
        """
        result = np.empty((len(texts), len(Sentiment)), dtype=np.float64)
        for rows in _micro_batches(texts):
            result[rows] = self._pass([prepare(texts[row]) for row in rows])
        return result

    def _pass(self, texts: list[str]) -> Probabilities:
        tokenizer, session, columns = self._model
        # A fast tokenizer keeps padding and truncation as state: two threads in it raise "Already borrowed".
        with self._tokenizing:
            encoded = tokenizer(texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="np")
        wanted = {entry.name for entry in session.get_inputs()}
        feed = {name: np.asarray(array, dtype=np.int64) for name, array in encoded.items() if name in wanted}
        logits = np.asarray(session.run(None, feed)[0], dtype=np.float64)[:, columns]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)

    @property
    def _model(self) -> tuple[Any, "InferenceSession", list[int]]:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> tuple[Any, "InferenceSession", list[int]]:
        self._check()
        os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # or it warns that PyTorch is not installed
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        # Its wheels for Linux write a device id under HOME and send events to Microsoft; read once, at the import
        # (onnxruntime 1.31.1, seen 2026-11-22; the test of the wheel looks whether HOME stays empty).
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime  # noqa: PLC0415 - the one deliberate lazy load: two seconds nobody else should pay
        from transformers import AutoConfig, AutoTokenizer  # noqa: PLC0415 - the same

        config = AutoConfig.from_pretrained(self.folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            self.folder / "model.onnx", sess_options=options, providers=["CPUExecutionProvider"]
        )
        columns = {label: int(column) for column, label in config.id2label.items()}
        missing = [label for label in Sentiment if label.value not in columns]
        if missing:
            msg = f"{self.folder}/config.json: id2label names {sorted(columns)}, not {[m.value for m in missing]}"
            raise ModelMissing(msg)
        return tokenizer, session, [columns[label.value] for label in Sentiment]

    def _check(self) -> None:
        for name in _FILES:
            file = self.folder / name
            if not file.is_file():
                msg = f"{file} is missing: clone the repository again, or point to a folder that holds {_FILES}"
                raise ModelMissing(msg)
            if name == "model.onnx" and file.stat().st_size < _LFS_POINTER:
                msg = f"{file} is only a pointer to the weights: run `git lfs pull`"
                raise ModelMissing(msg)


def _micro_batches(texts: Sequence[str]) -> Iterator[list[int]]:
    # Alike lengths together: a batch costs as much as its longest text in every row.
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]
