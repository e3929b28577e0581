"""One way to insert what may be there already, on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_new(
    session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], returning: Sequence[Any] = ()
) -> list[Any]:
    """Insert the rows that break no unique rule and skip the others.

    Returns:
        One tuple of the `returning` columns for each row really inserted: what is new.
    """
    if not rows:
        return []
    dialect = session.get_bind().dialect.name
    core = table.__table__  # type: ignore[attr-defined] # SQLModel sets it; its stubs do not say so
    build: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = build(core).on_conflict_do_nothing()
    if returning:
        # executemany with RETURNING goes out in batches (SQLAlchemy's insertmanyvalues); a multi-VALUES statement
        # is 20 times slower because it is compiled anew at each call.
        return list(session.execute(statement.returning(*returning), list(rows)))
    session.execute(statement, list(rows))
    return []
