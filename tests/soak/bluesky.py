"""Kills outboxes while they answer on Bluesky, and counts the records that stand at the end.

`python -m tests.soak.bluesky --kills 100 --replies 60` uses the network in memory of `tests/bluesky.py`, which takes
each write up to 5 s after it was asked, also when whoever asked is dead by then.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

from pydantic import SecretStr
from sqlmodel import select

from config.bluesky import BlueskyAuth, Session
from models.database import Database
from models.migrate import upgrade
from models.post import Author, Post
from models.tables import ReplyRow
from tests.bluesky import PASSWORD, Network, Record, as_json
from tests.soak.answers import approve, claims, wait_until_settled
from tests.soak.lines import Line, line
from tests.web import Exchange, Web

US, LEA = "aeroplouf.example", "lea.example"
SLOWEST_SECONDS = 5.0
KILLED_WITHIN_SECONDS = 8.0


@dataclass(frozen=True)
class Sky:
    """A network to kill at: where our account is, posts to answer, and the texts that stand under them."""

    url: str
    account: str
    password: str
    sealed: str
    ask: Callable[[int], Sequence[Post]]
    standing: Callable[[], Sequence[str]]


@dataclass(frozen=True)
class Tally:
    """What stands and what the store says of it."""

    kills: int
    in_flight: int
    replies: int
    standing: int
    doubled: int
    missing: int
    unclear: int
    sent_again: int
    seconds: float


@contextmanager
def in_memory(scale: float, seed: int) -> Iterator[Sky]:
    """The network of the tests, slowly."""
    network, chance = Network(), random.Random(seed)  # noqa: S311 - how slow it is, nothing secret
    network.account(US)

    def exchange(asked: Exchange) -> None:
        path, _, query = asked.path.partition("?")
        nsid, lists = path.removeprefix("/xrpc/"), parse_qs(query)
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        told = json.loads(body) if body else {name: values[0] for name, values in lists.items()}
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        writes, wait = nsid.endswith("putRecord"), chance.uniform(0, SLOWEST_SECONDS * scale)
        time.sleep(wait * writes / 2)
        status, said = network.answer(nsid, told, token, lists)
        time.sleep(wait * writes / 2)
        asked.answer(as_json(said), status)

    def ask(count: int) -> list[Post]:
        return [post_of(network.say(LEA, f"Aéroplouf, vol {number} en retard.")) for number in range(count)]

    def standing() -> list[str]:
        return [one.value["text"] for one in network.records.values() if one.parent]

    with Web() as web:
        web.elsewhere = exchange
        url = web.url("").rstrip("/")
        auth = BlueskyAuth(url, US, SecretStr(PASSWORD))
        _, said = network.answer("createSession", {"identifier": US, "password": PASSWORD}, "", {})
        auth._session = Session(said["did"], said["accessJwt"], said["refreshJwt"])
        yield Sky(url, US, PASSWORD, auth.seal(), ask, standing)


def post_of(said: Record) -> Post:
    """As the collector would give it."""
    thread = {"uri": said.uri, "cid": said.cid, "root": said.uri, "root_cid": said.cid}
    return Post(
        network="bluesky", external_id=said.uri, text=said.value["text"], author=Author(handle=LEA), at=said.indexed,
        thread=thread,
    )  # fmt: skip


def kill_and_count(  # noqa: PLR0913 - where, then how much by name
    sky: Sky, folder: Path, *, kills: int, count: int, scale: float, seed: int
) -> Tally:
    """Answer `count` posts while killing the outbox `kills` times.

    Raises:
        TimeoutError: some answers still wait long after they should not.
    """
    began, chance, in_flight = time.monotonic(), random.Random(seed), 0  # noqa: S311 - moments of killing
    url = f"sqlite:///{folder / 'kills.db'}"
    with closing(Database(url)) as database:
        upgrade(database)
        _approve(database, sky.ask(count), sky.account)
        settings = {
            "database": url, "workers": str(folder / "workers"), "url": sky.url, "account": sky.account,
            "password": sky.password, "sealed": sky.sealed, "scale": scale,
        }  # fmt: skip
        with line("tests.soak.bluesky_process", settings) as outboxes:
            for _ in range(kills):
                in_flight += _kill(outboxes, database, chance.uniform(0, KILLED_WITHIN_SECONDS * scale))
            patience = 60 + count * 3 * SLOWEST_SECONDS * scale
            wait_until_settled(database, patience, then=2 * SLOWEST_SECONDS * scale)
        with database.read() as session:
            rows = session.exec(select(ReplyRow)).all()
    standing = Counter(sky.standing())
    return Tally(
        kills=kills,
        in_flight=in_flight,
        replies=count,
        standing=len(standing),
        doubled=sum(times - 1 for times in standing.values()),
        missing=sum(row.text not in standing for row in rows),
        unclear=sum(row.status == "unclear" for row in rows),
        sent_again=sum(row.attempts > 1 for row in rows),
        seconds=time.monotonic() - began,
    )


def _kill(outboxes: Line, database: Database, after: float) -> bool:
    time.sleep(after)
    in_flight = bool(claims(database))
    outboxes.kill()
    return in_flight


def _approve(database: Database, posts: Sequence[Post], account: str) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for number, post in enumerate(posts):
            text = f"Réponse {number}, voir https://aeroplouf.example/aide #aeroplouf"
            approve(session, post, text, source="ciel", account=account, now=now)


def main() -> None:
    """Print one row of `docs/soak.md`; exit 1 if anything is doubled, missing or unclear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--replies", type=int, default=150)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, in_memory(asked.scale, asked.seed) as sky:
        tally = kill_and_count(
            sky, Path(folder), kills=asked.kills, count=asked.replies, scale=asked.scale, seed=asked.seed
        )
    day = datetime.now(UTC).date().isoformat()
    print(  # noqa: T201 - the figures are what this is for
        f"| {day} | in memory | {asked.scale:g} | {tally.kills} | {tally.in_flight} | {tally.replies} "
        f"| {tally.standing} | {tally.doubled} | {tally.missing} | {tally.unclear} | {tally.sent_again} "
        f"| {tally.seconds / 60:.1f} |"
    )
    sys.exit(bool(tally.doubled or tally.missing or tally.unclear))


if __name__ == "__main__":
    main()
