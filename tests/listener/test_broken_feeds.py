"""Whatever comes, either a feed is read or NotAFeed says no: files of the corpus, broken at random (with a seed)."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.collectors.feeds.entry import NotAFeed
from listener.collectors.feeds.identity import identify
from listener.collectors.feeds.memory import Memory
from listener.collectors.feeds.read import read_feed

FOLDER = Path(__file__).parents[1] / "feeds"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHARDS = [
    b"&#x110000;", b"&#xzz;", b"&#99999999999;", b"&#-1;", b"&#xd800;", b"<![CDATA[", b"]]>", b"<!", b"<?", b"&", b"<",
    b'"', b"\xff", b"\0", b"<!DOCTYPE a [", b'<!ENTITY x "y">', b'<content type="image/png" mode="base64">!!',
    b'<a xml:base="http://[">', b'<link href="http://[x"/>', b"<![if", b"<guid>", b"<updated>2026-02-30T25:61:61+99:99",
    b"<pubDate>0</pubDate>", b"<textinput>", b"<image>", b"<svg>", b'xmlns:a="', b"<source>", b"<georss:point>x</",
    b'<media:content url="">', b"<itunes:duration>", b"{", b"[", b"1e999",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_nothing_else_is_raised(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - broken feeds, not secrets
    files = [
        path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix != ".md" and "expected" not in path.name
    ]
    read = 0
    for _ in range(60):
        body = bytearray(chance.choice(files))
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(body) + 1)
            if chance.random() < 0.7:
                body[at:at] = chance.choice(SHARDS)
            else:
                del body[at : at + chance.randint(1, 30)]
        try:
            feed = read_feed(bytes(body), chance.choice(["", "text/xml; charset=utf-7"]), "https://blog.example/feed")
        except NotAFeed:
            continue
        found = identify(feed.entries, "https://blog.example/feed")
        memory = Memory()
        posts = [memory.post(name, entry, "Blog", NOW) for name, entry in found.items()]
        assert None not in posts
        assert len(memory.as_json(found)) == len(found)
        read += 1
    assert read > 30
