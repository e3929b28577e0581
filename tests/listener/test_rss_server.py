"""The feed collector against a real server on loopback: what it asks, what it keeps, when it comes again."""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import brotli
import pytest

from config.clients import open_client
from config.guard import Limits
from config.i18n import words
from config.sources import RssOptions
from listener.collector import Batch, Collector, Cursor
from listener.collectors.feeds.manners import Manners
from listener.collectors.rss import RssCollector
from listener.registry import Means, places
from models.errors import AccessLost, NotYet, RetryLater
from tests.web import Exchange, Web

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = Limits(total=0.5, body=200_000)


def rss(*items: str, head: str = "") -> bytes:
    return f'<rss version="2.0"><channel><title>Blog</title>{head}{"".join(items)}</channel></rss>'.encode()


def item(number: int, title: str = "Aéroplouf", text: str = "Du retard.") -> str:
    link = f"https://blog.example/{number}"
    return f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><description>{text}</description></item>"


_PAGE = b"""<html><head><link rel=stylesheet href=a.css>
<link rel='alternate' type='application/rss+xml' href='/rss?a=1&amp;b=2'>
<link type='application/atom+xml' rel='alternate' href='https://blog.example/atom'></head></html>"""


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


def resolve(host: str, _port: int) -> Sequence[str]:
    """Every invented host stands on loopback, but for the one that does not exist."""
    if host == "nowhere.example":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [host if host[0].isdigit() else "127.0.0.1"]


connect = partial(open_client, resolve=resolve, limits=LIMITS)


@pytest.fixture
def follow(web: Web, clock: Clock) -> Iterator[Callable[..., RssCollector]]:
    """A collector of a path of `web`."""
    with connect(allow_private=["127.0.0.0/8"]) as client:

        def build(path: str = "/feed", host: str = "blog.example", manners: Manners | None = None) -> RssCollector:
            url = web.url(path, host)
            return RssCollector(url, client, clock, t=words("en"), manners=manners or Manners(gap=0))

        yield build


def stored(batch: Batch) -> Cursor:
    """The cursor as the database gives it back."""
    cursor: Cursor = json.loads(json.dumps(batch.cursor))
    return cursor


