"""The feed collector against servers that lie, break, drip and attack: it says how, and the others go on."""

import gzip
import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import brotli
import pytest

from config.clients import open_client
from config.guard import Limits
from config.i18n import words
from config.sources import RssOptions
from listener.collector import Collector
from listener.collectors.feeds.manners import Manners
from listener.collectors.rss import RssCollector
from listener.registry import Means, places
from models.errors import AccessLost, NotYet, RetryLater
from tests.listener.feed_server import NOW, Clock, connect, item, resolve, retry, rss, serve
from tests.web import Exchange, Web

_PAGE = b"""<html><head><link rel=stylesheet href=a.css>
<link rel='alternate' type='application/rss+xml' href='/rss?a=1&amp;b=2'>
<link type='application/atom+xml' rel='alternate' href='https://blog.example/atom'></head></html>"""


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
    patient = partial(open_client, resolve=resolve, limits=Limits(total=2))
    means = Means(clock, words("en"), connect=patient, manners=Manners(gap=0))
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
