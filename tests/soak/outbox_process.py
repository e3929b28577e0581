"""The process that is killed: an outbox and nothing else, no model in memory.

Started by `tests.soak.lines`.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from config.schema import Brand, Config, PublishMode
from config.sources import RssOptions
from models.database import Database
from models.network import NetworkRules, rules
from responders.outbox import Outbox
from responders.registry import Publishers
from responders.worker import Worker
from tests.soak.answers import BRAND, WHO
from tests.soak.arena import load, publisher
from tests.soak.lines import lives


def configuration(network: str, account: str) -> Config:
    """One brand, live on `network`, for which one person may publish."""
    brand = Brand(name=BRAND, query="aeroplouf", sources=("place",), accounts={network: account}, publishers=(WHO.id,))
    place = RssOptions(kind="rss", feeds=("https://blog.example/feed",))  # read by nobody here
    return Config(brands=(brand,), sources={"place": place}, publish={BRAND: PublishMode.LIVE})


def send(  # noqa: PLR0913 - what one life is made of, by name
    *, database: str, workers: str, network: str, account: str, settings: Mapping[str, Any], settle: float, scale: float
) -> None:
    """Be an outbox until killed. Every duration is its real one times `scale`; `settle` in seconds."""

    def scaled(name: str) -> NetworkRules:
        return replace(rules(name), settle=timedelta(seconds=settle) * scale)

    publishers = Publishers({(BRAND, network): publisher(network, scale, settings)}, rules=scaled)
    config = configuration(network, account)
    Outbox(Database(database), publishers, config, lambda: datetime.now(UTC), Worker(Path(workers))).run(Event())


if __name__ == "__main__":
    load(json.loads(sys.argv[1])["network"])  # once, before any life: a fork has it already
    lives(send)