def serve(web: Web, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
    web.routes["/feed"] = lambda exchange: exchange.answer(body, status, headers)


def retry(collector: Collector, cursor: Cursor | None = None) -> RetryLater:
    with pytest.raises(RetryLater) as caught:
        collector.collect(cursor)
    return caught.value


def test_asks_again_only_for_what_changed(web: Web, follow: Callable[..., RssCollector]) -> None:
    def conditional(exchange: Exchange) -> None:
        if exchange.headers["If-None-Match"] == 'W/"1"':
            exchange.answer(status=304, headers={"Cache-Control": "max-age=900"})
        else:
            exchange.answer(rss(item(1)), headers={"ETag": 'W/"1"', "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"})

    web.routes["/feed"] = conditional
    collector = follow()
    first = collector.collect(None)
    second = collector.collect(stored(first))
    assert [post.external_id for post in first.posts] == ["https://blog.example/1"]
    assert web.requests[1].headers["If-Modified-Since"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert (list(second.posts), second.cursor, second.poll_after) == ([], first.cursor, timedelta(minutes=15))


def test_an_etag_no_header_can_hold_is_forgotten(web: Web, follow: Callable[..., RssCollector]) -> None:
    def odd(exchange: Exchange) -> None:
        exchange.wfile.write(b'HTTP/1.1 200 OK\r\nETag: "\xe9t\xe9"\r\nConnection: close\r\n\r\n' + rss(item(1)))

    web.routes["/feed"] = odd
    collector = follow()
    collector.collect(stored(collector.collect(None)))
    assert web.requests[1].headers["If-None-Match"] is None


def test_only_new_and_edited_entries_come_out(web: Web, follow: Callable[..., RssCollector], clock: Clock) -> None:
    serve(web, rss(item(2), item(1)))
    collector = follow()
    first = collector.collect(None)
    assert [post.external_id[-1] for post in first.posts] == ["1", "2"], "oldest first"
    clock.now += timedelta(hours=1)
    serve(web, rss(item(3), item(2, title="Aéroplouf (mise à jour)"), item(1)))
    second = collector.collect(stored(first))
    edited, new = second.posts
    assert (edited.external_id, edited.title) == ("https://blog.example/2", "Aéroplouf (mise à jour)")
    assert (edited.at, edited.edited_at) == (NOW, clock.now), "first seen then, edited now"
    assert (new.external_id, new.at, new.edited_at) == ("https://blog.example/3", clock.now, None)
    serve(web, rss(item(3), item(1)))
    third = collector.collect(stored(second))
    serve(web, rss(item(3), item(2, title="Aéroplouf (mise à jour)"), item(1)))
    assert not collector.collect(stored(third)).posts, "an entry that comes back is known"


def test_identity_does_not_move_with_the_feed(web: Web, follow: Callable[..., RssCollector]) -> None:
    body = b'<rss version="2.0"><channel><item><title>Un</title><guid>7</guid></item></channel></rss>'
    serve(web, body)
    first = follow().collect(None)
    web.routes["/old"] = lambda exchange: exchange.answer(
        status=301, headers={"Location": web.url("/new", "b.example")}
    )
    web.routes["/new"] = lambda exchange: exchange.answer(body)
    before = follow("/old")
    one = before.collect(None)
    two = before.collect({**stored(one), "known": {}, "body": ""})
    assert first.posts[0].external_id.endswith("/feed#7")
    assert [post.external_id for post in one.posts] == [post.external_id for post in two.posts]


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_good_is_remembered(web: Web, follow: Callable[..., RssCollector], status: int) -> None:
    new = web.url("/new", "other.example")
    web.routes["/old"] = lambda exchange: exchange.answer(status=status, headers={"Location": new})
    web.routes["/new"] = lambda exchange: exchange.answer(rss(item(1)))
    collector = follow("/old")
    first = collector.collect(None)
    second = collector.collect(stored(first))
    assert first.notices == [f"The feed moved for good to {new}: write this address in the configuration"]
    assert [exchange.path for exchange in web.requests] == ["/old", "/new", "/new"]
    assert not second.notices


def test_the_first_passing_redirect_ends_what_is_remembered(web: Web, follow: Callable[..., RssCollector]) -> None:
    hops = {"/a": (301, "/b"), "/b": (302, "/c"), "/c": (301, "/feed")}
    for path, (status, to) in hops.items():
        web.routes[path] = lambda exchange, status=status, to=to: exchange.answer(b"", status, {"Location": to})  # type: ignore[misc]  # defaults bind the loop's values
    serve(web, rss(item(1)))
    first = follow("/a").collect(None)
    assert first.cursor["url"] == web.url("/b", "blog.example")


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_passing_redirect_is_not_remembered(web: Web, follow: Callable[..., RssCollector], status: int) -> None:
    web.routes["/old"] = lambda exchange: exchange.answer(status=status, headers={"Location": "/feed"})
    serve(web, rss(item(1)))
    first = follow("/old").collect(None)
    assert (len(first.posts), first.cursor.get("url"), list(first.notices)) == (1, None, [])


def test_a_move_to_what_is_no_feed_is_not_remembered(web: Web, follow: Callable[..., RssCollector]) -> None:
    web.routes["/old"] = lambda exchange: exchange.answer(status=301, headers={"Location": "/login"})
    web.routes["/login"] = lambda exchange: exchange.answer(b"<html><body>Hello</body></html>")
    cursor: Cursor = {}
    assert "web page" in retry(follow("/old"), cursor).reason
    assert not cursor


def test_where_the_new_address_is_gone_the_old_one_is_asked(web: Web, follow: Callable[..., RssCollector]) -> None:
    serve(web, rss(item(1)))
    batch = follow().collect({"url": web.url("/gone", "blog.example"), "etag": '"x"'})
    assert len(batch.posts) == 1
    assert "url" not in batch.cursor
    assert web.requests[1].headers["If-None-Match"] is None


@pytest.mark.parametrize(
    ("written", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (format_datetime(NOW + timedelta(hours=2), usegmt=True), timedelta(hours=2)),
        ("0", timedelta(minutes=1)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", timedelta(minutes=1)),
        ("99999999999999", timedelta(days=1)),
        ("soon", None),
        ("", None),
    ],
)
@pytest.mark.parametrize(("status", "alone"), [(429, timedelta(minutes=15)), (503, timedelta(minutes=1))])
def test_retry_after(  # noqa: PLR0913, PLR0917  # a table of two headers by two statuses
    web: Web, follow: Callable[..., RssCollector], written: str, wait: timedelta | None, status: int, alone: timedelta
) -> None:
    serve(web, b"", status, {"Retry-After": written})
    assert retry(follow()).at == NOW + (wait or alone)


@pytest.mark.parametrize(
    ("status", "first"),
    [(404, 15), (403, 15), (418, 15), (451, 15), (204, 15), (500, 1), (502, 1), (504, 1)],
)
def test_refusals_wait_longer_each_time(web: Web, follow: Callable[..., RssCollector], status: int, first: int) -> None:
    serve(web, b"", status)
    collector = follow()
    waits = [retry(collector).at - NOW for _ in range(12)]
    assert waits[:3] == [timedelta(minutes=first * factor) for factor in (1, 2, 4)]
    assert waits[-1] == timedelta(days=1)
    serve(web, rss(item(1)))
    collector.collect(None)
    serve(web, b"", status)
    assert retry(collector).at - NOW == timedelta(minutes=first), "an answer sets it back"


@pytest.mark.parametrize(("status", "words_"), [(410, "gone for good"), (401, "password")])
def test_lost_for_good(web: Web, follow: Callable[..., RssCollector], status: int, words_: str) -> None:
    serve(web, b"", status)
    with pytest.raises(AccessLost, match=words_):
        follow().collect(None)


@pytest.mark.parametrize(
    ("headers", "head", "keep"),
    [
        ({"Cache-Control": "public, max-age=1800"}, "", timedelta(minutes=30)),
        ({"Cache-Control": "max-age=1800", "Age": "600"}, "", timedelta(minutes=20)),
        ({"Cache-Control": "max-age=1800, no-cache"}, "", None),
        ({"Cache-Control": "no-store"}, "<ttl>60</ttl>", timedelta(hours=1)),
        ({"Cache-Control": "max-age=99999999"}, "", timedelta(days=1)),
        ({"Cache-Control": "max-age=0"}, "", None),
        ({"Expires": format_datetime(NOW + timedelta(hours=3), usegmt=True)}, "", timedelta(hours=3)),
        ({"Expires": format_datetime(NOW + timedelta(hours=3), usegmt=True),
          "Date": format_datetime(NOW + timedelta(hours=1), usegmt=True)}, "", timedelta(hours=2)),
        ({"Expires": "0"}, "", None),
        ({"Cache-Control": "max-age=60"}, "<ttl>120</ttl>", timedelta(hours=2)),
        ({}, "<ttl>soon</ttl>", None),
        ({}, "<ttl>999999999999</ttl>", timedelta(days=1)),
    ],
)  # fmt: skip
def test_lifetimes_are_kept(
    web: Web, follow: Callable[..., RssCollector], headers: Mapping[str, str], head: str, keep: timedelta | None
) -> None:
    serve(web, rss(item(1), head=head), headers=headers)
    collector = follow()
    first = collector.collect(None)
    assert first.poll_after == keep
    assert collector.collect(stored(first)).poll_after == keep, "the same document, not read again"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_compressed(
    web: Web, follow: Callable[..., RssCollector], encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    serve(web, pack(rss(item(1))), headers={"Content-Encoding": encoding})
    assert len(follow().collect(None).posts) == 1


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_compressed_bombs(
    web: Web, follow: Callable[..., RssCollector], encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    serve(web, pack(b"<rss>" + bytes(10_000_000)), headers={"Content-Encoding": encoding})
    assert retry(follow()).reason == "The feed is larger than 0.2 MB"


def test_entity_bombs(web: Web, follow: Callable[..., RssCollector]) -> None:
    layers = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY b0 "Aéroplouf">{layers}]>'.encode()
    serve(web, bomb + rss(item(1, title="&b9;"), item(2)))
    batch = follow().collect(None)
    assert [len(post.title) for post in batch.posts] == [len("Aéroplouf"), len("&b9;")]


@pytest.mark.parametrize(
    "knot",
    [
        "<rss><channel><item>" + "<x>" * 200_000,
        "<rss><channel><title>" + "<a b=" * 200_000,
        "<rss><channel><title " + " ".join(f'a{n}="1"' for n in range(20_000)) + ">x</title></channel></rss>",
    ],
    ids=["deep", "open", "attributes"],
)
def test_knots_are_not_pulled(web: Web, clock: Clock, knot: str) -> None:
    serve(web, knot.encode())
    start = time.monotonic()
    with connect(allow_private=["127.0.0.0/8"], limits=Limits()) as client:
        collector = RssCollector(web.url("/feed"), client, clock, t=words("en"), manners=Manners(gap=0))
        assert retry(collector).reason == "The feed is too tangled to be read safely"
    assert time.monotonic() - start < 2


def test_external_entities_are_not_fetched(web: Web, follow: Callable[..., RssCollector]) -> None:
    outside = f'<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY w SYSTEM "{web.url("/secret")}">]>'
    web.routes["/secret"] = lambda exchange: exchange.answer(b"secret")
    serve(web, outside.encode() + rss(item(1, title="[&f;&w;]")))
    batch = follow().collect(None)
    assert [exchange.path for exchange in web.requests] == ["/feed"]
    assert batch.posts[0].title in {"[]", "[&f;&w;]"}


def test_a_body_that_is_an_address_or_a_path_is_not_opened(web: Web, follow: Callable[..., RssCollector]) -> None:
    """feedparser opens what looks like an address or a file name when given a string."""
    for body in (web.url("/secret").encode(), b"/etc/hostname"):
        serve(web, body)
        assert retry(follow()).reason == "This is not a feed: neither RSS, RDF, Atom nor JSON Feed"
    assert {exchange.path for exchange in web.requests} == {"/feed"}


def test_too_many_entries_are_cut_with_a_notice(web: Web, follow: Callable[..., RssCollector]) -> None:
    serve(web, rss(*(f"<item><title>{n}</title><guid>{n}</guid></item>" for n in range(3000))))
    batch = follow().collect(None)
    assert len(batch.posts) == 1000
    assert batch.posts[-1].title == "0"
    assert batch.notices == ["The feed shows more than 1000 entries: the others are not read"]
    assert len(json.dumps(batch.cursor)) < 60_000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "The answer is empty"),
        (b" \n ", "The answer is empty"),
        (b"Not found", "This is not a feed: neither RSS, RDF, Atom nor JSON Feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is not a feed: neither RSS, RDF, Atom nor JSON Feed"),
        (b'{"error": "quota"}', "This is not a feed: neither RSS, RDF, Atom nor JSON Feed"),
        (b'{"items": [', "This is not a feed: neither RSS, RDF, Atom nor JSON Feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "This is not a feed: neither RSS, RDF, Atom nor JSON Feed"),
        (b"<!doctype html><title>Hi</title>", "This is a web page, not a feed, and it names none"),
        (
            _PAGE,
            "This is a web page, not a feed. It names these feeds: {web}/rss?a=1&b=2 https://blog.example/atom",
        ),
    ],
)
def test_what_is_no_feed_says_so(web: Web, follow: Callable[..., RssCollector], body: bytes, reason: str) -> None:
    serve(web, body)
    assert retry(follow()).reason == reason.replace("{web}", web.url("", "blog.example"))


def _drip(exchange: Exchange) -> None:
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
    for _ in range(100):
        exchange.wfile.write(b" ")
        time.sleep(0.02)


def _cut(exchange: Exchange) -> None:
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")


def _lie(exchange: Exchange) -> None:
    exchange.answer(b"plain", headers={"Content-Encoding": "gzip"})


def _circle(exchange: Exchange) -> None:
    exchange.answer(status=302, headers={"Location": "/feed"})


def _metadata(exchange: Exchange) -> None:
    exchange.answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})


