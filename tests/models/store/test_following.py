from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from models.database import Database
from models.post import Author, Engagement, Post
from models.status import MentionStatus
from models.store import candidates, cards, following, mentions
from models.store.decisions import What, Worker
from models.store.hearing import Heard, store
from models.tables import CandidateRow, CardRow, DecisionRow, EmbeddingRow, MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment, Verdict

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAMILLE = Worker("U1", "Camille")


def post(number: int, text: str = "Aéroplouf en retard", at: datetime = NOW, **more: object) -> Post:
    return Post(
        network="toy", external_id=f"toy-{number}", url=f"https://toy.example/lea/{number}", title="Colère", text=text,
        author=Author(handle="lea", name="Léa M.", url="https://toy.example/lea", external_id="7", followers=12),
        at=at, place="Porto", links=("https://blog.example",), accounts=("@aeroplouf",), **more,
    )  # fmt: skip


def hear(session: Session, *posts: Post, label: Sentiment = Sentiment.NEGATIVE, at: datetime = NOW) -> tuple[int, ...]:
    said = {name: float(name == label.value) for name in ("negative", "neutral", "positive")}
    verdict = Verdict(language="fr", label=label, **said, model="m")
    heard = [Heard(item, {"Aéroplouf": ("Aéroplouf",)}, {"Aéroplouf": verdict}, shown=True, rule="r") for item in posts]
    return store(session, "s", heard, at).mentions


def erase(database: Database, *names: str, at: datetime = NOW + HOUR) -> tuple[int, ...]:
    with database.write() as session:
        return following.erase(session, "toy", names, at)


def test_what_is_taken_back_leaves_numbers_and_verdict_only(database: Database) -> None:
    with database.write() as session:
        (mention,) = hear(session, post(1, engagement=Engagement(likes=3), thread={"root": "1"}))
        candidates.keep(session, "s", [post(1), post(2)], keep=timedelta(days=1), now=NOW)
        card = cards.claim(session, "Aéroplouf", "C1", [mention], NOW)
        session.add(EmbeddingRow(post_id=mentions.get(session, mention).post_id, model="m", vector=b"1"))
    assert len(erase(database, "toy-1", "toy-9")) == 1
    assert erase(database, "toy-1") == ()
    with database.read() as session:
        row = session.exec(select(PostRow)).one()
        said = row.model_dump_json() + session.exec(select(MentionRow)).one().model_dump_json()
        assert not [word for word in ("Léa", "lea", "retard", "Colère", "Porto", "blog", "aeroplouf") if word in said]
        assert (row.gone_at, row.likes, row.external_id, row.thread) == (NOW + HOUR, 3, "toy-1", {"root": "1"})
        assert session.exec(select(VerdictRow)).one().label == "negative"
        assert session.exec(select(EmbeddingRow)).all() == []
        assert session.exec(select(CandidateRow.external_id)).all() == ["toy-2"]
        assert session.exec(select(MentionRow.status)).one() == MentionStatus.DONE.value
        assert session.get_one(CardRow, card).wanted > 1
        assert [row.what for row in session.exec(select(DecisionRow))] == [What.GONE.value]


def test_what_no_card_shows_is_not_shown_any_more(database: Database) -> None:
    with database.write() as session:
        hear(session, post(1))
    erase(database, "toy-1")
    with database.read() as session:
        assert cards.waiting(session, "Aéroplouf") == []


def test_what_a_person_closed_stays_as_they_left_it(database: Database) -> None:
    with database.write() as session:
        (mention,) = hear(session, post(1))
        mentions.move(session, mention, MentionStatus.IRRELEVANT, what=What.NOT_RELEVANT, who=CAMILLE, at=NOW)
    erase(database, "toy-1")
    with database.read() as session:
        assert mentions.get(session, mention).status == MentionStatus.IRRELEVANT.value


def test_what_is_gone_stays_gone_whoever_shows_it_again(database: Database) -> None:
    with database.write() as session:
        hear(session, post(1))
    erase(database, "toy-1")
    with database.write() as session:
        assert hear(session, post(1), post(1, "et encore", engagement=Engagement(likes=9))) == ()
    with database.read() as session:
        row = session.exec(select(PostRow)).one()
        assert (row.text, row.likes) == ("", None)


def test_numbers_are_followed_and_unknown_is_not_zero(database: Database) -> None:
    with database.write() as session:
        hear(session, post(1, engagement=Engagement(likes=3, views=10)))
        following.count(
            session, "toy", {"toy-1": Engagement(likes=5, reposts=2), "toy-8": Engagement(likes=1)}, NOW + HOUR
        )
        following.count(session, "elsewhere", {"toy-1": Engagement(likes=99)}, NOW + HOUR)
    with database.read() as session:
        row = session.exec(select(PostRow)).one()
        assert (row.likes, row.reposts, row.views, row.replies) == (5, 2, 10, None)
        assert row.counted_at == NOW + HOUR


def test_a_post_read_again_brings_its_numbers(database: Database) -> None:
    with database.write() as session:
        hear(session, post(1, engagement=Engagement(likes=3)))
        hear(session, post(1, engagement=Engagement(likes=8)), at=NOW + HOUR)
        hear(session, post(1), at=NOW + 2 * HOUR)
    with database.read() as session:
        assert session.exec(select(col(PostRow.likes))).one() == 8


def test_open_and_negative_posts_matter_the_longest_unasked_first(database: Database) -> None:
    with database.write() as session:
        hear(session, post(1), at=NOW - 3 * HOUR)
        hear(session, post(2), at=NOW - 2 * HOUR)
        hear(session, post(3, at=NOW - 60 * HOUR), at=NOW - 2 * HOUR)
        (calm,) = hear(session, post(4), label=Sentiment.NEUTRAL, at=NOW - 2 * HOUR)
        mentions.move(session, calm, MentionStatus.DONE, what=What.DONE, who=CAMILLE, at=NOW)
        (closed,) = hear(session, post(5), at=NOW - 2 * HOUR)
        mentions.move(session, closed, MentionStatus.DONE, what=What.DONE, who=CAMILLE, at=NOW)
        hear(session, post(6), label=Sentiment.NEUTRAL, at=NOW - HOUR / 4)

    def matter(limit: int = 10) -> list[str]:
        with database.write() as session:
            since, rested = NOW - 48 * HOUR, HOUR / 2
            found = following.that_matter(session, "s", "toy", since=since, rested=rested, limit=limit, now=NOW)
            following.asked(session, "toy", found, NOW)
            return found

    assert matter(1) == ["toy-1"]
    assert matter() == ["toy-2", "toy-5"]
    assert matter() == []


def test_ids_are_compared_as_they_are_stored(database: Database) -> None:
    long = "https://toy.example/" + "x" * 600
    with database.write() as session:
        hear(session, post(1).model_copy(update={"external_id": following.stored_id(long)}))
    assert len(erase(database, long)) == 1
