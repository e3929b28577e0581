"""How many feeds a second one core reads: `python -m bench.feeds`. Network excluded, identity and memory included."""

import time
from datetime import UTC, datetime
from pathlib import Path

from listener.collectors.feeds.identity import identify
from listener.collectors.feeds.memory import Memory
from listener.collectors.feeds.read import read_feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://blog.example/feed"
PARAGRAPH = "<p>Aéroplouf a <b>encore</b> deux heures de retard, <a href='/suite'>la suite</a> demain&nbsp;!</p>"


def typical(entries: int = 20) -> bytes:
    """A blog's feed with whole articles: 20 entries of 10 paragraphs, 26 kB."""
    items = "".join(
        f"<item><title>Vol {n}</title><link>https://blog.example/{n}</link><guid>https://blog.example/?p={n}</guid>"
        f"<pubDate>Sat, 21 Nov 2026 10:{n % 60:02}:00 GMT</pubDate>"
        f"<description><![CDATA[{PARAGRAPH * 10}]]></description></item>"
        for n in range(entries)
    )
    return f'<rss version="2.0"><channel><title>Blog</title>{items}</channel></rss>'.encode()


def read(body: bytes) -> int:
    """Everything the collector does with a document. Returns the number of Posts."""
    found = identify(read_feed(body, "application/xml", URL).entries, URL)
    memory = Memory()
    posts = [memory.post(name, entry, "Blog", NOW) for name, entry in found.items()]
    memory.as_json(found)
    return len(posts)


def measure(name: str, bodies: list[bytes], rounds: int) -> None:
    """Print one line of the table."""
    start = time.process_time()
    posts = sum(read(body) for _ in range(rounds) for body in bodies)
    spent = time.process_time() - start
    documents = rounds * len(bodies)
    size = sum(map(len, bodies)) * rounds / 1e6
    print(f"{name:<28}{documents / spent:8.0f} feeds/s{posts / spent:9.0f} entries/s{size / spent:7.1f} MB/s")


def main() -> None:
    """Measure the corpus of the tests, a typical blog, and a feed at the cap of entries."""
    folder = Path(__file__).parents[1] / "tests" / "feeds"
    corpus = [path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in {".xml", ".rdf"}]
    read(corpus[0])  # feedparser's import is not the question
    measure("tests/feeds", corpus, 5)
    measure("blog, 20 whole articles", [typical()], 50)
    measure("1,000 whole articles", [typical(1000)], 1)


if __name__ == "__main__":
    main()
