"""Stories as the store keeps them: who joins what, when, whatever the order, twice the same, edits and erasures."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, delete, func, select, update

from listener.stories import fingerprint
from models.database import Database
from models.post import Post
from models.store import stories
from models.store.hearing import Heard, store
from models.tables import CardMentionRow, CardRow, MentionRow, PostRow, StoryKeyRow, StoryRow, StorySketchRow
from models.verdict import Sentiment, Verdict
from tests.listener.told import COPIES, NOW, TITLE, WIRE, article, post

VERDICT = Verdict(language="fr", label=Sentiment.NEGATIVE, negative=0.8, neutral=0.1, positive=0.1, model="m")


def hear(database: Database, posts: Sequence[Post], now: datetime = NOW) -> None:
    with database.write() as session:
        heard = [
            Heard(each, {"Aéroplouf": ()}, {"Aéroplouf": VERDICT}, shown=True, rule="", print=fingerprint(each))
            for each in posts
        ]
        store(session, "presse", heard, now)


def told(database: Database) -> dict[str, int | None]:
    """External id -> story."""
    with database.read() as session:
        return dict(session.exec(select(PostRow.external_id, PostRow.story_id).order_by(col(PostRow.id))).all())


def groups(database: Database) -> set[frozenset[str]]:
    by_story: dict[int | None, set[str]] = {}
    for external_id, story in told(database).items():
        by_story.setdefault(story, set()).add(external_id)
    return {frozenset(names) for names in by_story.values()}


def test_a_wire_article_in_twelve_outlets_is_one_story(database: Database) -> None:
    wire = [
        post(f"{WIRE} (Le Journal n° {n})", f"{TITLE} ({n})", number=n, at=NOW + timedelta(hours=n)) for n in range(12)
    ]
    hear(database, wire[:5])
    hear(database, [*wire[5:], post("Aéroplouf ouvre une ligne vers Valbrume au printemps prochain", number=99)])
    assert groups(database) == {frozenset(f"post {n}" for n in range(12)), frozenset({"post 99"})}
    with database.read() as session:
        story = told(database)["post 0"]
        assert story is not None
        assert stories.spread(session, story) == (12, 12, 12)
        first = stories.first(session, story)
        assert first is not None
        assert first.external_id == "post 0"
        assert session.exec(select(func.count()).select_from(StorySketchRow)).one() == 2  # one wording, kept once


def test_one_site_and_one_author_count_once(database: Database) -> None:
    one = {"author": {"handle": "lea"}}
    hear(database, [post(number=n, url=f"https://www.media.example/a/{n}", **one) for n in range(3)])
    with database.read() as session:
        assert stories.spread(session, told(database)["post 0"] or 0) == (3, 1, 1)


def test_the_same_batch_twice_changes_nothing(database: Database) -> None:
    batch = [post(number=1), post("Merci !", number=2), post(f"{WIRE} (suite)", number=3)]
    hear(database, batch)
    before = told(database)
    hear(database, batch, NOW + timedelta(hours=1))
    assert told(database) == before
    with database.read() as session:
        assert {story.grown_at for story in session.exec(select(StoryRow))} == {NOW}


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_batches_make_no_difference(database: Database, size: int) -> None:
    chance = random.Random(7)  # noqa: S311 - a seed, not a secret
    news = list(dict(article(chance) for _ in range(8)).items())
    made = [
        copying(title, text, f"https://source{n}.example/2026/11/{n}", chance).model_copy(
            update={"external_id": f"{n} {kind}"}
        )
        for n, (title, text) in enumerate(news)
        for kind, copying in {"exact": COPIES["exact"], **COPIES}.items()
        if "link" not in kind
    ]
    chance.shuffle(made)
    for start in range(0, len(made), size):
        hear(database, made[start : start + size])
    assert {frozenset(name.split()[0] for name in group) for group in groups(database)} == {
        frozenset(str(n)) for n in range(len(news))
    }


def test_a_story_closes_a_fortnight_after_its_last_copy(database: Database) -> None:
    days = [0, 13, 26, 41, 54]
    for number, day in enumerate(days):
        at = NOW + timedelta(days=day)
        hear(database, [post(number=number, at=at)], at)
    assert groups(database) == {frozenset({"post 0", "post 1", "post 2"}), frozenset({"post 3", "post 4"})}


def test_an_export_of_old_posts_is_grouped_by_its_own_dates(database: Database) -> None:
    years = [post(number=n, at=NOW - timedelta(days=400 * (n // 2), hours=n)) for n in range(6)]
    hear(database, years)
    assert groups(database) == {frozenset({f"post {n}", f"post {n + 1}"}) for n in (0, 2, 4)}


def test_what_nobody_repeats_is_forgotten(database: Database) -> None:
    hear(database, [post(number=1)])
    hear(database, [post("Autre chose", number=2)], NOW + timedelta(days=31))
    with database.read() as session:
        assert len(session.exec(select(StorySketchRow)).all()) == 1
        keys = session.exec(select(StoryKeyRow).join(StorySketchRow)).all()
        assert len(session.exec(select(StoryKeyRow)).all()) == len(keys)
    assert told(database)["post 1"] is not None  # the story itself stays


def test_a_text_that_joins_two_stories_makes_them_one(database: Database) -> None:
    words = [f"mot{n}" for n in range(100)]
    front, back = " ".join(words[:74]), " ".join(words[26:])
    hear(database, [post(front, number=1)])
    hear(database, [post(back, number=2)])
    assert len(groups(database)) == 2
    hear(database, [post(" ".join(words), number=3)])
    assert len(groups(database)) == 1
    with database.read() as session:
        assert len(session.exec(select(StoryRow)).all()) == 1


def test_a_link_joins_and_never_merges(database: Database) -> None:
    link = "https://media.example/economie/aeroplouf-annule-cent-vols-lundi"
    hear(database, [post(number=1, url=link), post("Merci à l'équipage du vol de ce matin vers Valbrume", number=2)])
    hear(database, [post(f"Merci à l'équipage du vol de ce matin vers Valbrume {link}", number=3)])
    assert groups(database) == {frozenset({"post 1"}), frozenset({"post 2", "post 3"})}
    hear(database, [post(f"Eh bien… {link}", number=4)])
    assert frozenset({"post 1", "post 4"}) in groups(database)


def test_an_edit_of_a_copied_post_leaves_it_in_its_story(database: Database) -> None:
    hear(database, [post(number=1), post(number=2)])
    hear(database, [post("Cet article a été retiré à la demande de la compagnie.", number=1)])
    hear(database, [post(number=3)])
    assert len(groups(database)) == 1


def test_an_edit_of_a_lone_post_places_it_again(database: Database) -> None:
    hear(database, [post(number=1), post("Aéroplouf ouvre une ligne vers Valbrume au printemps prochain", number=2)])
    hear(database, [post(number=2)])
    assert groups(database) == {frozenset({"post 1", "post 2"})}
    hear(database, [post("Aéroplouf ouvre une ligne vers Valbrume au printemps prochain", number=3)])
    assert frozenset({"post 3"}) in groups(database)


def test_an_erased_post_leaves_the_story_to_the_others(database: Database) -> None:
    hear(database, [post(number=1), post(number=2)])
    with database.write() as session:
        session.exec(delete(PostRow).where(col(PostRow.external_id) == "post 2"))
    hear(database, [post("Une tout autre nouvelle de la compagnie Aéroplouf ce soir", number=3), post(number=4)])
    assert groups(database) == {frozenset({"post 1", "post 4"}), frozenset({"post 3"})}


def test_cards_are_redrawn_as_the_story_grows_but_not_for_ever(database: Database) -> None:
    hear(database, [post(number=0)])
    with database.write() as session:
        session.add(CardRow(id=1, kind="mention", brand="Aéroplouf", channel="C1", claimed_at=NOW, wanted=1, drawn=1))
        session.flush()
        session.add(CardMentionRow(mention_id=session.exec(select(MentionRow.id)).one(), card_id=1))
    for number in range(1, 30):
        hear(database, [post(number=number)])
    with database.read() as session:
        assert session.get_one(CardRow, 1).wanted == 1 + 10  # at 2, 3, 4, 5, 6, 8, 10, 15, 20 and 30 copies
    with database.write() as session:
        session.exec(update(MentionRow).values(status="done"))
    hear(database, [post(number=number) for number in range(30, 60)])
    with database.read() as session:
        assert session.get_one(CardRow, 1).wanted == 11


def test_nothing_is_left_of_a_transaction_that_fails(database: Database) -> None:
    message = "cut"
    with pytest.raises(RuntimeError, match=message), database.write() as session:
        store(
            session,
            "s",
            [Heard(post(), {"A": ()}, {"A": VERDICT}, shown=True, rule="", print=fingerprint(post()))],
            NOW,
        )
        raise RuntimeError(message)
    with database.read() as session:
        assert session.exec(select(StoryRow)).all() == []
        assert session.exec(select(StoryKeyRow)).all() == []


def test_writers_at_once_open_one_story(database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(
            pool.map(
                lambda number: hear(database, [post(number=number), post("Autre", number=number + 100)]), range(12)
            )
        )
    assert frozenset(f"post {number}" for number in range(12)) in groups(database)
