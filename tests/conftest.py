"""What every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from models.migrate import upgrade


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/test.db")
    upgrade(opened)
    yield opened
    opened.close()
