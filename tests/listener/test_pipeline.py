from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from config.conditions import parse as parse_condition
from config.query import parse
from config.schema import Brand
from listener.collector import Batch, Cursor
from listener.matching import Matcher
from listener.pipeline import LONGEST_BACK_OFF, Listening
from listener.registry import Place
from listener.triage import NO_RULE, Rule, Triage
from models.database import Database
from models.errors import AccessLost, NetworkError, NotYet, RetryLater
from models.ml.judge import Ask
from models.post import Author, Post
from models.store import candidates, sources
from models.tables import MentionRow, PostRow, SourceRow, VerdictRow
from models.verdict import Sentiment, Verdict

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
EVERY = timedelta(minutes=10)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class CountingJudge:
    judged: list[str] = field(default_factory=list)

    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        self.judged += [ask.post.text for ask in asks]
        return [
            Verdict(language="fr", label=Sentiment.NEGATIVE, negative=0.8, neutral=0.1, positive=0.1, model="test")
            for _ in asks
        ]


@dataclass
class Shelf:
    """A place whose answers are laid out beforehand; its cursor counts them."""

    answers: list[Batch | NetworkError]
    asked: list[Cursor | None] = field(default_factory=list)

    def collect(self, cursor: Cursor | None) -> Batch:
        self.asked.append(cursor)
        answer = self.answers.pop(0)
        if isinstance(answer, NetworkError):
            raise answer
        return answer

    def place(self) -> Place:
        return Place("https://blog.example/feed", "rss", EVERY, self)


def post(number: int, text: str = "Aéroplouf encore en retard", author: str = "lea", at: datetime = START) -> Post:
    return Post(network="rss", external_id=f"id-{number}", text=text, author=Author(handle=author), at=at)


def batch(*posts: Post, at: int = 1, more: bool = False, poll_after: timedelta | None = None) -> Batch:
    return Batch(posts, {"at": at}, more=more, poll_after=poll_after)


