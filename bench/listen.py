"""What a mention costs from match to store, and whether a full store makes it cost more. Also the memory at rest.

    PYTHONPATH=. python bench/listen.py

Three stores of 10^3, 10^4 and 10^5 mentions are filled in bulk on SQLite and on PostgreSQL (a private server with an
operator's settings: every commit reaches the disk). Then batches of new posts that all concern a brand go through
`Listening.run`, which is what the schedule calls: match, judge, store mention, verdict and cursor in one transaction.
The stores take turns batch by batch, so that whatever else the machine does meets all of them alike. The cost is the
median batch's; `again` is a batch of which the store holds all posts already. The promise, checked here: a mention in
the fullest store costs at most 1.3 times what it costs in the emptiest.
"""

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from config.query import parse
from config.schema import Brand
from listener.collector import Batch, Cursor
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Place
from models.database import Database
from models.migrate import upgrade
from models.ml.classifier import Classifier
from models.ml.judge import Ask, Judge, ModelJudge
from models.ml.language import LanguageReader
from models.post import Author, Post
from models.store.posts import to_values
from models.tables import MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment, Verdict
from tests import postgres

SIZES = (1_000, 10_000, 100_000)
MOST_DEARER = 1.3
MOST_MEGABYTES = 450
BATCH = 50
"""New posts in one reading: a lively feed's."""
BRANDS = tuple(
    Brand(name=name, query=query, sources=("bench",))
    for name, query in (
        ("Aéroplouf", '(aeroplouf OR "aéroplouf air" OR @aeroplouf) AND NOT (recrutement OR "offre d\'emploi")'),
        ("Voloair", "voloair NEAR/5 (retard OR vol OR bagage*)"),
    )
)
START = datetime(2026, 11, 1, 8, tzinfo=UTC)
SAID = (
    "Aéroplouf, vol {n} : trois heures d'attente à l'embarquement et personne pour répondre. Plus jamais.",
    "Merci à l'équipe d'Aéroplouf au comptoir {n}, valise retrouvée le soir même !",
    "@aeroplouf bonjour, où puis-je suivre le dossier {n} ? Le formulaire ne charge pas.",
    "Encore un retard annoncé au dernier moment, porte {n}. Bravo Aéroplouf 😡",
)


SAME = Verdict(language="fr", label=Sentiment.NEGATIVE, negative=1.0, neutral=0.0, positive=0.0, model="stub")


class StubJudge:
    """Costs nothing, so that what is left is match and store."""

    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        """The same of every post."""
        return [SAME for _ in asks]


@dataclass
class Tape:
    """A collector that plays one batch."""

    posts: Sequence[Post] = ()

    def collect(self, _cursor: Cursor | None) -> Batch:
        """The batch, and a cursor as long as a feed's."""
        return Batch(self.posts, {"etag": '"1"', "known": {post.external_id: "0" * 16 for post in self.posts}})


@dataclass
class Bench:
    """One store of `size` mentions, and the seconds each batch took."""

    size: int
    database: Database
    judge: Judge
    new: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tape = Tape()
        self.now = START + timedelta(days=30)
        self.listening = Listening(
            self.database, BRANDS, Matcher({brand.name: parse(brand.query) for brand in BRANDS}), self.judge, self.clock
        )
        self.place = Place("tape", "rss", timedelta(minutes=1), self.tape)

    def clock(self) -> datetime:
        """Moves when told."""
        return self.now

    def turn(self, posts: Sequence[Post]) -> None:
        """Take in a batch of new posts, then the same once more."""
        for spent, mentions in ((self.new, len(posts)), (self.again, 0)):
            self.now += timedelta(minutes=1)
            self.tape.posts = posts
            began = time.perf_counter()
            run = self.listening.run("bench", self.place)
            spent.append(time.perf_counter() - began)
            assert run.mentions == mentions, run


def posts(first: int, count: int) -> list[Post]:
    """Invented posts that concern the first brand, numbered from `first`."""
    return [
        Post(
            network="rss",
            external_id=f"https://blog.example/2026/11/{number}-un-article-au-titre-assez-long",
            url=f"https://blog.example/2026/11/{number}-un-article-au-titre-assez-long",
            text=SAID[number % len(SAID)].format(n=number),
            author=Author(handle=f"lecteur{number % 997}"),
            at=START + timedelta(seconds=number),
            place="Blog",
        )
        for number in range(first, first + count)
    ]