def _nonsense(exchange: Exchange) -> None:
    exchange.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize(
    ("route", "reason", "minutes"),
    [
        (_drip, "No complete answer within 0.5 s", 1),
        (_cut, "The connection broke", 1),
        (_nonsense, "The connection broke", 1),
        (_lie, "The answer is badly compressed", 1),
        (_circle, "The address redirects in circles", 15),
        (_metadata, "169.254.169.254 is not a public address", 15),
    ],
)
def test_what_breaks_says_how(
    web: Web, follow: Callable[..., RssCollector], route: Callable[[Exchange], None], reason: str, minutes: int
) -> None:
    web.routes["/feed"] = route
    trouble = retry(follow())
    assert trouble.reason.startswith(reason)
    assert trouble.at == NOW + timedelta(minutes=minutes)


def test_an_unknown_host_and_a_closed_door(follow: Callable[..., RssCollector], clock: Clock) -> None:
    assert retry(follow(host="nowhere.example")).reason.startswith("No connection (The name nowhere.example is unknown")
    with socket.socket() as closed, connect(allow_private=["127.0.0.0/8"]) as client:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        collector = RssCollector(url, client, clock, t=words("en"), manners=Manners())
        assert retry(collector).reason.startswith("No connection (")


def test_one_request_at_a_time_to_a_host(web: Web, follow: Callable[..., RssCollector]) -> None:
    manners = Manners(gap=10)
    serve(web, rss(item(1)))
    follow(manners=manners).collect(None)
    with pytest.raises(NotYet) as caught:
        follow("/other", manners=manners).collect(None)
    assert timedelta(seconds=9) < caught.value.at - NOW < timedelta(seconds=21)
    follow(host="elsewhere.example", manners=manners).collect(None)
    assert len(web.requests) == 2


def test_hundreds_of_feeds_side_by_side(web: Web, clock: Clock) -> None:
    """Three hundred feeds on as many hosts, among them each kind of bad one: every good one is read."""
    web.routes |= {"/drip": _drip, "/cut": _cut, "/gone": lambda exchange: exchange.answer(status=410)}
    serve(web, rss(item(1), item(2)))
    bad = {"/drip": 10, "/cut": 5, "/gone": 5}
    feeds = [web.url(path, f"bad{path[1:]}{n}.example") for path, many in bad.items() for n in range(many)]
    feeds += [web.url("/feed", f"blog{n}.example") for n in range(280)]
    means = Means(clock, words("en"), connect=connect, manners=Manners(gap=0))
    found = places(RssOptions(kind="rss", feeds=tuple(feeds), allow_private=True), means)
    assert [place.key for place in found] == feeds

    def look(collector: Collector) -> int | str:
        try:
            return len(collector.collect(None).posts)
        except (RetryLater, AccessLost) as error:
            return type(error).__name__

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(look, (place.collector for place in found)))
    assert results == ["RetryLater"] * 15 + ["AccessLost"] * 5 + [2] * 280
