"""A Mastodon server, whose hashtag is read by an account."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from pydantic import SecretStr

from config.clients import BearerToken
from config.credentials import Credential
from config.query import parse
from config.sources import MastodonOptions
from listener.registry import Given, Hearer
from tests.listener.contract.world import Answer, Clock, HttpWorld, Request
from tests.servers.fediverse import Server, Toot, query_of


class Fediverse(HttpWorld):
    kind = "mastodon"
    powers = frozenset({"pages", "edits", "deletes", "refreshes", "shuffles", "secured"})
    page = 40

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.server = Server(self.url, "social.example", lambda: self.now)
        self._turn = count()

    def options(self) -> MastodonOptions:
        return MastodonOptions(
            kind="mastodon", instance=self.url, account="@aeroplouf@social.example", hashtags=("Aéroplouf",),
            allow_private=True,
        )  # fmt: skip

    def given(self) -> Given:
        token = Credential("MASTODON_TOKEN", SecretStr("invented"), self.url)
        return Given(
            "fediverse", (Hearer("Aéroplouf", parse("aeroplouf")),), BearerToken(self.url, token.secret),
            {token.variable: token},
        )  # fmt: skip

    def publish(self, text: str) -> str:
        author = ("lea", "bruno@ailleurs.example")[next(self._turn) % 2]
        return self.server.write(author, f"{text} #Aéroplouf").uri

    def edit(self, external_id: str, text: str) -> None:
        toot = self._toot(external_id)
        toot.text, toot.edited = text, self.now

    def delete(self, external_id: str) -> None:
        del self.server.toots[self._toot(external_id).id]

    def shuffle(self) -> None:
        self.server.shuffled = True

    def limited(self, until: datetime) -> Mapping[str, str]:
        return {**self.server.usual(), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": until.isoformat()}

    def respond(self, request: Request) -> Answer:
        path, query = query_of(self.web.requests[-1].path)  # as it was asked: names may stand there twice
        said = self.server.respond(request.method, path, query, request.headers, request.body)
        return Answer(said.body, said.status, said.headers)

    def spares(self, request: Request) -> bool:
        return "/instance" in request.path  # asked once in a process, before the first reading

    def _toot(self, external_id: str) -> Toot:
        return next(toot for toot in self.server.toots.values() if toot.uri == external_id)


WORLD = Fediverse
