"""Whether a condition holds: three-valued, folded, never guessing what nobody said."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.conditions import FIELDS, Facts, facts_of, parse
from config.conditions.rules import RuleNamed, read, written
from config.i18n import words
from models.post import Author, Engagement, Post
from models.verdict import Intent, Sentiment, Verdict

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)  # a Friday, half past eight in Paris
VERDICT = Verdict(
    language="fr",
    label=Sentiment.NEGATIVE,
    negative=0.85,
    neutral=0.1,
    positive=0.05,
    model="test",
    unsure=True,
    heads={"anger": 0.5, "irony": 0.49},
    intent=Intent.COMPLAINT,
    spam=0.1,
)


def facts(verdict: Verdict | None = VERDICT, **changes: object) -> Facts:
    post = {
        "network": "sandbox",
        "external_id": "1",
        "title": "Enquête",
        "text": "Trois heures d’attente,\nService CLIENT muet 😡",
        "author": Author(handle="@lea@social.example", name="Léa M.", followers=None),
        "at": NOW - timedelta(minutes=90),
        "accounts": ("@Aeroplouf@social.example",),
        "engagement": Engagement(likes=0, views=1_200_000),
        **changes,
    }
    return facts_of(
        Post.model_validate(post),
        brand="Aéroplouf",
        source="presse",
        words=("AÉROPLOUF", "vols retardés"),
        verdict=verdict,
        risk=0.8,
        reach=100_000,
        accounts=("aeroplouf",),
        now=NOW,
        timezone=ZoneInfo("Europe/Paris"),
    )


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        ("sentiment == negative", True),
        ("sentiment != negative", False),
        ("sentiment in (neutral, positive)", False),
        ("confidence >= 85%", True),
        ("confidence > 0.85", False),
        ("text contains 'service client'", True),
        ("text contains d'attente", True),
        ("text contains SERVICE", True),
        ("text contains servi", False),
        ("text contains enquete", True),
        ("text contains 😡", True),
        ("title == enquête", True),
        ("title contains muet", False),
        ("words contains retardes", True),
        ("words == aeroplouf", True),
        ("author == @lea", True),
        ("author == lea@social.example", True),
        ('author == "lea m."', True),
        ("author != bob", True),
        ("author != lea", False),
        ("author in (bob, 'Lea M.')", True),
        ("network == sandbox", True),
        ("source == presse", True),
        ("brand == aeroplouf", True),
        ("place == presse", None),
        ("language == fr", True),
        ("addressed", True),
        ("reply", False),
        ("not reply", True),
        ("hour == 7", True),
        ("hour in (7, 8)", True),
        ("weekday == friday", True),
        ("age <= 90m", True),
        ("age < 90m", False),
        ("age < 2h", True),
        ("views >= 1.2M", True),
        ("risk >= 0.8", True),
        ("risk > 80%", False),
        ("reach >= 100k", True),
        ("intent == complaint", True),
        ("intent in (question, praise)", False),
        ("unsure", True),
        ("anger", True),
        ("not irony", True),
        ("danger", None),
        ("not danger", None),
        ("danger is unknown", True),
        ("spam", False),
        ("likes == 0", True),
        ("likes > 0", False),
        ("followers >= 0", None),
        ("not followers >= 0", None),
        ("followers != 3", None),
        ("followers not in (1, 2)", None),
        ("followers is unknown", True),
        ("followers is known", False),
        ("not followers is known", True),
        ("followers >= 10k or sentiment == negative", True),
        ("followers >= 10k and sentiment == negative", None),
        ("followers >= 10k and sentiment == positive", False),
        ("followers >= 10k or sentiment == positive", None),
        ("not (followers >= 10k and sentiment == positive)", True),
    ],
)
def test_truth(source: str, truth: bool | None) -> None:  # noqa: FBT001 - a parameter of the table
    condition = parse(source)
    assert condition.truth(facts()) is truth
    assert condition.holds(facts()) is (truth is True)


def test_every_field_has_its_fact() -> None:
    assert set(facts()) == set(FIELDS)


def test_without_a_verdict_nothing_is_known_of_it() -> None:
    known = facts(verdict=None)
    assert [
        name
        for name in ("sentiment", "confidence", "language", "intent", "anger", "spam", "unsure")
        if known[name] is not None
    ] == []
    unread = VERDICT.model_copy(update={"language": "und"})
    assert parse("language is unknown").holds(facts(verdict=unread))


def test_a_post_of_the_future_has_no_age_below_zero() -> None:
    assert facts(at=NOW + timedelta(hours=1))["age"] == timedelta(0)


def test_somebody_elses_account_is_not_ours() -> None:
    assert facts(accounts=("@voloair",))["addressed"] is False


def test_an_explanation_says_what_is_known() -> None:
    condition = parse("sentiment == negative and (followers >= 10k or not reply or not (reply and hour == 3))")
    assert condition.explain(facts(), words("en")).splitlines() == [
        "✓ all these conditions:",
        "  ✓ sentiment == negative: here it is negative",
        "  ✓ one of these conditions:",
        "    ✓ not reply: here it is no",
        "    ✓ not:",
        "      ✗ all these conditions:",
        "        ✗ reply: here it is no",
        "        ✗ hour == 3: here it is 7",
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("followers >= 10k", "? followers >= 10k : ici, inconnu"),
        ("confidence >= 0.5", "✓ confidence >= 0.5 : ici, 85 %"),
        ("views > 1", "✓ views > 1 : ici, 1 200 000"),
        ("age < 2h", "✓ age < 2h : ici, 90 min"),
        ("words == x", "✗ words == x : ici, AÉROPLOUF ou vols retardés"),
        ("addressed", "✓ addressed : ici, oui"),
    ],
)
def test_an_explanation_in_french(source: str, said: str) -> None:
    spaces = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "  ")
    assert parse(source).explain(facts(), words("fr")).translate(spaces) == said


def test_a_rule_is_written_and_read_again() -> None:
    condition = parse("sentiment == negative")
    assert written(2, condition) == "rule 2: sentiment == negative"
    assert read(written(2, condition)) == RuleNamed(2, "sentiment == negative")
    assert read(written(3, None)) == RuleNamed(3, "")
    assert read("every mention of the last 24 hours") is None
    long = parse(" or ".join(f"text contains word{n}" for n in range(60)))
    assert len(written(1, long)) < 320
    assert written(1, long).endswith("…")
