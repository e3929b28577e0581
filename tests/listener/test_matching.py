"""What people see of a match: the words as they stand and the reasons, in their language; and that nothing is slow."""

import time
from datetime import UTC, datetime

import pytest

from config.i18n import words
from config.query import parse
from listener.matching import Match, Matcher
from models.post import Author, Post

QUERIES = {
    "Aéroplouf": parse('(aeroplouf OR @aeroplouf) AND NOT (recrutement OR "offre d\'emploi")'),
    "VoloAir": parse("voloair AND lang:fr AND (vol NEAR/2 retard OR =Retard)"),
    "Blog": parse("site:blog.example"),
}
MATCHER = Matcher(QUERIES)


def post(text: str, title: str = "", **known: object) -> Post:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Post(network="test", external_id="1", title=title, text=text, author=Author(handle="lea"), at=at, **known)  # type: ignore[arg-type] - a wrong type on purpose


def test_words_are_given_as_they_stand_in_order_and_once():
    said = post("Merci @Aéroplouf, l’AÉRO\u200bPLOUF et encore Aéroplouf !", title="Aéroplouf’s day")
    assert MATCHER.match(said) == [Match("Aéroplouf", ("Aéroplouf", "AÉROPLOUF"))]


def test_what_holds_without_words_names_none():
    said = post("rien", url="https://blog.example/a", accounts=("aeroplouf@social.example",))
    assert MATCHER.match(said) == [Match("Aéroplouf", ()), Match("Blog", ())]


def test_many_posts_come_back_in_their_order_over_several_calls():
    said = [post(("Aéroplouf " if number % 7 == 0 else "") + "mot " * 300) for number in range(200)]
    assert [bool(matches) for matches in MATCHER.match_many(said)] == [number % 7 == 0 for number in range(200)]
    assert list(MATCHER.match_many([])) == []


def test_a_word_typed_against_an_address_ends_where_it_begins():
    beside = Matcher({"q": parse('"aeros aero"')})
    assert [match.name for match in beside.match(post("aeroshttps://aero.example/air aero"))] == ["q"]


def test_no_query_matches_nothing():
    assert Matcher({}).match(post("aeroplouf")) == []


def test_the_reason_names_what_stopped_it():
    shown = MATCHER.explain("Aéroplouf", post("Recrutement chez Aéroplouf")).render(words("fr"))
    assert shown.splitlines() == [
        "Aéroplouf\u00a0: la requête ne correspond pas",
        "  ✗ il faudrait tout ceci\u00a0:",
        "    ✓ au moins l’un de ceux-ci y est\u00a0:",
        "      ✓ aeroplouf\u00a0: «\u00a0Aéroplouf\u00a0»",
        '    ✗ NOT (recrutement OR "offre d\'emploi")\u00a0: écarté par «\u00a0Recrutement\u00a0»',
    ]


def test_the_reason_names_what_is_missing_and_how_near_it_came():
    said = post("VoloAir : le vol de ce matin, et quel retard", language="en")
    explanation = MATCHER.explain("VoloAir", said)
    assert not explanation.matched
    assert explanation.words == ()
    assert explanation.render(words("en")).splitlines() == [
        "VoloAir: does not match",
        "  ✗ all of these must be there:",
        "    ✓ voloair: “VoloAir”",
        "    ✗ lang:fr: the post says en",
        "    ✗ none of these is there:",
        "      ✗ vol NEAR/2 retard: both are there, but not close enough or not in this order",
        "      ✗ =Retard: only “retard” is there, with other capitals or accents",
    ]


def test_long_groups_are_shortened():
    giant = Matcher({"giant": parse(" OR ".join(f"mot{number}" for number in range(500)))})
    shown = giant.explain("giant", post("rien")).render(words("en")).splitlines()
    assert len(shown) == 2 + 8 + 1
    assert shown[-1].strip() == "and 492 others"


def test_explaining_an_unknown_name_is_refused():
    with pytest.raises(KeyError):
        MATCHER.explain("nobody", post("x"))


NEARS = "(aaa OR bbb*) NEAR/100 (aaa OR ccc*)"
HOSTILE = {
    "one word": "a" * 1_000_000,
    "same word": "aaa " * 60_000,
    "distinct words": " ".join(f"bbb{number}" for number in range(30_000)),
    "hashtags": "#aaa " * 50_000,
    "handles": "@aaa." * 50_000,
    "signs": "#@" * 125_000,
    "combining": "aaa" + "\u0301" * 1_000_000,
    "joined emoji": "👩\u200d" * 75_000 + "aaa",
    "flags": "🇫" * 75_000,
    "addresses": "https://x.example/aaa " * 12_000,
    "a host of many names": "https://" + "a." * 100_000 + "example",
    "www": "www." * 60_000,
    "apostrophes": "aaa's" + "'s" * 100_000,
    "every letter": "".join(map(chr, range(0x20, 0xD800))) + "".join(map(chr, range(0xE000, 0x20000))),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_giant_post_of_anything_is_never_slow(text: str):
    matcher = Matcher(
        {
            "near": parse(NEARS),
            "phrase": parse('"aaa aaa aaa aaa" OR #aaa OR @aaa* OR =aaa'),
            "not": parse("aaa AND NOT zzz"),
        }
    )
    started = time.process_time()
    matcher.match(post(text))
    assert time.process_time() - started < 6
