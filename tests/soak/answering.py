"""Kills outboxes at random moments while they publish, and counts what stands in public at the end.

Run by `tests/responders/test_outbox_kills.py` with every duration shortened, and at full scale by hand:
`python -m tests.soak.answering --kills 200 --replies 400`, which prints a row for `docs/soak.md`.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import SQLModel, func, select
from starlette.applications import Starlette

from models.database import Database
from models.post import Author, Post
from models.store import replies
from models.store.posts import to_row
from models.tables import MentionRow, ReplyRow, VerdictRow
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.api import PREFIX, SquareApi
from sandbox.social.faults import Fault, Faults, Weather
from sandbox.social.network import Network
from tests.soak.outbox_process import BRAND, WHO

ACCEPTED_WITHIN_SECONDS = 5.0
KILLED_WITHIN_SECONDS = 10.0
"""The longest life of one outbox, at full scale: two to four answers."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What stands in public and what the store says of it. Nothing doubled, missing or unclear is the proof."""

    kills: int
    replies: int
    standing: int
    doubled: int
    missing: int
    sent: int
    unclear: int
    sent_again: int
    """Answers that took more than one attempt: killed before the network had them."""
    in_flight: int
    """Kills that met a claimed answer."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How much, how fast, how unlucky. `scale` multiplies every duration; `faults` adds the network's own."""

    replies: int
    kills: int
    scale: float
    seed: int
    processes: int = 1
    faults: bool = False


class Outboxes:
    """One line of outboxes: when one is killed, the next begins."""

    def __init__(self, settings: str, module: str = "tests.soak.outbox_process") -> None:
        command = [sys.executable, "-m", module, settings]
        self._parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        self._pid = self._next()

    def kill(self) -> None:
        """End the one that lives, in the middle of whatever it does, and begin the next."""
        os.kill(self._pid, signal.SIGKILL)
        self._pid = self._next()

    def close(self) -> None:
        """End them all."""
        os.kill(self._pid, signal.SIGKILL)
        self._parent.communicate(timeout=30)

    def _next(self) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write("\n")
        self._parent.stdin.flush()
        said = self._parent.stdout.readline()
        if not said:
            self._parent.communicate()
            raise RuntimeError("the outbox's process did not start: its own words stand above")
        return int(said)


def kill_and_count(folder: Path, plan: Plan) -> Tally:
    """Publish `plan.replies` answers while killing outboxes `plan.kills` times.

    Raises:
        TimeoutError: some answers are still neither sent nor unclear long after they should be.
    """
    began = time.monotonic()
    chance = random.Random(plan.seed)  # noqa: S311 - moments of killing, nothing secret
    network = Network([Account(handle="aeroplouf", name=BRAND, official=True), Account(handle="lea", name="Léa M.")])
    weather = Weather(delay=(0.0, ACCEPTED_WITHIN_SECONDS * plan.scale), chances=_misfortunes(plan))
    app = Starlette(routes=SquareApi(network, Faults(weather, plan.seed)).routes())
    database = Database(f"sqlite:///{folder}/soak.db")
    SQLModel.metadata.create_all(database.engine)
    with ExitStack() as stack:
        stack.callback(database.close)
        url = stack.enter_context(serving(app)).rstrip("/") + PREFIX
        _approve_all(database, network, plan.replies)
        settings = {
            "database": str(database.url), "url": url, "token": network.accounts.grant("aeroplouf"),
            "scale": plan.scale,
        }  # fmt: skip
        lines = [stack.enter_context(_outboxes(json.dumps(settings))) for _ in range(plan.processes)]
        in_flight = 0
        for _ in range(plan.kills):
            time.sleep(chance.uniform(0.0, KILLED_WITHIN_SECONDS * plan.scale) / plan.processes)
            with database.read() as session:
                in_flight += any(row.claimed_by is not None for row in replies.sending(session))
            chance.choice(lines).kill()
        # Each answer may still need its own delay, two looks and another attempt.
        patience = 30 + plan.replies * 2 * ACCEPTED_WITHIN_SECONDS * plan.scale + 60 * plan.scale
        _wait_until_settled(database, patience)
    return _tally(database, network, plan, in_flight, time.monotonic() - began)


