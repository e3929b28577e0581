"""A Discourse forum, as much as the collector asks; `before` as Discourse itself reads it, of today and of 2019."""

import json
from typing import Any

from pydantic import SecretStr

from config.credentials import Credential
from config.query import parse
from config.sources import DiscourseOptions
from listener.registry import Given, Hearer
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request


class Forum(HttpWorld):
    kind = "discourse"
    powers = frozenset({"edits", "deletes", "refreshes", "shuffles", "secured"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[int, dict[str, Any]] = {}
        self.last = 0
        self.shuffled = False
        self.old = False
        """Whether `before` counts ids, shown or not."""

    def options(self) -> DiscourseOptions:
        return DiscourseOptions(kind="discourse", url=self.url, username="aeroplouf", allow_private=True)

    def given(self) -> Given:
        key = Credential("DISCOURSE_API_KEY", SecretStr("invented"), self.url)
        return Given("forum", (Hearer("Aéroplouf", parse("aeroplouf")),), secrets={"DISCOURSE_API_KEY": key})

    def publish(self, text: str) -> str:
        self.last += 1
        self.posts[self.last] = {
            "id": self.last,
            "username": "lea_m",
            "name": "Léa M.",
            "created_at": self.now.isoformat(),
            "updated_at": self.now.isoformat(),
            "version": 1,
            "cooked": f"<p>{text}</p>",
            "post_number": 2,
            "topic_id": 7,
            "topic_slug": "porto",
            "topic_title": "Trois jours à Porto",
            "reply_count": 1,
            "reads": 40,
            "actions_summary": [{"id": 2, "count": 5}],
        }
        return f"{self.url.partition('://')[2]}/p/{self.last}"

    def edit(self, external_id: str, text: str) -> None:
        self.posts[int(external_id.rpartition("/")[2])].update(cooked=f"<p>{text}</p>", version=2)

    def delete(self, external_id: str) -> None:
        del self.posts[int(external_id.rpartition("/")[2])]

    def shuffle(self) -> None:
        self.shuffled = True

    def respond(self, request: Request) -> Answer:
        assert request.headers["Api-Username"] == "aeroplouf"
        if request.path.startswith("/posts/"):
            said = self.posts.get(int(request.path.removeprefix("/posts/").removesuffix(".json")))
            return Answer(json.dumps(said).encode()) if said else Answer(b"{}", 404)
        newest = sorted(self.posts, reverse=True)
        if self.old:
            top = int(request.query.get("before", self.last))
            page = [number for number in newest if top - 50 < number <= top]
        else:
            top = int(request.query.get("before", self.last + 1))
            page = [number for number in newest if number < top][:50]
        if self.shuffled:
            page = [*reversed(page), *page[:3]]
        return Answer(json.dumps({"latest_posts": [self.posts[number] for number in page]}).encode())


WORLD = Forum
