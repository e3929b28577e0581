"""The process that is killed: the schedule with its collectors and the store, and a judge that loads no model.

Started by `tests.soak.lines`.
"""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from config.clients import open_client, private_place
from config.i18n import words
from config.query import parse
from config.schema import Brand
from listener.collectors.feeds.manners import Manners
from listener.collectors.rss import RssCollector
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Place
from models.database import Database
from models.ml.judge import Ask
from models.verdict import Sentiment, Verdict
from repartie.jobs import Schedule
from tests.soak.lines import heavy, lives

BRAND, SOURCE = "Aéroplouf", "feeds"
NO_MODEL = "none"


class WitnessJudge:
    """Judges by no model, and says in each verdict whether one was loaded all the same."""

    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        """The same of every post."""
        said = Verdict(
            language="fr", label=Sentiment.NEGATIVE, negative=1.0, neutral=0.0, positive=0.0,
            model=",".join(heavy()) or NO_MODEL,
        )  # fmt: skip
        return [said for _ in asks]


def listen(database: str, feeds: list[str], every: float) -> None:
    """Read `feeds`, each every so many seconds, until killed."""

    def clock() -> datetime:
        return datetime.now(UTC)

    def place(url: str) -> Place:
        client = open_client(allow_private=private_place(url))
        # Manners of its own for each: on one host, so that they are read at the same moment all the same.
        collector = RssCollector(url, client, clock, t=words("en"), manners=Manners(gap=0))
        return Place(url, "rss", timedelta(seconds=every), collector)

    store = Database(database)
    brand = Brand(name=BRAND, query="aeroplouf", sources=(SOURCE,))
    listening = Listening(store, [brand], Matcher({BRAND: parse(brand.query)}), WitnessJudge(), clock)
    Schedule(store, listening, [(SOURCE, place(url)) for url in feeds], clock).start()
    threading.Event().wait()


if __name__ == "__main__":
    lives(listen)
