"""How the model's numbers become answers: calibration, the threshold of `unsure`, which heads ship.

Measured when the weights were made (docs/model/card.md) and kept beside them, in `config.json` under `repartie`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.verdict import HEADS, Intent, Sentiment

Floats = NDArray[np.float64]
Raw = Mapping[str, NDArray[np.float32]]
"""Output of the model -> its numbers, shape (texts, width)."""
EMOTIONS = ("anger", "joy", "sadness", "fear")
ANY = "*"
"""Stands for every language that has no figure of its own."""


class Scale(BaseModel):
    """A head of yes or no: p = sigmoid((logit - at) / temperature). `on`: it was shown to be good enough."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(1.0, gt=0)
    at: float = 0.0
    on: bool = True


class Manner(BaseModel):
    """What was measured of one set of weights.

    `temperature`: language -> what the sentiment's logits are divided by. `bias`: language -> added to the three logits
    first. `sure`: language -> from which probability each label is said without `unsure`: negative from where nine in
    ten were right, neutral and positive from even odds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: Mapping[str, float] = {ANY: 1.0}
    bias: Mapping[str, tuple[float, float, float]] = {}
    sure: Mapping[str, tuple[float, float, float]] = {ANY: (0.0, 0.0, 0.0)}
    heads: Mapping[str, Scale] = {}
    intent_on: bool = False
    brands_on: bool = False
    """Whether the model learnt to answer about a brand, and does it better than about the text as a whole."""

    def sentiment(self, logits: NDArray[np.float32], languages: Sequence[str]) -> Floats:
        """Calibrated probabilities, shape (texts, 3)."""
        shifted = logits.astype(np.float64)
        for row, language in enumerate(languages):
            shifted[row] += self.bias.get(language, (0.0, 0.0, 0.0))
            shifted[row] /= self.temperature.get(language, self.temperature.get(ANY, 1.0))
        return softmax(shifted)

    def unsure(self, sentiment: Floats, languages: Sequence[str]) -> NDArray[np.bool_]:
        """Which labels stand below the threshold, shape (texts,)."""
        if not len(sentiment):
            return np.zeros(0, dtype=np.bool_)
        labels = sentiment.argmax(axis=1)
        floors = [self.sure.get(language) or self.sure.get(ANY, (0.0, 0.0, 0.0)) for language in languages]
        needed = np.array([floor[label] for floor, label in zip(floors, labels, strict=True)])
        return np.asarray(sentiment.max(axis=1) < needed, dtype=np.bool_)

    def yes_or_no(self, raw: Raw) -> dict[str, Floats]:
        """Label -> probabilities, shape (texts,), of the heads that ship."""
        columns = {name: raw["emotion"][:, at] for at, name in enumerate(EMOTIONS) if "emotion" in raw}
        columns |= {name: raw[name][:, 0] for name in HEADS if name in raw}
        return {
            name: 1 / (1 + np.exp(-(columns[name].astype(np.float64) - scale.at) / scale.temperature))
            for name, scale in self.heads.items()
            if scale.on and name in columns
        }

    def intents(self, raw: Raw) -> Floats | None:
        """Probabilities in the order of `Intent`, shape (texts, 5), where that head ships."""
        if not self.intent_on or "intent" not in raw:
            return None
        found = softmax(raw["intent"].astype(np.float64))
        if found.shape[1] != len(Intent):
            msg = f"the model's intent has {found.shape[1]} classes, not {len(Intent)}"
            raise ValueError(msg)
        return found


def softmax(logits: Floats) -> Floats:
    """Rows to probabilities."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)


def manner_of(config: Mapping[str, Any]) -> Manner:
    """What `config.json` says under `repartie`; a model that says nothing is taken as it is."""
    return Manner.model_validate(config.get("repartie") or {})


CLASSES = len(Sentiment)
