"""A real WordPress; a plug-in of ours makes its weather."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from typing import ClassVar

from pydantic import SecretStr

from config.clients import BasicPassword, open_client, private_place
from config.guard import Limits
from responders.publisher import PostRef, ProblemCode
from responders.publishers.wordpress import WordPressPublisher
from tests.responders.contract.world import TIMEOUT, Ask, Weather, World
from tests.servers.wordpress import WordPress

_PLUGIN = """<?php // counts what is asked, and does to the next comment what the file says
file_put_contents(__DIR__.'/asked', '.', FILE_APPEND);
function repartie_next() { $w = @file_get_contents(__DIR__.'/next') ?: ''; @unlink(__DIR__.'/next'); return $w; }
add_filter('rest_pre_insert_comment', function($c) {
  $next = repartie_next();
  if ($next === 'lost') { $GLOBALS['repartie_lost'] = true; return $c; }
  if ($next === '') return $c;
  [$status, $code] = explode(' ', $next);
  if ($status === '429' || $status === '503') header('Retry-After: 7');
  return new WP_Error($code, 'no', ['status' => (int) $status]);
});
add_action('rest_after_insert_comment', function() { if (!empty($GLOBALS['repartie_lost'])) usleep(LOST); });
"""
_NEXT = {
    Weather.LIMITED: "429 too_many",
    Weather.AWAY: "503 maintenance",
    Weather.DENIED: "401 rest_cannot_create",
    Weather.UNWANTED: "400 rest_comment_content_invalid",
    Weather.LOST: "lost",
}


class Site(World):
    deduplicates = True  # wp_allow_comment() refuses the same text by the same person under the same comment
    too_long: ClassVar = "&"
    unanswerable: ClassVar = {
        "held back": ({"id": "1", "status": "hold"}, ProblemCode.CANNOT_REPLY),
        "closed": ({"id": "1", "status": "approved", "comments": "closed"}, ProblemCode.LOCKED),
    }

    def __init__(self, site: WordPress, publisher: WordPressPublisher) -> None:
        self.site, self.publisher = site, publisher
        self._plugins = site.folder / "content" / "mu-plugins"
        self._article = site.post("Un vol")

    @property
    def requests(self) -> int:
        counted = self._plugins / "asked"
        return counted.stat().st_size if counted.exists() else 0

    def asked(self) -> PostRef:
        [comment] = self.site.comments(self._article, {"text": "Trois heures au guichet, Aéroplouf."})
        thread = {"id": str(comment), "post": str(self._article), "status": "approved", "comments": "open"}
        return PostRef("wordpress", f"x#comment-{comment}", "", "Léa M. (visitor)", thread)

    def under(self, to: PostRef) -> Sequence[str]:
        return [unescape(text) for text in self.site.below(int(to.thread["id"]))]

    def say(self, text: str, to: PostRef | None, *, ours: bool, age: timedelta = timedelta(0)) -> None:
        at = f"{self.now() - age:%Y-%m-%d %H:%M:%S}"
        user = {"user": self.site.php(f"echo {self.site.user('aeroplouf')};")} if ours else {}
        parent = {"parent": int(to.thread["id"])} if to else {}
        self.site.comments(self._article, {"text": text, "at": at} | user | parent)

    def remove(self, to: PostRef) -> None:
        self.site.php(f"wp_delete_comment({to.thread['id']}, true);")

    def plan(self, weather: Weather) -> None:
        (self._plugins / "next").write_text(_NEXT[weather])

    def words(self, weather: Weather) -> str:
        return "rest_comment_content_invalid" if weather is Weather.UNWANTED else ""


@contextmanager
def open_world(ask: Ask) -> Iterator[World]:
    site: WordPress = ask("wordpress")
    plugin = site.folder / "content" / "mu-plugins" / "weather.php"
    plugin.parent.mkdir(exist_ok=True)
    plugin.write_text(_PLUGIN.replace("LOST", str(int(2 * TIMEOUT * 1_000_000))))
    auth = BasicPassword(site.url, "aeroplouf", SecretStr(site.passwords["aeroplouf"]))
    client = open_client(allow_private=private_place(site.url), auth=auth, limits=Limits(total=TIMEOUT))
    try:
        with client:
            yield Site(site, WordPressPublisher(site.url, "aeroplouf", client))
    finally:
        plugin.unlink()
        for left in ("asked", "next"):
            (plugin.parent / left).unlink(missing_ok=True)
