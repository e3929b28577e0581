"""How long `repartie backtest queries` takes on a large store.

    PYTHONPATH=. python bench/backtest.py [--posts 100000] [--brands 20]

Invented, seeded posts: nine in ten are mentions of a brand, the rest candidates; the edited file changes every query.
"""

import argparse
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.schema import Brand, Config
from config.sources import RssOptions
from models.database import Database
from models.migrate import upgrade
from models.post import Author, Post
from models.store import candidates
from models.store.insert import insert_new
from models.store.posts import to_values
from models.tables import MentionRow, PostRow
from repartie.backtest import backtest

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
WORDS = ("vol", "retard", "avion", "merci", "guichet", "attente", "été", "ciel", "billet", "prix", "gare", "pluie")
WANTED = 20.0
"""Seconds for 100,000 posts; the promise this file checks."""
ALL = 100_000


def post(chance: random.Random, number: int, brands: int) -> Post:
    """About 120 characters around one brand."""
    said = " ".join(chance.choices(WORDS, k=18))
    text = f"{said} Aéroplouf{number % brands} {chance.choice(WORDS)}"
    author = Author(handle=f"lea{number % 997}@social.example")
    return Post(network="rss", external_id=str(number), text=text, author=author, at=NOW, language="fr")


def fill(database: Database, count: int, brands: int) -> None:
    """Store `count` posts."""
    chance = random.Random(20261122)  # noqa: S311 - invented text, not a secret
    with database.write() as session:
        for start in range(0, count, 5_000):
            made = [post(chance, number, brands) for number in range(start, min(count, start + 5_000))]
            stored, passed_over = made[: len(made) * 9 // 10], made[len(made) * 9 // 10 :]
            rows = [to_values(each) | {"seen_at": NOW} for each in stored]
            ids = insert_new(session, PostRow, rows, (PostRow.id, PostRow.external_id))
            insert_new(
                session,
                MentionRow,
                [
                    {
                        "brand": f"Aéroplouf{int(external) % brands}",
                        "post_id": id_,
                        "source": "presse",
                        "words": [],
                        "stored_at": NOW,
                        "changed_at": NOW,
                    }
                    for id_, external in ids
                ],
            )
            candidates.keep(session, f"presse{start}", passed_over, keep=timedelta(days=30), now=NOW)


def main() -> None:
    """Measure and print; fail when the promise is not kept."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=ALL)
    options.add_argument("--brands", type=int, default=20)
    chosen = options.parse_args()
    names = [f"Aéroplouf{number}" for number in range(chosen.brands)]
    config = Config(
        brands=tuple(Brand(name=name, query=f"{name} AND NOT (pluie OR gare)", sources=("presse",)) for name in names),
        sources={"presse": RssOptions(kind="rss", feeds=("https://presse.example/rss",))},
    )
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        upgrade(database)
        fill(database, chosen.posts, chosen.brands)
        start, spent = time.perf_counter(), time.process_time()
        with database.read() as session:
            found = backtest(session, config, NOW - timedelta(days=30))
        clock, spent = time.perf_counter() - start, time.process_time() - spent
        database.close()
    dropped = sum(len(change.dropped) for change in found.changes)
    print(f"{found.posts:,} posts and {found.candidates:,} candidates, {chosen.brands} brands, {dropped:,} dropped:")
    print(f"{spent:.1f} s of processor, {clock:.1f} s by the clock")
    assert spent < WANTED * max(1, chosen.posts / ALL), f"{spent:.1f} s, promised {WANTED}"


if __name__ == "__main__":
    main()
