"""A feed. It has no pages, and what leaves it was not taken back: it only grew old."""

from xml.sax.saxutils import escape

from config.sources import RssOptions
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request


class Feed(HttpWorld):
    kind = "rss"
    powers = frozenset({"edits", "shuffles", "forgiving"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.items: dict[str, str] = {}
        self.order = 1
        self.times = 1

    def options(self) -> RssOptions:
        return RssOptions(kind="rss", feeds=(f"{self.url}/feed",), allow_private=True)

    def publish(self, text: str) -> str:
        link = f"https://blog.example/{len(self.items)}"
        self.items[link] = self._item(link, text)
        return link

    def edit(self, external_id: str, text: str) -> None:
        self.items[external_id] = self._item(external_id, text)

    def shuffle(self) -> None:
        self.order, self.times = -1, 2

    def respond(self, _request: Request) -> Answer:
        items = "".join(list(self.items.values())[:: self.order] * self.times)
        feed = f'<rss version="2.0"><channel><title>Blog</title>{items}</channel></rss>'
        return Answer(feed.encode(), headers={"Content-Type": "application/rss+xml"})

    def _item(self, link: str, text: str) -> str:
        date = self.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        said = f"<guid>{link}</guid><description>{escape(text)}</description><pubDate>{date}</pubDate>"
        return f"<item><title>Aéroplouf</title><link>{link}</link>{said}</item>"


WORLD = Feed
