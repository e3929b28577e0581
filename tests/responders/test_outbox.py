from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

from models.database import Database
from models.errors import AccessLost, Refused, RetryLater, Unclear
from models.network import rules
from models.status import IllegalMove, MentionStatus, ReplyStatus
from models.store import following, replies
from models.store.posts import to_row
from models.tables import PostRow
from responders.moderation import Moderation
from responders.outbox import ABANDONED, PATIENCE, Outbox
from responders.publisher import PostRef, Preview, Receipt
from responders.replies import Answering, MayNotSpeak
from responders.seeing import ref_of
from responders.speaking import pause, resume
from responders.worker import Worker
from tests.stage import BRAND, CAMILLE, LEA, OTHER_BRAND, VISITOR, Stage, configuration, stage

SETTLE = rules("sandbox").settle.total_seconds()


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Stage]:
    with stage(database, tmp_path) as made:
        yield made


def answering(scene: Stage) -> Answering:
    return Answering(scene.database, scene.config, scene.publishers, scene.clock)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path / "workers")
    yield made
    made.close()


def outbox(scene: Stage, worker: Worker, **changes: object) -> Outbox:
    return Outbox(scene.database, scene.publishers, scene.config, scene.clock, worker, **changes)


def approved(scene: Stage, mention: int | None = None) -> int:
    """An answer whose cancel window is over."""
    use = answering(scene)
    reply = use.approve(mention or scene.mention()[0], "Bonjour.", CAMILLE).reply_id
    scene.clock.pass_(15)
    return reply


class Killed(BaseException):
    """The process ends here: nothing after this line runs."""


def die_while_sending(scene: Stage, *, taken: bool, external_id: str = "p1") -> int:
    """A process claims an answer and dies in the middle of its request."""
    reply = approved(scene, scene.mention(scene.post(external_id))[0])
    scene.network.next_, scene.network.takes = [Killed()], taken
    dead = Worker(scene.folder / "workers")
    with pytest.raises(Killed):
        outbox(scene, dead).step()
    dead.close()
    assert scene.reply(reply).status == "sending"
    return reply


def test_an_answer_leaves_once_its_cancel_window_is_over(scene: Stage, worker: Worker):
    [mention] = scene.mention()
    use = answering(scene)
    reply = use.approve(mention, "Bonjour.", CAMILLE).reply_id
    box = outbox(scene, worker)
    scene.clock.pass_(14.9)
    assert box.step() == 0
    scene.clock.pass_(0.1)
    drawn = scene.wanted(mention)
    assert box.step() == 1
    assert box.step() == 0
    row = scene.reply(reply)
    assert (row.status, row.url, row.external_id, row.attempts) == ("sent", "https://place.example/r0", "r0", 1)
    assert scene.network.published == [row.key]
    assert scene.audit() == ["approved", "claimed", "sent", "answered"]
    assert scene.wanted(mention) > drawn
    seen = Moderation(scene.database, scene.config, scene.publishers, scene.clock).see(mention)
    assert seen.status is MentionStatus.ANSWERED
    assert seen.answer is not None
    assert seen.answer.url == "https://place.example/r0"


def test_a_cancelled_answer_never_leaves_and_a_claimed_one_cannot_be_cancelled(scene: Stage, worker: Worker):
    first = approved(scene)
    answering(scene).cancel(first, LEA)
    assert outbox(scene, worker).step() == 0
    reply = die_while_sending(scene, taken=False, external_id="p2")
    with pytest.raises(IllegalMove) as told:
        answering(scene).cancel(reply, CAMILLE)
    assert told.value.now == "sending"


def test_every_brand_that_waited_on_the_post_is_answered(scene: Stage, worker: Worker):
    ours, theirs = scene.mention(brands=(BRAND, OTHER_BRAND))
    use = Moderation(scene.database, scene.config, scene.publishers, scene.clock)
    approved(scene, ours)
    outbox(scene, worker).step()
    assert use.see(theirs).status is MentionStatus.ANSWERED
    assert use.see(theirs).answer == use.see(ours).answer


def test_what_a_person_closed_meanwhile_stays_closed(scene: Stage, worker: Worker):
    [mention] = scene.mention()
    approved(scene, mention)
    use = Moderation(scene.database, scene.config, scene.publishers, scene.clock)
    use.not_relevant(mention, LEA)
    outbox(scene, worker).step()
    assert use.see(mention).status is MentionStatus.IRRELEVANT


