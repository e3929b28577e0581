"""A server, a clock and a collector of its feeds."""

from collections.abc import Callable, Iterator

import pytest

from config.i18n import words
from listener.collectors.feeds.manners import Manners
from listener.collectors.rss import RssCollector
from tests.listener.feed_server import Clock, connect
from tests.web import Web


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def follow(web: Web, clock: Clock) -> Iterator[Callable[..., RssCollector]]:
    """A collector of a path of `web`."""
    with connect(allow_private=["127.0.0.0/8"]) as client:

        def build(path: str = "/feed", host: str = "blog.example", manners: Manners | None = None) -> RssCollector:
            url = web.url(path, host)
            return RssCollector(url, client, clock, t=words("en"), manners=manners or Manners(gap=0))

        yield build
