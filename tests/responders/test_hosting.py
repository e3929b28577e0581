"""Moderating a comment: who may, what is written down, what a dry run does; and the same at the card's buttons."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console
from sqlmodel import select

from config.i18n import words
from models.database import Database
from models.errors import AccessLost, Refused, RetryLater
from models.status import MentionStatus
from models.tables import PostRow
from responders.moderation import MayNotModerate, Moderation
from responders.publisher import Act, PostRef, Standing
from responders.publishers.console import console_twin
from responders.registry import Publishers
from responders.speaking import Silence, pause
from responders.wording import explain
from tests.stage import BRAND, CAMILLE, VISITOR, PaperNetwork, Stage, stage

STANDINGS = {
    Act.APPROVE: Standing.APPROVED,
    Act.HOLD: Standing.HELD,
    Act.SPAM: Standing.SPAM,
    Act.BIN: Standing.BINNED,
}


@dataclass
class PaperSite(PaperNetwork):
    """A network where we are at home."""

    done: list[Act] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def standing(self, to: PostRef) -> Standing | None:
        return Standing(to.thread.get("status", "approved"))

    def actions(self, to: PostRef) -> list[Act]:
        return [act for act, standing in STANDINGS.items() if standing is not self.standing(to)]

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:
        if self.next_:
            raise self.next_.pop(0)
        self.done.append(act)
        self.notes.append(note)
        return {**to.thread, "status": STANDINGS[act].value}


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Stage]:
    with stage(database, tmp_path) as made:
        made.network = PaperSite(made.clock)
        made.publishers = Publishers({(BRAND, "sandbox"): made.network})
        yield made


def moderation(scene: Stage, *, publishing: bool = True) -> Moderation:
    return Moderation(scene.database, scene.config, scene.publishers, scene.clock, publishing=publishing)


def test_each_gesture_reaches_the_site_the_card_and_the_audit(scene: Stage):
    [mention] = scene.mention()
    use = moderation(scene)
    assert use.see(mention).standing is Standing.APPROVED
    drawn = scene.wanted(mention)
    assert use.moderate(mention, Act.HOLD, CAMILLE).standing is Standing.HELD
    seen = use.moderate(mention, Act.APPROVE, CAMILLE)
    assert (seen.standing, seen.status) == (Standing.APPROVED, MentionStatus.OPEN)
    assert scene.wanted(mention) >= drawn + 2
    seen = use.moderate(mention, Act.SPAM, CAMILLE)
    assert (seen.standing, seen.status) == (Standing.SPAM, MentionStatus.DONE)
    assert use.moderate(mention, Act.APPROVE, CAMILLE).status is MentionStatus.DONE
    assert scene.network.done == [Act.HOLD, Act.APPROVE, Act.SPAM, Act.APPROVE]
    assert scene.audit() == ["moderated", "moderated", "moderated", "done", "moderated"]
    first = scene.decisions()[0]
    assert (first.who_name, first.brand, first.mention_id) == ("Camille Roux", BRAND, mention)
    assert first.details == {
        "act": "hold", "before": "approved", "after": "hold", "note": "", "dry_run": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("why", "code"),
    [("visitor", Silence.NOT_LISTED), ("paused", Silence.PAUSED), ("switched off", Silence.PAUSED)],
)
def test_who_may_not_publish_may_not_moderate(scene: Stage, why: str, code: Silence):
    [mention] = scene.mention()
    if why == "paused":
        pause(scene.database, CAMILLE, "crise", scene.clock)
    use = moderation(scene, publishing=why != "switched off")
    with pytest.raises(MayNotModerate) as caught:
        use.moderate(mention, Act.BIN, VISITOR if why == "visitor" else CAMILLE)
    assert caught.value.code is code
    assert scene.network.done == []
    assert scene.audit()[-1] == "refused"
    assert scene.decisions()[-1].details == {"reason": code.value, "wanted": "bin"}
    assert explain(caught.value, words("fr"))


def test_where_nobody_moderates_nothing_can_be_done(scene: Stage):
    [mention] = scene.mention()
    scene.publishers = Publishers({(BRAND, "sandbox"): PaperNetwork(scene.clock)})
    use = moderation(scene)
    assert use.see(mention).standing is None
    with pytest.raises(MayNotModerate, match="no_publisher"):
        use.moderate(mention, Act.BIN, CAMILLE)


@pytest.mark.parametrize("error", [AccessLost("HTTP 403"), Refused("HTTP 404"), RetryLater])
def test_what_the_site_did_not_do_is_not_written_down(scene: Stage, error: Exception | type[RetryLater]):
    [mention] = scene.mention()
    raised = error if isinstance(error, Exception) else RetryLater(scene.clock(), "HTTP 500")
    scene.network.next_.append(raised)
    with pytest.raises(type(raised)):
        moderation(scene).moderate(mention, Act.SPAM, CAMILLE)
    assert moderation(scene).see(mention).standing is Standing.APPROVED
    assert scene.audit() == []
    assert "HTTP" in explain(raised, words("fr"))


def test_a_dry_run_prints_and_leaves_the_site_alone(database: Database, tmp_path: Path):
    with stage(database, tmp_path, live=False) as scene:
        site, printed = PaperSite(scene.clock), io.StringIO()
        twin = console_twin(site, Console(file=printed), label="à blanc")
        scene.publishers = Publishers({(BRAND, "sandbox"): twin})
        [mention] = scene.mention()
        seen = moderation(scene).moderate(mention, Act.SPAM, CAMILLE)
        assert (seen.standing, seen.status) == (Standing.APPROVED, MentionStatus.OPEN)
        assert printed.getvalue() == "à blanc sandbox · aeroplouf · lea https://place.example/p1 -> spam\n"
        assert site.done == []
        assert scene.decisions()[-1].details["dry_run"] is True
        with scene.database.read() as session:
            assert session.exec(select(PostRow)).one().thread == {"id": "1"}


def test_only_a_twin_of_a_moderator_moderates(scene: Stage):
    plain: Callable[..., object] = console_twin(PaperNetwork(scene.clock))  # type: ignore[assignment] - only looked at
    assert not hasattr(plain, "moderate")
    assert hasattr(console_twin(PaperSite(scene.clock)), "moderate")
