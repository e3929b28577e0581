from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from models.database import Database
from models.post import Author, Engagement, Post
from models.store.hearing import Heard, known, sentiment_of, store
from models.tables import CardMentionRow, CardRow, MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment, Verdict

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def post(number: int = 1, text: str = "Aéroplouf encore en retard", network: str = "rss") -> Post:
    return Post(
        network=network,
        external_id=f"https://blog.example/{number}",
        text=text,
        author=Author(handle="lea", followers=1240),
        at=NOW,
        engagement=Engagement(likes=3),
        thread={"root": "1"},
    )


def verdict(label: Sentiment = Sentiment.NEGATIVE) -> Verdict:
    return Verdict(language="fr", label=label, negative=0.8, neutral=0.1, positive=0.1, model="m")


def heard(item: Post, *brands: str, label: Sentiment = Sentiment.NEGATIVE) -> Heard:
    return Heard(
        item, dict.fromkeys(brands, ("Aéroplouf",)), dict.fromkeys(brands, verdict(label)), shown=True, rule="r"
    )


def test_a_post_for_two_brands_is_two_mentions_of_one_post(database: Database) -> None:
    with database.write() as session:
        stored = store(session, "presse", [heard(post(), "Aéroplouf", "Voloair")], NOW)
    assert len(stored.mentions) == 2
    with database.read() as session:
        (row,) = session.exec(select(PostRow)).all()
        assert (row.author_followers, row.likes, row.views, row.thread) == (1240, 3, None, {"root": "1"})
        assert row.at == NOW
        assert {mention.brand for mention in session.exec(select(MentionRow))} == {"Aéroplouf", "Voloair"}
        assert len(session.exec(select(VerdictRow)).all()) == 2


def test_how_a_post_stands_on_its_site_is_followed_without_an_edit(database: Database) -> None:
    held = post(network="wordpress").model_copy(update={"thread": {"id": "1", "status": "hold"}})
    approved = held.model_copy(update={"thread": {"id": "1", "status": "approved"}})
    with database.write() as session:
        (mention,) = store(session, "blog", [heard(held, "Aéroplouf")], NOW).mentions
        card = CardRow(kind="mention", brand="Aéroplouf", channel="C1", claimed_at=NOW)
        session.add(card)
        session.flush()
        session.add(CardMentionRow(mention_id=mention, card_id=card.id or 0))
    for _ in range(2):
        with database.write() as session:
            assert store(session, "blog", [heard(approved, "Aéroplouf")], NOW).edited == ()
    with database.read() as session:
        row = session.exec(select(PostRow)).one()
        assert (row.thread["status"], row.edited_at) == ("approved", None)
        assert session.exec(select(CardRow)).one().wanted == 2


def test_the_same_input_twice_stores_nothing_twice(database: Database) -> None:
    batch = [heard(post(number), "Aéroplouf") for number in range(600)]
    with database.write() as session:
        assert len(store(session, "presse", batch, NOW).mentions) == 600
    with database.write() as session:
        again = store(session, "presse", batch, NOW)
    assert again.mentions == ()
    assert again.edited == ()
    with database.read() as session:
        assert len(session.exec(select(PostRow.id)).all()) == 600


def test_a_post_twice_in_one_batch_is_stored_once(database: Database) -> None:
    with database.write() as session:
        stored = store(session, "presse", [heard(post(), "Aéroplouf"), heard(post(), "Aéroplouf")], NOW)
    assert len(stored.mentions) == 1


def test_the_same_id_on_two_networks_is_two_posts(database: Database) -> None:
    with database.write() as session:
        stored = store(session, "s", [heard(post(), "A"), heard(post(network="sandbox"), "A")], NOW)
    assert len(stored.mentions) == 2


def test_another_brand_later_is_another_mention(database: Database) -> None:
    with database.write() as session:
        store(session, "presse", [heard(post(), "Aéroplouf")], NOW)
    with database.write() as session:
        assert len(store(session, "presse", [heard(post(), "Voloair")], NOW).mentions) == 1
    with database.read() as session:
        (found,) = known(session, [post()]).values()
        assert found.brands == {"Aéroplouf", "Voloair"}


def test_an_edit_is_followed_and_its_card_redrawn(database: Database) -> None:
    with database.write() as session:
        (mention,) = store(session, "presse", [heard(post(), "Aéroplouf")], NOW).mentions
        session.add(CardRow(id=1, kind="mention", brand="Aéroplouf", channel="C1", claimed_at=NOW, wanted=1, drawn=1))
        session.flush()
        session.add(CardMentionRow(mention_id=mention, card_id=1))
    later = NOW + timedelta(hours=1)
    new_text = post(text="Aéroplouf s'excuse")
    with database.write() as session:
        stored = store(session, "presse", [heard(new_text, "Aéroplouf", label=Sentiment.POSITIVE)], later)
    assert (len(stored.edited), stored.mentions) == (1, ())
    with database.read() as session:
        row = session.exec(select(PostRow)).one()
        assert (row.text, row.edited_at) == ("Aéroplouf s'excuse", later)
        assert session.exec(select(VerdictRow)).one().label == "positive"
        assert session.exec(select(CardRow)).one().wanted == 2


def test_what_a_person_said_outlives_an_edit(database: Database) -> None:
    with database.write() as session:
        store(session, "presse", [heard(post(), "Aéroplouf")], NOW)
        row = session.exec(select(VerdictRow)).one()
        row.corrected_label = "neutral"
    with database.write() as session:
        store(session, "presse", [heard(post(text="autre"), "Aéroplouf", label=Sentiment.POSITIVE)], NOW)
    with database.read() as session:
        row = session.exec(select(VerdictRow)).one()
        assert (row.label, row.corrected_label) == ("negative", "neutral")
        assert sentiment_of(session, "Aéroplouf", "presse", "") == {"neutral": 1}


def test_a_transaction_that_fails_stores_nothing(database: Database) -> None:
    message = "cut"
    with pytest.raises(RuntimeError, match=message), database.write() as session:
        store(session, "presse", [heard(post(), "Aéroplouf")], NOW)
        raise RuntimeError(message)
    with database.read() as session:
        assert session.exec(select(PostRow)).all() == []


def test_the_table_refuses_an_unknown_state(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        (mention,) = store(session, "presse", [heard(post(), "Aéroplouf")], NOW).mentions
        row = session.get(MentionRow, mention)
        assert row is not None
        row.status = "lost"
