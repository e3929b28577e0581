"""Alembic's entry: migrates over the connection that `models.migrate` hands in."""

from alembic import context
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot ALTER most things: https://alembic.sqlalchemy.org/en/latest/batch.html
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
