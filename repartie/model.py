"""Which model judges: the bundled one or the one the file names, and the head learnt from the team's labels, if any."""

from pathlib import Path

from config.schema import ModelSettings
from models.database import address
from models.ml.adapted import Adapted
from models.ml.classifier import Classifier, Reader
from models.ml.hub import HubModel
from models.verdict import Sentiment

_HEAD = "repartie-adapted.npz"


def plain_reader(settings: ModelSettings) -> Reader:
    """The model alone. Nothing is loaded, and nothing fetched, before the first text."""
    if settings.name is None:
        return Classifier()
    labels = {name: Sentiment(label) for name, label in settings.labels.items()}
    return HubModel(settings.name, labels, revision=settings.revision)


def reader(settings: ModelSettings, store: str) -> Reader:
    """The model as mentions are judged by it; `store` is the address of the store."""
    return Adapted(plain_reader(settings), head_file(store))


def head_file(store: str) -> Path:
    """Where the head stands: beside an SQLite store; in var/ for any other."""
    url = address(store)
    embedded = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(url.database if embedded and url.database else "var/repartie.db").with_name(_HEAD)
