"""What the team types, and what strangers are called: through preview, approval, the store and every card."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.database import Database
from models.post import Author, Post
from models.status import ReplyStatus
from responders.publisher import PostRef
from responders.publishers.sandbox import SandboxPublisher
from responders.replies import Answering, CannotPublish
from responders.seen import AnswerSeen, MentionSeen, Person, StorySeen
from responders.slack import kit
from responders.speaking import pause
from tests.hostile.inputs import ANY, TEXTS
from tests.responders.slack.conftest import answer, seen
from tests.responders.slack.test_views import FOREIGN, check
from tests.stage import CAMILLE, START, Stage, stage

NUMBERS = count()
__all__ = ["answer", "seen"]  # fixtures of the Slack room


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Stage]:
    with stage(database, tmp_path) as made:
        yield made


def use(scene: Stage) -> Answering:
    return Answering(scene.database, scene.config, scene.publishers, scene.clock)


@pytest.mark.parametrize("name", TEXTS)
def test_a_preview_says_what_is_wrong(name: str) -> None:
    ref = PostRef("sandbox", "p1", "", TEXTS[name], {"id": "1"})
    with httpx.Client() as client:
        shown = SandboxPublisher("http://127.0.0.1:1", "@aeroplouf", client).preview(TEXTS[name], ref)
    assert bool(shown.problems) == (len(shown.text) > 500 or not shown.text)


@pytest.mark.parametrize("typed", ["Bonjour \ud83d", "\0Bonjour", "Bonjour \udc00\ud800\0"])
def test_half_a_pair_is_neither_stored_nor_published(scene: Stage, typed: str) -> None:
    """UnicodeEncodeError at the store, until the preview cleaned what it shows."""
    [mention] = scene.mention()
    approved = use(scene).approve(mention, typed, CAMILLE)
    assert approved.text == "Bonjour"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY)
def test_what_is_previewed_is_what_is_stored(scene: Stage, typed: str) -> None:
    author = Author(handle=typed, name=typed)
    post = Post(
        network="sandbox", external_id=f"p{next(NUMBERS)}", text=typed, author=author, at=START, thread={"id": "1"}
    )
    [mention] = scene.mention(post)
    shown = use(scene).preview(mention, typed, CAMILLE)
    if shown.problems:
        with pytest.raises(CannotPublish):
            use(scene).approve(mention, typed, CAMILLE)
        return
    approved = use(scene).approve(mention, typed, CAMILLE)
    assert (approved.status, approved.text) == (ReplyStatus.APPROVED, shown.text)
    assert scene.reply(approved.reply_id).text == shown.text


def test_a_pause_takes_any_reason(scene: Stage) -> None:
    """A shell hands over bytes that are no text as halves of pairs."""
    pause(scene.database, CAMILLE, "raison \udcff\0", scene.clock)
    assert scene.audit() == ["paused"]


@pytest.mark.parametrize("name", TEXTS)
def test_every_card_and_window(
    seen: Callable[..., MentionSeen],
    answer: Callable[..., AnswerSeen],
    name: str,
) -> None:
    text = TEXTS[name]
    person = Person("U1", text)
    said = answer(text=text[:3000], account=text, by=person, url=text, problem=text)
    check(
        seen(**dict.fromkeys(FOREIGN, text), words=(text,) * 20, owner=person, answer=said, story=StorySeen(2, 2, 2)),
        said,
    )


@given(ANY, st.integers(5, 3000))
def test_foreign_words_ring_nobody(text: str, limit: int) -> None:
    for shown in (kit.foreign(text, limit), kit.bold(kit.foreign(text, limit))):
        assert not set(shown) & {"<", ">", "\n", "\u202e", "\0"}
        json.dumps(shown, ensure_ascii=False).encode()
    assert len(kit.clean(text, limit)) <= limit
