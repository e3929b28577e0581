"""A network that has everything, with its collector: an example to begin from, and what tries the contract itself.

`GET /events?after=7` gives ten events at most after the seventh: `{"events": [{"n": 8, "what": "said"}], "left": 3}`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeVar

import httpx
from pydantic import AwareDatetime, BaseModel, SecretStr, TypeAdapter, ValidationError

from config.base import WebAddress
from config.clients import BearerToken, private_place
from config.sources import Source
from listener.collector import Batch, Cursor, Refreshed
from listener.registry import Given, Means, Place
from models.errors import AccessLost, RetryLater
from models.limits import credential_key
from models.post import Author, Engagement, Post
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request

# --- What the operator may say: config/sources.py


class ToyOptions(Source):
    kind: Literal["toy"] = "toy"
    url: WebAddress


# --- How it is heard: listener/collectors/toy.py


class Event(BaseModel):
    n: int
    what: Literal["said", "gone"]
    id: str
    text: str = ""
    at: AwareDatetime | None = None


class Page(BaseModel):
    events: list[Event]
    left: int


PATIENCE: Final = timedelta(minutes=1)
Shape = TypeVar("Shape")


class ToyCollector:
    most = 50

    def __init__(self, url: str, client: httpx.Client, means: Means) -> None:
        self._url, self._client, self._means = url, client, means
        self._credential = credential_key("TOY_TOKEN", httpx.URL(url).host)

    def collect(self, cursor: Cursor | None) -> Batch:
        after = int(cursor["n"]) if cursor else 0
        page = self._read(TypeAdapter(Page), "/events", {"after": str(after)})
        last = max((event.n for event in page.events), default=after)
        fresh = {event.id: event for event in page.events if event.n > after and event.what == "said"}
        return Batch(
            posts=[self._post(event) for event in fresh.values()],
            cursor={"n": last},
            more=page.left > 0,
            deleted=[event.id for event in page.events if event.what == "gone"],
        )

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        likes = self._read(TypeAdapter(dict[str, int]), "/likes", {"ids": ",".join(external_ids)})
        gone = [name for name in external_ids if name not in likes]
        return Refreshed({name: Engagement(likes=count) for name, count in likes.items()}, gone)

    def _post(self, event: Event) -> Post:
        return Post(
            network="toy",
            external_id=event.id,
            url=f"https://toy.example/{event.id}",
            text=event.text,
            author=Author(handle="lea"),
            at=event.at or self._means.clock(),
        )

    def _read(self, shape: TypeAdapter[Shape], path: str, params: Mapping[str, str]) -> Shape:
        t, now = self._means.t, self._means.clock()
        self._means.limits.check(self._credential, "read")
        try:
            answer = self._client.get(self._url + path, params=params)
        except httpx.RequestError as error:
            raise RetryLater(
                now + PATIENCE, t("The site does not answer ({error})", error=type(error).__name__)
            ) from error
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            at = datetime.fromisoformat(answer.headers["X-Reset"])
            self._means.limits.note(self._credential, "read", 0, at)
            raise RetryLater(at, t("The site asks for patience ({status})", status=429))
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise AccessLost(t("The square does not let us in ({status})", status=answer.status_code))
        try:
            return shape.validate_json(answer.raise_for_status().content)
        except (httpx.HTTPStatusError, ValidationError) as error:
            raise RetryLater(now + PATIENCE, t("The site's answer cannot be read")) from error


# --- Its line in the registry: listener/registry.py


def build(options: ToyOptions, means: Means, given: Given) -> list[Place]:
    client = means.connect(allow_private=private_place(options.url), auth=given.auth)
    return [Place(options.url, "toy", timedelta(minutes=1), ToyCollector(options.url, client, means))]


# --- Its world


class Toy(HttpWorld):
    kind = "toy"
    powers = frozenset({"pages", "edits", "deletes", "refreshes", "shuffles", "secured", "limits"})
    page = 10

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.events: list[dict[str, object]] = []
        self.likes: dict[str, int] = {}
        self.shuffled = False

    def options(self) -> ToyOptions:
        return ToyOptions(url=self.url)

    def given(self) -> Given:
        return Given(auth=BearerToken(self.url, SecretStr("invented")))

    def publish(self, text: str) -> str:
        name = f"toy-{len(self.likes)}"
        self.likes[name] = 0
        self.edit(name, text)
        return name

    def edit(self, external_id: str, text: str) -> None:
        self._happens(what="said", id=external_id, text=text, at=self.now.isoformat())

    def delete(self, external_id: str) -> None:
        del self.likes[external_id]
        self._happens(what="gone", id=external_id)

    def shuffle(self) -> None:
        self.shuffled = True

    def limited(self, until: datetime) -> Mapping[str, str]:
        return {"X-Reset": until.isoformat()}

    def respond(self, request: Request) -> Answer:
        if request.path == "/likes":
            return self._json(
                {name: self.likes[name] for name in request.query["ids"].split(",") if name in self.likes}
            )
        after = int(request.query["after"])
        events = self.events[after:][: self.page]
        left = max(len(self.events) - after - self.page, 0)
        if self.shuffled:
            events = [*self.events[max(after - 3, 0) : after], *reversed(events), *events]
        return self._json({"events": events, "left": left})

    def _happens(self, **what: object) -> None:
        self.events.append({"n": len(self.events) + 1, **what})

    def _json(self, said: object) -> Answer:
        return Answer(json.dumps(said).encode(), headers={"Content-Type": "application/json"})


WORLD = Toy
