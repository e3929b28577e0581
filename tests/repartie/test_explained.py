"""`check --explain` says which rule would take a text, without guessing what a text does not tell."""

from collections.abc import Sequence

from config.i18n import words
from config.schema import AttentionRule, Brand, Config
from config.sources import RssOptions
from models.ml.judge import Ask
from models.verdict import Sentiment, Verdict
from repartie.reports import explained


class Stern:
    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        return [
            Verdict(language="fr", label=Sentiment.NEGATIVE, negative=0.8, neutral=0.1, positive=0.1, model="test")
            for _ in asks
        ]


CONFIG = Config(
    brands=(
        Brand(name="Aéroplouf", query="aeroplouf", sources=("presse",)),
        Brand(name="Voloair", query="voloair", sources=("presse",)),
    ),
    sources={"presse": RssOptions(kind="rss", feeds=("https://presse.example/rss",))},
    attention=(
        AttentionRule(when="followers >= 10k or author == somebody", do="card"),
        AttentionRule(when="sentiment == negative", do="store"),
    ),
)


def test_the_rule_stands_under_the_brand_it_is_about() -> None:
    assert explained(CONFIG, "Honteux, cette Aéroplouf", words("en"), Stern()).splitlines() == [
        "Aéroplouf: matches",
        "  ✓ aeroplouf: “Aéroplouf”",
        "  rule 1:",
        "    ? one of these conditions:",
        "      ? followers >= 10k: here it is unknown",
        "      ? author == somebody: here it is unknown",
        "  rule 2:",
        "    ✓ sentiment == negative: here it is negative",
        "  → stored, shown to nobody",
        "",
        "Voloair: does not match",
        "  ✗ voloair: not found",
    ]


def test_without_rules_nothing_is_judged() -> None:
    config = CONFIG.model_copy(update={"attention": ()})
    assert "rule" not in explained(config, "Aéroplouf", words("en"))
