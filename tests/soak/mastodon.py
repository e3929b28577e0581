"""Kills outboxes while they answer on a Mastodon that forgets every Idempotency-Key, and counts what stands there.

The server is `tests.servers.fediverse` behind real HTTP, slow and with faults of its own. Run small by
`tests/responders/test_mastodon_kills.py`, and at length by `python -m tests.soak.mastodon --kills 100 --replies 200`,
which prints a row for `docs/soak.md`.
"""

import argparse
import random
import sys
import tempfile
import threading
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
from tests.servers.fediverse import Server, query_of
from tests.soak.answers import approve, claims, wait_until_sending, wait_until_settled
from tests.soak.lines import line
from tests.soak.mastodon_process import ACCOUNT
from tests.web import Exchange, Web

SLOW_SECONDS = 2.0
"""The longest a request takes before it is carried out, and again before that is said; at full scale."""
KILLED_WITHIN_SECONDS = 5.0
"""After an answer was claimed; a life that claims none is killed all the same."""
FAULTS = ("cut", "lost", "error", "error after", "limited")
CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """How much, how fast, how unlucky. `scale` multiplies every duration."""

    replies: int
    kills: int
    scale: float
    seed: int = 1
    keys: bool = False
    """Whether the server honours Idempotency-Key, as a Mastodon does and a GoToSocial does not."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Nothing doubled, missing or unclear is the proof. `in_flight`: kills that met a claimed answer."""

    standing: int
    doubled: int
    missing: int
    unclear: int
    sent_again: int
    in_flight: int
    seconds: float


class Slow:
    """The server, slow and unlucky."""

    def __init__(self, web: Web, plan: Plan) -> None:
        self.server = Server(web.url("").rstrip("/"), "social.example", lambda: datetime.now(UTC))
        self.server.honours_keys = plan.keys
        self._chance, self._plan, self._turn = random.Random(plan.seed), plan, threading.Lock()  # noqa: S311 - bad luck
        web.elsewhere = self._exchange

    def _exchange(self, exchange: Exchange) -> None:
        path, query = query_of(exchange.path)
        body = exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))
        writes = exchange.command == "POST"
        with self._turn:
            fault = self._chance.choice(FAULTS) if writes and self._chance.random() < CHANCE * len(FAULTS) else ""
            waits = [self._chance.uniform(0, SLOW_SECONDS * self._plan.scale) if writes else 0.0 for _ in range(2)]
        if fault == "cut":
            return
        if fault in {"error", "limited"}:
            status, headers = (500, {}) if fault == "error" else (429, {"Retry-After": "1"})
            exchange.answer(b'{"error": "trouble"}', status, headers)
            return
        time.sleep(waits[0])
        with self._turn:
            said = self.server.respond(exchange.command, path, query, exchange.headers, body)
        time.sleep(waits[1])
        if fault == "error after":
            exchange.answer(b'{"error": "trouble"}', 500)
        elif fault != "lost":
            exchange.answer(said.body, said.status, said.headers)


def kill_and_count(url: str, workers: Path, plan: Plan) -> Tally:
    """Publish `plan.replies` answers from the empty store at `url` while killing outboxes `plan.kills` times.

    Raises:
        TimeoutError: some answers are still neither sent nor unclear long after they should be.
    """
    began = time.monotonic()
    chance = random.Random(plan.seed)  # noqa: S311 - moments of killing, nothing secret
    with closing(Database(url)) as database, Web() as web:
        upgrade(database)
        slow = Slow(web, plan)
        _approve_all(database, slow.server, plan.replies)
        settings = {"database": url, "workers": str(workers), "url": slow.server.url, "scale": plan.scale}
        in_flight = 0
        with line("tests.soak.mastodon_process", settings) as outboxes:
            for _ in range(plan.kills):
                wait_until_sending(database, 3 * plan.scale * SLOW_SECONDS + 3)
                time.sleep(chance.uniform(0.0, KILLED_WITHIN_SECONDS * plan.scale))
                in_flight += bool(claims(database))
                outboxes.kill()
            patience = 60 + plan.replies * 10 * plan.scale + 120 * plan.scale
            wait_until_settled(database, patience, then=2 * SLOW_SECONDS * plan.scale)
        return _tally(database, slow.server, in_flight, time.monotonic() - began)


def _approve_all(database: Database, server: Server, count: int) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for number in range(count):
            toot = server.write("lea", f"@aeroplouf, vol {number}, encore en retard.")
            thread = {"id": toot.id, "instance": server.url, "account": "a-lea", "visibility": "public"}
            said = Post(
                network="mastodon", external_id=toot.uri, text=toot.text, author=Author(handle="@lea@social.example"),
                at=now, thread=thread,
            )  # fmt: skip
            text = f"@lea@social.example Réponse {number}"
            manner = {"visibility": "public"}
            approve(session, said, text, source="social", account=ACCOUNT, now=now, manner=manner)


def _tally(database: Database, server: Server, in_flight: int, seconds: float) -> Tally:
    standing = Counter(toot.text for toot in server.toots.values() if toot.parent)
    with database.read() as session:
        rows = session.exec(select(ReplyRow)).all()
    return Tally(
        standing=len(standing),
        doubled=sum(count - 1 for count in standing.values()),
        missing=sum(row.text not in standing for row in rows),
        unclear=sum(row.status == "unclear" for row in rows),
        sent_again=sum(row.attempts > 1 for row in rows),
        in_flight=in_flight,
        seconds=seconds,
    )


def main() -> None:
    """Print one row of `docs/soak.md`; exit 1 if anything is doubled, missing or unclear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--replies", type=int, default=200)
    parser.add_argument("--scale", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keys", action="store_true", help="a server that honours Idempotency-Key")
    asked = parser.parse_args()
    plan = Plan(asked.replies, asked.kills, asked.scale, asked.seed, asked.keys)
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_and_count(f"sqlite:///{folder}/soak.db", Path(folder) / "workers", plan)
    day = datetime.now(UTC).date().isoformat()
    print(  # noqa: T201 - the figures are what this is for
        f"| {day} | Mastodon, {'with' if plan.keys else 'without'} keys | {plan.scale:g} | {plan.kills} "
        f"| {tally.in_flight} | {plan.replies} | {tally.standing} | {tally.doubled} | {tally.missing} "
        f"| {tally.unclear} | {tally.sent_again} | {tally.seconds / 60:.1f} |"
    )
    sys.exit(bool(tally.doubled or tally.missing or tally.unclear))


if __name__ == "__main__":
    main()
