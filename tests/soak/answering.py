"""Kills outboxes at random moments while they publish, and counts what stands in public at the end.

Run by `tests/responders/test_outbox_kills.py` with every duration shortened, and at full scale by hand:
`python -m tests.soak.answering --kills 200 --replies 400`, which prints a row for `docs/soak.md`; `--postgres` starts a
PostgreSQL of its own, `--database URL` takes an empty store that is there, `--network NAME` another network.
"""

import argparse
import random
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import select

from models.database import Database
from models.migrate import upgrade
from models.tables import ReplyRow
from tests.soak.answers import approve, claims, wait_until_settled
from tests.soak.arena import Arena, Plan, open_arena
from tests.soak.lines import line
from tests.soak.stores import add_store, kind_of, store_asked


@dataclass(frozen=True, slots=True)
class Tally:
    """What stands in public and what the store says of it; `well` is the proof."""

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
    can_be_asked: bool = True

    @property
    def well(self) -> bool:
        """Nothing twice, nothing missing, and nothing unclear where the network can be asked."""
        return not (self.doubled or self.missing or (self.can_be_asked and self.unclear))


def kill_and_count(url: str, workers: Path, plan: Plan) -> Tally:
    """Publish `plan.replies` answers from the empty store at `url` while killing outboxes `plan.kills` times.

    Raises:
        TimeoutError: some answers are still neither sent nor unclear long after they should be.
    """
    began = time.monotonic()
    chance = random.Random(plan.seed)  # noqa: S311 - moments of killing, nothing secret
    with closing(Database(url)) as database, ExitStack() as stack:
        upgrade(database)
        arena = stack.enter_context(open_arena(plan))
        _approve_all(database, arena, plan)
        settings = {
            "database": url, "workers": str(workers), "network": plan.network, "account": arena.account,
            "settings": dict(arena.settings), "settle": arena.settle.total_seconds(), "scale": plan.scale,
        }  # fmt: skip
        lines = [stack.enter_context(line("tests.soak.outbox_process", settings)) for _ in range(plan.processes)]
        in_flight = 0
        for kill in range(plan.kills):
            if kill % 2:  # half of the kills at any moment, half once something is being sent: a busy machine is slow
                _until_sending(database)
            time.sleep(chance.uniform(0.0, arena.life.total_seconds() * plan.scale) / plan.processes)
            in_flight += bool(claims(database))
            chance.choice(lines).kill()
        # Each answer may still need its own delay, two looks and another attempt.
        patience = 30 + (plan.replies * 10 + 60 + 3 * arena.settle.total_seconds()) * plan.scale
        wait_until_settled(database, patience, then=1.0)
        return _tally(database, arena, plan, in_flight, time.monotonic() - began)


def _approve_all(database: Database, arena: Arena, plan: Plan) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for number in range(plan.replies):
            approve(session, arena.ask(number), f"Réponse {number}", source="place", account=arena.account, now=now)


def _until_sending(database: Database) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with database.read() as session:
            rows = session.exec(select(ReplyRow.status, ReplyRow.claimed_by)).all()
        if any(claimed for _, claimed in rows) or all(status in {"sent", "unclear"} for status, _ in rows):
            return
        time.sleep(0.02)


def _tally(database: Database, arena: Arena, plan: Plan, in_flight: int, seconds: float) -> Tally:
    standing = arena.standing()
    with database.read() as session:
        rows = session.exec(select(ReplyRow)).all()
    return Tally(
        kills=plan.kills,
        replies=plan.replies,
        standing=len(standing),
        doubled=sum(count - 1 for count in standing.values()),
        missing=sum(row.text not in standing and row.status != "unclear" for row in rows),
        sent=sum(row.status == "sent" for row in rows),
        unclear=sum(row.status == "unclear" for row in rows),
        sent_again=sum(row.attempts > 1 for row in rows),
        in_flight=in_flight,
        seconds=seconds,
        can_be_asked=arena.can_be_asked,
    )


def main() -> None:
    """Print one row of `docs/soak.md`; exit 1 if anything is doubled, missing, or unclear where it could be asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--replies", type=int, default=400)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--network", default="sandbox", help="which arena: tests/soak/arenas/<network>.py")
    add_store(parser)
    asked = parser.parse_args()
    plan = Plan(asked.replies, asked.kills, asked.scale, asked.seed, asked.processes, asked.faults, asked.network)
    with store_asked(asked) as (url, folder):
        tally = kill_and_count(url, folder / "workers", plan)
    day = datetime.now(UTC).date().isoformat()
    print(  # noqa: T201 - the figures are what this is for
        f"| {day} | {kind_of(url)} | {asked.processes} | {asked.scale:g} | {'yes' if asked.faults else 'no'} "
        f"| {tally.kills} | {tally.in_flight} | {tally.replies} | {tally.standing} | {tally.doubled} | {tally.missing} "
        f"| {tally.unclear} | {tally.sent_again} | {tally.seconds / 60:.1f} |"
    )
    sys.exit(not tally.well)


if __name__ == "__main__":
    main()