def fill(database: Database, size: int) -> None:
    """`size` mentions with their posts and verdicts, in bulk."""
    for first in range(0, size, 10_000):
        count = min(10_000, size - first)
        ids = range(first + 1, first + count + 1)
        at = {"stored_at": START, "changed_at": START}
        with database.write() as session:
            session.execute(
                insert(PostRow),
                [
                    to_values(post) | {"id": id_, "seen_at": START}
                    for id_, post in zip(ids, posts(first, count), strict=True)
                ],
            )
            session.execute(
                insert(MentionRow),
                [
                    {"id": id_, "brand": "Aéroplouf", "post_id": id_, "source": "bench", "words": ["Aéroplouf"], **at}
                    for id_ in ids
                ],
            )
            said = SAME.model_dump(mode="json")
            session.execute(insert(VerdictRow), [{"mention_id": id_, **said, "judged_at": START} for id_ in ids])
    if not database.is_sqlite:
        with database.write() as session:
            for table in ("post", "mention"):
                session.connection().exec_driver_sql(f"SELECT setval('{table}_id_seq', {size + 1})")
    with database.write() as session:
        session.connection().exec_driver_sql("ANALYZE")  # PostgreSQL's autovacuum does so by itself within a minute


def measure(urls: Sequence[str], judge: Judge, rounds: int, first: int) -> list[Bench]:
    """Play `rounds` batches to each store in turn; the posts are numbered from `first`."""
    benches = [Bench(size, Database(url), judge) for size, url in zip(SIZES, urls, strict=True)]
    for number in range(rounds + 2):
        for bench in benches:
            bench.turn(posts(first + number * BATCH, BATCH))
    for bench in benches:
        bench.database.close()
        bench.new, bench.again = bench.new[2:], bench.again[2:]  # the first compile statements and load the model
    return benches


def report(name: str, judge: str, benches: Sequence[Bench]) -> float:
    """Print a line for each size; gives how much dearer a mention is in the fullest store than in the emptiest."""
    base = statistics.median(benches[0].new)
    for bench in benches:
        new, again = statistics.median(bench.new), statistics.median(bench.again)
        print(
            f"| {name} | {judge} | {bench.size:,} | {BATCH / new:,.0f} | {new / BATCH * 1000:.2f} | {new / base:.2f} "
            f"| {BATCH / again:,.0f} |"
        )
    return statistics.median(benches[-1].new) / base


def on_both(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Each database's name, and the addresses of its three stores, filled."""
    lite = [f"sqlite:///{folder / f'{size}.db'}" for size in SIZES]
    with postgres.running(postgres.DURABLE) as server:
        for name, urls in (("SQLite", lite), ("PostgreSQL", [server.create() for _ in SIZES])):
            for size, url in zip(SIZES, urls, strict=True):
                with closing(Database(url)) as database:
                    upgrade(database)
                    fill(database, size)
            yield name, urls


def at_rest() -> None:
    """In a process of its own: the whole app with its model loaded, after it judged; prints megabytes."""
    import repartie.running  # noqa: F401, PLC0415 - Slack, schedule and outbox, as the process that serves has them

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/rest.db")
        upgrade(database)
        bench = Bench(0, database, ModelJudge(Classifier(), LanguageReader()))
        for number in range(4):
            bench.turn([post.model_copy(update={"text": post.text * 4}) for post in posts(number * BATCH, BATCH)])
        gc.collect()
        status = Path("/proc/self/status").read_text()
        print(round(int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6))
        database.close()


def main() -> None:
    """Measure and print tables; fail when a promise is not kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=40, help="batches a store, with the judge that costs nothing")
    options.add_argument("--model-rounds", type=int, default=4, help="the same with the real model")
    options.add_argument("--at-rest", action="store_true", help="only say how many megabytes the app holds at rest")
    chosen = options.parse_args()
    if chosen.at_rest:
        at_rest()
        return
    dearer = {}
    print("| database | judge | stored before | mentions/s | ms each | times the first | again, posts/s |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, urls in on_both(Path(folder)):
            dearer[name] = report(name, "none", measure(urls, StubJudge(), chosen.rounds, 1_000_000))
            model = ModelJudge(Classifier(), LanguageReader())
            report(name, "model", measure(urls, model, chosen.model_rounds, 2_000_000))
    said = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, __file__, "--at-rest"], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": "."},
    ).stdout  # fmt: skip
    print(f"at rest with the model loaded: {int(said)} MB")
    assert int(said) < MOST_MEGABYTES
    for name, times in dearer.items():
        assert times <= MOST_DEARER, f"{name}: a mention in the fullest store costs {times:.2f} times as much"


if __name__ == "__main__":
    main()
