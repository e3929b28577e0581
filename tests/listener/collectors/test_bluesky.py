"""Search and notifications of Bluesky: what is searched for, what is known of a post, what a kept session spares."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config.i18n import words
from config.query import parse
from listener.collector import Collector, Refreshes
from listener.collectors.bluesky.wanted import Look, searches
from listener.registry import Hearer, Means, places
from tests.bluesky import GATE
from tests.listener.contract.world import Clock
from tests.listener.contract.worlds.bluesky import US, Bluesky

Read = Callable[[], Collector]


def hearing(query: str, **competitors: str) -> list[Hearer]:
    return [Hearer("Aéroplouf", parse(query), {}, {name: parse(text) for name, text in competitors.items()})]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("aeroplouf", ["aeroplouf"]),
        ('"air plouf" OR #aeroplouf OR @aeroplouf', ['"air plouf"', "#aeroplouf", "@aeroplouf"]),
        ("(retard OR annulé) AND aeroplouf AND NOT emploi", ["aeroplouf"]),
        ("lang:fr AND (vol OR avion)", ["vol", "avion"]),
        ("avion NEAR/5 aeroplouf", ["aeroplouf"]),
        ("author:lea", ["from:lea"]),
        ("lang:fr", []),
    ],
)
def test_as_few_searches_as_find_everything(query: str, found: list[str]) -> None:
    assert searches(hearing(query)) == found


def test_competitors_are_searched_for_and_looked_at() -> None:
    heard = hearing("aeroplouf", voloair="voloair")
    assert searches(heard) == ["aeroplouf", "voloair"]
    look = Look(heard)
    assert [look.wants(text) for text in ("L’Aéroplouf !", "#voloair", "Un train", "")] == [True, True, False, False]
    assert not Look(hearing("lang:fr")).wants("tout")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> Iterator[Bluesky]:
    with Bluesky(clock) as world:
        yield world


@pytest.fixture
def read(world: Bluesky, clock: Clock) -> Read:
    return lambda: places(world.options(), Means(clock, words("en"), seconds=2), world.given())[0].collector


def test_what_is_known_of_a_post_goes_to_the_publisher(world: Bluesky, read: Read) -> None:
    ours = world.network.say(US, "Nos vols")
    said = world.network.say("lea.example", "Aéroplouf, quel retard", ours.uri)
    said.likes = 3
    closed = world.network.say("tom.example", "Aéroplouf, ne répondez pas")
    tom = world.network.account("tom.example")
    world.network.put(tom, GATE, closed.uri.rpartition("/")[2], {"post": closed.uri, "allow": []})
    answer, gated = sorted(read().collect(None).posts, key=lambda post: post.author.handle)
    assert answer.thread == {
        "uri": said.uri, "cid": said.cid, "root": ours.uri, "root_cid": ours.cid, "mine": "1",
    }  # fmt: skip
    assert (answer.engagement.likes, answer.author.followers, answer.parent_id) == (3, 12, ours.uri)
    assert gated.thread["gated"] == "1"


def test_what_is_addressed_to_us_is_heard_without_the_brands_words(world: Bluesky, read: Read) -> None:
    ours = world.network.say(US, "Nos vols")
    said = world.network.say("lea.example", "Et le mien ?", ours.uri)
    assert [post.external_id for post in read().collect(None).posts] == [said.uri]


def test_another_process_goes_on_with_the_session(world: Bluesky, read: Read) -> None:
    cursor = json.loads(json.dumps(read().collect(None).cursor))
    collector = read()
    collector.collect(cursor)
    collector.collect(None)
    assert world.network.logins == 1
    assert "access-" not in json.dumps(cursor)


def test_more_than_the_search_shows_is_a_gap(world: Bluesky, read: Read, clock: Clock) -> None:
    cursor = read().collect(None).cursor
    start = clock.now
    for number in range(1_200):
        clock.now = start + timedelta(seconds=number)
        world.network.say("lea.example", f"Aéroplouf {number}")
    batch = read().collect(cursor)
    assert len(batch.posts) == 1_000
    [gap] = batch.gaps
    assert gap.end == start + timedelta(seconds=200)
    assert isinstance(read(), Refreshes)
