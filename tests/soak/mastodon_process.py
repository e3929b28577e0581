"""The process that is killed: an outbox that answers on a Mastodon, no model in memory.

Started by `tests.soak.lines`.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from pydantic import SecretStr

from config.clients import BearerToken, open_client, private_place
from config.guard import Limits
from config.schema import Brand, Config, PublishMode
from config.sources import MastodonOptions
from models.database import Database
from models.network import NetworkRules, rules
from responders.outbox import Outbox
from responders.publishers.mastodon import MastodonPublisher
from responders.registry import Publishers
from responders.worker import Worker
from tests.soak.answers import BRAND, WHO
from tests.soak.lines import lives

ACCOUNT = "@aeroplouf@social.example"
TIMEOUT_SECONDS = 10.0
"""Of the client that publishes, at full scale; the network's `settle` stands above it."""


def send(database: str, workers: str, url: str, scale: float) -> None:
    """Be an outbox until killed. Every duration is its real one times `scale`."""

    def scaled(network: str) -> NetworkRules:
        known = rules(network)
        return replace(known, settle=known.settle * scale)

    client = open_client(
        allow_private=private_place(url),
        auth=BearerToken(url, SecretStr("invented")),
        limits=Limits(total=TIMEOUT_SECONDS * scale),
    )
    publisher = MastodonPublisher(url, ACCOUNT, client)
    publishers = Publishers({(BRAND, "mastodon"): publisher}, rules=scaled)
    brand = Brand(
        name=BRAND, query="aeroplouf", sources=("social",), accounts={"mastodon": ACCOUNT}, publishers=(WHO.id,)
    )
    social = MastodonOptions(kind="mastodon", instance=url, account=ACCOUNT)
    config = Config(brands=(brand,), sources={"social": social}, publish={BRAND: PublishMode.LIVE})
    Outbox(Database(database), publishers, config, lambda: datetime.now(UTC), Worker(Path(workers))).run(Event())


if __name__ == "__main__":
    lives(send)
