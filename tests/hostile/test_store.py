"""Whatever a stranger sent is stored, read back as it was taken, and found again: nothing twice, nothing lost."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from sqlmodel import select

from listener.stories import fingerprint
from models.database import Database
from models.post import Author, Engagement, Post
from models.store import stories
from models.store.hearing import Heard, identity, known, store
from models.store.posts import to_post
from models.tables import PostRow
from models.verdict import Sentiment, Verdict
from tests.hostile.inputs import ANY, TEXTS

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
VERDICT = Verdict(language="fr", label=Sentiment.NEUTRAL, negative=0.1, neutral=0.8, positive=0.1, model="m")


def post(text: str, name: str = "x") -> Post:
    return Post(
        network="rss", external_id=name + text, url="https://a.example/" + text, title=text, text=text, at=NOW,
        author=Author(handle=text, name=text, external_id=text, followers=10**20), language=text, place=text,
        parent_id=text, links=(text, text), accounts=(text,), thread={text: text}, engagement=Engagement(likes=10**20),
    )  # fmt: skip


def heard(item: Post, word: str) -> Heard:
    words = (item.title[:200], post(word).title[:40])
    return Heard(item, {"Aéroplouf": words}, {"Aéroplouf": VERDICT}, shown=True, rule="r", print=fingerprint(item))


def test_every_kind_comes_back_as_it_was_taken(database: Database) -> None:
    taken = [post(text, name) for name, text in TEXTS.items()]
    for _ in range(2):
        with database.write() as session:
            store(session, "presse", [heard(item, item.text) for item in taken], NOW)
    with database.read() as session:
        rows = session.exec(select(PostRow)).all()
        assert len(rows) == len(taken)
        # One by one: rows go in by identity, so that two readings cannot wait for one another.
        assert {row.external_id: to_post(row) for row in rows} == {item.external_id: item for item in taken}
        held = known(session, taken)
        assert all(held[identity(item)].says(item) for item in taken)
        for row in rows:
            assert row.story_id is not None
            stories.spread(session, row.story_id)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY)
def test_any_text_is_stored_once(database: Database, text: str) -> None:
    item = post(text)
    with database.write() as session:
        store(session, "presse", [heard(item, text)], NOW)
        assert store(session, "presse", [heard(item, text)], NOW).mentions == ()
        found = session.exec(select(PostRow).where(PostRow.external_id == item.external_id)).one()
        assert to_post(found) == item
