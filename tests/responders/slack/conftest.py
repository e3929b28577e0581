"""A mention to draw, and a desk to work at: real store, real use cases, a publisher that only prints."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from sqlmodel import SQLModel

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
def make_office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Makes an office with an empty store."""
    opened: list[Database] = []

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
        database = Database(f"sqlite:///{tmp_path / 'repartie.db'}")
        opened.append(database)
        SQLModel.metadata.create_all(database.engine)
        return Office(config, database)

    yield make
    for database in opened:
        database.close()
