"""The feeds of a site, on a real server: named by the page, at the usual places, or the address itself."""

import pytest

from config.i18n import words
from listener.discovery import discover
from tests.listener.feed_server import NOW, connect, item, rss
from tests.web import Web

FR = words("fr")
PAGE = b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/blog/feed">%s</head></html>'
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": "1", "url": "https://blog.example/1"}]}'


def found(web: Web, path: str = "/", host: str = "blog.example"):
    with connect(allow_private=["127.0.0.0/8"]) as client:
        return discover(web.url(path, host), client, NOW, FR)


def give(web: Web, **pages: bytes) -> None:
    for name, body in pages.items():
        web.routes["/" + name.replace("__", "/").replace("_", ".")] = lambda exchange, body=body: exchange.answer(body)


def test_a_feed_is_itself(web: Web) -> None:
    give(web, feed=rss(item(1), item(2)))
    [feed] = found(web, "/feed").feeds
    assert (feed.url, feed.title, len(feed.posts)) == (web.url("/feed", "blog.example"), "Blog", 2)
    assert len(web.requests) == 1


def test_a_page_names_its_feeds(web: Web) -> None:
    more = b'<link type="application/atom+xml" href="/gone">'
    give(web, blog__=PAGE % more, blog__feed=rss(item(1)))
    assert [feed.url for feed in found(web, "/blog/").feeds] == [web.url("/blog/feed", "blog.example")]


def test_the_same_entries_in_two_formats_are_one_feed(web: Web) -> None:
    give(web, blog__feed=rss(item(1)), feed_json=JSON)
    web.routes["/"] = lambda exchange: exchange.answer(PAGE % b'<link type="application/feed+json" href="/feed.json">')
    assert [feed.url for feed in found(web).feeds] == [web.url("/blog/feed", "blog.example")]


@pytest.mark.parametrize("path", ["feed", "rss_xml", "atom_xml", "feed_json"])
def test_the_usual_places_are_tried(web: Web, path: str) -> None:
    web.routes["/news/"] = lambda exchange: exchange.answer(b"<html><body>Aeroplouf</body></html>")
    give(web, **{path: JSON if path == "feed_json" else rss(item(1))})
    assert [feed.url for feed in found(web, "/news/").feeds] == [web.url("/" + path.replace("_", "."), "blog.example")]


@pytest.mark.parametrize(
    ("host", "body", "reason"),
    [
        ("nowhere.example", b"", "Connexion impossible"),
        ("blog.example", b"<html></html>", "page web"),
        ("blog.example", b"plain", "pas un flux"),
    ],
)
def test_why_there_is_none(web: Web, host: str, body: bytes, reason: str) -> None:
    web.routes["/"] = lambda exchange: exchange.answer(body)
    said = found(web, "/", host)
    assert said.feeds == ()
    assert reason in said.reason


def test_a_private_address_is_not_asked(web: Web) -> None:
    give(web, feed=rss(item(1)))
    with connect() as client:
        assert discover(web.url("/feed"), client, NOW, FR).feeds == ()
    assert web.requests == []
