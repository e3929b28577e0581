"""The comments of a site, as much of WordPress as our collector asks; `test_wordpress.py` asks a real one."""

import json

from pydantic import SecretStr

from config.clients import BasicPassword
from config.sources import WordPressOptions
from listener.registry import Given
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request


class Site(HttpWorld):
    kind = "wordpress"
    powers = frozenset({"edits", "shuffles", "secured"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.comments: list[dict[str, object]] = []
        self.shuffled = False

    def options(self) -> WordPressOptions:
        return WordPressOptions(kind="wordpress", url=self.url, username="aeroplouf", allow_private=True)

    def given(self) -> Given:
        return Given(auth=BasicPassword(self.url, "aeroplouf", SecretStr("invented")))

    def publish(self, text: str) -> str:
        number = len(self.comments) + 1
        self.comments.insert(
            0,
            {
                "id": number,
                "post": 1,
                "author_name": "Léa",
                "date_gmt": f"{self.now:%Y-%m-%dT%H:%M:%S}",
                "content": {"rendered": f"<p>{text}</p>"},
                "link": f"{self.url}/porto/#comment-{number}",
            },
        )
        return f"{self.url.partition('://')[2]}#comment-{number}"

    def edit(self, external_id: str, text: str) -> None:
        number = int(external_id.rpartition("-")[2])
        next(said for said in self.comments if said["id"] == number)["content"] = {"rendered": text}

    def shuffle(self) -> None:
        self.shuffled = True

    def respond(self, request: Request) -> Answer:
        place = request.path.rpartition("/")[2]
        if place == "me":
            return self._json({"id": 7, "slug": "aeroplouf"})
        if place != "comments":
            return self._json([{"id": 1, "title": {"rendered": "Porto"}}] if place == "posts" else [])
        start = int(request.query["offset"])
        found = self.comments[start : start + int(request.query["per_page"])]
        if self.shuffled:
            found = [said for said in found for _ in range(2)]
        return self._json(found)

    def spares(self, request: Request) -> bool:
        return request.path.endswith("/me")

    def _json(self, said: object) -> Answer:
        headers = {"Content-Type": "application/json", "X-WP-Total": str(len(self.comments))}
        return Answer(json.dumps(said).encode(), headers=headers)


WORLD = Site
