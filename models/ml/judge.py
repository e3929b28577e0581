"""From posts to verdicts: one call judges a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.ml.classifier import Reader
from models.ml.language import LanguageReader
from models.ml.spam import spam_of
from models.post import Post
from models.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Ask:
    """One post, and the brand about which it is asked; None: what the text says as a whole."""

    post: Post
    brand: str | None = None


class Judge(Protocol):
    """Whatever gives verdicts, one for each ask, in their order."""

    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        """Judge every post for the brand it is asked about."""
        ...


class ModelJudge:
    """A model's judgement, the bundled one's unless another is configured."""

    def __init__(self, classifier: Reader, languages: LanguageReader) -> None:
        self.classifier = classifier
        self.languages = languages

    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        """Judge title and text together, as a reader meets them.

        Raises:
            models.ml.classifier.ModelMissing: the weights are not there.
        """
        if not asks:
            return []
        texts = [words_of(ask.post.title, ask.post.text) for ask in asks]
        languages = [self.languages.read(text, ask.post.language) for text, ask in zip(texts, asks, strict=True)]
        found = self.classifier.read(texts, [ask.brand for ask in asks], languages)
        return [
            found.verdict(row, language).model_copy(update={"spam": spam_of(ask.post).likelihood})
            for row, (ask, language) in enumerate(zip(asks, languages, strict=True))
        ]


def words_of(title: str, text: str) -> str:
    """What the model is given of a post."""
    return f"{title}\n{text}" if title else text
