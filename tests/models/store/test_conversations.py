"""What answers our answer hangs on the first mention: it opens it again, closes it, or leaves it as it is."""

from pathlib import Path

import pytest

from listener.conversations import turn
from models.conversation import Turn
from models.database import Database
from models.post import Author, Post
from models.status import MentionStatus
from models.store import conversations
from models.store.conversations import Follows, answered_by_us
from models.store.hearing import Heard, store
from models.verdict import Sentiment, Verdict
from responders.moderation import Moderation
from responders.outbox import Outbox
from responders.replies import Answering
from responders.worker import Worker
from tests.stage import BRAND, CAMILLE, OTHER_BRAND, Stage, stage

VERDICT = Verdict(language="fr", label=Sentiment.NEUTRAL, negative=0.1, neutral=0.8, positive=0.1, model="test")


@pytest.fixture
def scene(database: Database, tmp_path: Path):
    with stage(database, tmp_path) as made:
        yield made


def answer(scene: Stage, mention: int) -> str:
    """Answer a mention in public; the answer's name there."""
    use = Answering(scene.database, scene.config, scene.publishers, scene.clock)
    reply = use.approve(mention, f"Bonjour, on regarde ({mention}).", CAMILLE).reply_id
    scene.clock.pass_(16)
    Outbox(scene.database, scene.publishers, scene.config, scene.clock, Worker(scene.folder)).step()
    name = scene.reply(reply).external_id
    assert name
    return name


def says(scene: Stage, text: str, to: str, name: str = "p9") -> list[int]:
    """Somebody answers `to`: heard as the pipeline hears it."""
    scene.clock.pass_(60)
    post = Post(
        network="sandbox", external_id=name, text=text, author=Author(handle="lea", name="Léa M."),
        at=scene.clock(), parent_id=to, thread={"id": name},
    )  # fmt: skip
    with scene.database.write() as session:
        going = answered_by_us(session, [post]).get(("sandbox", name), {})
        follows = {brand: Follows(first, turn(text, VERDICT.label)) for brand, first in going.items()}
        verdicts = dict.fromkeys(going, VERDICT)
        heard = Heard(post, dict.fromkeys(going, ()), verdicts, shown=True, rule="", follows=follows)
        return list(store(session, "place", [heard], scene.clock()).mentions) if going else []


def status(scene: Stage, mention: int) -> MentionStatus:
    return Moderation(scene.database, scene.config, scene.publishers, scene.clock).see(mention).status


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Et quand serai-je remboursée ?", MentionStatus.OPEN, MentionStatus.OPEN),
        ("Merci beaucoup !", MentionStatus.DONE, MentionStatus.DONE),
        ("Je vous envoie un message.", MentionStatus.ANSWERED, MentionStatus.DONE),
    ],
)
def test_what_they_say_moves_the_first_mention(scene: Stage, text: str, first: MentionStatus, second: MentionStatus):
    [mention] = scene.mention()
    ours = answer(scene, mention)
    drawn = scene.wanted(mention)
    [follow] = says(scene, text, ours)
    assert (status(scene, mention), status(scene, follow)) == (first, second)
    assert scene.wanted(mention) > drawn
    seen = Moderation(scene.database, scene.config, scene.publishers, scene.clock).see(mention)
    assert seen.went_on is not None
    assert (seen.went_on.messages, seen.went_on.text) == (1, text)
    assert "went_on" in scene.audit()
    assert says(scene, text, ours) == []  # heard again, nothing twice
    assert scene.audit().count("went_on") == 1


def test_the_first_mention_is_answered_once_the_last_question_is(scene: Stage):
    [mention] = scene.mention()
    ours = answer(scene, mention)
    [one] = says(scene, "Pourquoi ?", ours, "p8")
    [two] = says(scene, "Et comment faire ?", ours, "p9")
    assert status(scene, mention) is MentionStatus.OPEN
    use = Moderation(scene.database, scene.config, scene.publishers, scene.clock)
    use.done(one, CAMILLE)
    assert status(scene, mention) is MentionStatus.OPEN
    again = answer(scene, two)
    assert (status(scene, two), status(scene, mention)) == (MentionStatus.ANSWERED, MentionStatus.ANSWERED)
    [three] = says(scene, "Merci !", again, "p10")
    assert (status(scene, three), status(scene, mention)) == (MentionStatus.DONE, MentionStatus.DONE)
    with scene.database.read() as session:
        went_on = conversations.went_on(session, mention)
    assert went_on is not None
    assert went_on.messages == 3  # all of it hangs on the first


def test_what_answers_somebody_else_or_another_brand_is_not_ours(scene: Stage):
    [mention, other] = scene.mention(brands=(BRAND, OTHER_BRAND))
    ours = answer(scene, mention)
    assert says(scene, "Pourquoi ?", "somebody-elses") == []
    [follow] = says(scene, "Pourquoi ?", ours)
    assert status(scene, other) is MentionStatus.ANSWERED
    assert status(scene, follow) is MentionStatus.OPEN


def test_a_closed_mention_waits_again_only_for_who_wants_more(scene: Stage):
    [mention] = scene.mention()
    ours = answer(scene, mention)
    Moderation(scene.database, scene.config, scene.publishers, scene.clock).done(mention, CAMILLE)
    says(scene, "Je vous envoie un message.", ours, "p8")
    assert status(scene, mention) is MentionStatus.DONE
    says(scene, "Toujours pas de nouvelles.", ours, "p9")
    assert status(scene, mention) is MentionStatus.OPEN
    assert {row.details.get("turn") for row in scene.decisions() if row.what == "went_on"} == {
        Turn.REMARK.value, Turn.WANTS_MORE.value,
    }  # fmt: skip
