"""What every publisher keeps. One joins by being in the registry; `world.py` says what its network must offer here."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest

from models.errors import AccessLost, Refused, RetryLater, Unclear
from models.network import rules
from responders.publisher import (
    FindsReply,
    HandsOver,
    Image,
    Manner,
    Moderates,
    PostRef,
    ProblemCode,
    Retracts,
)
from responders.publishers.console import console_twin
from responders.registry import BUILDERS
from tests.responders.contract.world import Open, Weather, World

TEXT = "Bonjour Léa,\n\n  désolés ! <b>On regarde</b> &amp; on revient : 👩‍👩‍👧 नमस्ते « vite »"
HEAVY = ("tweepy", "praw", "mastodon", "atproto")


@pytest.fixture(params=sorted(BUILDERS))
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    opened: Open = import_module(f"tests.responders.contract.worlds.{request.param}").open_world
    with opened(request.getfixturevalue) as made:
        yield made


def codes(world: World, text: str, to: PostRef, manner: Manner | None = None) -> list[ProblemCode]:
    return [problem.code for problem in world.publisher.preview(text, to, manner).problems]


def test_a_preview_asks_nobody_and_is_its_own_preview(world: World):
    to = world.asked()
    before = world.requests
    preview = world.publisher.preview(f"\r\n {TEXT}\r\n", to)
    assert preview.problems == ()
    assert preview.text == world.opening + TEXT
    assert (preview.account, preview.to) == (world.publisher.account, to)
    assert world.publisher.preview(preview.text, to, preview.manner) == preview
    empty = world.publisher.preview("", to)
    assert (empty.limit, empty.manner) == (preview.limit, preview.manner)
    if isinstance(world.publisher, HandsOver):
        assert world.publisher.browser_address(to).startswith("https://")
    if isinstance(world.publisher, Moderates):
        assert set(world.publisher.actions(to)) == set(world.publisher.actions(to))
    assert world.requests == before


def test_a_preview_says_every_problem(world: World):
    to = world.asked()
    assert codes(world, " \n ", to) == [ProblemCode.EMPTY]
    limit = world.publisher.preview("", to).limit
    if limit is not None:
        assert codes(world, world.too_long * (limit + 1), to)[0] is ProblemCode.TOO_LONG
    image = Manner(image=Image(url="https://images.example/vol.png"))
    wanted = ProblemCode.NO_ALT if rules(world.publisher.network).images else ProblemCode.NO_IMAGE
    assert wanted in codes(world, "Bonjour", to, image)
    elsewhere = PostRef("rss", "x", "", "", {})
    assert ProblemCode.CANNOT_REPLY in codes(world, "Bonjour", elsewhere)
    with pytest.raises(Refused):
        world.publisher.publish(world.publisher.preview("Bonjour", elsewhere), "key")


def test_who_cannot_be_answered_is_said_before_anyone_types(world: World):
    assert world.unanswerable
    to = world.asked()
    for thread, code in world.unanswerable.values():
        ref = PostRef(to.network, to.external_id, to.url, to.author, thread, to.accounts)
        assert [problem for problem in codes(world, "", ref) if problem is not ProblemCode.EMPTY] == [code]


def test_what_was_previewed_stands_byte_for_byte(world: World):
    to = world.asked()
    preview = world.publisher.preview(TEXT, to)
    before = world.now() - timedelta(seconds=2)
    receipt = world.publisher.publish(preview, "key-1")
    assert list(world.under(to)) == [preview.text]
    assert before <= receipt.at <= world.now() + timedelta(seconds=2)
    assert receipt.external_id
    assert receipt.url.startswith("http")


def test_the_same_key_twice_stands_once_where_the_network_sees_to_it(world: World):
    to = world.asked()
    preview = world.publisher.preview(TEXT, to)
    first, again = world.publisher.publish(preview, "key-1"), None
    if world.deduplicates:
        again = world.publisher.publish(preview, "key-1")
        assert again.external_id == first.external_id
    assert len(world.under(to)) == 1


@pytest.mark.parametrize(
    ("weather", "error"),
    [
        (Weather.LIMITED, RetryLater),
        (Weather.AWAY, RetryLater),
        (Weather.DENIED, AccessLost),
        (Weather.UNWANTED, Refused),
        (Weather.LOST, Unclear),
    ],
)
def test_each_refusal_says_what_to_do_next(world: World, weather: Weather, error: type[Exception]):
    to = world.asked()
    preview = world.publisher.preview(TEXT, to)
    approved_at = world.now() - timedelta(seconds=5)
    if weather in world.lacks:
        return
    world.plan(weather)
    with pytest.raises(error) as caught:
        world.publisher.publish(preview, "key-1")
    assert world.words(weather) in str(caught.value)
    if isinstance(caught.value, RetryLater):
        assert timedelta(0) < caught.value.at - world.now() <= timedelta(days=1)
    assert list(world.under(to)) == ([preview.text] if weather is Weather.LOST else [])
    if isinstance(world.publisher, FindsReply):
        found = world.publisher.find_reply(preview, "key-1", approved_at)
        assert (found is not None) == (weather is Weather.LOST)
    if weather is not Weather.LOST:  # the weather has passed
        world.publisher.publish(preview, "key-1")
        assert list(world.under(to)) == [preview.text]


def test_a_post_that_is_gone_takes_no_answer(world: World):
    to = world.asked()
    preview = world.publisher.preview(TEXT, to)
    world.remove(to)
    with pytest.raises(Refused):
        world.publisher.publish(preview, "key-1")


def test_only_our_own_words_of_that_time_and_place_are_found(world: World):
    if not isinstance(world.publisher, FindsReply):
        return
    to, elsewhere = world.asked(), world.asked()
    preview = world.publisher.preview(TEXT, to)
    since = world.now() - timedelta(seconds=5)
    world.say(TEXT, to, ours=False)
    world.say("Autre chose.", to, ours=True)
    world.say(TEXT, elsewhere, ours=True)
    world.say(TEXT, None, ours=True)
    world.say(TEXT, to, ours=True, age=timedelta(days=2))
    assert world.publisher.find_reply(preview, "key-1", since) is None
    world.say("Une de plus.", to, ours=True)
    receipt = world.publisher.publish(world.publisher.preview("Bonjour encore.", to), "key-2")
    found = world.publisher.find_reply(world.publisher.preview("Bonjour encore.", to), "key-2", since)
    assert found is not None
    assert (found.external_id, found.url) == (receipt.external_id, receipt.url)


def test_an_answer_taken_back_is_gone_and_twice_is_fine(world: World):
    if not isinstance(world.publisher, Retracts):
        return
    to = world.asked()
    receipt = world.publisher.publish(world.publisher.preview(TEXT, to), "key-1")
    world.publisher.retract(receipt)
    assert list(world.under(to)) == []
    world.publisher.retract(receipt)
    assert list(world.under(to)) == []


def test_each_act_of_a_moderator_twice_is_done_once(world: World):
    if not isinstance(world.publisher, Moderates):
        return
    to = world.asked()
    for act in world.publisher.actions(to):
        first = world.publisher.moderate(to, act)
        assert world.publisher.moderate(to, act) == first
        assert {"id": to.thread["id"]}.items() <= first.items() if "id" in to.thread else first


def test_its_twin_has_its_powers_and_publishes_nothing(world: World):
    twin = console_twin(world.publisher)
    for power in (Moderates, Retracts, HandsOver):
        assert isinstance(twin, power) == isinstance(world.publisher, power)
    to = world.asked()
    before = world.requests
    assert twin.preview(TEXT, to) == world.publisher.preview(TEXT, to)
    twin.publish(twin.preview(TEXT, to), "key-1")
    assert world.requests == before
    assert list(world.under(to)) == []


def test_a_network_that_is_not_used_costs_no_import():
    program = f"import sys, responders.registry; print([name for name in {HEAVY} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own program
    assert said.stdout.strip() == "[]"
