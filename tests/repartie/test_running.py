"""One outbox after the other, while an answer is on its way."""

import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from models.database import Database
from models.status import ReplyStatus
from models.store import replies
from models.tables import MentionRow
from repartie.running import Sending
from responders.publisher import Preview, Receipt
from tests.stage import BRAND, CAMILLE, ReadablePaperNetwork, stage


class SlowNetwork(ReadablePaperNetwork):
    """Takes an answer, and does not say so until it is let go."""

    def __init__(self, like: ReadablePaperNetwork) -> None:
        super().__init__(like.clock)
        self.asked, self.let_go = threading.Event(), threading.Event()

    def publish(self, preview: Preview, key: str) -> Receipt:
        self.published.append(key)
        self.asked.set()
        assert self.let_go.wait(20)
        return self.accept(preview)


def test_an_answer_in_flight_is_left_to_the_outbox_that_sends_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # beside a PostgreSQL store, workers leave their marks under var/
    with stage(database, tmp_path) as played:
        network = SlowNetwork(played.network)
        played.publishers._by_place[BRAND, "sandbox"] = network
        app = SimpleNamespace(
            database=played.database,
            publishers=played.publishers,
            config=played.config,
            clock=played.clock,
            credentials=SimpleNamespace(may_publish=True),
        )
        [mention] = played.mention()
        with played.database.write() as session:
            reply = replies.approve(
                session, session.get_one(MentionRow, mention), network="sandbox", account="aeroplouf", dry_run=False,
                text="Bonjour Léa", who=CAMILLE, at=played.clock(), due_at=played.clock(),
            ).id  # fmt: skip
        assert reply is not None
        before = Sending(app)
        assert network.asked.wait(10)
        assert not before.stop(0.05), "it is still sending"
        after = Sending(app)
        time.sleep(0.5)  # the second looks around meanwhile
        assert played.reply(reply).status == ReplyStatus.SENDING.value
        network.let_go.set()
        assert before.stop(10)
        assert after.stop(10)
        assert played.reply(reply).status == ReplyStatus.SENT.value
        assert len(network.published) == 1
        assert network.looks == 0
