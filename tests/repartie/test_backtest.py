"""What an edited file would add and drop, on a real store, and how it is said."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.i18n import words
from config.schema import Brand, Config
from config.sources import RssOptions
from models.database import Database
from models.post import Author, Post
from models.store import candidates
from models.store.hearing import Heard, store
from repartie import examples
from repartie.backtest import Backtest, Change, backtest
from repartie.changes import Format, Report, Shown
from repartie.replay import SOURCE as REPLAYED

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
START = NOW - timedelta(days=30)


def brand(name: str = "Aéroplouf", query: str = "aeroplouf", *sources: str, **more: object) -> Brand:
    return Brand.model_validate({"name": name, "query": query, "sources": sources or ("presse",), **more})


def config(*brands: Brand) -> Config:
    feeds = ("https://presse.example/rss",)
    return Config(brands=brands, sources={"presse": RssOptions(kind="rss", feeds=feeds)})


def post(number: int, text: str, author: str = "lea") -> Post:
    return Post(
        network="rss",
        external_id=f"id-{number}",
        url=f"https://blog.example/{number}",
        text=text,
        author=Author(handle=author),
        at=NOW + timedelta(minutes=number),
    )


Hear = Callable[..., None]


@pytest.fixture
def hear(database: Database) -> Hear:
    """Stores a post as a mention of some brands, or as a candidate."""

    def stored(found: Post, *brands: str, source: str = "presse", at: datetime = NOW) -> None:
        with database.write() as session:
            if brands:
                heard = Heard(found, dict.fromkeys(brands, ()), {}, shown=True, rule="")
                store(session, source, [heard], at)
            else:
                candidates.keep(session, source, [found], keep=timedelta(days=30), now=at)

    return stored


@pytest.fixture
def tried(database: Database) -> Callable[..., Backtest]:
    def run(new: Config, old: Config | None = None) -> Backtest:
        with database.read() as session:
            return backtest(session, new, START, old=old)

    return run


def counts(change: Change) -> tuple[str, int, int, int, int]:
    return change.brand, len(change.was), len(change.now), len(change.added), len(change.dropped)


def test_adds_from_candidates_and_other_brands_and_drops(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf en retard"), "Aéroplouf")
    hear(post(2, "Aéroplouf recrute"), "Aéroplouf")
    hear(post(3, "Voloair mieux que la compagnie au plouf"), "Voloair")
    hear(post(4, "Quel plouf !"))
    hear(post(5, "Il pleut"))
    found = tried(config(brand(query="(aeroplouf OR plouf) AND NOT recrute"), brand("Voloair", "voloair")))
    assert [counts(change) for change in found.changes] == [("Aéroplouf", 2, 3, 2, 1)]
    assert found.unchanged == ("Voloair",)
    assert (found.posts, found.candidates) == (3, 2)
    assert found.changes[0].share == 1.5


def test_nothing_changes_where_the_file_says_what_is_stored(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf en retard"), "Aéroplouf")
    found = tried(config(brand(query="AEROPLOUF")))
    assert (found.changes, found.unchanged) == ((), ("Aéroplouf",))


def test_what_is_older_is_left_alone(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf"), "Aéroplouf", at=START - timedelta(seconds=1))
    assert tried(config(brand(query="voloair"))).changes == ()


def test_a_brand_hears_its_own_sources_only(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf un"), "Aéroplouf", source="blogs")
    hear(post(2, "Aéroplouf deux"), source="blogs")
    [change] = tried(config(brand())).changes
    assert counts(change) == ("Aéroplouf", 1, 0, 0, 1)


def test_a_candidate_two_sources_brought_counts_once(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Quel plouf"), source="presse")
    hear(post(1, "Quel plouf"), source="blogs")
    [change] = tried(config(brand("Aéroplouf", "plouf", "presse", "blogs"))).changes
    assert len(change.added) == 1


def test_a_candidate_that_became_a_mention_is_one(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Quel plouf"))
    hear(post(1, "Quel plouf"), "Aéroplouf")
    assert tried(config(brand(query="plouf"))).changes == ()


def test_our_own_account_is_no_mention(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Bienvenue chez Aéroplouf", author="@Aeroplouf"))
    assert tried(config(brand(query="bienvenue", accounts={"rss": "aeroplouf"}))).changes == ()


def test_a_renamed_brand_is_the_one_that_finds_its_mentions(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf un"), "Aéroplouf")
    hear(post(2, "Aéroplouf deux"), "Aéroplouf")
    hear(post(3, "Aéroplouf recrute"), "Aéroplouf")
    found = tried(config(brand("Voloair", "voloair"), brand("Plouf Air", "aeroplouf AND NOT recrute")))
    [change] = found.changes
    assert (change.earlier_name, counts(change)) == ("Aéroplouf", ("Plouf Air", 3, 2, 0, 1))
    assert found.unchanged == ("Voloair",)


def test_a_brand_that_goes_drops_everything(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf un"), "Aéroplouf")
    [change] = tried(config(brand("Voloair", "voloair"))).changes
    assert (change.gone, change.share, counts(change)) == (True, 1.0, ("Aéroplouf", 1, 0, 0, 1))


def test_a_new_brand_has_nothing_to_compare_with(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Quel plouf"))
    [change] = tried(config(brand(query="plouf"))).changes
    assert (change.share, counts(change)) == (None, ("Aéroplouf", 0, 1, 1, 0))


def test_a_replayed_export_stays_with_its_brand(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf et Voloair"), "Aéroplouf", source=REPLAYED)
    hear(post(2, "Voloair"), "Voloair")
    assert tried(config(brand(), brand("Voloair", "voloair"))).changes == ()


def test_against_the_file_as_it_was(hear: Hear, tried: Callable[..., Backtest]) -> None:
    hear(post(1, "Aéroplouf en retard"), "Aéroplouf")
    hear(post(2, "un plouf, mention d'une requête d'autrefois"), "Aéroplouf")
    hear(post(3, "Voloair"))
    old = config(brand(), brand("Voloair", "voloair"))
    same = tried(old, old)
    assert (same.changes, same.unchanged, same.posts) == ((), ("Aéroplouf", "Voloair"), 0)
    found = tried(config(brand(query="aeroplouf AND NOT retard"), brand("Voloair", "voloair")), old)
    assert [counts(change) for change in found.changes] == [("Aéroplouf", 1, 0, 0, 1)]
    assert found.unchanged == ("Voloair",)


def test_samples_are_weighed(hear: Hear, tried: Callable[..., Backtest], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST", 50)
    for number in range(400):
        hear(post(number, "Quel plouf"))
    [change] = tried(config(brand(query="plouf"))).changes
    assert len(change.added) == 50
    assert 250 < change.added_in_all < 550


def report(database: Database, found: Backtest, language: str = "en") -> Report:
    t = words(language)
    with database.read() as session:
        shown = [
            Shown(
                change,
                examples.added(session, change, found.ears, 5, t),
                examples.dropped(session, change, found.ears, 5, t),
            )
            for change in found.changes
        ]
    return Report(found, shown, ZoneInfo("Europe/Paris"), t)


EVIL = "Plouf ``@team`` <img src=x> [a](b)\n# titre \N{RIGHT-TO-LEFT OVERRIDE}|\x1b[31m"


def test_said_in_a_terminal(hear: Hear, tried: Callable[..., Backtest], database: Database) -> None:
    hear(post(1, "Aéroplouf recrute"), "Aéroplouf")
    hear(post(2, EVIL))
    found = tried(config(brand(query="plouf AND NOT recrute")))
    assert report(database, found).written(Format.TEXT) == (
        "Tried on 1 stored post and 1 recorded candidate met since 21 Oct 2026.\n"
        "\n"
        "Aéroplouf: 1 before, 1 after: 1 added, 1 dropped\n"
        "  + Plouf ``@team`` <img src=x> [a](b) # titre | [31m\n"
        "      lea, 20 Nov 2026\n"
        "      “Plouf”\n"
        "      https://blog.example/2\n"
        "  - Aéroplouf recrute\n"
        "      lea, 20 Nov 2026\n"
        "      plouf: not found; NOT recrute: stopped by “recrute”\n"
        "      https://blog.example/1\n"
        "\n"
        "Every brand changes."
    )


def test_said_in_a_pull_request(hear: Hear, tried: Callable[..., Backtest], database: Database) -> None:
    hear(post(1, "Aéroplouf"), "Aéroplouf|*")
    hear(post(2, EVIL))
    found = tried(config(brand(query="plouf")))
    page = report(database, found, "fr").written(Format.MARKDOWN)
    assert "| Aéroplouf\\|\\* (n’est plus suivie) | 1 | 0 | +0 | −1 |" in page
    assert "- ```Plouf ``@team`` <img src=x> [a](b) # titre | [31m```" in page
    assert "[ouvrir](<https://blog.example/2>)" in page
    outside = "".join(part for number, part in enumerate(page.split("```")) if number % 2 == 0)
    assert "@team" not in outside
    assert "\x1b" not in page


def test_said_to_a_program(hear: Hear, tried: Callable[..., Backtest], database: Database) -> None:
    hear(post(1, "Aéroplouf recrute"), "Aéroplouf")
    said = json.loads(report(database, tried(config(brand(query="plouf")))).written(Format.JSON))
    assert said["changes"][0]["dropped"] == 1
    assert said["changes"][0]["examples"]["dropped"][0]["why"] == "plouf: not found"


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("avion OR vol* OR =AEROPLOUF OR lang:en OR un", "neither avion, vol*, =AEROPLOUF, lang:en or …"),
        ("=AEROPLOUF", "=AEROPLOUF: only “Aéroplouf” is there, with other capitals or accents"),
    ],
)
def test_why_not(query: str, why: str, hear: Hear, tried: Callable[..., Backtest], database: Database) -> None:
    hear(post(1, "Aéroplouf recrute"), "Aéroplouf")
    [shown] = report(database, tried(config(brand(query=query)))).shown
    assert shown.dropped[0].why == why


def test_why_not_beside_the_query(hear: Hear, tried: Callable[..., Backtest], database: Database) -> None:
    hear(post(1, "Aéroplouf", author="aeroplouf"), "Aéroplouf")
    hear(post(2, "Aéroplouf"), "Aéroplouf", source="blogs")
    [shown] = report(database, tried(config(brand(accounts={"rss": "@aeroplouf"})))).shown
    assert [example.why for example in shown.dropped] == [
        "the brand does not listen to that source any more",
        "our own account said it",
    ]
