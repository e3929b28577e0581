"""The bundled sentiment model: transformers' tokenizer and config, onnxruntime for the pass. Loaded at first use.

The text is prepared as it was for training (models/ml/weights/MODEL_CARD.md). Nothing is ever fetched: a folder of
files, or an error that says what is missing.
"""

import html
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.ml.embedding import pack
from models.ml.manner import ANY, CLASSES, Floats, Manner, manner_of
from models.verdict import Embedding, Intent, Sentiment, Verdict

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

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

Probabilities = Floats
"""Shape (texts, 3), rows sum to 1, columns in the order of `Sentiment`."""


class ModelMissing(Exception):
    """The folder does not hold a usable model; the message names the file and the mend."""


def prepare(text: str) -> str:
    """A text as the model learnt to read it: HTML unescaped, URL -> http, @handle -> @user, white space folded."""
    short = html.unescape(text[:_LONGEST])
    return _SPACE.sub(" ", _HANDLE.sub("@user", _URL.sub("http", short))).strip()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass found in each of its texts.

    `sentiment`: calibrated, shape (texts, 3). `unsure`, `brands`: a text each. `heads`: label of `HEADS` -> shape
    (texts,), the ones that ship. `intents`: shape (texts, 5) in the order of `Intent`, None where it does not ship.
    `embeddings`: shape (texts, 384), unit rows, None where the model has none.
    """

    model: str
    sentiment: Probabilities
    unsure: NDArray[np.bool_]
    brands: Sequence[str | None]
    heads: Mapping[str, Floats]
    intents: Floats | None
    embeddings: NDArray[np.float32] | None
    encoder: str = ""
    """Whose embeddings they are, where `model` names more than the encoder."""

    def verdict(self, row: int, language: str) -> Verdict:
        """One text's, as it is stored."""
        negative, neutral, positive = (float(one) for one in self.sentiment[row])
        return Verdict(
            language=language,
            label=list(Sentiment)[int(self.sentiment[row].argmax())],
            negative=negative,
            neutral=neutral,
            positive=positive,
            model=self.model,
            unsure=bool(self.unsure[row]),
            brand=self.brands[row],
            heads={name: float(column[row]) for name, column in self.heads.items()},
            intent=None if self.intents is None else list(Intent)[int(self.intents[row].argmax())],
            embedding=self._embedding(row),
        )

    def _embedding(self, row: int) -> Embedding | None:
        if self.embeddings is None:
            return None
        return Embedding(self.encoder or self.model, pack(self.embeddings[row : row + 1])[0])


class Reader(Protocol):
    """Whatever reads texts: the bundled model, a configured one, either with a head learnt from a team's labels."""

    @property
    def name(self) -> str:
        """Who judges, for the verdict."""
        ...

    @property
    def encoder(self) -> str:
        """Whose embeddings it gives: vectors of one encoder compare, those of two do not."""
        ...

    def read(
        self,
        texts: Sequence[str],
        brands: Sequence[str | None] | None = None,
        languages: Sequence[str] | None = None,
    ) -> Reading:
        """Everything one pass tells of `texts`, in their order; of each about the brand and in the language beside it.

        Raises:
            ModelMissing: the model cannot be had.
        """
        ...


class _Model(NamedTuple):
    tokenizer: "Tokenizer"
    session: "InferenceSession"
    outputs: list[str]
    columns: list[int]
    """Where the first output keeps each `Sentiment`."""
    manner: Manner


