from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from models.database import Database
from models.post import Author, Post
from models.store import candidates
from models.store.candidates import LONGEST_TEXT, Recorded
from models.tables import CandidateRow

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MONTH = timedelta(days=30)


def post(number: int, text: str = "Il pleut") -> Post:
    return Post(
        network="rss",
        external_id=f"id-{number}",
        url=f"https://blog.example/{number}",
        title="Météo",
        text=text,
        author=Author(handle="lea", name="Léa"),
        at=NOW,
        language="fr",
        place="Carnets",
        links=("https://ciel.example/",),
        accounts=("@bob",),
    )


def keep(database: Database, *posts: Post, source: str = "presse", at: datetime = NOW, kept: timedelta = MONTH) -> None:
    with database.write() as session:
        candidates.keep(session, source, posts, keep=kept, now=at)


def kept(database: Database, since: datetime = NOW - MONTH) -> list[tuple[str, str]]:
    with database.read() as session:
        return sorted((source, found.external_id) for _, source, found in candidates.since(session, since))


def test_what_a_query_can_ask_of_is_kept_whole(database: Database) -> None:
    keep(database, post(1))
    with database.read() as session:
        [(id_, source, found)] = candidates.since(session, NOW)
        assert (source, found) == ("presse", post(1))
        assert candidates.one(session, id_) == post(1)
        assert candidates.one(session, id_ + 1) is None


def test_the_same_post_twice_is_one_of_its_source(database: Database) -> None:
    keep(database, post(1), post(2))
    keep(database, post(2), post(1), at=NOW + timedelta(hours=1))
    keep(database, post(1), source="blogs")
    assert kept(database) == [("blogs", "id-1"), ("presse", "id-1"), ("presse", "id-2")]


def test_nothing_is_kept_longer_than_asked(database: Database) -> None:
    keep(database, post(1))
    keep(database, post(2), at=NOW + timedelta(days=29))
    assert kept(database) == [("presse", "id-1"), ("presse", "id-2")]
    keep(database, source="blogs", at=NOW + MONTH)
    assert kept(database) == [("presse", "id-2")]


def test_switched_off_everything_is_forgotten(database: Database) -> None:
    keep(database, post(1))
    keep(database, post(2), kept=timedelta(0))
    assert kept(database) == []


def test_long_texts_are_cut(database: Database) -> None:
    keep(database, post(1, "x" * 3 * LONGEST_TEXT))
    with database.read() as session:
        assert len(session.exec(select(CandidateRow.text)).one()) == LONGEST_TEXT


def test_of_a_firehose_an_even_sample_is_kept_in_whatever_order_it_comes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST", most := 500)
    brought = [post(number) for number in range(2_000)]
    for start in range(0, 2_000, 250):
        keep(database, *brought[start : start + 250])
    found = {name for _, name in kept(database)}
    assert len(found) == most
    assert found == {each.external_id for each in sorted(brought, key=candidates.lot)[:most]}
    first_half = sum(int(name[3:]) < len(brought) / 2 for name in found)
    assert 0.4 < first_half / most < 0.6
    with database.read() as session:
        [recorded] = candidates.recorded(session)
    assert abs(recorded.brought - len(brought)) < 0.15 * len(brought)


def test_each_source_has_its_own_share(database: Database) -> None:
    keep(database, post(1), post(2))
    keep(database, post(3), source="blogs")
    with database.read() as session:
        assert candidates.recorded(session) == [Recorded("blogs", 1, 1), Recorded("presse", 2, 2)]
