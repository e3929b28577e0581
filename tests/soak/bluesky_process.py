"""The process that is killed: an outbox that answers on Bluesky, no model in memory. Started by `tests.soak.lines`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from pydantic import SecretStr

from config.bluesky import BlueskyAuth
from config.clients import open_client, private_place
from config.guard import Limits
from config.schema import Brand, Config, PublishMode
from config.sources import BlueskyOptions
from models.database import Database
from models.network import NetworkRules, rules
from responders.outbox import Outbox
from responders.publishers.bluesky import BlueskyPublisher
from responders.registry import Publishers
from responders.worker import Worker
from tests.soak.answers import BRAND, WHO
from tests.soak.lines import lives

TIMEOUT_SECONDS = 10.0


def send(  # noqa: PLR0913, PLR0917 - one setting each, by name
    database: str, workers: str, url: str, account: str, password: str, sealed: str, scale: float
) -> None:
    """Be an outbox until killed; every duration is its real one times `scale`. `sealed`: a session to go on with."""

    def scaled(network: str) -> NetworkRules:
        known = rules(network)
        return replace(known, settle=timedelta(seconds=known.settle.total_seconds() * scale))

    auth = BlueskyAuth(url, account, SecretStr(password))
    auth.restore(sealed)
    client = open_client(allow_private=private_place(url), auth=auth, limits=Limits(total=TIMEOUT_SECONDS * scale))
    brand = Brand(name=BRAND, query="aeroplouf", sources=("ciel",), accounts={"bluesky": account}, publishers=(WHO.id,))
    sky = BlueskyOptions(kind="bluesky", url=url, username=account, allow_private=True)
    config = Config(brands=(brand,), sources={"ciel": sky}, publish={BRAND: PublishMode.LIVE})
    publishers = Publishers({(BRAND, "bluesky"): BlueskyPublisher(url, account, client)}, rules=scaled)
    Outbox(Database(database), publishers, config, lambda: datetime.now(UTC), Worker(Path(workers))).run(Event())


if __name__ == "__main__":
    lives(send)
