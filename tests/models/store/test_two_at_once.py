"""Two transactions side by side. PostgreSQL runs them at the same time; SQLite lets the second wait at the door."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from models.database import AWAY, Database, address
from models.migrate import current, head, upgrade
from models.post import Author, Post
from models.store import replies, switches, writing
from models.store.hearing import Heard, store
from models.tables import DecisionRow, MentionRow, PostRow, WritingRow
from models.verdict import Sentiment, Verdict
from responders.replies import Answering
from tests.postgres import Server
from tests.stage import BRAND, CAMILLE, LEA, Stage, stage

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Stage]:
    with stage(database, tmp_path) as made:
        yield made


@pytest.fixture
def on_postgres(postgres: Server, postgres_migrated: str, tmp_path: Path) -> Iterator[Stage]:
    url = postgres.create(postgres_migrated)
    database = Database(url)
    with stage(database, tmp_path) as made:
        yield made
    database.close()
    postgres.drop(url)


def together(*works: Callable[[], object]) -> list[object]:
    """What each of `works` gave, or raised, begun at the same moment in a thread of its own."""
    gate = threading.Barrier(len(works))
    said: list[object] = [None] * len(works)

    def run(number: int) -> None:
        gate.wait(10)
        try:
            said[number] = works[number]()
        except Exception as error:  # noqa: BLE001 - handed to the test
            said[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


def due(scene: Stage, count: int) -> list[int]:
    """Answers whose cancel window is over, oldest first."""
    use = Answering(scene.database, scene.config, scene.publishers, scene.clock)
    made = []
    for number in range(count):
        [mention] = scene.mention(scene.post(f"p{number}"))
        made.append(use.approve(mention, f"Bonjour {number}.", CAMILLE).reply_id)
    scene.clock.pass_(15)
    return made


def test_a_claimed_answer_is_passed_over_not_waited_for(on_postgres: Stage):
    """Two claims in one moment: FOR UPDATE SKIP LOCKED gives each its own answer, and the third nothing."""
    scene = on_postgres
    first, second = due(scene, 2)
    began = time.monotonic()
    with scene.database.write() as one, scene.database.write() as other, scene.database.write() as third:
        mine, theirs = replies.due(one, scene.clock()), replies.due(other, scene.clock())
        assert mine is not None
        assert theirs is not None
        assert (mine.id, theirs.id) == (first, second)
        assert replies.due(third, scene.clock()) is None
    assert time.monotonic() - began < 5  # nobody waited for a lock


def test_many_claimers_share_what_is_due(scene: Stage):
    wanted = due(scene, 12)

    def claim_all() -> list[int]:
        got: list[int] = []
        while True:
            with scene.database.write() as session:
                row = replies.due(session, scene.clock())
                if row is None or row.id is None:
                    return got
                replies.claim(session, row, worker=f"w{threading.get_ident()}", who=CAMILLE, at=scene.clock())
                got.append(row.id)

    shares = together(*[claim_all] * 4)
    assert all(isinstance(share, list) for share in shares), shares
    assert sorted(reply for share in shares for reply in share) == wanted  # type: ignore[attr-defined] # lists, as said
    with scene.database.read() as session:
        claims = session.exec(select(DecisionRow.reply_id).where(DecisionRow.what == "claimed")).all()
    assert sorted(claims) == wanted


def test_two_who_begin_in_one_moment(scene: Stage):
    """The first `begin` on a post finds no row to lock: one writes, the other is told who."""
    use = Answering(scene.database, scene.config, scene.publishers, scene.clock)
    for number in range(10):
        [mention] = scene.mention(scene.post(f"p{number}"))
        drafts = together(lambda: use.begin(mention, CAMILLE), lambda: use.begin(mention, LEA))  # noqa: B023 - run now
        others = [getattr(draft, "other", draft) for draft in drafts]
        assert others in ([None, CAMILLE], [LEA, None]), others


def test_a_begin_waits_for_the_one_before_it(on_postgres: Stage):
    scene = on_postgres
    scene.mention()
    with scene.database.write() as one:
        assert writing.start(one, 1, CAMILLE, NOW) is None
        found: list[object] = []

        def second() -> None:
            with scene.database.write() as other:
                found.append(writing.start(other, 1, LEA, NOW))

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()  # it waits for our commit
    thread.join(10)
    [row] = found
    assert isinstance(row, WritingRow)
    assert row.who_id == CAMILLE.id


def test_two_who_pause_in_one_moment(scene: Stage):
    def pause(who: object) -> None:
        with scene.database.write() as session:
            switches.pause(session, who=who, reason="", at=NOW)  # type: ignore[arg-type] # a Person

    assert together(lambda: pause(CAMILLE), lambda: pause(LEA)) == [None, None]
    with scene.database.read() as session:
        assert switches.is_paused(session)


def test_two_who_approve_in_one_moment(scene: Stage):
    use = Answering(scene.database, scene.config, scene.publishers, scene.clock)
    for number in range(6):
        [mention] = scene.mention(scene.post(f"p{number}"))
        said = together(
            lambda: use.approve(mention, "Bonjour.", CAMILLE),  # noqa: B023 - run now
            lambda: use.approve(mention, "Bonsoir.", LEA),  # noqa: B023 - run now
        )
        assert sorted(type(each).__name__ for each in said) == ["AlreadyAnswered", "AnswerSeen"], said


def test_two_readings_of_the_same_posts_in_two_orders(database: Database):
    """Each would wait for the other for ever if rows went in as they come."""
    posts = [
        Post(network="rss", external_id=f"id-{number}", text="Aéroplouf", author=Author(handle="lea"), at=NOW)
        for number in range(300)
    ]
    said = Verdict(language="fr", label=Sentiment.NEGATIVE, negative=1, neutral=0, positive=0, model="none")
    heard = [Heard(post, {BRAND: ("Aéroplouf",)}, {BRAND: said}, shown=True, rule="r") for post in posts]

    def take_in(order: int) -> int:
        with database.write() as session:
            return len(store(session, f"s{order}", heard[::order], NOW).mentions)

    new = together(lambda: take_in(1), lambda: take_in(-1), lambda: take_in(1), lambda: take_in(-1))
    assert sum(new) == 300, new  # type: ignore[arg-type] # numbers, unless one raised
    with database.read() as session:
        assert len(session.exec(select(PostRow.id)).all()) == len(session.exec(select(MentionRow.id)).all()) == 300


def test_a_reading_sees_one_state(scene: Stage):
    [first] = scene.mention()

    def count(session: Session) -> int:
        return len(session.exec(select(MentionRow.id)).all())

    with scene.database.read() as session:
        assert count(session) == 1
        scene.mention(scene.post("p2"))
        assert count(session) == 1
    with scene.database.read() as session:
        assert count(session) == 2
    assert first


def test_a_reading_changes_nothing(on_postgres: Stage):
    with pytest.raises(DBAPIError, match="read-only"), on_postgres.database.read() as session:
        session.add(DecisionRow(at=NOW, who_id="x", who_name="x", what="x"))
        session.flush()


def test_a_lock_is_not_waited_for_for_ever(on_postgres: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("models.database.LOCK_MS", 100)
    scene = on_postgres
    [reply] = due(scene, 1)
    impatient = Database(scene.database.url.render_as_string(hide_password=False))
    with scene.database.write() as session:
        replies.get(session, reply, lock=True)
        with pytest.raises(AWAY), impatient.write() as other:
            replies.get(other, reply, lock=True)
    impatient.close()


def test_two_processes_migrate_an_empty_store_in_one_moment(postgres: Server):
    url = postgres.create()
    stores = [Database(url), Database(url)]
    assert together(*[lambda store=store: upgrade(store) for store in stores]) == [None, None]  # type: ignore[misc] # bound
    assert current(stores[0]) == head()
    for store_ in stores:
        store_.close()
    postgres.drop(url)


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("postgresql://repartie:secret@db.example/repartie", "postgresql+psycopg"),
        ("postgres://repartie@db.example/repartie", "postgresql+psycopg"),
        ("postgresql+psycopg://db.example/repartie", "postgresql+psycopg"),
        ("sqlite:///var/repartie.db", "sqlite"),
    ],
)
def test_a_plain_address_means_the_driver_we_ship(written: str, driver: str):
    assert address(written).drivername == driver


def test_moments_come_back_in_utc(database: Database):
    paris = datetime.fromisoformat("2026-11-20T09:00:00.123456+01:00")
    with database.write() as session:
        session.add(DecisionRow(at=paris, who_id="x", who_name="x", what="x", details={"é": [1, None, "🛫\u0000"]}))
    with database.read() as session:
        row = session.exec(select(DecisionRow)).one()
    assert row.at.utcoffset() == timedelta(0)
    assert row.at == paris
    assert row.details == {"é": [1, None, "🛫\u0000"]}
