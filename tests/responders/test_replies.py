from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from models.status import IllegalMove, ReplyStatus
from models.store import replies
from responders.moderation import Moderation
from responders.publisher import ProblemCode
from responders.registry import Publishers
from responders.replies import AlreadyAnswered, Answering, CannotPublish, MayNotSpeak
from responders.speaking import Silence, pause, resume
from tests.stage import BRAND, CAMILLE, LEA, OTHER_BRAND, VISITOR, Stage, configuration, stage


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Stage]:
    with stage(database, tmp_path) as made:
        yield made


def answering(scene: Stage, **changes: object) -> Answering:
    return Answering(scene.database, scene.config, scene.publishers, scene.clock, **changes)


def test_an_approved_answer_waits_for_its_cancel_window(scene: Stage):
    [mention] = scene.mention()
    before = scene.wanted(mention)
    answer = answering(scene).approve(mention, "  Bonjour Léa.  ", CAMILLE)
    assert answer.status is ReplyStatus.APPROVED
    assert answer.text == "Bonjour Léa."  # what the preview showed, not what was typed
    assert answer.account == "aeroplouf"
    assert (answer.due_at - scene.clock()).total_seconds() == 15
    assert scene.audit() == ["approved"]
    assert scene.wanted(mention) > before


def test_the_second_person_is_told_who_is_writing(scene: Stage):
    [mention] = scene.mention()
    use = answering(scene)
    assert use.begin(mention, CAMILLE).other is None
    assert use.begin(mention, CAMILLE).other is None
    assert use.begin(mention, LEA).other == CAMILLE
    use.writing_stopped(mention, LEA)  # what somebody else writes is left alone
    assert use.begin(mention, LEA).mention.writing == CAMILLE
    use.writing_stopped(mention, CAMILLE)
    assert use.begin(mention, LEA).other is None


def test_who_may_not_publish_is_told_before_typing(scene: Stage):
    [mention] = scene.mention()
    draft = answering(scene).begin(mention, VISITOR)
    assert (draft.silence, draft.mention.writing) == (Silence.NOT_LISTED, None)
    draft = answering(scene).begin(mention, CAMILLE)
    assert (draft.silence, draft.mention.writing) == (None, CAMILLE)


def test_nobody_is_thought_to_write_for_ever(scene: Stage):
    [mention] = scene.mention()
    use = answering(scene)
    use.begin(mention, CAMILLE)
    scene.clock.pass_(601)
    assert use.begin(mention, LEA).other is None
    assert use.begin(mention, CAMILLE).other == LEA


def test_writing_ends_with_approval(scene: Stage):
    [mention] = scene.mention()
    use = answering(scene)
    use.begin(mention, CAMILLE)
    answer = use.approve(mention, "Bonjour.", CAMILLE)
    draft = use.begin(mention, LEA)
    assert draft.other is None
    assert draft.answer is not None
    assert draft.answer.reply_id == answer.reply_id
    assert draft.mention.writing is None


def test_a_post_has_one_answer_over_all_brands(scene: Stage):
    ours, theirs = scene.mention(brands=(BRAND, OTHER_BRAND))
    use = answering(scene)
    first = use.approve(ours, "Bonjour.", CAMILLE)
    with pytest.raises(AlreadyAnswered) as told:
        use.approve(theirs, "Bonjour aussi.", LEA)
    assert told.value.answer == first
    assert scene.decisions()[-1].details == {"code": "already_answered"}


def test_the_index_speaks_when_somebody_slips_in_between(scene: Stage, monkeypatch: pytest.MonkeyPatch):
    [mention] = scene.mention()
    use = answering(scene)
    first = use.approve(mention, "Bonjour.", CAMILLE)
    real, asked = replies.in_the_way, []

    def blind_once(*args: object, **kwargs: object) -> object:
        asked.append(1)
        return None if len(asked) == 1 else real(*args, **kwargs)

    monkeypatch.setattr(replies, "in_the_way", blind_once)
    with pytest.raises(AlreadyAnswered) as told:
        use.approve(mention, "Moi aussi.", LEA)
    assert told.value.answer.reply_id == first.reply_id


