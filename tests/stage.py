"""A store with mentions in it, a clock that stands still, and a network made of paper: what answering is tried on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from config.schema import Brand, Config, PublishMode
from config.sources import SandboxOptions
from models.database import Database
from models.network import NetworkRules, rules
from models.post import Author, Post
from models.store.posts import to_row
from models.tables import CardMentionRow, CardRow, DecisionRow, MentionRow, ReplyRow, VerdictRow
from responders.publisher import PLAIN, Manner, PostRef, Preview, Problem, ProblemCode, Receipt
from responders.registry import Publishers
from responders.seen import Person

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BRAND, OTHER_BRAND = "Aéroplouf", "Voloair"
CAMILLE, LEA, VISITOR = Person("U1", "Camille Roux"), Person("U2", "Léa Martin"), Person("U9", "Un Visiteur")


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class PaperNetwork:
    """Speaks at the protocol. `next_` is raised by the next publish, after the reply was taken if `takes` says so."""

    clock: Clock
    account: str = "aeroplouf"
    network: str = "sandbox"
    dry_run: bool = False
    stands: list[tuple[str, Receipt]] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    next_: list[BaseException] = field(default_factory=list)
    next_look: list[Exception] = field(default_factory=list)
    takes: bool = False
    looks: int = 0

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        text = text.strip()
        problems = [Problem(ProblemCode.EMPTY)] if not text else []
        problems += [Problem(ProblemCode.TOO_LONG)] if len(text) > 500 else []
        problems += [] if to.thread.get("id") else [Problem(ProblemCode.CANNOT_REPLY)]
        return Preview(to, self.account, text, len(text), 500, tuple(problems), manner or PLAIN)

    def publish(self, preview: Preview, key: str) -> Receipt:
        assert not preview.problems
        self.published.append(key)
        if self.next_:
            error = self.next_.pop(0)
            if self.takes:
                self.accept(preview)
            raise error
        return self.accept(preview)

    def accept(self, preview: Preview) -> Receipt:
        receipt = Receipt(f"r{len(self.stands)}", f"https://place.example/r{len(self.stands)}", self.clock())
        self.stands.append((preview.to.external_id + preview.text, receipt))
        return receipt


class ReadablePaperNetwork(PaperNetwork):
    """And can be asked whether a reply is there."""

    def find_reply(self, preview: Preview, key: str, since: datetime) -> Receipt | None:
        assert key
        self.looks += 1
        if self.next_look:
            raise self.next_look.pop(0)
        wanted = preview.to.external_id + preview.text
        return next((receipt for text, receipt in self.stands if text == wanted and receipt.at >= since), None)


def configuration(*, live: bool = True, publishers: tuple[str, ...] = (CAMILLE.id, LEA.id)) -> Config:
    brand = Brand(
        name=BRAND, query="aeroplouf", sources=("place",), accounts={"sandbox": "@Aeroplouf"}, publishers=publishers
    )
    other = brand.model_copy(update={"name": OTHER_BRAND, "accounts": {"sandbox": "voloair"}})
    mode = PublishMode.LIVE if live else PublishMode.DRY_RUN
    return Config(
        brands=(brand, other),
        sources={"place": SandboxOptions(kind="sandbox", url="http://place.example")},
        publish={BRAND: mode, OTHER_BRAND: mode},
    )


@dataclass
class Stage:
    """Everything an answering test needs; `network` speaks for both brands, as each one's account."""

    database: Database
    clock: Clock
    config: Config
    network: PaperNetwork
    publishers: Publishers
    folder: Path

    def post(self, external_id: str = "p1", *, handle: str = "lea", thread: str | None = "1") -> Post:
        return Post(
            network="sandbox",
            external_id=external_id,
            url=f"https://place.example/{external_id}",
            text="Trois heures d'attente au guichet Aéroplouf.",
            author=Author(handle=handle, name="Léa M.", followers=1240),
            at=self.clock() - timedelta(minutes=4),
            thread={"id": thread} if thread else {},
        )

    def mention(self, post: Post | None = None, brands: tuple[str, ...] = (BRAND,)) -> list[int]:
        """Store a post, its mentions with verdicts, a card for each; their ids."""
        ids = []
        with self.database.write() as session:
            row = to_row(post or self.post(), self.clock())
            session.add(row)
            session.flush()
            assert row.id is not None
            for brand in brands:
                mention = MentionRow(
                    brand=brand, post_id=row.id, source="place", words=["aéroplouf"],
                    stored_at=self.clock(), changed_at=self.clock(),
                )  # fmt: skip
                card = CardRow(kind="mention", brand=brand, channel="C1", claimed_at=self.clock())
                session.add_all([mention, card])
                session.flush()
                assert mention.id is not None
                assert card.id is not None
                session.add(
                    VerdictRow(
                        mention_id=mention.id,
                        language="fr",
                        label="negative",
                        negative=0.93,
                        neutral=0.05,
                        positive=0.02,
                        model="test",
                        judged_at=self.clock(),
                    )
                )  # fmt: skip
                session.add(CardMentionRow(mention_id=mention.id, card_id=card.id))
                ids.append(mention.id)
        return ids

    def reply(self, reply_id: int) -> ReplyRow:
        with self.database.read() as session:
            return session.get_one(ReplyRow, reply_id)

    def decisions(self) -> list[DecisionRow]:
        with self.database.read() as session:
            return list(session.exec(select(DecisionRow).order_by("id")))

    def audit(self) -> list[str]:
        return [row.what for row in self.decisions()]

    def wanted(self, mention_id: int) -> int:
        """How often the card of this mention was asked to be redrawn."""
        with self.database.read() as session:
            card = session.get_one(CardMentionRow, mention_id).card_id
            return session.get_one(CardRow, card).wanted


def rules_of(network: str, **changes: object) -> NetworkRules:
    return replace(rules(network), **changes)


@contextmanager
def stage(
    database: Database, folder: Path, *, live: bool = True, readable: bool = True, **changes: object
) -> Iterator[Stage]:
    """Over `database`, an empty store that the caller closes; `folder` is for what stands beside it."""
    clock = Clock()
    network = (ReadablePaperNetwork if readable else PaperNetwork)(clock, dry_run=not live)
    publishers = Publishers(
        {(BRAND, "sandbox"): network, (OTHER_BRAND, "sandbox"): network},
        rules=lambda name: rules_of(name, **changes),
    )
    yield Stage(database, clock, configuration(live=live), network, publishers, folder)
