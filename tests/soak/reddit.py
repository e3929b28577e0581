"""Kills outboxes while they answer on a loopback Reddit, and counts what stands there at the end.

Nothing is sent to Reddit again by itself: an answer whose outbox died before it left is *unclear*, for a person.
`python -m tests.soak.reddit --kills 100 --replies 150` prints a row for `docs/soak.md`.
"""

import argparse
import random
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import select

from models.database import Database
from models.migrate import upgrade
from models.post import Author, Post
from models.tables import ReplyRow
from tests.servers.reddit import OURS, Reddit
from tests.soak.answers import approve, claims, wait_until_sending, wait_until_settled
from tests.soak.lines import line
from tests.soak.stores import add_store, kind_of, store_asked


@dataclass(frozen=True, slots=True)
class Tally:
    """What stands and what the store says of it. `told_wrong`: said to be sent and not there, or there and unclear."""

    kills: int
    in_flight: int
    replies: int
    standing: int
    doubled: int
    sent: int
    unclear: int
    told_wrong: int
    seconds: float

    @property
    def good(self) -> bool:
        """Nothing twice, nothing lost, nothing told wrong."""
        return not self.doubled and not self.told_wrong and self.sent + self.unclear == self.replies


def kill_and_count(url: str, workers: Path, *, kills: int, answers: int, seed: int = 1) -> Tally:
    """Publish `answers` from the empty store at `url` while killing the outbox `kills` times.

    Raises:
        TimeoutError: some answers still wait long after they should.
    """
    began, chance, in_flight = time.monotonic(), random.Random(seed), 0  # noqa: S311 - moments, nothing secret
    with closing(Database(url)) as database, Reddit(slow=lambda: chance.uniform(0, 0.15)) as site:
        upgrade(database)
        _approve(database, site, answers)
        with line("tests.soak.reddit_process", {"database": url, "url": site.url, "workers": str(workers)}) as outboxes:
            for _ in range(kills):
                wait_until_sending(database, 5)
                time.sleep(chance.uniform(0, 0.5))
                in_flight += bool(claims(database))
                outboxes.kill()
            wait_until_settled(database, 60 + answers, then=1.0)
        standing = Counter(said["body"] for said in site.things.values() if said["author"] == OURS)
        with database.read() as session:
            rows = session.exec(select(ReplyRow)).all()
    return Tally(
        kills=kills,
        in_flight=in_flight,
        replies=len(rows),
        standing=len(standing),
        doubled=sum(count - 1 for count in standing.values()),
        sent=sum(row.status == "sent" for row in rows),
        unclear=sum(row.status == "unclear" for row in rows),
        told_wrong=sum((row.status == "sent") != (row.text in standing) for row in rows),
        seconds=time.monotonic() - began,
    )


def _approve(database: Database, site: Reddit, answers: int) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for number in range(answers):
            said = site.say(f"Aéroplouf, vol {number}, encore en retard.")
            post = Post(
                network="reddit", external_id=said["name"], text=said["body"], author=Author(handle="lea_m"),
                at=now, thread={"id": said["name"], "subreddit": "porto"},
            )  # fmt: skip
            approve(session, post, f"Réponse {number}", source="reddit", account=OURS, now=now)


def main() -> None:
    """Print one row of `docs/soak.md`; exit 1 if anything is doubled, lost or told wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--replies", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    add_store(parser)
    asked = parser.parse_args()
    with store_asked(asked) as (url, folder):
        tally = kill_and_count(url, folder / "workers", kills=asked.kills, answers=asked.replies, seed=asked.seed)
    day = datetime.now(UTC).date().isoformat()
    print(  # noqa: T201 - the figures are what this is for
        f"| {day} | {kind_of(url)} | {tally.kills} | {tally.in_flight} | {tally.replies} | {tally.standing} "
        f"| {tally.doubled} | {tally.told_wrong} | {tally.unclear} | {tally.seconds / 60:.1f} |"
    )
    sys.exit(not tally.good)


if __name__ == "__main__":
    main()