def test_exchanges_count_what_this_author_was_told_before(scene: Stage, worker: Worker):
    approved(scene)
    outbox(scene, worker).step()
    [second] = scene.mention(scene.post("p2"))
    [stranger] = scene.mention(scene.post("p3", handle="paul"))
    use = Moderation(scene.database, scene.config, scene.publishers, scene.clock)
    assert (use.see(second).exchanges, use.see(stranger).exchanges) == (1, 0)


# ------------------------------------------------------------------ what the network says


def test_retry_later_waits_until_then(scene: Stage, worker: Worker):
    reply = approved(scene)
    scene.network.next_ = [RetryLater(scene.clock() + timedelta(minutes=2), "HTTP 429")]
    box = outbox(scene, worker)
    box.step()
    row = scene.reply(reply)
    assert (row.status, row.problem, row.claimed_by) == ("approved", "network_busy: HTTP 429", None)
    scene.clock.pass_(119)
    assert box.step() == 0
    scene.clock.pass_(1)
    box.step()
    assert scene.reply(reply).status == "sent"
    assert scene.reply(reply).problem == ""
    assert len(set(scene.network.published)) == 1  # the same key at every try


@pytest.mark.parametrize(
    ("error", "problem"),
    [(Refused("HTTP 404"), "refused_by_network: HTTP 404"), (AccessLost("HTTP 401"), "access_lost: HTTP 401")],
)
def test_a_refusal_waits_for_a_person_and_leaves_room(scene: Stage, worker: Worker, error: Exception, problem: str):
    [mention] = scene.mention()
    reply = approved(scene, mention)
    scene.network.next_ = [error]
    outbox(scene, worker).step()
    assert (scene.reply(reply).status, scene.reply(reply).problem) == ("refused", problem)
    draft = answering(scene).begin(mention, CAMILLE)
    assert (draft.answer, draft.text) == (None, "Bonjour.")
    assert draft.mention.answer is not None
    assert draft.mention.answer.problem == problem
    answering(scene).approve(mention, "Autrement.", CAMILLE)


# ------------------------------------------------------------------ never twice, never lost


def test_a_time_out_that_was_taken_is_found_at_once(scene: Stage, worker: Worker):
    reply = approved(scene)
    scene.network.next_, scene.network.takes = [Unclear("no answer")], True
    box = outbox(scene, worker)
    box.step()
    assert scene.reply(reply).status == "sending"
    assert box.recover() == 1
    assert scene.reply(reply).status == "sent"
    assert len(scene.network.published) == 1


def test_absent_twice_is_sent_again_but_not_before_settle(scene: Stage, worker: Worker):
    reply = approved(scene)
    scene.network.next_ = [Unclear("no answer")]
    box = outbox(scene, worker)
    box.step()
    box.recover()
    assert (scene.reply(reply).status, scene.reply(reply).looks) == ("sending", 1)
    scene.clock.pass_(SETTLE - 0.1)
    assert (box.recover(), box.step()) == (0, 0)
    scene.clock.pass_(0.1)
    box.recover()
    assert scene.reply(reply).status == "approved"
    box.step()
    assert scene.reply(reply).status == "sent"
    assert len(scene.network.stands) == 1
    assert scene.audit()[1:] == ["claimed", "unclear", "looked", "returned", "claimed", "sent", "answered"]


def test_what_appears_between_the_looks_is_not_sent_again(scene: Stage, worker: Worker):
    reply = approved(scene)
    scene.network.next_ = [Unclear("no answer")]
    box = outbox(scene, worker)
    box.step()
    box.recover()
    scene.network.accept(scene.network.preview("Bonjour.", reference(scene)))
    scene.clock.pass_(SETTLE)
    box.recover()
    assert (scene.reply(reply).status, len(scene.network.stands)) == ("sent", 1)


def reference(scene: Stage) -> PostRef:
    return ref_of(to_row(scene.post(), scene.clock()))


@pytest.mark.parametrize("taken", [True, False])
def test_a_dead_process_is_looked_after_by_another(scene: Stage, worker: Worker, *, taken: bool):
    reply = die_while_sending(scene, taken=taken)
    box = outbox(scene, worker)
    box.recover()
    box.recover()
    assert scene.reply(reply).status == ("sent" if taken else "sending")
    scene.clock.pass_(SETTLE)
    box.recover()
    box.step()
    assert scene.reply(reply).status == "sent"
    assert len(scene.network.stands) == 1


def test_settle_counts_from_when_the_request_was_surely_over(scene: Stage, worker: Worker):
    """A process may freeze between its claim and its request: the claim's own age proves nothing."""
    reply = die_while_sending(scene, taken=False)
    scene.clock.pass_(3600)
    box = outbox(scene, worker)
    for _ in range(4):
        box.recover()
    assert (scene.reply(reply).status, scene.network.looks) == ("sending", 1)
    assert box.step() == 0


