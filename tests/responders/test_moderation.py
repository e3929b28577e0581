from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from models.status import IllegalMove, MentionStatus
from models.store.mentions import NotFound
from models.verdict import Sentiment
from responders.moderation import Moderation
from tests.stage import CAMILLE, LEA, Stage, stage


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Stage]:
    with stage(database, tmp_path) as made:
        yield made


def moderation(scene: Stage) -> Moderation:
    return Moderation(scene.database, scene.config, scene.publishers, scene.clock)


def test_take_release_done_reopen(scene: Stage):
    [mention] = scene.mention()
    use = moderation(scene)
    drawn = scene.wanted(mention)
    assert use.take(mention, CAMILLE).owner == CAMILLE
    assert use.release(mention, LEA).owner is None
    assert use.take(mention, LEA).owner == LEA
    done = use.done(mention, CAMILLE)
    assert (done.status, done.owner) == (MentionStatus.DONE, LEA)
    again = use.reopen(mention, CAMILLE)
    assert (again.status, again.owner) == (MentionStatus.OPEN, None)
    assert use.not_relevant(mention, LEA).status is MentionStatus.IRRELEVANT
    assert scene.audit() == ["taken", "released", "taken", "done", "reopened", "not_relevant"]
    assert scene.wanted(mention) == drawn + 6


def test_what_is_taken_stays_with_whoever_has_it(scene: Stage):
    [mention] = scene.mention()
    use = moderation(scene)
    use.take(mention, CAMILLE)
    use.take(mention, CAMILLE)  # a double click
    with pytest.raises(IllegalMove):
        use.take(mention, LEA)
    assert use.see(mention).owner == CAMILLE
    assert scene.audit() == ["taken"]


def test_an_audit_row_tells_before_and_after(scene: Stage):
    [mention] = scene.mention()
    moderation(scene).take(mention, CAMILLE)
    [row] = scene.decisions()
    assert (row.who_name, row.brand, row.mention_id) == ("Camille Roux", "Aéroplouf", mention)
    assert row.details == {
        "before": "open", "after": "taken", "owner_before": None, "owner_after": "Camille Roux",
    }  # fmt: skip


def test_a_corrected_sentiment_stands_beside_the_models(scene: Stage):
    [mention] = scene.mention()
    seen = moderation(scene).correct_sentiment(mention, Sentiment.POSITIVE, LEA)
    assert (seen.label, seen.corrected_by, seen.confidence) == (Sentiment.POSITIVE, "Léa Martin", 0.93)
    moderation(scene).correct_sentiment(mention, Sentiment.NEUTRAL, CAMILLE)
    assert [(row.details["before"], row.details["after"]) for row in scene.decisions()] == [
        ("negative", "positive"),
        ("positive", "neutral"),
    ]


def test_an_unknown_mention_is_not_found(scene: Stage):
    with pytest.raises(NotFound):
        moderation(scene).take(404, CAMILLE)
    with pytest.raises(NotFound):
        moderation(scene).see(404)


def test_a_card_says_who_where_what(scene: Stage):
    [mention] = scene.mention()
    seen = moderation(scene).see(mention)
    assert (seen.author_name, seen.followers, seen.network_label) == ("Léa M.", 1240, "Place publique")
    assert (seen.words, seen.language, seen.label, seen.exchanges) == (("aéroplouf",), "fr", Sentiment.NEGATIVE, 0)
