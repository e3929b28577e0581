"""The process that is killed: an outbox that answers comments of a WordPress, no model in memory.

`python -m tests.soak.wordpress_process SETTINGS` loads once, then forks one outbox for each line it reads, as
`outbox_process.py` does.
"""

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from pydantic import SecretStr

from config.clients import BasicPassword, open_client, private_place
from config.guard import Limits
from config.schema import Brand, Config, PublishMode
from config.sources import WordPressOptions
from models.database import Database
from models.network import NetworkRules, rules
from responders.outbox import Outbox
from responders.publishers.wordpress import WordPressPublisher
from responders.registry import Publishers
from responders.seen import Person
from responders.worker import Worker

BRAND, ACCOUNT, WHO = "Aéroplouf", "aeroplouf", Person("U1", "Camille Roux")
TIMEOUT_SECONDS = 3.0
SETTLE = timedelta(seconds=3)
"""Above the time-out, below the network's real one: the site is on this machine."""


def send(database: str, url: str, password: str) -> None:
    """Be an outbox until killed."""

    def quick(network: str) -> NetworkRules:
        return replace(rules(network), settle=SETTLE)

    auth = BasicPassword(url, ACCOUNT, SecretStr(password))
    client = open_client(allow_private=private_place(url), auth=auth, limits=Limits(total=TIMEOUT_SECONDS))
    brand = Brand(
        name=BRAND, query="aeroplouf", sources=("blog",), accounts={"wordpress": ACCOUNT}, publishers=(WHO.id,)
    )
    blog = WordPressOptions(kind="wordpress", url=url, username=ACCOUNT)
    config = Config(brands=(brand,), sources={"blog": blog}, publish={BRAND: PublishMode.LIVE})
    publishers = Publishers({(BRAND, "wordpress"): WordPressPublisher(url, ACCOUNT, client)}, rules=quick)
    store = Database(database)
    folder = Path(store.url.database or "").parent / "workers"
    Outbox(store, publishers, config, lambda: datetime.now(UTC), Worker(folder)).run(Event())


def main(settings: str) -> None:
    """One outbox after the other, each until somebody kills it."""
    asked = json.loads(settings)
    loaded = {"transformers", "onnxruntime", "torch"} & sys.modules.keys()
    assert not loaded, f"an outbox needs no model: {loaded}"
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                send(**asked)
            finally:
                os._exit(1)
        print(pid, flush=True)  # noqa: T201 - how the one who kills learns whom
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(sys.argv[1])
