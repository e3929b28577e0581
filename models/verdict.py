"""What we think of one text: language and sentiment with probabilities, and how it was judged."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Sentiment(StrEnum):
    """Three classes; the order is the model's output order."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Verdict(BaseModel):
    """`label` is the argmax; the three probabilities sum to 1 (within rounding); `model` names the weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str = Field(description="ISO 639-1, or und")
    label: Sentiment
    negative: float = Field(ge=0, le=1)
    neutral: float = Field(ge=0, le=1)
    positive: float = Field(ge=0, le=1)
    model: str

    @property
    def confidence(self) -> float:
        """Probability of `label`, in [0, 1]."""
        return float(getattr(self, self.label.value))