def test_a_kill_between_the_looks_loses_nothing(scene: Stage, worker: Worker):
    reply = die_while_sending(scene, taken=False)
    first = Worker(scene.folder / "workers")
    for _ in range(2):
        outbox(scene, first).recover()
    first.close()
    assert scene.reply(reply).looks == 1
    scene.clock.pass_(SETTLE)
    box = outbox(scene, worker)
    box.recover()
    box.step()
    assert (scene.reply(reply).status, scene.network.looks) == ("sent", 2)


def test_what_a_living_process_is_sending_is_left_alone(scene: Stage, worker: Worker):
    reply = approved(scene)
    other = Worker(scene.folder / "workers")
    inside, go_on = Event(), Event()
    publish = scene.network.publish

    def slow(preview: Preview, key: str) -> Receipt:
        inside.set()
        assert go_on.wait(10)
        return publish(preview, key)

    scene.network.publish = slow
    thread = Thread(target=outbox(scene, other).step)
    thread.start()
    assert inside.wait(10)
    scene.clock.pass_(86_400)  # as long as it may take: its kernel lock says that it lives
    box = outbox(scene, worker)
    assert (box.recover(), box.step()) == (0, 0)
    assert scene.reply(reply).status == "sending"
    go_on.set()
    thread.join(10)
    other.close()
    assert (scene.reply(reply).status, len(scene.network.stands)) == ("sent", 1)


@pytest.mark.parametrize("taken", [True, False])
def test_a_claim_from_another_machine_is_never_sent_again(scene: Stage, worker: Worker, *, taken: bool):
    reply = approved(scene)
    scene.network.next_, scene.network.takes = [Killed()], taken
    far = Worker(scene.folder / "elsewhere")
    with pytest.raises(Killed):
        outbox(scene, far).step()
    far.close()
    box = outbox(scene, worker)
    scene.clock.pass_(ABANDONED.total_seconds() - 1)
    assert box.recover() == 0
    scene.clock.pass_(1)
    box.recover()
    assert scene.reply(reply).status == ("sent" if taken else "unclear")
    assert scene.reply(reply).problem == ("" if taken else "absent")


def test_a_network_that_cannot_be_asked_is_unclear_at_once(database: Database, tmp_path: Path, worker: Worker):
    with stage(database, tmp_path, readable=False) as scene:
        reply = die_while_sending(scene, taken=True)
        box = outbox(scene, worker)
        box.recover()
        box.recover()
        scene.clock.pass_(86_400)
        assert (box.recover(), box.step()) == (0, 0)
        assert (scene.reply(reply).status, scene.reply(reply).problem) == ("unclear", "cannot_ask")


def test_a_network_that_hides_its_writes_is_never_sent_again(database: Database, tmp_path: Path, worker: Worker):
    with stage(database, tmp_path, reads_own_writes=False) as scene:
        reply = die_while_sending(scene, taken=False)
        box = outbox(scene, worker)
        box.recover()
        box.recover()
        assert (scene.reply(reply).status, scene.reply(reply).problem) == ("unclear", "absent")


def test_a_network_that_does_not_answer_is_asked_again_then_a_person_is(scene: Stage, worker: Worker):
    reply = die_while_sending(scene, taken=True)
    box = outbox(scene, worker)
    box.recover()
    scene.network.next_look = [RetryLater(scene.clock() + timedelta(seconds=30), "HTTP 503"), Unclear("cut")]
    box.recover()
    scene.clock.pass_(29)
    assert box.recover() == 0
    scene.clock.pass_(1)
    box.recover()
    assert (scene.reply(reply).status, scene.reply(reply).looks) == ("sending", 0)
    scene.clock.pass_(PATIENCE.total_seconds())
    scene.network.next_look = [RetryLater(scene.clock(), "HTTP 503")]
    box.recover()
    assert (scene.reply(reply).status, scene.reply(reply).problem) == ("unclear", "no_answer: HTTP 503")


def test_a_faulty_adapter_does_not_keep_others_waiting(scene: Stage, worker: Worker, caplog: pytest.LogCaptureFixture):
    stuck = die_while_sending(scene, taken=True)
    other = approved(scene, scene.mention(scene.post("p2"))[0])
    scene.network.next_look = [ZeroDivisionError("a fault of ours")]
    box = outbox(scene, worker)
    box.recover()
    box.recover()
    box.step()
    assert (scene.reply(stuck).status, scene.reply(other).status) == ("sending", "sent")
    assert "a fault of ours" in caplog.text
    scene.clock.pass_(5)
    box.recover()
    assert scene.reply(stuck).status == "sent"


