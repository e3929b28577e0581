from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from models.database import Database
from models.post import Author, Engagement, Post
from models.store.posts import to_post, to_row
from models.tables import PostRow
from tests.stage import START, stage


def test_a_post_comes_back_as_it_was(database: Database, tmp_path: Path):
    post = Post(
        network="sandbox", external_id="p1", url="https://place.example/p1", title="Titre", text="Où est le vol ? 🛫",
        author=Author(handle="lea", name="Léa M.", url="https://place.example/lea", external_id="42", followers=0),
        at=START, edited_at=START + timedelta(hours=1), language="fr", place="Place", parent_id="p0",
        links=("https://blog.example/a",), accounts=("aeroplouf",),
        engagement=Engagement(likes=0, replies=2, reposts=None, views=9), thread={"id": "1"},
    )  # fmt: skip
    with stage(database, tmp_path) as scene:
        with scene.database.write() as session:
            session.add(to_row(post, START))
        with scene.database.read() as session:
            row = session.exec(select(PostRow)).one()
    assert to_post(row) == post
    assert row.seen_at == START


def test_unknown_stays_unknown():
    post = Post(network="rss", external_id="1", text="", author=Author(handle="x"), at=START)
    assert to_post(to_row(post, START)) == post
    assert to_post(to_row(post, START)).engagement.likes is None
