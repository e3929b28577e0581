"""What every collector promises. One is asked by being in the registry; its network is `worlds/<kind>.py`."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from config.clients import open_client
from config.guard import Limits as RequestLimits
from config.i18n import words
from config.query import parse
from config.schema import Brand
from listener.collector import Batch, Closes, Cursor, Refreshes
from listener.collectors.feeds.manners import Manners
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import BUILDERS, Means, Place, places
from models.database import Database
from models.errors import AccessLost, NetworkError, NotYet, RetryLater
from models.limits import Limits, Unlimited
from models.post import Post
from models.store import posts as post_rows
from models.store.limits import StoredLimits
from models.tables import PostRow
from models.verdict import Sentiment, Verdict
from tests.listener.contract.world import NOW, SECONDS, Clock, World
from tests.listener.contract.worlds.toy import build as build_toy

MOST_BATCHES = 50
Open = Callable[..., Place]
TOY = "toy"
"""A network that has everything, so that every promise is tried at least once."""


def world_of(kind: str) -> type[World]:
    found: type[World] = import_module(f"tests.listener.contract.worlds.{kind.replace('-', '_')}").WORLD
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test, for every kind whose network has what the test needs."""
    if "world_type" in metafunc.fixturenames:
        needed = {mark.args[0] for mark in metafunc.definition.iter_markers("needs")}
        kinds = [kind for kind in (*sorted(BUILDERS), TOY) if needed <= world_of(kind).powers | world_of(kind).usual]
        metafunc.parametrize("world_type", [world_of(kind) for kind in kinds], ids=kinds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUILDERS, TOY, build_toy)


@pytest.fixture
def world(world_type: type[World], clock: Clock) -> Iterator[World]:
    with world_type(clock) as world:
        yield world


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """The contract is about collectors: one database will do."""
    shutil.copy(migrated, tmp_path / "repartie.db")
    database = Database(f"sqlite:///{tmp_path / 'repartie.db'}")
    yield database
    database.close()


@pytest.fixture
def read(world: World, clock: Clock) -> Iterator[Open]:
    """A place with a new collector, as a new process has."""
    opened: list[Place] = []
    quick = RequestLimits(total=SECONDS)

    def build(language: str = "en", kept: Limits | None = None) -> Place:
        connect = partial(open_client, limits=quick)
        known = kept or Unlimited()
        means = Means(clock, words(language), connect, Manners(gap=0), limits=known, seconds=SECONDS)
        (place, *_) = places(world.options(), means, world.given())
        opened.append(place)
        return place

    yield build
    for place in opened:
        if isinstance(place.collector, Closes):
            place.collector.close()


def stored(cursor: Cursor) -> Cursor:
    """As the database gives it back."""
    found: Cursor = json.loads(json.dumps(cursor))
    return found


def drain(place: Place, cursor: Cursor | None = None) -> list[Batch]:
    """Batches until there is nothing more to read."""
    found: list[Batch] = []
    for _ in range(MOST_BATCHES):
        batch = place.collector.collect(cursor)
        found.append(batch)
        cursor = stored(batch.cursor)
        if not batch.more:
            return found
    pytest.fail(f"there is still more after {MOST_BATCHES} batches")


