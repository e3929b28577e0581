from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect
from sqlmodel import SQLModel

from models.database import Database
from models.migrate import NewerSchema, _config, current, head, upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store without a table."""
    if request.param == "sqlite":
        store = Database(f"sqlite:///{tmp_path}/migrated.db")
    else:
        store = Database(request.getfixturevalue("postgres").create())
    yield store
    store.close()


def test_an_empty_store_gets_every_table(empty: Database) -> None:
    upgrade(empty)
    assert set(SQLModel.metadata.tables) <= set(inspect(empty.engine).get_table_names())
    assert current(empty) == head()
    upgrade(empty)  # twice is once


def test_the_migrations_say_what_the_tables_say(empty: Database) -> None:
    upgrade(empty)
    config = _config()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)  # raises when a table differs


def test_every_step_goes_back(empty: Database) -> None:
    upgrade(empty)
    config = _config()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
    assert inspect(empty.engine).get_table_names() == ["alembic_version"]


def test_a_store_from_the_future_is_refused(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema):
        upgrade(empty)
