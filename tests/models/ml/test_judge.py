from datetime import UTC, datetime

import pytest

from models.ml.classifier import Classifier
from models.ml.judge import Ask, ModelJudge
from models.ml.language import UNDETERMINED, LanguageReader
from models.post import Author, Post
from models.verdict import Sentiment


def post(text: str, language: str | None = None, title: str = "") -> Post:
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    author = Author(handle="lea")
    return Post(network="rss", external_id=text, text=text, title=title, author=author, at=at, language=language)


@pytest.mark.parametrize(
    ("text", "tag", "language"),
    [
        ("Trois heures d'attente au guichet et personne ne répond", None, "fr"),
        ("Three hours at the counter and nobody answers", None, "en"),
        ("Drei Stunden Wartezeit am Schalter und niemand antwortet", None, "de"),
        ("Three hours at the counter", "fr-FR", "fr"),
        ("Three hours at the counter and nobody answers", "und", "en"),
        ("😀😀", None, UNDETERMINED),
        ("https://blog.example/fr", None, UNDETERMINED),
    ],
)
def test_reads_the_language(text: str, tag: str | None, language: str) -> None:
    assert LanguageReader().read(text, tag) == language


def test_one_verdict_for_each_post_in_their_order() -> None:
    judge = ModelJudge(Classifier(), LanguageReader())
    verdicts = judge.judge(
        [Ask(post("Un équipage adorable, merci beaucoup !")), Ask(post("Quelle honte, trois heures perdues.", "fr"))]
    )
    assert [verdict.label for verdict in verdicts] == [Sentiment.POSITIVE, Sentiment.NEGATIVE]
    assert [verdict.language for verdict in verdicts] == ["fr", "fr"]
    assert verdicts[0].confidence == verdicts[0].positive > 0.5
    assert verdicts[0].model


def test_the_title_counts() -> None:
    judge = ModelJudge(Classifier(), LanguageReader())
    (verdict,) = judge.judge(
        [Ask(post("Vol 212.", title="Scandale : une compagnie abandonne ses passagers, une honte"))]
    )
    assert verdict.label is Sentiment.NEGATIVE


def test_nothing_to_judge_loads_nothing() -> None:
    classifier = Classifier()
    assert ModelJudge(classifier, LanguageReader()).judge([]) == []
    assert "_loaded" not in vars(classifier)
