"""The outbox while its store is away: what was public before the store knew of it is found, not sent again."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from models.database import Database
from responders.outbox import Outbox
from responders.publisher import Preview, Receipt
from responders.replies import Answering
from responders.worker import Worker
from tests.postgres import Server
from tests.stage import CAMILLE, ReadablePaperNetwork, Stage, stage


@pytest.fixture
def scene(postgres: Server, postgres_migrated: str, tmp_path: Path) -> Iterator[Stage]:
    url = postgres.create(postgres_migrated)
    database = Database(url)
    with stage(database, tmp_path) as made:
        yield made
    database.close()
    postgres.drop(url)


class TakesTheStoreDown(ReadablePaperNetwork):
    """The first answer is taken, and in the same moment our database goes away."""

    server: Server
    took: Event

    def publish(self, preview: Preview, key: str) -> Receipt:
        receipt = super().publish(preview, key)
        if not self.took.is_set():
            self.server.stop()
            self.took.set()
        return receipt


def test_the_database_goes_away_between_the_post_and_its_receipt(
    scene: Stage, postgres: Server, caplog: pytest.LogCaptureFixture
):
    network = scene.network
    network.__class__ = TakesTheStoreDown
    network.server, network.took = postgres, Event()
    replies = []
    for number in range(2):
        [mention] = scene.mention(scene.post(f"p{number}"))
        replies.append(
            Answering(scene.database, scene.config, scene.publishers, scene.clock)
            .approve(mention, f"Bonjour {number}.", CAMILLE)
            .reply_id
        )
    scene.clock.pass_(15)
    worker, stop = Worker(scene.folder / "workers"), Event()
    outbox = Outbox(scene.database, scene.publishers, scene.config, scene.clock, worker)
    thread = Thread(target=outbox.run, args=(stop,))
    thread.start()
    try:
        assert network.took.wait(10)
        said = Event()
        until_said(caplog, "the store cannot be had", said)
    finally:
        postgres.start()
    while any(scene.reply(reply).status != "sent" for reply in replies) and thread.is_alive():
        said.wait(0.05)
        said.clear()
    stop.set()
    thread.join(10)
    worker.close()
    assert [scene.reply(reply).status for reply in replies] == ["sent", "sent"]
    assert len(network.stands) == len(network.published) == 2  # once each
    assert network.looks == 1  # the first was found by asking
    assert "the store is back after" in caplog.text


def until_said(caplog: pytest.LogCaptureFixture, words: str, pause: Event) -> None:
    for _ in range(500):
        if words in caplog.text:
            return
        pause.wait(0.02)
    pytest.fail(f"the log never said {words!r}:\n{caplog.text}")
