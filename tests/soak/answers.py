"""What every soak of an outbox does: answers waiting in the store, what is being sent, and when all is settled."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, func, select

from models.database import Database
from models.post import Post
from models.store import replies
from models.store.posts import to_row
from models.tables import MentionRow, ReplyRow, VerdictRow
from responders.seen import Person

BRAND, WHO = "Aéroplouf", Person("U1", "Camille Roux")


def approve(  # noqa: PLR0913 - everything an answer is
    session: Session, post: Post, text: str, *, source: str, account: str, now: datetime,
    manner: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Somebody said `post`, and our answer to it is approved and due."""
    row = to_row(post, now)
    session.add(row)
    session.flush()
    mention = MentionRow(brand=BRAND, post_id=row.id or 0, source=source, stored_at=now, changed_at=now)
    session.add(mention)
    session.flush()
    session.add(
        VerdictRow(
            mention_id=mention.id or 0, language="fr", label="negative", negative=1.0, neutral=0.0,
            positive=0.0, model="none", judged_at=now,
        )
    )  # fmt: skip
    more = {} if manner is None else {"manner": dict(manner)}
    replies.approve(
        session, mention, network=post.network, account=account, dry_run=False, text=text, who=WHO, at=now, due_at=now,
        **more,
    )  # fmt: skip


def claims(database: Database) -> set[str]:
    """Who claimed the answers that are being sent: each life of an outbox claims under its own name."""
    with database.read() as session:
        return {row.claimed_by for row in replies.sending(session) if row.claimed_by is not None}


def wait_until_sending(database: Database, patience: float, dead: frozenset[str] | set[str] = frozenset()) -> None:
    """A new outbox takes a moment to begin; a kill before that meets nothing, nor do claims of the `dead`."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and not claims(database) - dead:
        time.sleep(0.01)


def wait_until_settled(database: Database, patience: float, *, then: float) -> None:
    """Until no answer waits; `then` for what a dead client asked for and the network has not taken yet.

    Raises:
        TimeoutError: some answers still wait after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    waiting = select(func.count()).select_from(ReplyRow).where(ReplyRow.status.in_(["approved", "sending"]))
    while time.monotonic() < deadline:
        with database.read() as session:
            if session.exec(waiting).one() == 0:
                break
        time.sleep(0.1)
    else:
        msg = f"answers still wait after {patience:.0f} s"
        raise TimeoutError(msg)
    time.sleep(then)
