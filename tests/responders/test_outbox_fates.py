"""Whatever happens, in whatever order: an answer stands at most once, and what is said to be sent stands."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.database import Database
from models.errors import Refused, RetryLater, Unclear
from models.status import IllegalMove
from models.tables import ReplyRow
from responders.outbox import Outbox
from responders.publisher import Preview, Receipt
from responders.registry import Publishers
from responders.replies import AlreadyAnswered, Answering, MayNotSpeak
from responders.speaking import pause, resume
from responders.worker import Worker
from tests.stage import BRAND, CAMILLE, LEA, OTHER_BRAND, ReadablePaperNetwork, Stage, stage

POSTS, STEPS = 4, 60


class Killed(BaseException):
    """The process ends here."""


class MoodyNetwork(ReadablePaperNetwork):
    """Takes a post at once, up to 5 s later, or not; answers truly, with an error, or to nobody, for its asker died."""

    chance: random.Random
    coming: list[tuple[datetime, Preview]]

    def publish(self, preview: Preview, key: str) -> Receipt:
        assert key
        fate = self.chance.choice(["fine", "late", "lost", "killed", "killed and taken", "busy", "refused", "cut"])
        match fate:
            case "fine":
                return self.accept(preview)
            case "late" | "killed and taken":
                self.coming.append((self.clock() + timedelta(seconds=self.chance.uniform(0, 5)), preview))
                raise Unclear("no answer") if fate == "late" else Killed
            case "lost":
                self.accept(preview)
                raise Unclear("cut")
            case "busy":
                raise RetryLater(self.clock() + timedelta(seconds=2), "HTTP 429")
            case "refused":
                raise Refused("HTTP 422")
            case "cut":
                raise Unclear("cut")
            case _:
                raise Killed

    def settle(self) -> None:
        for due_at, preview in [one for one in self.coming if one[0] <= self.clock()]:
            self.accept(preview)
            self.coming.remove((due_at, preview))


class Life:
    """One random history, played on one stage."""

    def __init__(self, scene: Stage, chance: random.Random) -> None:
        self.scene, self.chance = scene, chance
        self.network = MoodyNetwork(scene.clock)
        self.network.chance, self.network.coming = chance, []
        speaking = dict.fromkeys([(BRAND, "sandbox"), (OTHER_BRAND, "sandbox")], self.network)
        self.publishers = Publishers(speaking, rules=scene.publishers.rules)
        self.use = Answering(scene.database, scene.config, self.publishers, scene.clock)
        self.mentions = [
            mention
            for number in range(POSTS)
            for mention in scene.mention(scene.post(f"p{number}"), (BRAND, OTHER_BRAND))
        ]
        self.workers = [self.born(), self.born()]

    def born(self) -> tuple[Worker, Outbox]:
        worker = Worker(self.scene.folder / "workers")
        return worker, Outbox(self.scene.database, self.publishers, self.scene.config, self.scene.clock, worker)

    def approve(self) -> None:
        with suppress(AlreadyAnswered, MayNotSpeak, IllegalMove):
            self.use.approve(self.chance.choice(self.mentions), f"Bonjour {self.chance.random()}", CAMILLE)

    def cancel(self) -> None:
        with suppress(IllegalMove):
            if rows := self.rows():
                self.use.cancel(self.chance.choice(rows).id or 0, LEA)

    def switch(self) -> None:
        if self.chance.random() < 0.2:
            pause(self.scene.database, LEA, "crise", self.scene.clock)
        else:
            resume(self.scene.database, LEA, self.scene.clock)

    def turn(self, what: Callable[[Outbox], int]) -> None:
        place = self.chance.randrange(len(self.workers))
        worker, box = self.workers[place]
        try:
            what(box)
        except Killed:
            worker.close()
            self.workers[place] = self.born()

    def pass_time(self) -> None:
        self.scene.clock.pass_(self.chance.choice([0.5, 3, 12, 15, 40]))
        self.network.settle()

    def rows(self) -> list[ReplyRow]:
        with self.scene.database.read() as session:
            return list(session.exec(select(ReplyRow)).all())

    def step(self) -> None:
        self.chance.choice(
            [
                self.approve, self.approve, self.cancel, self.switch, self.pass_time, self.pass_time,
                lambda: self.turn(Outbox.step), lambda: self.turn(Outbox.step), lambda: self.turn(Outbox.recover),
            ]
        )()  # fmt: skip

    def finish(self) -> None:
        resume(self.scene.database, LEA, self.scene.clock)
        for _ in range(200):
            if not {"approved", "sending"} & {row.status for row in self.rows()}:
                return
            self.scene.clock.pass_(13)
            self.network.settle()
            self.turn(Outbox.recover)
            self.turn(Outbox.step)
        pytest.fail("something waits for ever")


@pytest.mark.parametrize("seed", range(12))
def test_a_random_life(database: Database, tmp_path: Path, seed: int):
    with stage(database, tmp_path) as scene:
        life = Life(scene, random.Random(seed))  # noqa: S311 - a game of chance, nothing secret
        for _ in range(STEPS):
            life.step()
        life.finish()
        standing = Counter(text for text, _ in life.network.stands)
        posts = Counter(text.split("Bonjour")[0] for text in standing)
        assert max(standing.values(), default=1) == 1
        assert max(posts.values(), default=1) == 1  # one answer a post, over both brands
        assert Counter(row.status for row in life.rows())["sent"] == len(standing)
        assert life.network.coming == []
        for worker, _ in life.workers:
            worker.close()
