"""Kills outboxes at random moments while they answer on X, and counts what stands there at the end.

X cannot be asked whether an answer stands, so `unclear` is allowed: such an answer stands once or not at all. Nothing
may stand twice, and nothing that the store calls sent may be missing. `python -m tests.soak.answering_x --kills 100`
prints a row for `docs/soak.md`; `tests/responders/test_x_kills.py` runs a little of it each time.
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
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlsplit

from sqlmodel import Session, select

from models.database import Database
from models.migrate import upgrade
from models.post import Author, Post
from models.tables import ReplyRow
from tests.servers.x import FakeX
from tests.soak.answers import approve, claims, wait_until_sending, wait_until_settled
from tests.soak.lines import line
from tests.soak.x_process import ACCOUNT
from tests.web import Exchange, Web


@dataclass(frozen=True, slots=True)
class Tally:
    """`missing`: called sent, and not there. `doubled` and `missing` must be 0."""

    kills: int
    in_flight: int
    replies: int
    standing: int
    doubled: int
    missing: int
    sent: int
    unclear: int
    unclear_standing: int
    seconds: float


class SlowX(Web):
    """X that takes a post some time after it was asked, also when whoever asked is dead by then."""

    def __init__(self, chance: random.Random, longest: float) -> None:
        super().__init__()
        self.network = FakeX(lambda: datetime.now(UTC), self.url("").rstrip("/"))
        self.network.remaining = 10**6
        self._chance, self._longest = chance, longest
        self.elsewhere = self._exchange

    def _exchange(self, exchange: Exchange) -> None:
        where = urlsplit(exchange.path)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        time.sleep(self._chance.uniform(0, self._longest))
        query = dict(parse_qsl(where.query))
        status, headers, said = self.network.answer(exchange.command, where.path, query, exchange.headers, body)
        time.sleep(self._chance.uniform(0, self._longest))
        exchange.answer(said, status, headers)


def kill_and_count(folder: Path, *, count: int, kills: int, longest: float, seed: int) -> Tally:
    """Publish `count` answers while killing outboxes `kills` times; X waits up to `longest` seconds twice."""
    began = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - moments of killing, nothing secret
    url = f"sqlite:///{folder}/kills.db"
    with closing(Database(url)) as database, SlowX(random.Random(seed + 1), longest) as x:  # noqa: S311 - the same
        upgrade(database)
        with database.write() as session:
            for number in range(count):
                _approve(session, x.network, number)
        settings = {"database": url, "workers": str(folder / "workers"), "url": x.network.url}
        in_flight, dead = 0, set[str]()
        with line("tests.soak.x_process", settings) as outboxes:
            for _ in range(kills):
                wait_until_sending(database, 10, dead)
                time.sleep(chance.uniform(0, longest))
                in_flight += bool(claims(database) - dead)
                dead |= claims(database)
                outboxes.kill()
            wait_until_settled(database, 60 + count * 4 * longest, then=2.0)
        standing = Counter(tweet.text for tweet in x.network.tweets.values() if tweet.author == ACCOUNT)
        with database.read() as session:
            rows = session.exec(select(ReplyRow)).all()
    return Tally(
        kills=kills,
        in_flight=in_flight,
        replies=count,
        standing=len(standing),
        doubled=sum(times - 1 for times in standing.values()),
        missing=sum(row.status == "sent" and row.text not in standing for row in rows),
        sent=sum(row.status == "sent" for row in rows),
        unclear=sum(row.status == "unclear" for row in rows),
        unclear_standing=sum(row.status == "unclear" and row.text in standing for row in rows),
        seconds=time.monotonic() - began,
    )


def _approve(session: Session, x: FakeX, number: int) -> None:
    now = datetime.now(UTC)
    said = str(x.say("lea", f"@aeroplouf, vol {number}, encore en retard."))
    post = Post(
        network="x", external_id=said, text="Vol en retard.", author=Author(handle="lea"), at=now,
        accounts=("@aeroplouf",), thread={"id": said},
    )  # fmt: skip
    approve(session, post, f"Réponse {number}", source="x", account=ACCOUNT, now=now)


def main() -> None:
    """Print one row of `docs/soak.md`; exit 1 if anything is doubled or missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--replies", type=int, default=200)
    parser.add_argument("--longest", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="repartie-x-") as folder:
        found = kill_and_count(
            Path(folder), count=asked.replies, kills=asked.kills, longest=asked.longest, seed=asked.seed
        )
    print(  # noqa: T201 - the figures are what this is for
        f"| {datetime.now(UTC).date().isoformat()} | {found.kills} | {found.in_flight} | {found.replies}"
        f" | {found.standing} | {found.doubled} | {found.missing} | {found.sent} | {found.unclear}"
        f" | {found.unclear_standing} | {found.seconds / 60:.1f} |"
    )
    sys.exit(bool(found.doubled or found.missing))


if __name__ == "__main__":
    main()
