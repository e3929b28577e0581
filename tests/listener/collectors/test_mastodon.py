"""What only Mastodon has: one post on two servers, late posts, reposts, mentions, searches, streams that end."""

import json
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from config.clients import BearerToken
from config.credentials import Credential
from config.i18n import words
from config.query import parse
from config.sources import MastodonOptions
from listener.collector import Batch, Closes, Cursor, Refreshes
from listener.collectors.mastodon_places import searched
from listener.registry import Given, Hearer, Means, Place, places
from models.errors import NotYet, RetryLater
from models.limits import Unlimited
from models.post import Post
from tests.servers.fediverse import Server, query_of
from tests.web import Exchange, Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


class Fediverse:
    """One server behind real HTTP; `events` goes out on every stream, None ends them."""

    def __init__(self, web: Web, domain: str, clock: Clock) -> None:
        self.web, self.server = web, Server(web.url("").rstrip("/"), domain, clock)
        self.streams: list[queue.SimpleQueue[tuple[str, object] | None]] = []
        self.refuses_streams = False
        web.elsewhere = self._exchange

    def tell(self, event: str, said: object) -> None:
        for stream in self.streams:
            stream.put((event, said))

    def hang_up(self) -> None:
        for stream in self.streams:
            stream.put(None)
        self.streams.clear()

    def _exchange(self, exchange: Exchange) -> None:
        path, query = query_of(exchange.path)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        if not path.startswith("/api/v1/streaming"):
            said = self.server.respond(exchange.command, path, query, exchange.headers, body)
            exchange.answer(said.body, said.status, said.headers)
        elif self.refuses_streams or exchange.headers.get("Authorization") != "Bearer invented":
            exchange.answer(b'{"error": "Missing access token"}', 401)
        else:
            mine: queue.SimpleQueue[tuple[str, object] | None] = queue.SimpleQueue()
            self.streams.append(mine)
            exchange.send_response_only(200)
            exchange.end_headers()
            exchange.wfile.write(b":)\n")
            while (event := mine.get(timeout=20)) is not None:
                data = event[1] if isinstance(event[1], str) else json.dumps(event[1])
                exchange.wfile.write(f"event: {event[0]}\ndata: {data}\n\n".encode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(clock: Clock) -> Iterator[Fediverse]:
    with Web() as web:
        made = Fediverse(web, "social.example", clock)
        yield made
        made.hang_up()


def read(
    home: Fediverse, clock: Clock, limits: Unlimited | None = None, query: str = "aeroplouf", **more: object
) -> list[Place]:
    url = home.server.url
    token = Credential("MASTODON_TOKEN", SecretStr("invented"), url)
    given: dict[str, object] = {"account": "@aeroplouf@social.example", "hashtags": ("voyage",), "allow_private": True}
    options = MastodonOptions.model_validate({"kind": "mastodon", "instance": url, **given, **more})
    hearer = Hearer("Aéroplouf", parse(query))
    means = Means(clock, words("en"), limits=limits or Unlimited(), seconds=5)
    return places(options, means, Given("s", (hearer,), BearerToken(url, token.secret), {token.variable: token}))


def drain(place: Place, cursor: Cursor | None = None) -> list[Batch]:
    found = [place.collector.collect(cursor)]
    while found[-1].more:
        found.append(place.collector.collect(json.loads(json.dumps(found[-1].cursor))))
    return found


def posts(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def test_one_post_seen_on_two_servers_is_one(home: Fediverse, clock: Clock) -> None:
    with Web() as web:
        other = Fediverse(web, "ailleurs.example", clock)
        here, there, *_ = read(home, clock, others=(other.server.url,))
        toot = home.server.write("lea", "Bagages perdus @aeroplouf #voyage")
        copy = other.server.write("lea@social.example", "Bagages perdus @aeroplouf@social.example #voyage", at=NOW)
        copy.uri = toot.uri
        [one], [two] = posts(drain(here)), posts(drain(there))
    assert (one.external_id, one.author.handle, one.at) == (two.external_id, two.author.handle, two.at)
    assert one.author.handle == "@lea@social.example"
    assert one.accounts == two.accounts == ("@aeroplouf@social.example",)
    assert one.thread["instance"] != two.thread["instance"]
    assert all("Authorization" not in asked.headers for asked in web.requests)  # our token stays at home


def test_what_came_late_stands_below_and_is_heard(home: Fediverse, clock: Clock) -> None:
    hashtag, _ = read(home, clock)
    home.server.write("lea", "arrivé #voyage")
    cursor = drain(hashtag)[-1].cursor
    late = home.server.write("bruno@ailleurs.example", "parti avant #voyage", at=NOW - timedelta(hours=2))
    assert [post.external_id for post in posts(drain(hashtag, cursor))] == [late.uri]


def test_another_question_is_asked_of_the_past_too(home: Fediverse, clock: Clock) -> None:
    old = home.server.write("lea", "hier #voyage", at=NOW - timedelta(days=3))
    for number in range(45):
        home.server.write("lea", f"{number} #voyage")
    first = drain(read(home, clock)[0])
    assert len(posts(first)) == 46
    same, other = read(home, clock)[0], read(home, clock, query="voloair")[0]
    assert posts(drain(same, first[-1].cursor)) == []
    assert old.uri in {post.external_id for post in posts(drain(other, first[-1].cursor))}


def test_mentions_tell_what_they_answer_and_private_ones_stay_private(home: Fediverse, clock: Clock) -> None:
    _, mentions = read(home, clock)
    ours = home.server.write("aeroplouf", "@lea on regarde")
    public = home.server.write("lea", "@aeroplouf merci", parent=ours.id)
    home.server.write("lea", "@aeroplouf entre nous", visibility="direct")
    [post] = posts(drain(mentions))
    assert (post.external_id, post.parent_id) == (public.uri, ours.uri)


def test_warnings_and_reply_policies_are_kept(home: Fediverse, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    home.server.write("lea", "accident #voyage", warning="images dures", visibility="public")
    shown = home.server.shown
    policy = {"can_reply": {"always": ["author", "followers"], "with_approval": []}}
    monkeypatch.setattr(home.server, "shown", lambda toot: {**shown(toot), "interaction_policy": policy})
    [post] = posts(drain(read(home, clock)[0]))
    assert (post.title, post.thread["warning"], post.thread["gated"]) == ("images dures", "images dures", "1")


def test_reposts_are_counted_and_no_posts(home: Fediverse, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    original = home.server.write("lea", "beau vol #voyage", likes=3)
    shown = home.server.shown
    boost = {"id": "9" * 20, "reblog": shown(original), "uri": "https://social.example/boost", "content": ""}
    monkeypatch.setattr(home.server, "shown", lambda toot: {**shown(toot), **boost})
    [batch] = drain(read(home, clock)[0])
    assert batch.posts == []
    assert batch.engagement[original.uri].likes == 3


@pytest.mark.parametrize("many", [True, False])
def test_servers_that_give_one_status_at_a_time(home: Fediverse, clock: Clock, *, many: bool) -> None:
    home.server.many = many
    hashtag, _ = read(home, clock)
    gone, unlisted, kept = (home.server.write("lea", f"{number} #voyage") for number in range(3))
    cursor = drain(hashtag)[-1].cursor
    del home.server.toots[gone.id]
    home.server.hidden.add(unlisted.id)
    found = drain(hashtag, cursor)
    assert [name for batch in found for name in batch.deleted] == [gone.uri]
    assert isinstance(hashtag.collector, Refreshes)
    kept.likes = 7
    refreshed = hashtag.collector.refresh([kept.uri, "https://elsewhere.example/1"])
    assert (refreshed.engagement[kept.uri].likes, list(refreshed.deleted)) == (7, [])


def test_words_that_a_server_can_search() -> None:
    def asked(query: str) -> list[str]:
        return searched(Given("s", (Hearer("b", parse(query)),)))

    assert asked('aeroplouf OR "aéro plouf" OR #aeroplouf') == ["aeroplouf", '"aéro plouf"', "#aeroplouf"]
    assert asked("(aeroplouf OR voloair) AND retard AND NOT concours") == ["aeroplouf", "voloair"]
    assert asked("lang:fr AND aeroplouf") == ["aeroplouf"]


def test_a_search_finds_what_has_no_hashtag(home: Fediverse, clock: Clock) -> None:
    said = {home.server.write("lea", f"aeroplouf, vol {number}").uri for number in range(45)}
    *_, search = read(home, clock, search=True)
    assert {post.external_id for post in posts(drain(search))} == said


def test_limits_are_told_and_kept(home: Fediverse, clock: Clock) -> None:
    class Account(Unlimited):
        over = False

        def note(self, credential: str, bucket: str, remaining: int, resets_at: datetime) -> None:  # noqa: ARG002 - the protocol's
            told[bucket] = (remaining, resets_at)

        def check(self, credential: str, bucket: str) -> None:  # noqa: ARG002 - the protocol's
            if self.over:
                raise NotYet(NOW, "our own")

    told: dict[str, tuple[int, datetime]] = {}
    limits = Account()
    home.server.left = 42
    hashtag, _ = read(home, clock, limits)
    drain(hashtag)
    assert told == {"read": (home.server.left, NOW + timedelta(minutes=5))}
    limits.over = True
    with pytest.raises(NotYet, match="our own"):
        hashtag.collector.collect(None)


def test_a_stream_that_ends_is_opened_again_and_nothing_is_lost(home: Fediverse, clock: Clock) -> None:
    live, _ = read(home, clock, stream=True)
    collector = live.collector
    assert live.live
    assert isinstance(collector, Closes)
    first = home.server.write("lea", "avant #voyage")
    batch = collector.collect(None)
    assert [post.external_id for post in batch.posts] == [first.uri]
    second = home.server.write("lea", "pendant #voyage")
    home.tell("update", home.server.shown(second))
    home.tell("unheard.of", {})
    batch = collector.collect(batch.cursor)
    assert [post.external_id for post in batch.posts] == [second.uri]
    del home.server.toots[first.id]
    home.tell("delete", first.id)
    batch = collector.collect(batch.cursor)
    assert list(batch.deleted) == [first.uri]
    home.hang_up()
    missed = home.server.write("lea", "entre-temps #voyage")
    found = [batch := collector.collect(batch.cursor) for _ in range(2)]
    assert [post.external_id for each in found for post in each.posts] == [missed.uri]
    second.text, second.edited = "changé", NOW
    home.tell("status.update", home.server.shown(second))
    assert [post.text for post in collector.collect(batch.cursor).posts] == ["changé"]
    collector.close()
    home.hang_up()
    for thread in threading.enumerate():
        if thread.name == "mastodon stream":
            thread.join(10)


def test_a_server_without_streams_for_us_is_asked_now_and_then(home: Fediverse, clock: Clock) -> None:
    home.refuses_streams = True
    live, _ = read(home, clock, stream=True)
    said = home.server.write("lea", "avant #voyage")
    batch = live.collector.collect(None)
    assert [post.external_id for post in batch.posts] == [said.uri]
    assert batch.poll_after == live.every
    assert "stream" in batch.notices[0]


def test_nobody_there(clock: Clock) -> None:
    with Web() as web:
        gone = Fediverse(web, "social.example", clock)
    with pytest.raises(RetryLater, match="does not answer"):
        read(gone, clock)[0].collector.collect(None)
