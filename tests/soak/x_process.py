"""The process that is killed: an outbox that answers on X, no model in memory. Started by `tests.soak.lines`."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import tweepy  # noqa: F401 - loaded once, before the forks: a kill is to meet a request, not an import

from config.clients import open_client, private_place
from config.guard import Limits
from config.schema import Brand, Config, PublishMode
from config.sources import XOptions
from models.database import Database
from models.store.limits import StoredLimits
from responders.outbox import Outbox
from responders.publishers.x import XPublisher
from responders.registry import Publishers
from responders.worker import Worker
from tests.listener.contract.worlds.x import auth
from tests.soak.answers import BRAND, WHO
from tests.soak.lines import lives

ACCOUNT = "aeroplouf"
TIMEOUT_SECONDS = 3.0


def send(database: str, workers: str, url: str) -> None:
    """Be an outbox until killed."""
    store = Database(database)
    options = XOptions.model_validate({"kind": "x", "cap": "1000", "url": url, "allow_private": True})
    limits = StoredLimits(store, lambda: datetime.now(UTC), used_up="", capped="")
    client = open_client(allow_private=private_place(url), auth=auth(url), limits=Limits(total=TIMEOUT_SECONDS))
    brand = Brand(name=BRAND, query="aeroplouf", sources=("x",), accounts={"x": ACCOUNT}, publishers=(WHO.id,))
    config = Config(brands=(brand,), sources={"x": options}, publish={BRAND: PublishMode.LIVE})
    publishers = Publishers({(BRAND, "x"): XPublisher(options, ACCOUNT, client, limits=limits)})
    Outbox(store, publishers, config, lambda: datetime.now(UTC), Worker(Path(workers))).run(Event())


if __name__ == "__main__":
    lives(send)
