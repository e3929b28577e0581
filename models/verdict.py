"""What we think of one text: language and sentiment with probabilities, and how it was judged."""

from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Sentiment(StrEnum):
    """Three classes; the order is the model's output order."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Intent(StrEnum):
    """What the author wants; the order is the model's output order."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    OTHER = "other"


HEADS = ("anger", "joy", "sadness", "fear", "irony", "offensive", "danger")
"""Further labels, each true or not by itself. `danger`: a person may be in danger (threat, suicide, doxxing)."""

LIKELY = 0.5
"""From this probability on a label of `HEADS` is taken for true; `models.ml.manner.Scale.at` shifts each to it."""


class Embedding(NamedTuple):
    """What a text is about: `vector` as `models.ml.embedding` packs it, by the encoder `model` and no other."""

    model: str
    vector: bytes


class Verdict(BaseModel):
    """`label` is the argmax; the three probabilities sum to 1 (within rounding); `model` names the weights.

    With a `brand`, the sentiment is the one towards it. A head that the model does not have, or that was not shown to
    be good enough, is absent from `heads`, and `intent` is None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str = Field(description="ISO 639-1, or und")
    label: Sentiment
    negative: float = Field(ge=0, le=1)
    neutral: float = Field(ge=0, le=1)
    positive: float = Field(ge=0, le=1)
    model: str
    unsure: bool = Field(default=False, description="below the threshold at which nine in ten negatives are right")
    brand: str | None = Field(None, description="which brand the sentiment is about")
    heads: dict[str, float] = Field(default_factory=dict, description="label of `HEADS` -> probability")
    intent: Intent | None = None
    spam: float | None = Field(None, ge=0, le=1, description="how much it looks like spam or a scam")
    embedding: Embedding | None = Field(None, exclude=True, repr=False, description="kept in a table of its own")

    @property
    def confidence(self) -> float:
        """Probability of `label`, in [0, 1]."""
        return float(getattr(self, self.label.value))
