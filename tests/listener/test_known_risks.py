from datetime import UTC, datetime

import pytest

from config.known_risks import starter
from config.schema import Brand
from listener.known_risks import KnownRisks
from models.ml.risk import Family
from models.post import Author, Post


def post(text: str, title: str = "") -> Post:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Post(network="rss", external_id="1", title=title, text=text, author=Author(handle="a"), at=at)


BRANDS = (
    Brand(name="Aéroplouf", query="a", sources=("s",), known_risks=("amiante", "vol 212", "Grève*", "🔥")),
    Brand(name="Voloair", query="v", sources=("s",), starter_risks=False, known_risks=("retard de paiement",)),
)


@pytest.fixture(scope="module")
def known() -> KnownRisks:
    return KnownRisks(BRANDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Un INCENDIE au comptoir", ["incendie*"]),
        ("Il s’est évanoui à bord", ["s'est évanoui*"]),
        ("des grévistes bloquent le vol 212", ["vol 212"]),
        ("des greves, de l'amiante", ["Grève*", "amiante"]),
        ("le vol 2121 est beau", []),
        ("J'adore, c'est 🔥", ["🔥"]),
        ("my lawyers will call", ["my lawyer*"]),
        ("Rien à signaler", []),
    ],
)
def test_words_are_whole_and_folded(known: KnownRisks, text: str, words: list[str]) -> None:
    assert [named.word for named in known.of("Aéroplouf", known.named(post(text)))] == words


def test_each_brand_has_its_own(known: KnownRisks) -> None:
    named = known.named(post("Incendie, amiante et retard de paiement"))
    assert [one.family for one in known.of("Aéroplouf", named)] == [Family.OWN, Family.SAFETY]
    assert [one.word for one in known.of("Voloair", named)] == ["retard de paiement"]


def test_the_gravest_come_first_and_few_are_kept(known: KnownRisks) -> None:
    text = "suicide incendie explosion samu pompiers ambulance piratage amiante raciste"
    found = known.of("Aéroplouf", known.named(post("", title=text)))
    assert found[0].word == "suicid*"
    assert len(found) == 6


def test_the_lists_that_come_with_it() -> None:
    listed = starter()
    assert len(listed) > 400
    assert Family.OWN not in listed.values()
    assert {Family.DANGER, Family.SAFETY, Family.VULNERABLE} <= set(listed.values())
    assert [word for word in listed if word != word.strip() or word != word.lower()] == []