BRANDS = (
    Brand(name="Aéroplouf", query="aeroplouf", accounts={"rss": "@Aeroplouf"}, sources=("presse",)),
    Brand(name="Voloair", query="voloair OR aeroplouf", sources=("presse", "autre")),
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def judge() -> CountingJudge:
    return CountingJudge()


@pytest.fixture
def listening(database: Database, clock: Callable[[], datetime], judge: CountingJudge) -> Listening:
    matcher = Matcher({brand.name: parse(brand.query) for brand in BRANDS})
    return Listening(database, BRANDS, matcher, judge, clock)


def row_of(database: Database) -> SourceRow:
    with database.read() as session:
        (row,) = sources.every(session)
        return row


def brands_of(database: Database) -> set[tuple[str, str]]:
    with database.read() as session:
        rows = session.exec(select(MentionRow.brand, PostRow.external_id).join(PostRow))
        return {(brand, external_id) for brand, external_id in rows}


def test_stores_what_concerns_a_brand_with_the_cursor(listening: Listening, database: Database) -> None:
    shelf = Shelf([batch(post(1), post(2, "la météo"), post(3, "Voloair aussi"), at=7)])
    run = listening.run("presse", shelf.place())
    assert (run.posts, run.mentions, run.problem) == (3, 3, "")
    assert run.next_poll_at == START + EVERY
    assert brands_of(database) == {("Aéroplouf", "id-1"), ("Voloair", "id-1"), ("Voloair", "id-3")}
    row = row_of(database)
    assert (row.status, row.cursor, row.failures) == ("ok", {"at": 7}, 0)


def test_a_brand_hears_only_its_own_sources(listening: Listening, database: Database) -> None:
    listening.run("autre", Shelf([batch(post(1))]).place())
    assert brands_of(database) == {("Voloair", "id-1")}


def test_our_own_account_is_never_a_mention(listening: Listening, database: Database) -> None:
    listening.run("presse", Shelf([batch(post(1, author="aeroplouf"))]).place())
    assert brands_of(database) == {("Voloair", "id-1")}


def test_reads_on_while_there_is_more(listening: Listening) -> None:
    shelf = Shelf([batch(post(1), at=1, more=True), batch(post(2), at=2, more=True), batch(at=3)])
    assert listening.run("presse", shelf.place()).posts == 2
    assert shelf.asked == [None, {"at": 1}, {"at": 2}]


def test_a_failure_half_way_keeps_what_came_before(listening: Listening, database: Database) -> None:
    shelf = Shelf([batch(post(1), at=1, more=True), RetryLater(START, "cut"), batch(post(2), at=2)])
    first = listening.run("presse", shelf.place())
    assert (first.mentions, first.problem) == (2, "cut")
    assert row_of(database).status == "failing"
    listening.clock.now = first.next_poll_at  # type: ignore[attr-defined] # the fixture's clock
    assert listening.run("presse", shelf.place()).mentions == 2
    assert shelf.asked == [None, {"at": 1}, {"at": 1}]
    assert row_of(database).status == "ok"


def test_is_not_read_before_it_is_due(listening: Listening, clock: Clock) -> None:
    shelf = Shelf([batch(poll_after=timedelta(hours=2)), batch()])
    assert listening.run("presse", shelf.place()).next_poll_at == START + timedelta(hours=2)
    clock.now += timedelta(hours=1)
    listening.run("presse", shelf.place())
    assert len(shelf.asked) == 1
    clock.now += timedelta(hours=1)
    listening.run("presse", shelf.place())
    assert len(shelf.asked) == 2


def test_backs_off_further_each_time_up_to_a_bound(listening: Listening, clock: Clock) -> None:
    shelf = Shelf([RetryLater(clock.now, "away") for _ in range(14)])
    waits = []
    for _ in range(14):
        run = listening.run("presse", shelf.place())
        assert run.next_poll_at is not None
        waits.append(run.next_poll_at - clock.now)
        clock.now = run.next_poll_at
    assert EVERY <= waits[0] < EVERY * 1.2 < waits[1] < waits[2] < waits[3]
    assert LONGEST_BACK_OFF <= waits[-1] <= LONGEST_BACK_OFF * 1.1


def test_the_network_may_ask_for_more_patience_than_ours(listening: Listening) -> None:
    at = START + timedelta(hours=3)
    assert listening.run("presse", Shelf([RetryLater(at, "429")]).place()).next_poll_at == at


def test_waiting_for_our_turn_is_no_failure(listening: Listening, database: Database) -> None:
    at = START + timedelta(seconds=2)
    run = listening.run("presse", Shelf([NotYet(at, "one at a time")]).place())
    assert (run.next_poll_at, run.problem) == (at, "")
    assert (row_of(database).status, row_of(database).failures) == ("new", 0)


def test_lost_access_disables_until_a_person_mends_it(listening: Listening, database: Database, clock: Clock) -> None:
    shelf = Shelf([AccessLost("410 Gone"), batch(post(1))])
    assert listening.run("presse", shelf.place()).next_poll_at is None
    clock.now += timedelta(days=1)
    run = listening.run("presse", shelf.place())
    assert (run.next_poll_at, run.problem, len(shelf.asked)) == (None, "410 Gone", 1)
    with database.write() as session:
        sources.enable(sources.every(session)[0], clock.now)
    assert listening.run("presse", shelf.place()).mentions == 2


def test_judges_once_and_again_after_an_edit(listening: Listening, judge: CountingJudge, database: Database) -> None:
    listening.run("presse", Shelf([batch(post(1))]).place())
    listening.clock.now += EVERY  # type: ignore[attr-defined] # the fixture's clock
    listening.run("presse", Shelf([batch(post(1))]).place())
    assert judge.judged == ["Aéroplouf encore en retard"] * len(BRANDS)  # each brand asks for itself
    listening.clock.now += EVERY  # type: ignore[attr-defined] # the same
    edited = listening.run("presse", Shelf([batch(post(1, "Aéroplouf s'excuse"))]).place())
    assert (edited.edited, edited.mentions) == (1, 0)
    assert judge.judged[len(BRANDS) :] == ["Aéroplouf s'excuse"] * len(BRANDS)
    with database.read() as session:
        assert session.exec(select(PostRow)).one().text == "Aéroplouf s'excuse"


def test_history_is_stored_and_rings_nobody(listening: Listening, database: Database) -> None:
    shelf = Shelf([batch(post(1, at=START - timedelta(days=3)), post(2, at=START - timedelta(hours=1)))])
    listening.run("presse", shelf.place())
    with database.read() as session:
        shown = dict(session.exec(select(PostRow.external_id, MentionRow.shown).join(MentionRow)).all())
        assert shown == {"id-1": False, "id-2": True}
        assert len(session.exec(select(VerdictRow)).all()) == 4


def test_copies_are_told_as_one_story(listening: Listening, database: Database, clock: Clock) -> None:
    said = "Aéroplouf annule ce soir tous ses vols au départ de Valbrume"
    shelf = Shelf([batch(post(1, said), post(2, "Aéroplouf encore en retard")), batch(post(3, f"{said} !"))])
    listening.run("presse", shelf.place())
    clock.now += EVERY
    listening.run("presse", shelf.place())
    with database.read() as session:
        one, other, copy = session.exec(select(PostRow).order_by(col(PostRow.external_id))).all()
    assert one.story_id == copy.story_id
    assert other.story_id != one.story_id


def test_each_brand_is_ruled_on_its_own(database: Database, clock: Clock, judge: CountingJudge) -> None:
    rules = (Rule(parse_condition("brand == Voloair or hour == 3"), shown=False),)
    matcher = Matcher({brand.name: parse(brand.query) for brand in BRANDS})
    listening = Listening(database, BRANDS, matcher, judge, clock, triage=Triage(rules))
    listening.run("presse", Shelf([batch(post(1))]).place())
    with database.read() as session:
        found = session.exec(select(MentionRow.brand, MentionRow.shown, MentionRow.rule)).all()
        assert set(found) == {
            ("Aéroplouf", True, NO_RULE),
            ("Voloair", False, "rule 1: brand == Voloair or hour == 3"),
        }
        assert len(session.exec(select(VerdictRow)).all()) == 2
    assert len(judge.judged) == len(BRANDS)


def test_what_no_query_wanted_is_recorded_with_the_cursor(
    database: Database, clock: Clock, judge: CountingJudge
) -> None:
    matcher = Matcher({brand.name: parse(brand.query) for brand in BRANDS})
    keep = timedelta(days=30)
    listening = Listening(database, BRANDS, matcher, judge, clock, keep_candidates=keep)
    listening.run("presse", Shelf([batch(post(1), post(2, "Il pleut"), post(3, "Il neige"))]).place())
    with database.read() as session:
        assert {found.external_id for _, _, found in candidates.since(session, START)} == {"id-2", "id-3"}
    clock.now += keep
    listening.run("autre", Shelf([batch(post(4, "Il vente"))]).place())
    with database.read() as session:
        assert [(source, found.text) for _, source, found in candidates.since(session, START)] == [
            ("autre", "Il vente")
        ]


def test_nothing_is_recorded_where_nobody_asked(listening: Listening, database: Database) -> None:
    listening.run("presse", Shelf([batch(post(2, "Il pleut"))]).place())
    with database.read() as session:
        assert list(candidates.since(session, START)) == []
