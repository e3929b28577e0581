"""What X was not asked about for a day is hidden, for three days erased; whatever else happens."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from models.database import Database
from models.post import Author, Post
from models.store import candidates, cards, following
from models.store.hearing import Heard, store
from models.tables import CandidateRow, CardRow, MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment, Verdict
from repartie.forgetting import forget
from responders.registry import Publishers
from responders.seeing import see
from tests.stage import BRAND, configuration

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def heard(database: Database, network: str) -> int:
    who = Author(handle="lea", name="Léa M.", url="https://x.com/lea")
    post = Post(network=network, external_id="5", url="https://x.com/lea/status/5", text="Colère", author=who, at=NOW)
    verdict = Verdict(language="fr", label=Sentiment.NEGATIVE, negative=1, neutral=0, positive=0, model="m")
    with database.write() as session:
        (mention,) = store(
            session, "x", [Heard(post, {BRAND: ("x",)}, {BRAND: verdict}, shown=True, rule="")], NOW
        ).mentions
        cards.claim(session, BRAND, "C1", [mention], NOW)
        candidates.keep(session, "x", [post.model_copy(update={"external_id": "6"})], keep=30 * DAY, now=NOW)
    return mention


def shown(database: Database, mention: int, at: datetime) -> tuple[str, ...]:
    with database.read() as session:
        seen = see(session, mention, configuration(), Publishers({}), at)
    return seen.text, seen.author_handle, seen.author_name, seen.author_url, seen.url


def wanted(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(CardRow)).one().wanted


def test_after_a_day_it_is_hidden_and_after_three_gone(database: Database) -> None:
    mention = heard(database, "x")
    assert forget(database, NOW + DAY - timedelta(minutes=5), None) == 0
    assert shown(database, mention, NOW + DAY - timedelta(minutes=5))[:2] == ("Colère", "lea")
    before = wanted(database)
    assert forget(database, NOW + DAY, NOW + DAY - timedelta(minutes=5)) == 0
    assert wanted(database) == before + 1
    assert shown(database, mention, NOW + DAY) == ("…", "…", "", "", "")
    assert forget(database, NOW + 2 * DAY, NOW + DAY) == 0
    assert wanted(database) == before + 1  # nothing new to hide
    with database.read() as session:
        assert session.exec(select(PostRow)).one().text == "Colère"
        assert session.exec(select(CandidateRow)).all() == []
    assert forget(database, NOW + 3 * DAY + timedelta(minutes=1), NOW + 2 * DAY) == 1
    with database.read() as session:
        row = session.exec(select(PostRow)).one()
        assert (row.text, row.author_handle, row.external_id) == ("", "", "5")
        assert session.exec(select(VerdictRow)).one().label == "negative"
        assert session.exec(select(MentionRow)).one().status == "done"


def test_who_was_asked_for_is_shown(database: Database) -> None:
    mention = heard(database, "x")
    with database.write() as session:
        following.asked(session, "x", ["5"], NOW + DAY)
    assert forget(database, NOW + 3 * DAY + timedelta(hours=1), None) == 0
    assert shown(database, mention, NOW + DAY + timedelta(hours=23))[0] == "Colère"


def test_other_networks_have_no_such_rule(database: Database) -> None:
    mention = heard(database, "sandbox")
    assert forget(database, NOW + 30 * DAY, None) == 0
    assert shown(database, mention, NOW + 30 * DAY)[0] == "Colère"
