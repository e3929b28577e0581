"""What was said where deletions must be followed does not outlive the following: it is hidden, then forgotten.

Asks no network and needs none: it is what happens when one does not answer, or its place is disabled.
"""

import logging
from datetime import datetime

from models.database import Database
from models.network import NETWORKS
from models.store import following
from models.store.touch import touch_post

log = logging.getLogger(__name__)


def forget(database: Database, now: datetime, since: datetime | None) -> int:
    """Forget what nobody asked after for too long, and have cards redrawn that hide something since `since`.

    `since` is when this was done last; None after a start: cards that hide something are redrawn once more. How many
    posts were forgotten.
    """
    forgotten = 0
    for rules in NETWORKS.values():
        if rules.hidden_after is None or rules.erased_after is None:
            continue
        with database.write() as session:
            following.forget_candidates(session, rules.name, now - rules.hidden_after)
            ids = following.standing(session, rules.name, now - rules.erased_after)
            forgotten += len(following.erase(session, rules.name, ids, now))
            until = now - rules.hidden_after
            begun = since - rules.hidden_after if since else now - rules.erased_after
            for post_id in following.unheard(session, rules.name, begun, until):
                touch_post(session, post_id)
    if forgotten:
        log.warning("%d posts were forgotten: nobody could ask whether they still stand", forgotten)
    return forgotten
