"""SIGKILL while answers leave for a real WordPress: each stands there once."""

import json
import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import SQLModel, select

from models.database import Database
from models.post import Author, Post
from models.store import replies
from models.store.posts import to_row
from models.tables import MentionRow, ReplyRow, VerdictRow
from tests.servers.wordpress import WordPress
from tests.soak.answering import Outboxes
from tests.soak.wordpress_process import ACCOUNT, BRAND, WHO

KILLS, ANSWERS = 5, 8
SLOW = """<?php // a busy site: some time before a comment is written, and some before that is said
add_filter('rest_pre_insert_comment', function($c) { usleep(rand(0, 300000)); return $c; });
add_action('rest_after_insert_comment', function() { usleep(rand(0, 300000)); });
"""


def test_eight_answers_and_five_kills(wordpress: WordPress, tmp_path: Path):
    chance = random.Random(6)  # noqa: S311 - moments of killing, nothing secret
    plugin = wordpress.folder / "content" / "mu-plugins" / "slow.php"
    plugin.parent.mkdir(exist_ok=True)
    database = Database(f"sqlite:///{tmp_path}/kills.db")
    SQLModel.metadata.create_all(database.engine)
    article = wordpress.post("Un vol")
    asked = wordpress.comments(article, *({"text": f"Vol {number}, en retard."} for number in range(ANSWERS)))
    _approve(database, article, asked)
    settings = {
        "database": str(database.url), "url": wordpress.url, "password": wordpress.passwords[ACCOUNT],
    }  # fmt: skip
    plugin.write_text(SLOW)
    outboxes = Outboxes(json.dumps(settings), module="tests.soak.wordpress_process")
    in_flight = 0
    try:
        for _ in range(KILLS):
            _until_sending(database)
            time.sleep(chance.uniform(0.0, 0.9))
            with database.read() as session:
                in_flight += any(row.claimed_by is not None for row in replies.sending(session))
            outboxes.kill()
        _wait_until_settled(database, 60)
    finally:
        outboxes.close()
        plugin.unlink()
    with database.read() as session:
        rows = session.exec(select(ReplyRow)).all()
    database.close()
    standing = Counter(text for comment in asked for text in wordpress.below(comment))
    assert standing == Counter({f"Réponse {number}": 1 for number in range(ANSWERS)})
    assert [row.status for row in rows] == ["sent"] * ANSWERS
    assert all(row.url for row in rows)
    assert in_flight > 0  # or the kills met nothing and this proves nothing


def _approve(database: Database, article: int, asked: list[int]) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for number, comment in enumerate(asked):
            thread = {"id": str(comment), "post": str(article), "status": "approved"}
            post = to_row(
                Post(
                    network="wordpress", external_id=f"blog#comment-{comment}", text="Vol en retard.",
                    author=Author(handle="Léa M. (visitor)"), at=now, thread=thread,
                ),
                now,
            )  # fmt: skip
            session.add(post)
            session.flush()
            mention = MentionRow(brand=BRAND, post_id=post.id or 0, source="blog", stored_at=now, changed_at=now)
            session.add(mention)
            session.flush()
            session.add(
                VerdictRow(
                    mention_id=mention.id or 0, language="fr", label="negative", negative=1.0, neutral=0.0,
                    positive=0.0, model="none", judged_at=now,
                )
            )  # fmt: skip
            replies.approve(
                session, mention, network="wordpress", account=ACCOUNT, dry_run=False,
                text=f"Réponse {number}", who=WHO, at=now, due_at=now,
            )  # fmt: skip


def _until_sending(database: Database) -> None:
    """A new outbox takes a moment to begin; a kill before that meets nothing."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with database.read() as session:
            if any(row.claimed_by is not None for row in replies.sending(session)):
                return
        time.sleep(0.02)


def _wait_until_settled(database: Database, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with database.read() as session:
            waiting = select(ReplyRow).where(ReplyRow.status.in_(["approved", "sending"]))
            if session.exec(waiting).first() is None:
                break
        time.sleep(0.1)
    else:
        msg = "answers still wait"
        raise TimeoutError(msg)
    time.sleep(1.0)  # whatever a dead client asked for and the site has not written yet would be a double