def posts(batches: Sequence[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def ids(batches: Sequence[Batch]) -> list[str]:
    return [post.external_id for post in posts(batches)]


def refused(place: Place, cursor: Cursor | None = None) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        drain(place, cursor)
    return caught.value


def test_building_asks_nobody(world: World, read: Open) -> None:
    read()
    assert world.asked() == 0


def test_what_stands_there_first_what_is_new_then_and_nothing_twice(world: World, read: Open) -> None:
    first = {world.publish(f"Aéroplouf en retard {number}") for number in range(3)}
    place = read()
    looked = drain(place)
    assert sorted(ids(looked)) == sorted(first)
    again = drain(place, looked[-1].cursor)
    assert ids(again) == []
    second = {world.publish(f"Aéroplouf annule {number}") for number in range(2)}
    assert sorted(ids(drain(place, again[-1].cursor))) == sorted(second)


def test_an_empty_place_is_read_and_then_heard(world: World, read: Open) -> None:
    empty = drain(read())
    assert ids(empty) == []
    new = world.publish("Aéroplouf arrive")
    assert ids(drain(read(), stored(empty[-1].cursor))) == [new]


def test_posts_are_what_they_should_be(world: World, read: Open) -> None:
    name = world.publish("Aéroplouf : trois heures d'attente à Porto")
    place = read()
    [post] = posts(drain(place))
    assert (post.external_id, post.network) == (name, place.network)
    assert "trois heures d'attente à Porto" in post.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert abs(post.at - world.now) < timedelta(minutes=1)
    assert post.url.startswith(("https://", "http://"))
    assert post.author.handle
    assert post_rows.to_post(PostRow(**post_rows.to_values(post), seen_at=NOW)) == post
    assert ids(drain(read())) == [name]  # another process calls it the same


@pytest.mark.needs("pages")
def test_pages_bring_everything_once_wherever_we_are_killed(world: World, read: Open) -> None:
    start = drain(read())[-1].cursor
    said = [world.publish(f"Aéroplouf {number}") for number in range(2 * world.page + 5)]
    whole = drain(read(), start)
    assert len(whole) > 2
    assert sorted(ids(whole)) == sorted(said)
    for kept in range(len(whole)):
        cursor = stored(whole[kept].cursor)
        again = ids(drain(read(), cursor))
        assert set(ids(whole[: kept + 1])) | set(again) == set(said)
        assert len(again) == len(set(again))


@pytest.mark.needs("shuffles")
def test_pages_repeated_and_in_another_order_double_nothing(world: World, read: Open) -> None:
    start = drain(read())[-1].cursor
    world.shuffle()
    said = [world.publish(f"Aéroplouf {number}") for number in range(world.page + 5 if "pages" in world.powers else 5)]
    found = drain(read(), start)
    assert sorted(ids(found)) == sorted(said)
    assert ids(drain(read(), stored(found[-1].cursor))) == []


@pytest.mark.needs("edits")
def test_an_edited_post_is_given_again(world: World, read: Open) -> None:
    name = world.publish("Aéroplouf en retard")
    cursor = drain(read())[-1].cursor
    world.clock.now += timedelta(minutes=1)
    world.edit(name, "Aéroplouf est arrivé")
    [post] = posts(drain(read(), cursor))
    assert (post.external_id, post.text) == (name, "Aéroplouf est arrivé")


@pytest.mark.needs("deletes")
def test_a_deleted_post_is_told(world: World, read: Open) -> None:
    gone, _kept = world.publish("Aéroplouf, je retire"), world.publish("Aéroplouf, je garde")
    cursor = drain(read())[-1].cursor
    world.delete(gone)
    found = drain(read(), cursor)
    assert [name for batch in found for name in batch.deleted] == [gone]


@pytest.mark.needs("refreshes")
def test_posts_can_be_asked_for_again(world: World, read: Open) -> None:
    gone, kept = world.publish("Aéroplouf, je retire"), world.publish("Aéroplouf, je garde")
    place = read()
    drain(place)
    assert isinstance(place.collector, Refreshes)
    world.delete(gone)
    found = place.collector.refresh([gone, kept])
    assert list(found.deleted) == [gone]
    assert list(found.engagement) == [kept]


@pytest.mark.needs("resets")
def test_a_limit_is_kept_to_the_moment_the_network_names(world: World, read: Open, clock: Clock) -> None:
    name = world.publish("Aéroplouf")
    until = clock() + timedelta(minutes=7)
    world.limit(until)
    place = read()
    patience = refused(place)
    assert type(patience) is RetryLater
    assert abs(patience.at - until) <= timedelta(seconds=2)
    clock.now = until + timedelta(seconds=3)
    assert ids(drain(place)) == [name]


@pytest.mark.needs("limits")
def test_a_limit_is_known_to_the_next_process(world: World, read: Open, clock: Clock, store: Database) -> None:
    name = world.publish("Aéroplouf")
    until = clock() + timedelta(minutes=7)
    world.limit(until)
    refused(read(kept=StoredLimits(store, clock, used_up="x", capped="y")))
    asked = world.asked()
    place = read(kept=StoredLimits(store, clock, used_up="x", capped="y"))
    wait = refused(place)
    assert isinstance(wait, NotYet)
    assert abs(wait.at - until) <= timedelta(seconds=2)
    assert world.asked() == asked
    clock.now = until + timedelta(seconds=3)
    assert ids(drain(place)) == [name]


@pytest.mark.needs("troubles")
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_network_in_trouble_is_asked_later(world: World, read: Open, clock: Clock, status: int) -> None:
    name = world.publish("Aéroplouf")
    world.fail(status)
    place = read()
    patience = refused(place)
    assert isinstance(patience, RetryLater)
    assert not isinstance(patience, NotYet)
    assert clock() < patience.at <= clock() + timedelta(days=1)
    clock.now = patience.at
    assert ids(drain(place)) == [name]


@pytest.mark.needs("troubles")
@pytest.mark.parametrize("mischief", ["truncate", "slow"])
def test_half_an_answer_loses_nothing(world: World, read: Open, clock: Clock, mischief: str) -> None:
    first = world.publish("Aéroplouf")
    place = read()
    before = drain(place)
    assert ids(before) == [first]
    second = world.publish("Aéroplouf encore")
    getattr(world, mischief)()
    began = time.monotonic()
    cursor, came = before[-1].cursor, []
    try:
        half = drain(place, cursor)
    except RetryLater as patience:
        clock.now = patience.at
    else:
        assert mischief == "truncate"
        assert "forgiving" in world.powers
        cursor, came = half[-1].cursor, ids(half)
    assert time.monotonic() - began < 10 * SECONDS
    assert came + ids(drain(place, cursor)) == [second]


@pytest.mark.needs("secured")
@pytest.mark.parametrize("status", [401, 403])
def test_a_lost_credential_is_for_a_person_in_their_language(world: World, read: Open, status: int) -> None:
    world.lose_credential(status)
    said = [refused(read(language)) for language in ("en", "fr")]
    assert all(isinstance(lost, AccessLost) for lost in said)
    assert said[0].reason != said[1].reason
    assert all(said)


@pytest.mark.parametrize("hours", [-3, 3])
def test_clocks_that_differ_lose_nothing(world: World, read: Open, clock: Clock, hours: int) -> None:
    cursor = drain(read())[-1].cursor
    world.skew = timedelta(hours=hours)
    first = world.publish("Aéroplouf")
    found = drain(read(), cursor)
    clock.now += timedelta(minutes=10)
    world.skew = timedelta(0)
    second = world.publish("Aéroplouf encore")
    again = drain(read(), found[-1].cursor)
    assert [*ids(found), *ids(again)] == [first, second]


class Calm:
    """Finds everything neutral."""

    def judge(self, said: Sequence[Post]) -> list[Verdict]:
        return [
            Verdict(language="fr", label=Sentiment.NEUTRAL, negative=0, neutral=1, positive=0, model="t") for _ in said
        ]


def test_the_store_takes_it_as_it_is(world: World, read: Open, clock: Clock, store: Database) -> None:
    world.publish("Aéroplouf en retard")
    brand = Brand(name="Aéroplouf", query="aeroplouf", sources=("s",))
    listening = Listening(store, (brand,), Matcher({brand.name: parse(brand.query)}), Calm(), clock)
    run = listening.run("s", read())
    assert (run.posts, run.mentions, run.problem) == (1, 1, "")


LIBRARIES = (
    "feedparser",
    "tweepy",
    "praw",
    "prawcore",
    "mastodon",
    "atproto",
    "atproto_client",
    "websockets",
    "requests",
)


def test_a_network_that_is_not_configured_costs_nothing() -> None:
    ours = "[name for name in sys.modules if name.startswith('listener.collectors.') and name.count('.') == 2]"
    code = f"import sys, listener.registry; print([n for n in {LIBRARIES!r} if n in sys.modules], {ours})"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own interpreter
    assert said.strip() == "[] ['listener.collectors.feeds']"