def test_a_person_settles_what_is_unclear(database: Database, tmp_path: Path, worker: Worker):
    with stage(database, tmp_path, reads_own_writes=False) as scene:
        reply = die_while_sending(scene, taken=False)
        box = outbox(scene, worker)
        box.recover()
        box.recover()
        use = answering(scene)
        with pytest.raises(MayNotSpeak):
            use.settle_unclear(reply, VISITOR, sent=False)
        assert use.settle_unclear(reply, LEA, sent=False).status is ReplyStatus.APPROVED
        scene.clock.pass_(15)
        box.step()
        assert (scene.reply(reply).status, len(scene.network.stands)) == ("sent", 1)
        with pytest.raises(IllegalMove):
            use.settle_unclear(reply, LEA, sent=True)


def test_a_person_who_sees_it_there_ends_it(database: Database, tmp_path: Path, worker: Worker):
    with stage(database, tmp_path, readable=False) as scene:
        reply = die_while_sending(scene, taken=True)
        box = outbox(scene, worker)
        box.recover()
        box.recover()
        assert answering(scene).settle_unclear(reply, VISITOR, sent=True).status is ReplyStatus.SENT
        assert scene.audit()[-1] == "answered"


def test_a_receipt_is_the_truth_whatever_a_person_said_meanwhile(scene: Stage, worker: Worker):
    """Frozen on another machine, taken for dead, said "not there" by a person, then awake with a receipt."""
    reply = approved(scene)
    far = Worker(scene.folder / "elsewhere")
    publish = scene.network.publish

    def frozen(preview: Preview, key: str) -> Receipt:
        scene.clock.pass_(ABANDONED.total_seconds())
        outbox(scene, worker).recover()
        answering(scene).settle_unclear(reply, LEA, sent=False)
        return publish(preview, key)

    scene.network.publish = frozen
    outbox(scene, far).step()
    far.close()
    scene.network.publish = publish
    scene.clock.pass_(60)
    assert outbox(scene, worker).step() == 0
    assert (scene.reply(reply).status, len(scene.network.stands)) == ("sent", 1)


