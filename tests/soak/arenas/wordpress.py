"""A real WordPress that takes its time before a comment is written, and before that is said."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape

from pydantic import SecretStr

from config.clients import BasicPassword, open_client, private_place
from config.guard import Limits
from models.post import Author, Post
from responders.publisher import Publisher
from responders.publishers.wordpress import WordPressPublisher
from tests.servers.wordpress import WordPress, running
from tests.soak.arena import Plan

TIMEOUT_SECONDS = 3.0
_SLOW = """<?php
add_filter('rest_pre_insert_comment', function($c) { usleep(rand(0, 300000)); return $c; });
add_action('rest_after_insert_comment', function() { usleep(rand(0, 300000)); });
"""


class Site:
    account = "aeroplouf"
    settle = timedelta(seconds=3)  # above the time-out, below the network's real one: the site is on this machine
    life = timedelta(seconds=1)
    can_be_asked = True

    def __init__(self, site: WordPress) -> None:
        self._site, self._asked = site, list[int]()
        self._article = site.post("Un vol")
        self.settings = {"url": site.url, "password": site.passwords[self.account]}

    def ask(self, number: int) -> Post:
        [comment] = self._site.comments(self._article, {"text": f"Vol {number}, en retard."})
        self._asked.append(comment)
        thread = {"id": str(comment), "post": str(self._article), "status": "approved"}
        return Post(
            network="wordpress", external_id=f"blog#comment-{comment}", text="Vol en retard.",
            author=Author(handle="Léa M. (visitor)"), at=datetime.now(UTC), thread=thread,
        )  # fmt: skip

    def standing(self) -> Counter[str]:
        return Counter(unescape(text) for comment in self._asked for text in self._site.below(comment))


@contextmanager
def open_arena(_plan: Plan) -> Iterator[Site]:
    with running() as site:
        plugin = site.folder / "content" / "mu-plugins" / "slow.php"
        plugin.parent.mkdir(exist_ok=True)
        made = Site(site)
        plugin.write_text(_SLOW)
        yield made


def publisher(_scale: float, url: str, password: str) -> Publisher:
    auth = BasicPassword(url, "aeroplouf", SecretStr(password))
    client = open_client(allow_private=private_place(url), auth=auth, limits=Limits(total=TIMEOUT_SECONDS))
    return WordPressPublisher(url, "aeroplouf", client)
