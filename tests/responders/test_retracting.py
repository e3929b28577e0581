"""A published answer taken back: asked for with a reason, done by the outbox, never sent again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.database import Database
from models.errors import AccessLost, NetworkError, Refused, RetryLater, Unclear
from models.status import IllegalMove, MentionStatus, ReplyStatus
from responders.moderation import Moderation
from responders.outbox import Outbox
from responders.publisher import ProblemCode, Receipt
from responders.registry import Publishers
from responders.replies import Answering, CannotPublish, MayNotSpeak
from responders.worker import Worker
from tests.stage import BRAND, CAMILLE, LEA, VISITOR, ReadablePaperNetwork, Stage, rules_of, stage


class Eraser(ReadablePaperNetwork):
    """And takes back; `dies` is what interrupts us once it was done."""

    dies: BaseException | None = None
    asked = 0

    def retract(self, receipt: Receipt) -> None:
        self.asked += 1
        if self.next_:
            raise self.next_.pop(0)
        self.stands = [(text, known) for text, known in self.stands if known.external_id != receipt.external_id]
        if self.dies:
            error, self.dies = self.dies, None
            raise error


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Stage]:
    with stage(database, tmp_path) as made:
        made.network = Eraser(made.clock)
        made.publishers = Publishers({(BRAND, "sandbox"): made.network})
        yield made


def use(scene: Stage) -> Answering:
    return Answering(scene.database, scene.config, scene.publishers, scene.clock)


def outbox(scene: Stage) -> Outbox:
    return Outbox(scene.database, scene.publishers, scene.config, scene.clock, Worker(scene.folder))


def answered(scene: Stage) -> tuple[int, int]:
    [mention] = scene.mention()
    reply = use(scene).approve(mention, "Bonjour.", CAMILLE).reply_id
    scene.clock.pass_(16)
    outbox(scene).step()
    assert len(scene.network.stands) == 1
    return mention, reply


def see(scene: Stage, mention: int):
    return Moderation(scene.database, scene.config, scene.publishers, scene.clock).see(mention)


def test_it_goes_with_a_reason_and_the_mention_waits_again(scene: Stage):
    mention, reply = answered(scene)
    seen = see(scene, mention).answer
    assert seen is not None
    assert seen.can_retract
    assert use(scene).retract(reply, LEA, "Mauvais client").status is ReplyStatus.RETRACTING
    assert outbox(scene).take_back() == 1
    assert scene.network.stands == []
    assert scene.reply(reply).status == "retracted"
    assert see(scene, mention).status is MentionStatus.OPEN
    asked = next(row for row in scene.decisions() if row.what == "retracting")
    assert (asked.who_name, asked.details["reason"]) == ("Léa Martin", "Mauvais client")
    assert scene.audit()[-2:] == ["retracted", "reopened"]
    scene.clock.pass_(3600)
    assert (outbox(scene).take_back(), outbox(scene).step(), outbox(scene).recover()) == (0, 0, 0)
    assert scene.network.stands == []
    use(scene).approve(mention, "Bonjour Léa.", CAMILLE)  # another answer may be given


def test_only_a_publisher_and_only_what_stands(scene: Stage):
    mention, reply = answered(scene)
    with pytest.raises(MayNotSpeak):
        use(scene).retract(reply, VISITOR, "non")
    assert scene.audit()[-1] == "refused"
    use(scene).retract(reply, CAMILLE, "oui")
    with pytest.raises(IllegalMove):
        use(scene).retract(reply, CAMILLE, "encore")
    outbox(scene).take_back()
    with pytest.raises(IllegalMove):
        use(scene).retract(reply, CAMILLE, "encore")
    assert see(scene, mention).status is MentionStatus.OPEN


def test_a_process_that_dies_in_between_only_asks_again(scene: Stage):
    _, reply = answered(scene)
    use(scene).retract(reply, CAMILLE, "oui")
    assert isinstance(scene.network, Eraser)
    scene.network.dies = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        outbox(scene).take_back()
    assert (scene.network.stands, scene.reply(reply).status) == ([], "retracting")
    assert outbox(scene).take_back() == 1
    assert scene.reply(reply).status == "retracted"


@pytest.mark.parametrize("error", [RetryLater, Unclear("ReadTimeout")])
def test_a_network_that_is_busy_is_asked_again(scene: Stage, error: type[RetryLater] | NetworkError):
    _, reply = answered(scene)
    use(scene).retract(reply, CAMILLE, "oui")
    later = scene.clock() + timedelta(seconds=30)
    scene.network.next_.append(error if isinstance(error, NetworkError) else RetryLater(later, "HTTP 429"))
    assert outbox(scene).take_back() == 1
    assert outbox(scene).take_back() == 0
    scene.clock.pass_(31)
    assert outbox(scene).take_back() == 1
    assert scene.reply(reply).status == "retracted"


@pytest.mark.parametrize("error", [Refused("HTTP 403"), AccessLost("HTTP 401")])
def test_what_the_network_keeps_stands_as_before(scene: Stage, error: NetworkError):
    mention, reply = answered(scene)
    use(scene).retract(reply, CAMILLE, "oui")
    scene.network.next_.append(error)
    outbox(scene).take_back()
    row = scene.reply(reply)
    assert row.status == "sent"
    assert row.problem.startswith("cannot_retract: HTTP 40")
    assert see(scene, mention).status is MentionStatus.ANSWERED
    assert scene.audit()[-1] == "not_retracted"


def test_where_a_post_is_answered_once_nobody_answers_again(scene: Stage):
    scene.publishers = Publishers(
        {(BRAND, "sandbox"): scene.network}, rules=lambda name: rules_of(name, answers_once=True)
    )
    mention, reply = answered(scene)
    use(scene).retract(reply, CAMILLE, "oui")
    outbox(scene).take_back()
    assert see(scene, mention).eligibility.reason is ProblemCode.ANSWERED_ONCE
    with pytest.raises(CannotPublish, match="answered_once"):
        use(scene).approve(mention, "Bonjour.", CAMILLE)