def test_an_outcome_that_could_not_be_stored_is_looked_for(
    scene: Stage, worker: Worker, monkeypatch: pytest.MonkeyPatch
):
    reply = approved(scene)
    with monkeypatch.context() as broken:
        broken.setattr(replies, "sent", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            outbox(scene, worker).step()
    box = outbox(scene, worker)
    box.recover()
    box.recover()
    assert (scene.reply(reply).status, len(scene.network.stands)) == ("sent", 1)


def test_two_who_look_at_once_do_not_both_send(scene: Stage, worker: Worker):
    reply = die_while_sending(scene, taken=False)
    slow, quick = outbox(scene, worker), outbox(scene, Worker(scene.folder / "workers"))
    slow.recover()
    slow.recover()
    scene.clock.pass_(SETTLE)
    find = scene.network.find_reply

    def meanwhile(preview: Preview, key: str, since: datetime) -> Receipt | None:
        found = find(preview, key, since)
        scene.network.find_reply = find
        quick.recover()
        quick.step()
        return found

    scene.network.find_reply = meanwhile
    slow.recover()
    assert slow.step() == 0
    assert (scene.reply(reply).status, len(scene.network.stands)) == ("sent", 1)


def test_two_processes_share_what_is_due(scene: Stage, worker: Worker):
    waiting = [approved(scene, scene.mention(scene.post(f"p{number}"))[0]) for number in range(12)]
    other = Worker(scene.folder / "workers")
    boxes = [outbox(scene, worker), outbox(scene, other)]
    together = Barrier(2)

    def empty(box: Outbox) -> None:
        together.wait(10)
        while box.step():
            pass

    threads = [Thread(target=empty, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    other.close()
    assert {scene.reply(reply).status for reply in waiting} == {"sent"}
    assert len(scene.network.published) == len(set(scene.network.published)) == 12


def test_a_rehearsal_answers_its_own_mention_only(database: Database, tmp_path: Path, worker: Worker):
    with stage(database, tmp_path, live=False) as scene:
        ours, theirs = scene.mention(brands=(BRAND, OTHER_BRAND))
        approved(scene, ours)
        outbox(scene, worker).step()
        use = Moderation(scene.database, scene.config, scene.publishers, scene.clock)
        assert (use.see(ours).status, use.see(theirs).status) == (MentionStatus.ANSWERED, MentionStatus.OPEN)


# ------------------------------------------------------------------ who may speak, asked again at the claim


def test_what_is_approved_waits_for_the_end_of_a_pause(scene: Stage, worker: Worker):
    reply = approved(scene)
    pause(scene.database, LEA, "crise", scene.clock)
    assert outbox(scene, worker).step() == 0
    assert scene.reply(reply).status == "approved"
    resume(scene.database, LEA, scene.clock)
    assert outbox(scene, worker, publishing=False).step() == 0
    assert outbox(scene, worker).step() == 1


def test_a_pause_does_not_stop_looking_for_what_was_in_flight(scene: Stage, worker: Worker):
    reply = die_while_sending(scene, taken=True)
    pause(scene.database, LEA, "crise", scene.clock)
    box = outbox(scene, worker, publishing=False)
    box.recover()
    box.recover()
    assert scene.reply(reply).status == "sent"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("unlisted", "not_listed"),
        ("no longer live", "other_mode"),
        ("account", "other_account"),
        ("brand", "unknown_brand"),
        ("problem", "too_long"),
    ],
)
def test_the_claim_asks_again(scene: Stage, worker: Worker, change: str, problem: str):
    reply = approved(scene)
    match change:
        case "unlisted":
            scene.config = configuration(publishers=(LEA.id,))
        case "no longer live":
            scene.config, scene.network.dry_run = configuration(live=False), True
        case "account":
            scene.network.account = "voloair"
        case "brand":
            scene.config = scene.config.model_copy(update={"brands": scene.config.brands[1:]})
        case "problem":
            with scene.database.write() as session:
                replies.get(session, reply).text = "x" * 501
    assert outbox(scene, worker).step() == 0
    assert (scene.reply(reply).status, scene.reply(reply).problem) == ("refused", problem)
    assert scene.network.published == []


def test_the_loop_ends_when_told_and_survives_a_bad_turn(
    scene: Stage, worker: Worker, caplog: pytest.LogCaptureFixture
):
    first = approved(scene)
    second = approved(scene, scene.mention(scene.post("p2"))[0])
    scene.network.next_ = [ZeroDivisionError("a fault of ours")]
    stop, box = Event(), outbox(scene, worker)
    look = scene.network.find_reply

    def look_and_let_time_pass(preview: Preview, key: str, since: datetime) -> Receipt | None:
        scene.clock.pass_(SETTLE)
        return look(preview, key, since)

    scene.network.find_reply = look_and_let_time_pass
    thread = Thread(target=box.run, args=(stop,))
    thread.start()
    for _ in range(500):
        if {scene.reply(first).status, scene.reply(second).status} == {"sent"}:
            break
        stop.wait(0.02)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert {scene.reply(first).status, scene.reply(second).status} == {"sent"}
    assert len(scene.network.stands) == 2
    assert "a fault of ours" in caplog.text


def test_a_start_buries_the_dead_but_for_those_whose_claims_wait(scene: Stage, worker: Worker):
    idle = Worker(scene.folder / "workers")
    idle.close()
    die_while_sending(scene, taken=True)
    assert len(worker.dead()) == 2
    ended = Event()
    ended.set()
    outbox(scene, worker).run(ended)
    [left] = worker.dead()
    assert left != idle.id.rpartition("/")[2]


def gone(scene: Stage, reply_id: int) -> None:
    """The network says that the author took the post back."""
    with scene.database.write() as session:
        post = session.get_one(PostRow, replies.get(session, reply_id).post_id)
        following.erase(session, post.network, [post.external_id], scene.clock())


def test_what_was_taken_back_is_not_answered(scene: Stage, worker: Worker):
    reply = approved(scene)
    gone(scene, reply)
    assert outbox(scene, worker).step() == 0
    row = scene.reply(reply)
    assert (row.status, row.problem) == (ReplyStatus.REFUSED.value, "cannot_reply")


@pytest.mark.parametrize("taken", [True, False])
def test_an_answer_on_its_way_to_what_was_taken_back_blocks_nobody(scene: Stage, worker: Worker, *, taken: bool):
    reply = die_while_sending(scene, taken=taken)
    gone(scene, reply)
    sending = outbox(scene, worker)
    for _ in range(4):
        sending.recover()
        sending.step()
        scene.clock.pass_(SETTLE)
    assert scene.reply(reply).status == (ReplyStatus.SENT if taken else ReplyStatus.REFUSED).value
