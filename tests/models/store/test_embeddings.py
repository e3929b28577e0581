from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlmodel import delete, select

from models.database import Database
from models.ml.embedding import pack, unit
from models.post import Author, Post
from models.store import embeddings
from models.store.hearing import Heard, store
from models.tables import EmbeddingRow, PostRow
from models.verdict import Embedding, Sentiment, Verdict

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
VECTORS = unit(np.random.default_rng(2).normal(size=(30, 384)).astype(np.float32))
PACKED = pack(VECTORS)


def heard(
    number: int, *brands: str, model: str | None = "m", text: str = "en retard", vector: int | None = None
) -> Heard:
    at = number if vector is None else vector
    said = Embedding(model, PACKED[at]) if model else None
    verdict = Verdict(
        language="fr", label=Sentiment.NEGATIVE, negative=0.8, neutral=0.1, positive=0.1, model="m", embedding=said
    )
    post = Post(
        network="rss",
        external_id=f"https://blog.example/{number}",
        text=f"{text} {number}",
        author=Author(handle="lea"),
        at=NOW - timedelta(days=number),
    )
    return Heard(post, dict.fromkeys(brands, ("x",)), dict.fromkeys(brands, verdict), shown=True, rule="r")


def rows(database: Database) -> dict[str, tuple[str, bytes]]:
    with database.read() as session:
        found = session.exec(select(PostRow.external_id, EmbeddingRow.model, EmbeddingRow.vector).join(PostRow))
        return {name.rpartition("/")[2]: (model, vector) for name, model, vector in found}


def test_what_is_heard_is_kept_with_its_embedding(database: Database) -> None:
    with database.write() as session:
        store(session, "presse", [heard(1, "Voloair", "Aéroplouf"), heard(2, "Voloair", model=None)], NOW)
    assert rows(database) == {"1": ("m", PACKED[1])}


def test_an_edited_post_gets_a_new_one_and_the_same_post_keeps_its_own(database: Database) -> None:
    for item in (heard(1, "Voloair"), heard(1, "Voloair", text="annulé", vector=7)):
        with database.write() as session:
            store(session, "presse", [item], NOW)
    assert rows(database) == {"1": ("m", PACKED[7])}


def test_a_post_that_goes_takes_its_embedding_along(database: Database) -> None:
    with database.write() as session:
        store(session, "presse", [heard(1, "Voloair")], NOW)
        session.exec(delete(PostRow))
    assert rows(database) == {}
    with database.write() as session:
        embeddings.keep(session, {1: Embedding("m", PACKED[0])})
    assert rows(database) == {}


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as session:
        batch = [heard(number, "Voloair" if number % 2 else "Aéroplouf") for number in range(20)]
        store(session, "presse", [*batch, heard(20, "Voloair", model="older")], NOW)
    return database


def test_the_nearest_come_first(filled: Database) -> None:
    with filled.read() as session:
        found = embeddings.nearest(session, VECTORS[4] * 3, 3, model="m")
        names = [session.get_one(PostRow, near.post_id).external_id for near in found]
    exact = VECTORS[:20] @ VECTORS[4]
    expected = np.argsort(-exact)[:3].tolist()
    assert [int(name.rpartition("/")[2]) for name in names] == expected
    assert [near.similarity for near in found] == pytest.approx(exact[expected], abs=0.01)


def test_only_what_is_asked_for_is_compared(filled: Database) -> None:
    def found(**asked: object) -> set[int]:
        with filled.read() as session:
            near = embeddings.nearest(session, VECTORS[4], 100, **{"model": "m", **asked})
            names = [session.get_one(PostRow, one.post_id).external_id for one in near]
        return {int(name.rpartition("/")[2]) for name in names}

    assert found() == set(range(20))
    assert found(brand="Voloair") == set(range(1, 20, 2))
    assert found(since=NOW - timedelta(days=3)) == {0, 1, 2, 3}
    assert found(most=5) == {0, 1, 2, 3, 4}
    assert found(model="older") == {20}
    assert found(model="none") == set()


def test_what_another_model_read_is_to_be_read_again_newest_first(filled: Database) -> None:
    with filled.write() as session:
        store(session, "presse", [heard(25, "Voloair", "Aéroplouf", model=None)], NOW)
        session.add(PostRow(network="rss", external_id="x", text="of no brand", author_handle="a", at=NOW, seen_at=NOW))
    with filled.read() as session:
        found = embeddings.unread(session, "m", None, 10)
        assert [(post.text, post.brand) for post in found] == [
            ("en retard 25", "Aéroplouf"),
            ("en retard 20", "Voloair"),
        ]
        assert [post.text for post in embeddings.unread(session, "m", found[0].post_id, 10)] == ["en retard 20"]
        assert len(embeddings.unread(session, "another", None, 5)) == 5
