"""A mention to draw, and a desk to work at: real store and use cases, a publisher that only prints, a strict Slack."""

import gc
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from typing import Any

import httpx
import pytest
from rich.console import Console
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from starlette.applications import Starlette

from config.schema import Config
from models.database import Database
from models.post import Author, Post
from models.status import MentionStatus, ReplyStatus
from models.store import posts
from models.tables import MentionRow, VerdictRow
from models.verdict import Sentiment
from responders.moderation import Moderation
from responders.publishers.console import ConsolePublisher
from responders.publishers.sandbox import SandboxPublisher
from responders.registry import Publishers
from responders.replies import Answering
from responders.seen import AnswerSeen, Eligibility, MentionSeen, Person
from responders.slack.app import Slack, connect
from responders.slack.poster import Poster
from sandbox.server import serving
from sandbox.slack import Workspace, routes

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BRAND = "Aéroplouf"
CHANNEL = "#aeroplouf-mentions"


@pytest.fixture
def seen() -> Callable[..., MentionSeen]:
    """Makes what a card shows; any part by keyword."""
    usual = MentionSeen(
        mention_id=42,
        brand=BRAND,
        network="sandbox",
        network_label="Place publique",
        place="Place publique",
        author_name="Léa M.",
        author_handle="@lea@social.example",
        author_url="https://social.example/@lea",
        followers=1240,
        title="",
        text="Trois heures d'attente au guichet Aéroplouf et personne ne répond. Honteux.",
        url="https://social.example/@lea/1",
        at=START,
        waiting_since=START,
        language="fr",
        label=Sentiment.NEGATIVE,
        confidence=0.93,
        corrected_by=None,
        words=("aéroplouf",),
        exchanges=2,
        status=MentionStatus.OPEN,
        owner=None,
        eligibility=Eligibility(account="@aeroplouf", limit=500, dry_run=False),
        writing=None,
        answer=None,
    )

    def make(**changes: Any) -> MentionSeen:
        return replace(usual, **changes)

    return make


@pytest.fixture
def answer() -> Callable[..., AnswerSeen]:
    """Makes an answer; any part by keyword."""
    usual = AnswerSeen(
        reply_id=7,
        status=ReplyStatus.SENT,
        text="Bonjour Léa, trois heures, ce n'est pas acceptable.",
        account="@aeroplouf",
        by=Person("U1", "Camille Roux"),
        approved_at=START,
        due_at=START + timedelta(seconds=15),
        sent_at=START + timedelta(seconds=16),
        url="https://social.example/@aeroplouf/2",
        dry_run=False,
        problem="",
    )

    def make(**changes: Any) -> AnswerSeen:
        return replace(usual, **changes)

    return make


