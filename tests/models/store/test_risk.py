"""Risk in the store: what is usual, and weighed again when copies, figures or a person's word change it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlmodel import col, select, update

from listener.stories import fingerprint
from models.database import Database
from models.ml.risk import Because, Family, Named, Signal, Signals, risk
from models.post import Author, Engagement, Post
from models.reach import ENOUGH
from models.store import following, mentions
from models.store import risk as risks
from models.store.hearing import Heard, store
from models.store.risk import re_risk, usual
from models.tables import MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment, Verdict

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
VERDICT = Verdict(language="fr", label=Sentiment.NEGATIVE, negative=0.9, neutral=0.05, positive=0.05, model="test")
CAMILLE = SimpleNamespace(id="U1", name="Camille Roux")
WORDS = (Named("incendie*", Family.SAFETY),)
LONG = "Un incendie au comptoir d'Aéroplouf ce matin et personne pour nous dire où aller avec les enfants"


def post(number: int, text: str = "", followers: int | None = 100, network: str = "sandbox") -> Post:
    return Post(
        network=network,
        external_id=f"p{number}",
        text=text or f"Aéroplouf {number}",
        author=Author(handle=f"a{number}", followers=followers),
        at=NOW + timedelta(minutes=number),
        engagement=Engagement(reposts=0),
    )


def hear(database: Database, *posts: Post, brand: str = "Aéroplouf") -> None:
    found = risk(Signals(negative=0.9, words=WORDS, reach=0.5, others=0))
    with database.write() as session:
        store(
            session,
            "s",
            [
                Heard(
                    one,
                    {brand: ()},
                    {brand: VERDICT},
                    shown=True,
                    rule="",
                    print=fingerprint(one),
                    risks={brand: found},
                )
                for one in posts
            ],
            NOW,
        )


def verdicts(database: Database) -> dict[str, VerdictRow]:
    with database.read() as session:
        rows = session.exec(
            select(PostRow.external_id, VerdictRow)
            .join(MentionRow, col(MentionRow.post_id) == col(PostRow.id))
            .join(VerdictRow, col(VerdictRow.mention_id) == col(MentionRow.id))
        )
        return dict(rows.all())


def test_stored_as_it_was_heard_with_its_reasons(database: Database) -> None:
    hear(database, post(1))
    row = verdicts(database)["p1"]
    assert row.risk is not None
    assert row.risk > 0.8
    because = Because.unpacked(row.risk_because)
    assert (because.words, because.reasons[0]) == (WORDS, Signal.WORDS)


def test_what_is_usual_is_of_that_brand_and_network_alone(database: Database) -> None:
    hear(database, *(post(number, followers=number) for number in range(5)), post(6, followers=None))
    hear(database, post(7, followers=7_000, network="mastodon"))
    hear(database, post(8, followers=8_000), brand="Voloair")
    with database.read() as session:
        assert usual(session, "Aéroplouf", "sandbox").reaches == (0, 1, 2, 3, 4)
        assert usual(session, "Aéroplouf", "mastodon").reaches == (7_000,)
        assert usual(session, "Personne", "sandbox").reaches == ()


def test_only_so_many_are_looked_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risks, "LOOKED_AT", 3)
    hear(database, *(post(number, followers=number) for number in range(10)))
    with database.read() as session:
        assert len(usual(session, "Aéroplouf", "sandbox").reaches) == 3


def test_a_copy_raises_the_risk_of_all_of_them(database: Database) -> None:
    hear(database, post(1, LONG))
    before = verdicts(database)["p1"].risk
    for number in range(2, 9):  # eight: the seventh joins between two tellings
        hear(database, post(number, LONG))
        newest = verdicts(database)[f"p{number}"]
        assert Because.unpacked(newest.risk_because).others == number - 1
    after = verdicts(database)["p1"]
    assert after.risk is not None
    assert before is not None
    assert after.risk > before
    because = Because.unpacked(after.risk_because)
    assert (because.others, because.words) == (7, WORDS)
    assert Signal.SPREAD in because.reasons


def test_who_repeats_themselves_is_one_voice(database: Database) -> None:
    hear(database, post(1, LONG))
    again = post(2, LONG).model_copy(update={"author": post(1).author})
    hear(database, again)
    assert {Because.unpacked(row.risk_because).others for row in verdicts(database).values()} == {0}


def test_a_persons_word_takes_the_place_of_the_models(database: Database) -> None:
    hear(database, post(1))
    (row,) = verdicts(database).values()
    found = []
    with database.write() as session:
        re_risk(session, [row.mention_id])
    found.append(verdicts(database)["p1"].risk or 0)
    for label in (Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE):
        with database.write() as session:
            mentions.correct(session, row.mention_id, label, who=CAMILLE, at=NOW)
        found.append(verdicts(database)["p1"].risk or 0)
    by_model, positive, neutral, negative = found
    assert 0 < positive < neutral < by_model < negative


def test_new_figures_are_weighed_by_whoever_read_them(database: Database) -> None:
    hear(database, *(post(number, followers=100) for number in range(ENOUGH)))
    (first, *_) = sorted(row.mention_id for row in verdicts(database).values())
    with database.write() as session:
        re_risk(session, [first])
        assert re_risk(session, [first]) == []
        session.exec(
            update(PostRow).where(col(PostRow.external_id) == "p0").values(reposts=900, author_followers=50_000)
        )
        assert re_risk(session, [first, 999_999]) == [first]
    because = Because.unpacked(verdicts(database)["p0"].risk_because)
    assert (because.others, because.times) == (900, 1_400.0)


def test_what_a_network_counts_anew_is_weighed_anew(database: Database) -> None:
    hear(database, post(1), post(2))
    before = {name: row.risk or 0 for name, row in verdicts(database).items()}
    with database.write() as session:
        following.count(session, "sandbox", {"p1": Engagement(reposts=900), "p2": Engagement(reposts=0)}, NOW)
    after = verdicts(database)
    assert (after["p1"].risk or 0) > before["p1"]
    assert Because.unpacked(after["p1"].risk_because).others == 900
    assert after["p2"].risk == before["p2"]


def test_what_nobody_weighed_is_weighed(database: Database) -> None:
    one = post(1)
    with database.write() as session:
        store(session, "s", [Heard(one, {"A": ()}, {"A": VERDICT}, shown=True, rule="")], NOW)
    assert verdicts(database)["p1"].risk is None
    with database.write() as session:
        assert re_risk(session, [verdicts(database)["p1"].mention_id]) != []
    assert verdicts(database)["p1"].risk is not None
