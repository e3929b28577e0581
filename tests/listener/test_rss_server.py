"""The feed collector against a real server on loopback: what it asks, what it keeps, when it comes again."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from config.i18n import words
from listener.collector import Cursor
from listener.collectors.feeds.manners import Manners
from listener.collectors.rss import RssCollector
from models.errors import AccessLost
from tests.listener.feed_server import NOW, Clock, connect, item, retry, rss, serve, stored
from tests.web import Exchange, Web


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


def test_a_move_back_to_http_is_followed_and_not_remembered(clock: Clock) -> None:
    def network(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            return httpx.Response(301, headers={"Location": "http://blog.example/feed"})
        return httpx.Response(200, content=rss(item(1)))

    with httpx.Client(transport=httpx.MockTransport(network), follow_redirects=True) as client:
        collector = RssCollector("https://blog.example/feed", client, clock, t=words("en"), manners=Manners(gap=0))
        batch = collector.collect(None)
    assert (len(batch.posts), batch.cursor.get("url"), list(batch.notices)) == (1, None, [])


def test_speaks_the_operator_s_language(web: Web, clock: Clock) -> None:
    serve(web, b"", 410)
    with connect(allow_private=["127.0.0.0/8"]) as client, pytest.raises(AccessLost) as caught:
        RssCollector(web.url("/feed"), client, clock, t=words("fr"), manners=Manners()).collect(None)
    assert caught.value.reason == (
        "Le flux a disparu pour de bon (410)\u00a0: retirez-le ou donnez sa nouvelle adresse"
    )


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
def test_retry_after(  # noqa: PLR0913, PLR0917 - a table of two headers by two statuses
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