@contextmanager
def _outboxes(settings: str) -> Iterator[Outboxes]:
    line = Outboxes(settings)
    try:
        yield line
    finally:
        line.close()


def _misfortunes(plan: Plan) -> dict[Fault, float]:
    if not plan.faults:
        return {}
    return dict.fromkeys((Fault.CUT, Fault.LOST, Fault.ERROR, Fault.ERROR_AFTER, Fault.LIMITED), 0.05)


def _approve_all(database: Database, network: Network, count: int) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for number in range(count):
            said = network.publish("lea", f"Aéroplouf, vol {number}, encore en retard.")
            post = to_row(
                Post(
                    network="sandbox", external_id=said.id, text=said.text, author=Author(handle="lea"),
                    at=said.at, thread={"id": said.id},
                ),
                now,
            )  # fmt: skip
            session.add(post)
            session.flush()
            mention = MentionRow(brand=BRAND, post_id=post.id or 0, source="place", stored_at=now, changed_at=now)
            session.add(mention)
            session.flush()
            session.add(
                VerdictRow(
                    mention_id=mention.id or 0, language="fr", label="negative", negative=1.0, neutral=0.0,
                    positive=0.0, model="none", judged_at=now,
                )
            )  # fmt: skip
            replies.approve(
                session, mention, network="sandbox", account="aeroplouf", dry_run=False,
                text=f"Réponse {number}", who=WHO, at=now, due_at=now,
            )  # fmt: skip


def _wait_until_settled(database: Database, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with database.read() as session:
            waiting = select(func.count()).select_from(ReplyRow).where(ReplyRow.status.in_(["approved", "sending"]))
            if session.exec(waiting).one() == 0:
                break
        time.sleep(0.1)
    else:
        msg = f"answers still wait after {timedelta(seconds=patience)}"
        raise TimeoutError(msg)
    time.sleep(1.0)  # whatever a dead client asked for and the network has not taken yet would be a double


def _tally(database: Database, network: Network, plan: Plan, in_flight: int, seconds: float) -> Tally:
    posts, more = network.changes(0, 10 * plan.replies + 1000)
    assert not more
    standing = Counter(post.text for post in posts if post.in_reply_to is not None)
    with database.read() as session:
        rows = session.exec(select(ReplyRow)).all()
    return Tally(
        kills=plan.kills,
        replies=plan.replies,
        standing=len(standing),
        doubled=sum(count - 1 for count in standing.values()),
        missing=sum(1 for row in rows if row.text not in standing),
        sent=sum(row.status == "sent" for row in rows),
        unclear=sum(row.status == "unclear" for row in rows),
        sent_again=sum(row.attempts > 1 for row in rows),
        in_flight=in_flight,
        seconds=seconds,
    )


def main() -> None:
    """Print one row of `docs/soak.md`; exit 1 if anything is doubled, missing or unclear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--replies", type=int, default=400)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--faults", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = kill_and_count(Path(folder), Plan(**vars(asked)))
    day = datetime.now(UTC).date().isoformat()
    print(  # noqa: T201 - the figures are what this is for
        f"| {day} | {asked.processes} | {asked.scale:g} | {'yes' if asked.faults else 'no'} | {tally.kills} "
        f"| {tally.in_flight} | {tally.replies} | {tally.standing} | {tally.doubled} | {tally.missing} "
        f"| {tally.unclear} | {tally.sent_again} | {tally.seconds / 60:.1f} |"
    )
    sys.exit(bool(tally.doubled or tally.missing or tally.unclear))


if __name__ == "__main__":
    main()
