"""The process that is killed: an outbox and nothing else, no model in memory.

Started by `tests.soak.lines`.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import httpx

from config.schema import Brand, Config, PublishMode
from config.sources import SandboxOptions
from models.database import Database
from models.network import NetworkRules, rules
from responders.outbox import Outbox
from responders.publishers.sandbox import SandboxPublisher
from responders.registry import Publishers
from responders.seen import Person
from responders.worker import Worker
from tests.soak.lines import lives

BRAND, WHO = "Aéroplouf", Person("U1", "Camille Roux")
TIMEOUT_SECONDS = 10.0
"""Of the client that publishes, at full scale; the network's `settle` stands above it."""


def configuration(url: str) -> Config:
    """One brand, live on the square at `url`, for which one person may publish."""
    brand = Brand(
        name=BRAND, query="aeroplouf", sources=("place",), accounts={"sandbox": "aeroplouf"}, publishers=(WHO.id,)
    )
    place = SandboxOptions(kind="sandbox", url=url)
    return Config(brands=(brand,), sources={"place": place}, publish={BRAND: PublishMode.LIVE})


def send(database: str, workers: str, url: str, token: str, scale: float) -> None:
    """Be an outbox until killed. Every duration is its real one times `scale`."""

    def scaled(network: str) -> NetworkRules:
        known = rules(network)
        return replace(known, settle=known.settle * scale)

    headers = {"Authorization": f"Bearer {token}"}
    client = httpx.Client(headers=headers, timeout=TIMEOUT_SECONDS * scale, trust_env=False)
    publishers = Publishers({(BRAND, "sandbox"): SandboxPublisher(url, "aeroplouf", client)}, rules=scaled)
    store = Database(database)
    Outbox(store, publishers, configuration(url), lambda: datetime.now(UTC), Worker(Path(workers))).run(Event())


if __name__ == "__main__":
    lives(send)
