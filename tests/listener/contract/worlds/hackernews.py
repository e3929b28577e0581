"""The search of Hacker News at Algolia, as much as the collector asks."""

import json
from typing import Any

from config.query import parse
from config.sources import HackerNewsOptions
from listener.registry import Given, Hearer
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request


class HackerNews(HttpWorld):
    kind = "hackernews"
    powers = frozenset({"edits", "refreshes", "shuffles", "secured"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.hits: list[dict[str, Any]] = []
        self.shuffled = False
        self.query = "aeroplouf"

    def options(self) -> HackerNewsOptions:
        return HackerNewsOptions(kind="hackernews", url=self.url, allow_private=True)

    def given(self) -> Given:
        return Given("hn", (Hearer("Aéroplouf", parse(self.query)),))

    def publish(self, text: str) -> str:
        name = str(46_000_000 + len(self.hits))
        self.hits.append(
            {
                "objectID": name,
                "author": "lea_m",
                "comment_text": f"<p>{text}",
                "created_at_i": round(self.now.timestamp()),
                "story_title": "Three hours in Porto",
                "parent_id": 45_999_999,
                "points": None,
            }
        )
        return name

    def edit(self, external_id: str, text: str) -> None:
        self._found(external_id)["comment_text"] = text

    def delete(self, external_id: str) -> None:
        self.hits.remove(self._found(external_id))

    def shuffle(self) -> None:
        self.shuffled = True

    def respond(self, request: Request) -> Answer:
        if request.path.startswith("/api/v1/items/"):
            found = [hit for hit in self.hits if hit["objectID"] == request.path.rpartition("/")[2]]
            item = {"author": "lea_m", "points": 3, "children": [{}]}
            return Answer(json.dumps(item).encode()) if found else Answer(b'{"status":404}', 404)
        bounds = [each.partition("=") for each in request.query["numericFilters"].split(",")]
        since = max((int(value) for name, _, value in bounds if name == "created_at_i>"), default=0)
        until = min((int(value) for name, _, value in bounds if name == "created_at_i<"), default=2**40)
        there = [hit for hit in reversed(self.hits) if since <= hit["created_at_i"] <= until]
        there.sort(key=lambda hit: -hit["created_at_i"])
        page = there[: int(request.query["hitsPerPage"])]
        if self.shuffled:
            page = [*reversed(page), *page[:2]]
        return Answer(json.dumps({"hits": page, "nbHits": len(there)}).encode())

    def _found(self, name: str) -> dict[str, Any]:
        return next(hit for hit in self.hits if hit["objectID"] == name)


WORLD = HackerNews