@dataclass
class Office:
    """A store with use cases over it, and a clock that moves when told."""

    config: Config
    database: Database
    now: datetime = START
    _network: httpx.Client = field(default_factory=httpx.Client)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        live = SandboxPublisher("http://127.0.0.1:1", "@aeroplouf", self._network)
        console = ConsolePublisher(live, Console(file=StringIO()), clock=self.clock)
        self.publishers = Publishers({(brand.name, "sandbox"): console for brand in self.config.brands})
        self.moderation = Moderation(self.database, self.config, self.publishers, self.clock)
        self.answering = Answering(self.database, self.config, self.publishers, self.clock)

    def clock(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def mention(
        self, text: str = "Trois heures d'attente.", *, brand: str = BRAND, name: str = "Léa M.", shown: bool = True
    ) -> int:
        """Stores one mention, as the listener would, and gives its id."""
        number = next(self._numbers)
        post = Post(
            network="sandbox",
            external_id=f"p{number}",
            url=f"https://social.example/p/{number}",
            text=text,
            author=Author(handle="@lea", name=name, url="https://social.example/@lea", followers=1240),
            at=self.now,
            thread={"id": f"p{number}"},
            place="Place publique",
        )
        with self.database.write() as session:
            row = posts.to_row(post, self.now)
            session.add(row)
            session.flush()
            assert row.id is not None
            mention = MentionRow(
                brand=brand, post_id=row.id, source="square", words=["aeroplouf"], shown=shown,
                stored_at=self.now, changed_at=self.now,
            )  # fmt: skip
            session.add(mention)
            session.flush()
            assert mention.id is not None
            session.add(
                VerdictRow(
                    mention_id=mention.id, language="fr", label="negative", negative=0.93, neutral=0.05, positive=0.02,
                    model="test", judged_at=self.now,
                )
            )  # fmt: skip
            return mention.id


@pytest.fixture
def make_office(database: Database) -> Callable[..., Office]:
    """Makes an office over an empty store: one a test."""

    def make(*, publishers: tuple[str, ...] = (), api: str = "https://slack.example/api/", more: Any = ()) -> Office:
        config = Config.model_validate(
            {
                "language": "fr",
                "brands": [
                    {
                        "name": BRAND,
                        "query": "aeroplouf",
                        "sources": ["square"],
                        "slack": {"mentions": CHANNEL},
                        "publishers": publishers,
                    },
                    *more,
                ],
                "sources": {"square": {"kind": "sandbox", "url": "http://127.0.0.1:1"}},
                "slack": {"api": api},
            }
        )
        return Office(config, database)

    return make


def until(true: Callable[[], Any], within: float = 8.0) -> Any:
    """What `true` says once it says something; fails when it never does."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if said := true():
            return said
        time.sleep(0.01)
    raise AssertionError("it never came true")


@dataclass
class Seat:
    """Somebody at the workspace's page, without a browser."""

    address: str
    workspace: Workspace
    person: str
    http: httpx.Client

    @property
    def id(self) -> str:
        return next(known.id for known in self.workspace.team() if known.handle == self.person)

    def do(self, deed: str, **said: Any) -> dict[str, Any]:
        body = {"as": self.person, "client": f"page-{self.person}"} | said
        answer: dict[str, Any] = self.http.post(
            f"{self.address}/desk/do/{deed}", json=body, headers={"Origin": self.address}
        ).json()
        assert answer["ok"], answer
        return answer

    @property
    def modal(self) -> dict[str, Any] | None:
        views = self.workspace.views.stack(f"page-{self.person}")
        return views[-1] if views else None

    def press(self, action_id: str, nth: int = 0, value: Any = None) -> dict[str, Any]:
        """Presses a button of the modal on top, else of a card in the channel of mentions."""
        if self.modal:
            place, blocks = {"view": self.modal["id"]}, self.modal["blocks"]
            block = next(block for block in blocks if action_id in actions_of(block))
            return self.do("act", place=place, block_id=block["block_id"], action_id=action_id, value=value)
        channel = self.workspace.channel(CHANNEL)
        found = [
            (message, block)
            for message in channel.messages
            for block in message.blocks
            if action_id in actions_of(block)
        ]
        message, block = found[nth]
        place = {"channel": channel.id, "ts": message.ts}
        return self.do("act", place=place, block_id=block["block_id"], action_id=action_id, value=value)

    def submit(self, typed: str | None = None) -> dict[str, Any]:
        assert self.modal
        state = {} if typed is None else {"reply": {"reply.text": typed}}
        return self.do("submit", view=self.modal["id"], typed=state)

    def shut(self) -> dict[str, Any]:
        assert self.modal
        return self.do("close", view=self.modal["id"], typed={})

    def titled(self, title: str) -> dict[str, Any]:
        """Waits for the modal of that title."""
        until(lambda: self.modal and self.modal["title"]["text"] == title and not is_waiting(self.modal))
        assert self.modal
        return self.modal


def is_waiting(modal: dict[str, Any]) -> bool:
    return any(word in str(modal["blocks"]) for word in ("Un instant…", "One moment…"))


def actions_of(block: dict[str, Any]) -> set[str]:
    elements = [*(block.get("elements") or ()), block.get("accessory") or {}]
    return {element.get("action_id", "") for element in elements if isinstance(element, dict)}


@dataclass
class Team:
    """The workspace, the running app, and the office behind it. Cards are drawn when a test says `draw()`."""

    workspace: Workspace
    office: Office
    slack: Slack
    camille: Seat
    sacha: Seat
    tom: Seat
    seconds: float = 100.0

    @property
    def poster(self) -> Poster:
        return self.slack.poster

    def draw(self, turns: int = 40) -> None:
        """Lets the poster work until it has nothing to do, hurrying its clock over every wait."""
        for _ in range(turns):
            if self.poster.turn():
                self.seconds += 2
                if not self.poster.turn():
                    continue
                return

    person = Person("U0", "Inès Moreau")

    def until_drawn(self, text: str) -> None:
        """Waits until the first card says `text`."""

        def says() -> bool:
            self.poster.turn()
            self.seconds += 0.1
            return plain_spaces(text) in self.card()

        try:
            until(says)
        except AssertionError:
            msg = f"{text!r} is not in:\n{self.card()}"
            raise AssertionError(msg) from None

    @staticmethod
    def wait_for(true: Callable[[], Any]) -> Any:
        return until(true)

    @property
    def cards(self) -> list[Any]:
        return self.workspace.channel(CHANNEL).messages

    def card(self, nth: int = 0) -> str:
        """Everything a card says."""
        return plain_spaces("\n".join(said(self.cards[nth].blocks)))


def plain_spaces(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def said(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from said(part)
    elif isinstance(value, list):
        for part in value:
            yield from said(part)


@pytest.fixture
def team(make_office: Callable[..., Office]) -> Iterator[Team]:
    """A strict Slack on loopback with our unmodified app connected to it."""
    offices: list[Office] = []

    def now() -> float:
        return (offices[0].now if offices else START).timestamp()

    workspace = Workspace(rate_limits=False, now=now)
    with serving(Starlette(routes=routes(workspace))) as base, httpx.Client(timeout=20) as http:
        address = base.rstrip("/")
        camille, sacha, tom = (Seat(address, workspace, name, http) for name in ("camille", "sacha", "tom"))
        office = make_office(publishers=(camille.id, sacha.id), api=f"{address}/api/")
        offices.append(office)
        slack = connect(
            config=office.config, database=office.database, answering=office.answering, moderation=office.moderation,
            clock=office.clock, bot_token=workspace.bot_token, app_token=workspace.app_token,
        )  # fmt: skip
        team = Team(workspace, office, slack, camille, sacha, tom)
        slack.poster.seconds = lambda: team.seconds
        socket = SocketModeHandler(slack.app, workspace.app_token)
        socket.connect()
        until(lambda: workspace.sockets.connected)
        settled(workspace)
        yield team
        # websocket-client looks every 10 s whether it was closed, unless the other side hangs up first.
        socket.client.auto_reconnect_enabled = False
    socket.close()
    with warnings.catch_warnings():
        # websocket-client 1.9 lets go of a socket it has not closed when a connection is replaced.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    assert workspace.unknown_calls == []
    assert workspace.rings == []


def settled(workspace: Workspace) -> None:
    """Waits until slack_sdk has dropped the first of the two connections it often opens: what goes there is lost."""
    calm_since = time.monotonic()
    known = (0, 0)
    while time.monotonic() - calm_since < 0.4:
        now = workspace.sockets.connected, len(workspace.calls)
        if now != known or now[0] != 1:
            known, calm_since = now, time.monotonic()
        time.sleep(0.02)
