"""From posts to verdicts: one call judges a batch."""

from collections.abc import Sequence
from typing import Protocol

from models.ml.classifier import Classifier
from models.ml.language import LanguageReader
from models.post import Post
from models.verdict import Sentiment, Verdict


class Judge(Protocol):
    """Whatever gives verdicts, one for each post, in their order."""

    def judge(self, posts: Sequence[Post]) -> list[Verdict]:
        """Judge every post."""
        ...


class ModelJudge:
    """The bundled model's judgement."""

    def __init__(self, classifier: Classifier, languages: LanguageReader) -> None:
        self.classifier = classifier
        self.languages = languages

    def judge(self, posts: Sequence[Post]) -> list[Verdict]:
        """Judge title and text together, as a reader meets them.

        Raises:
            models.ml.classifier.ModelMissing: the weights are not there.
        """
        if not posts:
            return []
        texts = [f"{post.title}\n{post.text}" if post.title else post.text for post in posts]
        table = self.classifier.probabilities(texts)
        labels = list(Sentiment)
        return [
            Verdict(
                language=self.languages.read(text, post.language),
                label=labels[int(row.argmax())],
                negative=float(row[0]),
                neutral=float(row[1]),
                positive=float(row[2]),
                model=self.classifier.name,
            )
            for post, text, row in zip(posts, texts, table, strict=True)
        ]
