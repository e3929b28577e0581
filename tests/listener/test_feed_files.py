"""Feed files as they are found in the wild, each with what must come out beside it (`tests/feeds/README.md`)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.i18n import words
from listener.collectors.feeds.manners import Manners
from listener.collectors.rss import RssCollector
from models.post import Post

FILES = sorted(
    path for path in (Path(__file__).parents[1] / "feeds").iterdir() if path.suffix in {".xml", ".rdf", ".json"}
)
FEEDS = [path for path in FILES if not path.name.endswith(".expected.json")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _plain(post: Post) -> dict[str, Any]:
    shown = {
        "id": post.external_id,
        "url": post.url,
        "title": post.title,
        "text": post.text,
        "links": list(post.links),
        "at": f"{post.at:%Y-%m-%dT%H:%M:%SZ}",
        "edited_at": f"{post.edited_at:%Y-%m-%dT%H:%M:%SZ}" if post.edited_at else None,
        "author": post.author.handle,
        "author_url": post.author.url,
        "language": post.language,
    }
    return {name: value for name, value in shown.items() if value}


def _expected(entry: dict[str, Any], post: Post, feed_url: str) -> dict[str, Any]:
    """`#title` and `#whole` stand for a fingerprint under the feed's own name: 16 hex digits."""
    if entry["id"] in {"#title", "#whole"}:
        home, _, fingerprint = post.external_id.rpartition("#")
        assert home == feed_url
        assert len(fingerprint) == 16
        assert int(fingerprint, 16)
        return {**{name: value for name, value in entry.items() if value}, "id": post.external_id}
    return {name: value for name, value in entry.items() if value}


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_what_comes_out(path: Path) -> None:
    expected = json.loads(path.with_suffix("").with_suffix(".expected.json").read_text())
    url = expected.get("url", "https://blog.example/feed")
    headers = {"Content-Type": expected.get("content_type", "application/xml")}
    server = httpx.MockTransport(lambda _request: httpx.Response(200, headers=headers, content=path.read_bytes()))
    with httpx.Client(transport=server) as client:
        collector = RssCollector(url, client, lambda: NOW, t=words("en"), manners=Manners(gap=0))
        batch = collector.collect(None)
        again = collector.collect(json.loads(json.dumps({**batch.cursor, "body": "read it again"})))

    posts = list(reversed(batch.posts))
    assert [_plain(post) for post in posts] == [
        _expected(entry, post, url) for entry, post in zip(expected["entries"], posts, strict=True)
    ]
    assert {post.place for post in posts} <= {expected["place"]}
    assert len({post.external_id for post in posts}) == len(posts)
    assert batch.poll_after == again.poll_after
    assert (batch.poll_after.total_seconds() if batch.poll_after else None) == expected.get("poll_after")
    assert not again.posts, "the same document twice brings nothing twice"


def test_every_file_has_its_answer() -> None:
    answers = {path.name.removesuffix(".expected.json") for path in FILES if path.name.endswith(".expected.json")}
    assert answers == {path.stem for path in FEEDS}
    assert len(FEEDS) >= 40