class Classifier:
    """Reads texts. One instance serves every thread; the model is loaded at the first call."""

    def __init__(self, folder: Path = BUNDLED, *, threads: int = 2) -> None:
        self.folder = folder
        self.threads = threads
        self._loading = threading.Lock()

    @cached_property
    def name(self) -> str:
        """Which weights judge, for the verdict: the folder's name and the weight file's size in bytes."""
        return f"{self.folder.name}-{(self.folder / 'model.onnx').stat().st_size}"

    @property
    def encoder(self) -> str:
        """Whose embeddings these are: the same weights'."""
        return self.name

    def read(
        self,
        texts: Sequence[str],
        brands: Sequence[str | None] | None = None,
        languages: Sequence[str] | None = None,
    ) -> Reading:
        """Everything one pass tells of `texts`, in their order; of each about the brand and in the language beside it.

        Raises:
            ModelMissing: there is no model in the folder.
        """
        manner = self._model.manner if len(texts) else Manner()
        asked: list[str | None] = [None] * len(texts)
        if brands is not None and manner.brands_on:
            asked = list(brands)
        tongues = list(languages) if languages is not None else [ANY] * len(texts)
        raw = self.raw(texts, asked)
        sentiment = manner.sentiment(raw["sentiment"], tongues)
        return Reading(
            model=self.name,
            sentiment=sentiment,
            unsure=manner.unsure(sentiment, tongues),
            brands=asked,
            heads=manner.yes_or_no(raw),
            intents=manner.intents(raw),
            embeddings=raw.get("embedding"),
        )

    def raw(self, texts: Sequence[str], brands: Sequence[str | None]) -> dict[str, NDArray[np.float32]]:
        """The model's own numbers, not calibrated: output -> shape (len(texts), its width), `sentiment` among them.

        What is asked twice (copies of a text, a post that concerns two brands of which it is not asked) is read once.

        Raises:
            ModelMissing: there is no model in the folder.
        """
        asked = list(zip(texts, brands, strict=True))
        places = {ask: place for place, ask in enumerate(dict.fromkeys(asked))}
        once = list(places)
        raw = {"sentiment": np.empty((len(once), CLASSES), dtype=np.float32)}
        for rows in micro_batches([text for text, _ in once]):
            found = self._pass([prepare(once[row][0]) for row in rows], [once[row][1] for row in rows])
            for name, values in found.items():
                raw.setdefault(name, np.empty((len(once), values.shape[1]), dtype=np.float32))[rows] = values
        back = [places[ask] for ask in asked]
        return {name: values[back] for name, values in raw.items()}

    def probabilities(self, texts: Sequence[str]) -> Probabilities:
        """The sentiment of `texts` alone, shape (len(texts), 3), in their order.

        Raises:
            ModelMissing: there is no model in the folder.
        """
        return self.read(texts).sentiment

    def _pass(self, texts: list[str], brands: list[str | None]) -> dict[str, NDArray[np.float32]]:
        model = self._model
        pairs = [text if brand is None else (text, brand) for text, brand in zip(texts, brands, strict=True)]
        encoded = model.tokenizer.encode_batch(pairs)
        feed = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
        }
        found = dict(zip(model.outputs, model.session.run(model.outputs, feed), strict=True))
        found["sentiment"] = found.pop(model.outputs[0])[:, model.columns]
        return found

    @property
    def _model(self) -> "_Model":
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> "_Model":
        self._check()
        os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # or it warns that PyTorch is not installed
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        # Its wheels for Linux write a device id under HOME and send events to Microsoft; read once, at the import
        # (onnxruntime 1.31.1, seen 2026-11-22; the test of the wheel looks whether HOME stays empty).
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime  # noqa: PLC0415 - the one deliberate lazy load: two seconds nobody else should pay
        from transformers import AutoConfig, AutoTokenizer  # noqa: PLC0415 - the same

        config = AutoConfig.from_pretrained(self.folder, local_files_only=True)
        columns = {label: int(column) for column, label in config.id2label.items()}
        missing = [label for label in Sentiment if label.value not in columns]
        if missing:
            msg = f"{self.folder}/config.json: id2label names {sorted(columns)}, not {[m.value for m in missing]}"
            raise ModelMissing(msg)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            self.folder / "model.onnx", sess_options=options, providers=["CPUExecutionProvider"]
        )
        # The tokenizer's own core: what transformers wraps around it costs a tenth of a short text's pass. Padding and
        # truncation are set here, once: threads that share it never change it.
        tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True).backend_tokenizer
        tokenizer.enable_truncation(MAX_TOKENS, strategy="only_first")
        pad = config.pad_token_id or 0
        tokenizer.enable_padding(pad_id=pad, pad_token=tokenizer.id_to_token(pad))
        return _Model(
            tokenizer,
            session,
            [output.name for output in session.get_outputs()],
            [columns[label.value] for label in Sentiment],
            manner_of(config.to_dict()),
        )

    def _check(self) -> None:
        for name in _FILES:
            file = self.folder / name
            if not file.is_file():
                msg = f"{file} is missing: clone the repository again, or point to a folder that holds {_FILES}"
                raise ModelMissing(msg)
            if name == "model.onnx" and file.stat().st_size < _LFS_POINTER:
                msg = f"{file} is only a pointer to the weights: run `git lfs pull`"
                raise ModelMissing(msg)


def micro_batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Rows of `texts`, alike lengths together: a batch costs as much as its longest text in every row."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]
