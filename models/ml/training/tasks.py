"""What the model is asked: one head a task, all on the same pass of the encoder."""

from dataclasses import dataclass
from enum import StrEnum


class Loss(StrEnum):
    """How a head is taught."""

    ONE_OF = "one of"
    """Exactly one class is right: softmax and cross-entropy."""
    ANY_OF = "any of"
    """Each class is right or not by itself: a sigmoid each. NaN in a target: nobody said, so no gradient."""


@dataclass(frozen=True)
class Task:
    """A head: its classes in the order of its outputs."""

    name: str
    classes: tuple[str, ...]
    loss: Loss

    @property
    def width(self) -> int:
        """Outputs of the head."""
        return len(self.classes)


SENTIMENT = Task("sentiment", ("negative", "neutral", "positive"), Loss.ONE_OF)
EMOTION = Task("emotion", ("anger", "joy", "sadness", "fear"), Loss.ANY_OF)
IRONY = Task("irony", ("irony",), Loss.ANY_OF)
OFFENSIVE = Task("offensive", ("offensive",), Loss.ANY_OF)
DANGER = Task("danger", ("danger",), Loss.ANY_OF)
INTENT = Task("intent", ("complaint", "question", "suggestion", "praise", "other"), Loss.ONE_OF)
TASKS = (SENTIMENT, EMOTION, IRONY, OFFENSIVE, DANGER, INTENT)
