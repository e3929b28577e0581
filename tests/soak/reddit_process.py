"""The process that is killed: an outbox that answers on a Reddit, no model in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from config.schema import Brand, Config, PublishMode
from config.sources import RedditOptions
from models.database import Database
from models.network import NetworkRules, rules
from responders.outbox import Outbox
from responders.registry import Publishers
from responders.worker import Worker
from tests.responders.contract.worlds.reddit import publisher_of
from tests.servers.reddit import OURS
from tests.soak.answers import BRAND, WHO
from tests.soak.lines import lives

TIMEOUT_SECONDS = 2.0
SETTLE = timedelta(seconds=2)
"""Not under the time-out, and below the network's real one: the site is on this machine."""


def send(database: str, url: str, workers: str) -> None:
    """Be an outbox until killed."""

    def quick(network: str) -> NetworkRules:
        return replace(rules(network), settle=SETTLE)

    brand = Brand(name=BRAND, query="aeroplouf", sources=("reddit",), accounts={"reddit": OURS}, publishers=(WHO.id,))
    options = RedditOptions(kind="reddit", url=url, login=url, username=OURS)
    config = Config(brands=(brand,), sources={"reddit": options}, publish={BRAND: PublishMode.LIVE})
    publishers = Publishers({(BRAND, "reddit"): publisher_of(url, TIMEOUT_SECONDS)}, rules=quick)
    Outbox(Database(database), publishers, config, lambda: datetime.now(UTC), Worker(Path(workers))).run(Event())


if __name__ == "__main__":
    lives(send)
