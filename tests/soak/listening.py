"""Kills listeners at random moments while they read, and counts what the store holds at the end.

Numbered articles appear in feeds on loopback, every other one in two of them, so that two readings meet over it. Run by
`tests/listener/test_listener_kills.py`, and at full scale by hand: `python -m tests.soak.listening --kills 200`, which
prints a row for `docs/soak.md`; `--postgres` and `--database URL` as in `tests.soak.answering`.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.database import Database
from models.migrate import upgrade
from models.store import sources
from models.tables import MentionRow, PostRow, SourceRow, VerdictRow
from sandbox.server import serving
from tests.soak.lines import line
from tests.soak.listener_process import NO_MODEL
from tests.soak.stores import add_store, kind_of, store_asked

FEEDS = 5
SHOWN = 100
"""Articles a feed shows: what fell off it before anybody read it would be lost by no fault of the listener's."""
MOST_AT_ONCE = 4
LONGEST_ANSWER_SECONDS = 0.05
KILLED_WITHIN_SECONDS = 1.2
"""The longest life of one listener; the first reading begins some tenths of a second after its birth."""
EVERY_SECONDS = 0.1
AHEAD = 100
"""Articles that may appear after a feed was last asked."""
PATIENCE_SECONDS = 150.0
"""Longer than a feed is put off for one request that failed, a minute."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much and how unlucky."""

    articles: int
    kills: int
    seed: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What the store holds. Nothing doubled or missing is the proof."""

    kills: int
    articles: int
    stored: int
    doubled: int
    missing: int
    mentions: int
    verdicts: int
    failing: int
    """Feeds that the store says do not answer; they all do."""
    models: frozenset[str]
    """What the killed processes had loaded, by their own words."""
    in_flight: int
    """Kills after an article was handed out and before it was stored."""
    seconds: float


@dataclass
class Blogs:
    """Feeds whose articles appear as they are read, up to `allowed`."""

    chance: random.Random
    allowed: int = 0
    published: int = 0
    handed: int = field(default=0)
    """The newest article that stood in an answer."""
    asked: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(FEEDS), 0))
    """Feed -> how many articles there were when it was last asked."""

    def app(self) -> Starlette:
        """The web server's side."""
        return Starlette(routes=[Route("/feed/{number:int}", self._answer)])

    async def _answer(self, request: Request) -> Response:
        feed = request.path_params["number"]
        appear = self.published + self.chance.randint(0, MOST_AT_ONCE)
        self.published = max(self.published, min(self.allowed, appear, min(self.asked.values()) + AHEAD))
        self.asked[feed] = self.published
        mine = [n for n in range(1, self.published + 1) if feed in _feeds_of(n)][-SHOWN:]
        etag = f'"{mine[-1] if mine else 0}"'
        await asyncio.sleep(self.chance.uniform(0, LONGEST_ANSWER_SECONDS))
        if request.headers.get("If-None-Match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        self.handed = max([self.handed, *mine])
        return Response(_document(mine), media_type="application/rss+xml", headers={"ETag": etag})


def _feeds_of(number: int) -> set[int]:
    """Every other article stands in two feeds; one that stands in one only is lost if that reading loses it."""
    first = number // 2 % FEEDS
    return {first, (first + 1) % FEEDS} if number % 2 else {first}


def _document(numbers: list[int]) -> str:
    items = "".join(
        f"<item><title>Vol {n}</title><link>https://blog.example/{n}</link><guid>https://blog.example/{n}</guid>"
        f"<description>Aéroplouf, vol {n}, encore en retard.</description></item>"
        for n in reversed(numbers)
    )
    return f'<rss version="2.0"><channel><title>Blog</title>{items}</channel></rss>'


def kill_and_count(url: str, plan: Plan) -> Tally:
    """Read `plan.articles` into the empty store at `url` while killing listeners `plan.kills` times.

    Raises:
        TimeoutError: some articles are still not stored long after they should be.
    """
    began = time.monotonic()
    chance = random.Random(plan.seed)  # noqa: S311 - moments of killing, nothing secret
    blogs = Blogs(random.Random(chance.random()))  # noqa: S311 - the same
    with closing(Database(url)) as database:
        upgrade(database)
        with ExitStack() as stack:
            base = stack.enter_context(serving(blogs.app()))
            feeds = [f"{base}feed/{number}" for number in range(FEEDS)]
            settings = {"database": url, "feeds": feeds, "every": EVERY_SECONDS}
            listeners = stack.enter_context(line("tests.soak.listener_process", settings))
            in_flight = 0
            for number in range(plan.kills):
                blogs.allowed = plan.articles * (number + 1) // plan.kills
                time.sleep(chance.uniform(0.0, KILLED_WITHIN_SECONDS))
                in_flight += _stored(database) < blogs.handed
                listeners.kill()
            _wait_until_stored(database, plan.articles)
        return _tally(database, plan, in_flight, time.monotonic() - began)


def _stored(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(PostRow)).one()


def _wait_until_stored(database: Database, articles: int) -> None:
    """Until all are there; a busy machine may take long, as long as it gets on."""
    stored, deadline = -1, 0.0
    while (now_stored := _stored(database)) < articles:
        if now_stored > stored:
            stored, deadline = now_stored, time.monotonic() + PATIENCE_SECONDS
        if time.monotonic() > deadline:
            msg = f"{articles - stored} articles are still not stored, none for {PATIENCE_SECONDS:.0f} s: "
            raise TimeoutError(msg + _what_waits(database, articles))
        time.sleep(0.05)
    time.sleep(1.0)  # whatever is read once more now would be a double


def _what_waits(database: Database, articles: int) -> str:
    """Which articles are missing, and what the store says of each feed."""
    with database.read() as session:
        texts = session.exec(select(PostRow.text)).all()
        feeds = [f"{row.place} {row.status} {row.reason} until {row.next_poll_at}" for row in sources.every(session)]
    missing = set(range(1, articles + 1)) - {_number(text) for text in texts}
    return f"{sorted(missing)[:50]}; {feeds}"


def _number(text: str) -> int:
    return int(re.findall(r"vol (\d+)", text)[0])


def _tally(database: Database, plan: Plan, in_flight: int, seconds: float) -> Tally:
    with database.read() as session:
        posts = session.exec(select(PostRow.id, PostRow.text)).all()
        mentions = session.exec(select(MentionRow.id, MentionRow.post_id)).all()
        verdicts = session.exec(select(VerdictRow.mention_id, VerdictRow.model)).all()
        failing = session.exec(select(func.count()).select_from(SourceRow).where(SourceRow.status != "ok")).one()
    numbers = Counter(_number(text) for _, text in posts)
    assert {post for post, _ in posts} == {post for _, post in mentions}
    assert {mention for mention, _ in mentions} == {mention for mention, _ in verdicts}
    return Tally(
        kills=plan.kills,
        articles=plan.articles,
        stored=len(numbers),
        doubled=sum(count - 1 for count in numbers.values()),
        missing=len(set(range(1, plan.articles + 1)) - numbers.keys()),
        mentions=len(mentions),
        verdicts=len(verdicts),
        failing=failing,
        models=frozenset(model for _, model in verdicts),
        in_flight=in_flight,
        seconds=seconds,
    )


def main() -> None:
    """Print one row of `docs/soak.md`; exit 1 if anything is doubled or missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    add_store(parser)
    asked = parser.parse_args()
    with store_asked(asked) as (url, _):
        tally = kill_and_count(url, Plan(asked.articles, asked.kills, asked.seed))
    day = datetime.now(UTC).date().isoformat()
    print(  # noqa: T201 - the figures are what this is for
        f"| {day} | {kind_of(url)} | {tally.kills} | {tally.in_flight} | {tally.articles} | {tally.stored} "
        f"| {tally.doubled} | {tally.missing} | {tally.mentions} | {tally.seconds / 60:.1f} |"
    )
    wrong = tally.doubled or tally.missing or tally.mentions != tally.articles or tally.models != {NO_MODEL}
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
