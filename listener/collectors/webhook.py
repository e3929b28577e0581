"""One network of one webhook: reads what the door put on disk. Asks nobody."""

from typing import Final

from pydantic import SecretStr, ValidationError

from config.i18n import Words
from listener.collector import Batch, Cursor
from listener.inbox.item import Parcel
from listener.inbox.signing import SHORTEST
from listener.inbox.spool import Spool
from models.errors import AccessLost
from models.post import Engagement, Post

_AT_ONCE: Final = 50
"""Parcels of one batch."""


class WebhookCollector:
    """The cursor names the parcels of the last batch: once it comes back, the store has them, and they leave the disk.

    So a kill at any moment loses nothing, and no clock or order is trusted.
    """

    def __init__(self, network: str, spool: Spool, secret: SecretStr, t: Words) -> None:
        self._network, self._spool, self._secret, self._t = network, spool, secret, t

    def collect(self, cursor: Cursor | None) -> Batch:
        """What was brought since.

        Raises:
            AccessLost: the secret is too short to be believed; the door is closed.
        """
        if len(self._secret.get_secret_value()) < SHORTEST:
            reason = self._t("The secret is shorter than {least} characters: the door stays closed", least=SHORTEST)
            raise AccessLost(reason)
        self._spool.forget(self._network, (cursor or {}).get("taken", ()))
        posts: dict[str, Post] = {}
        deleted: dict[str, None] = {}
        notices, taken = [], []
        for name, written in self._spool.waiting(self._network, _AT_ONCE):
            try:
                parcel = Parcel.model_validate_json(written)
            except ValidationError:
                aside = self._spool.put_aside(self._network, name)
                notices.append(self._t("What was brought cannot be read any more: {file}", file=aside))
                continue
            taken.append(name)
            posts |= {post.external_id: post for post in parcel.posts}  # the latest version of each
            deleted |= dict.fromkeys(parcel.deleted)
        return Batch(
            posts=list(posts.values()),
            cursor={"taken": taken},
            more=self._spool.count(self._network) > len(taken),
            notices=notices,
            deleted=list(deleted),
            engagement={name: post.engagement for name, post in posts.items() if post.engagement != Engagement()},
        )