def test_a_cancelled_answer_leaves_room_and_keeps_its_text_for_its_author(scene: Stage):
    [mention] = scene.mention()
    use = answering(scene)
    answer = use.approve(mention, "Bonjour.", CAMILLE)
    assert use.cancel(answer.reply_id, LEA).status is ReplyStatus.CANCELLED
    assert use.begin(mention, CAMILLE).text == "Bonjour."
    assert use.begin(mention, LEA).text == ""
    assert use.begin(mention, LEA).mention.answer is None
    use.approve(mention, "Bonjour Léa.", CAMILLE)
    with pytest.raises(IllegalMove) as told:
        use.cancel(answer.reply_id, CAMILLE)
    assert told.value.now == "cancelled"


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("visitor", Silence.NOT_LISTED),
        ("pause", Silence.PAUSED),
        ("environment", Silence.PAUSED),
        ("own post", Silence.OWN_POST),
        ("no publisher", Silence.NO_PUBLISHER),
        ("mode", Silence.OTHER_MODE),
        ("brand", Silence.UNKNOWN_BRAND),
    ],
)
def test_who_may_not_speak_is_told_why_and_it_is_kept(scene: Stage, why: str, code: Silence):
    [mention] = scene.mention(scene.post(handle="@AEROPLOUF") if why == "own post" else None)
    person = VISITOR if why == "visitor" else CAMILLE
    if why == "pause":
        pause(scene.database, LEA, "crise", scene.clock)
    if why == "no publisher":
        scene.publishers = Publishers({})
    if why == "mode":
        scene.network.dry_run = True  # the file says live: somebody wired the wrong twin
    if why == "brand":
        scene.config = scene.config.model_copy(update={"brands": scene.config.brands[1:]})
    with pytest.raises(MayNotSpeak) as told:
        answering(scene, publishing=why != "environment").approve(mention, "Bonjour.", person)
    assert told.value.code is code
    last = scene.decisions()[-1]
    assert (last.what, last.who_id, last.details) == ("refused", person.id, {"code": code.value})


def test_publishing_resumes(scene: Stage):
    [mention] = scene.mention()
    pause(scene.database, LEA, "crise", scene.clock)
    resume(scene.database, LEA, scene.clock)
    assert answering(scene).approve(mention, "Bonjour.", CAMILLE).status is ReplyStatus.APPROVED
    assert scene.audit() == ["paused", "resumed", "approved"]


def test_a_rehearsal_obeys_the_same_rule(database: Database, tmp_path: Path):
    with stage(database, tmp_path, live=False) as scene:
        [mention] = scene.mention()
        with pytest.raises(MayNotSpeak):
            answering(scene).approve(mention, "Bonjour.", VISITOR)
        assert answering(scene).approve(mention, "Bonjour.", CAMILLE).dry_run


def test_a_rehearsal_never_stands_in_the_way_of_the_real_answer(database: Database, tmp_path: Path):
    with stage(database, tmp_path, live=False) as scene:
        [mention] = scene.mention()
        answering(scene).approve(mention, "Répétition.", CAMILLE)
        scene.config, scene.network.dry_run = configuration(live=True), False
        real = answering(scene).approve(mention, "Bonjour.", CAMILLE)
        assert not real.dry_run
        scene.config, scene.network.dry_run = configuration(live=False), True
        with pytest.raises(AlreadyAnswered) as told:  # but the real one ends rehearsals
            answering(scene).approve(mention, "Encore.", CAMILLE)
        assert told.value.answer.reply_id == real.reply_id


@pytest.mark.parametrize(("text", "code"), [(" ", ProblemCode.EMPTY), ("x" * 501, ProblemCode.TOO_LONG)])
def test_a_text_with_problems_is_not_approved(scene: Stage, text: str, code: ProblemCode):
    [mention] = scene.mention()
    with pytest.raises(CannotPublish) as told:
        answering(scene).approve(mention, text, CAMILLE)
    assert [problem.code for problem in told.value.preview.problems] == [code]
    assert scene.audit() == []


def test_a_closed_mention_is_reopened_first(scene: Stage):
    [mention] = scene.mention()
    Moderation(scene.database, scene.config, scene.publishers, scene.clock).done(mention, LEA)
    with pytest.raises(IllegalMove):
        answering(scene).approve(mention, "Bonjour.", CAMILLE)


def test_eligibility_is_said_before_anyone_types(scene: Stage):
    [can] = scene.mention()
    [cannot] = scene.mention(scene.post("p2", thread=None))
    [ours] = scene.mention(scene.post("p3", handle="aeroplouf"))
    use = answering(scene)
    seen = use.begin(can, CAMILLE).eligibility
    assert (seen.possible, seen.limit, seen.account, seen.dry_run) == (True, 500, "aeroplouf", False)
    assert use.begin(cannot, CAMILLE).eligibility.reason is ProblemCode.CANNOT_REPLY
    assert use.begin(ours, CAMILLE).eligibility.reason is ProblemCode.CANNOT_REPLY
    scene.publishers = Publishers({}, rules=scene.publishers.rules)
    assert answering(scene).begin(can, CAMILLE).eligibility.reason is ProblemCode.CANNOT_REPLY
    assert answering(scene).preview(can, "Bonjour", CAMILLE).problems[0].code is ProblemCode.CANNOT_REPLY


def test_preview_is_what_will_be_public(scene: Stage):
    [mention] = scene.mention()
    preview = answering(scene).preview(mention, " Bonjour. ", CAMILLE)
    assert (preview.text, preview.length, preview.account) == ("Bonjour.", 8, "aeroplouf")
    assert preview.to.external_id == "p1"
