from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.i18n import words
from config.schema import AttentionRule, Brand, Config
from config.sources import RssOptions
from listener.triage import FRESH, HISTORY, NO_RULE, RECENT, WITHOUT_RULES, Ruling, Subject, triage_of
from models.post import Author, Post
from models.verdict import Sentiment, Verdict

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def subject(age: timedelta = timedelta(0), label: Sentiment = Sentiment.NEGATIVE) -> Subject:
    post = Post(
        network="rss", external_id="1", text="a", author=Author(handle="lea"), at=NOW - age, accounts=("@aeroplouf",)
    )
    verdict = Verdict(
        language="fr", label=label, **{str(each): 0.8 if each is label else 0.1 for each in Sentiment}, model="test"
    )
    return Subject(post, "Aéroplouf", ("aéroplouf",), "presse", verdict)


def config(*rules: AttentionRule) -> Config:
    return Config(
        brands=(Brand(name="Aéroplouf", query="aeroplouf", accounts={"rss": "aeroplouf"}, sources=("presse",)),),
        sources={"presse": RssOptions(kind="rss", feeds=("https://presse.example/rss",))},
        attention=rules,
    )


RULES = config(
    AttentionRule(when="brand == Voloair", do="card"),
    AttentionRule(when="sentiment == positive and source == presse", do="store"),
    AttentionRule(when="addressed and hour == 9", do="card"),
    AttentionRule(when="addressed", do="store"),
)


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(0), True),
        (timedelta(hours=-1), True),
        (FRESH, True),
        (FRESH + timedelta(seconds=1), False),
        (timedelta(days=400), False),
    ],
)
def test_without_rules_what_is_fresh_rings(age: timedelta, shown: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert WITHOUT_RULES.decide(subject(age), NOW) == (shown, RECENT if shown else HISTORY)
    assert triage_of(config()).decide(subject(age), NOW) == (shown, RECENT if shown else HISTORY)


def test_the_first_rule_that_holds_decides_and_is_named() -> None:
    triage = triage_of(RULES)
    assert triage.decide(subject(label=Sentiment.POSITIVE), NOW) == Ruling(
        shown=False, rule="rule 2: sentiment == positive and source == presse"
    )
    # Eight o'clock of UTC is nine in Paris.
    assert triage.decide(subject(), NOW) == Ruling(shown=True, rule="rule 3: addressed and hour == 9")
    assert triage.decide(subject(timedelta(hours=3)), NOW) == Ruling(shown=False, rule="rule 4: addressed")


def test_what_no_rule_speaks_of_is_shown() -> None:
    alone = subject()
    alone = replace(alone, post=alone.post.model_copy(update={"accounts": ()}))
    assert triage_of(RULES).decide(alone, NOW) == Ruling(shown=True, rule=NO_RULE)


def test_a_last_rule_without_when_takes_the_rest() -> None:
    triage = triage_of(config(AttentionRule(when="followers >= 10k", do="card"), AttentionRule(do="store")))
    assert triage.decide(subject(), NOW) == Ruling(shown=False, rule="rule 2")


def test_history_never_rings_whatever_the_rules_say() -> None:
    triage = triage_of(config(AttentionRule(do="card")))
    assert triage.decide(subject(), NOW).shown
    assert triage.decide(subject(FRESH * 2), NOW) == Ruling(shown=False, rule=HISTORY)


def test_an_explanation_goes_as_far_as_the_rule_that_decides() -> None:
    triage = triage_of(RULES)
    said = triage.explain(triage.facts(subject(label=Sentiment.POSITIVE), NOW), words("en")).splitlines()
    assert said == [
        "rule 1:",
        "  ✗ brand == Voloair: here it is Aéroplouf",
        "rule 2:",
        "  ✓ all these conditions:",
        "    ✓ sentiment == positive: here it is positive",
        "    ✓ source == presse: here it is presse",
        "→ stored, shown to nobody",
    ]
    assert triage.explain({}, words("fr")).splitlines()[-1] == "→ montrée sur une carte"
    always = triage_of(config(AttentionRule(do="store")))
    assert always.explain({}, words("en")).splitlines() == ["rule 1: always", "→ stored, shown to nobody"]
