"""Which store a soak runs on."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.database import address
from tests import postgres


def add_store(parser: argparse.ArgumentParser) -> None:
    """`--postgres` and `--database URL`; SQLite without either."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--postgres", action="store_true", help="start a PostgreSQL, durable as an operator's")
    which.add_argument("--database", metavar="URL", help="an empty store that is there")


@contextmanager
def store_asked(asked: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """The store's address, and a folder for what stands beside it; both end with the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.postgres:
            with postgres.running(postgres.DURABLE) as server:
                yield server.create(), folder
        else:
            yield asked.database or f"sqlite:///{folder}/soak.db", folder


def kind_of(url: str) -> str:
    """The database's name, for a table."""
    return "SQLite" if address(url).get_backend_name() == "sqlite" else "PostgreSQL"
