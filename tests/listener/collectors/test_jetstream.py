"""The stream of Bluesky: nothing missed over a break, a gap where the server forgot, in both of its dialects."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from config.i18n import words
from config.query import parse
from config.sources import BlueskyOptions
from listener.collector import Batch, Cursor
from listener.collectors.bluesky.jetstream import JetstreamCollector
from listener.registry import Given, Hearer, Means, places
from models.errors import AccessLost, RetryLater
from tests.bluesky import Network, as_json
from tests.jetstream import Jetstream
from tests.web import Exchange, Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEA = "did:plc:000000000000000000000000"
Open = Callable[..., JetstreamCollector]


@pytest.fixture(params=["jetstream-legacy", "jetstream"])
def stream(request: pytest.FixtureRequest) -> Iterator[Jetstream]:
    with Jetstream(v2=request.param == "jetstream", clock=lambda: NOW) as stream:
        yield stream


@pytest.fixture
def appview() -> Iterator[Web]:
    network = Network()
    assert network.account("lea.example") == LEA

    def answer(exchange: Exchange) -> None:
        path, _, query = exchange.path.partition("?")
        status, said = network.answer(path.removeprefix("/xrpc/"), {}, "", parse_qs(query))
        exchange.answer(as_json(said), status)

    with Web() as web:
        web.elsewhere = answer
        yield web


@pytest.fixture
def hear(stream: Jetstream, appview: Web) -> Iterator[Open]:
    opened: list[JetstreamCollector] = []

    def build(query: str = "aeroplouf", language: str = "en", wait: float = 0.3, **more: object) -> JetstreamCollector:
        options = BlueskyOptions(
            kind="bluesky",
            stream="jetstream" if stream.v2 else "jetstream-legacy",
            stream_url=stream.url,
            appview=appview.url("").rstrip("/"),
            allow_private=True,
            **more,
        )
        means = Means(lambda: NOW, words(language), seconds=2.0)
        [place] = places(options, means, Given("ciel", (Hearer("Aéroplouf", parse(query)),)))
        assert place.live
        collector = place.collector
        assert isinstance(collector, JetstreamCollector)
        collector._wait = timedelta(seconds=wait)
        opened.append(collector)
        return collector

    yield build
    for collector in opened:
        collector.close()


def stored(batch: Batch) -> Cursor:
    found: Cursor = json.loads(json.dumps(batch.cursor))
    return found


def ids(batch: Batch) -> list[str]:
    return [post.external_id for post in batch.posts]


def at(seconds: float) -> datetime:
    return NOW - timedelta(hours=1) + timedelta(seconds=seconds)


def test_what_a_brand_may_want_is_a_post_with_its_author(stream: Jetstream, hear: Open) -> None:
    parent = {"uri": "at://did:plc:x/app.bsky.feed.post/3k1", "cid": "bafyp"}
    root = {"uri": "at://did:plc:y/app.bsky.feed.post/3k0", "cid": "bafyr"}
    link = {
        "index": {"byteStart": 0, "byteEnd": 10},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://presse.example/vol"}],
    }
    odd = [{"index": None}, 5, {"index": {"byteStart": -1, "byteEnd": "x"}, "features": 7}]
    stream.say(LEA, "3ka", "Rien à voir", at(0))
    name = stream.say(
        LEA, "3kb", "Aéroplouf : trois heures", at(1), reply={"parent": parent, "root": root}, facets=[link, *odd]
    )
    [post] = hear().collect(None).posts
    assert (post.external_id, post.network, post.language) == (name, "bluesky", "fr")
    assert (post.author.handle, post.author.followers) == ("lea.example", 12)
    assert post.url == "https://bsky.app/profile/lea.example/post/3kb"
    assert post.parent_id == parent["uri"]
    assert post.links == ("https://presse.example/vol",)
    assert post.thread == {"uri": name, "cid": "bafyreib", "root": root["uri"], "root_cid": "bafyr"}
    assert post.at == at(1)


def test_a_record_that_is_no_record_hurts_nobody(stream: Jetstream, hear: Open) -> None:
    stream.say(LEA, "3ka", "", at(0), text=["Aéroplouf"], langs="fr", reply=[], embed=3, facets={})
    stream.say("did:plc:new", "3kb", "Aéroplouf", at(1), createdAt="hier", langs=[4], reply={"root": "x"}, embed={})
    batch = hear().collect(None)
    assert [(post.author.handle, post.at, post.language) for post in batch.posts] == [("did:plc:new", at(1), None)]


def test_after_a_break_nothing_is_missing_and_nothing_comes_twice(stream: Jetstream, hear: Open) -> None:
    first = [stream.say(LEA, f"3k{number}", "Aéroplouf", at(number)) for number in range(3)]
    collector = hear()
    before = collector.collect(None)
    assert ids(before) == first
    stream.cut()
    second = [stream.say(LEA, f"3m{number}", "Aéroplouf", at(10 + number)) for number in range(3)]
    with pytest.raises(RetryLater):
        collector.collect(stored(before))
    after = collector.collect(stored(before))
    assert ids(after) == second
    assert after.gaps == []
    third = stream.say(LEA, "3n", "Aéroplouf", at(20))
    assert ids(hear().collect(stored(after))) == [third]  # another process


def test_a_kill_after_any_batch_doubles_and_loses_nothing(stream: Jetstream, hear: Open) -> None:
    said = [stream.say(LEA, f"3k{number:04d}", "Aéroplouf", at(number / 10)) for number in range(250)]
    collector, batches, cursor = hear(), [], None
    while True:
        batch = collector.collect(cursor)
        batches.append(batch)
        cursor = stored(batch)
        if not batch.more:
            break
    assert [name for batch in batches for name in ids(batch)] == said
    for kept, batch in enumerate(batches):
        other, cursor, again = hear(), stored(batch), []
        while len(again) < sum(len(later.posts) for later in batches[kept + 1 :]):
            later = other.collect(cursor)
            cursor, again = stored(later), again + ids(later)
        assert again == [name for later in batches[kept + 1 :] for name in ids(later)]


def test_what_the_server_forgot_is_a_gap(stream: Jetstream, hear: Open) -> None:
    stream.say(LEA, "3ka", "Aéroplouf", at(0))
    cursor = stored(hear().collect(None))
    stream.say(LEA, "3kb", "Aéroplouf, personne ne le lira", at(60))
    late = stream.say(LEA, "3kc", "Aéroplouf", at(600))
    stream.forgets = int(at(300).timestamp() * 1_000_000)
    batch = hear(language="fr").collect(cursor)
    assert ids(batch) == [late]
    [gap] = batch.gaps
    assert (gap.start, gap.end) == (at(0), at(600))
    assert gap.reason == "Le flux de Bluesky n’en garde plus trace"
    assert hear().collect(stored(batch)).gaps == []


def test_a_cursor_that_is_too_old_is_a_gap_as_well(stream: Jetstream, hear: Open) -> None:
    stream.say(LEA, "3ka", "Aéroplouf", at(0))
    cursor = stored(hear().collect(None))
    stream.refusals.append((400, {}, b'{"error": "CursorTooOld", "message": "below the floor"}'))
    collector = hear(wait=5)
    threading.Timer(0.3, lambda: stream.say(LEA, "3kb", "Aéroplouf", at(900))).start()
    [gap] = collector.collect(cursor).gaps
    assert (gap.start, gap.end) == (at(0), at(900))
    assert "cursor" not in stream.asked[-1]


def test_a_quiet_stream_is_no_gap(stream: Jetstream, hear: Open) -> None:
    stream.say(LEA, "3ka", "Rien", at(0))
    collector = hear()
    first = collector.collect(None)
    second = collector.collect(stored(first))
    assert (ids(second), second.gaps, second.cursor) == ([], [], first.cursor)


def test_deleted_posts_are_told(stream: Jetstream, hear: Open) -> None:
    name = stream.say(LEA, "3ka", "Aéroplouf, je retire", at(0))
    collector = hear()
    cursor = stored(collector.collect(None))
    stream.delete(name, at(1))
    soon_gone = stream.say(LEA, "3kb", "Aéroplouf", at(2))
    stream.delete(soon_gone, at(3))
    batch = collector.collect(cursor)
    assert (batch.deleted, ids(batch)) == ([name, soon_gone], [])


def test_a_changed_query_is_heard_back_as_far_as_it_says(stream: Jetstream, hear: Open) -> None:
    old = stream.say(LEA, "3ka", "Voloair hier", at(-100_000))
    before = stream.say(LEA, "3kb", "Voloair en retard", at(0))
    cursor = stored(hear(backfill=timedelta(hours=2)).collect(None))
    batch = hear("voloair", backfill=timedelta(hours=2)).collect(cursor)
    assert ids(batch) == [before]
    assert batch.gaps == []
    assert old not in ids(batch)


def test_without_looking_back_only_what_comes_is_heard(stream: Jetstream, hear: Open) -> None:
    stream.say(LEA, "3ka", "Aéroplouf", at(0))
    batch = hear(backfill=timedelta(0)).collect(None)
    assert ids(batch) == []
    assert "cursor" not in stream.asked[-1]


@pytest.mark.parametrize(
    ("status", "headers", "error", "wait"),
    [
        (429, {"Retry-After": "90"}, RetryLater, timedelta(seconds=90)),
        (503, {}, RetryLater, timedelta(minutes=1)),
        (403, {}, AccessLost, None),
    ],
)
def test_a_server_that_says_no(  # noqa: PLR0913, PLR0917 - two fixtures and what is said
    stream: Jetstream, hear: Open, status: int, headers: dict[str, str], error: type[Exception], wait: timedelta | None
) -> None:
    stream.refusals.append((status, headers, b""))
    with pytest.raises(error) as caught:
        hear().collect(None)
    assert f"HTTP {status}" in str(caught.value)
    if isinstance(caught.value, RetryLater):
        assert caught.value.at == NOW + (wait or timedelta(0))


def test_names_that_cannot_be_asked_for_lose_no_post(stream: Jetstream, hear: Open, appview: Web) -> None:
    name = stream.say(LEA, "3ka", "Aéroplouf", at(0))
    good, appview.elsewhere = appview.elsewhere, lambda exchange: exchange.answer(b"", 502)
    collector = hear()
    with pytest.raises(RetryLater):
        collector.collect(None)
    appview.elsewhere = good
    assert ids(collector.collect(None)) == [name]


def test_hanging_up_ends_the_waiting_at_once(stream: Jetstream, hear: Open) -> None:
    collector = hear(wait=60)
    done = threading.Event()

    def listen() -> None:
        collector.collect(None)
        done.set()

    threading.Thread(target=listen, daemon=True).start()
    while not stream.asked:
        assert not done.wait(0.01)
    collector.close()
    collector.close()
    assert done.wait(5)


def test_a_server_elsewhere_on_a_private_network_is_not_called(stream: Jetstream, appview: Web) -> None:
    options = BlueskyOptions(kind="bluesky", stream_url=stream.url, appview=appview.url(""))
    [place] = places(options, Means(lambda: NOW, words("en")), Given())
    with pytest.raises(AccessLost):
        place.collector.collect(None)
    assert stream.asked == []
