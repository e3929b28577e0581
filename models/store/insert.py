"""One way to insert what may be there already, on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_new(
    session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], returning: Sequence[Any] = ()
) -> list[Any]:
    """Insert the rows that break no unique rule and skip the others.

    Returns:
        One tuple of the `returning` columns for each row really inserted: what is new, in no order to rely on.
    """
    if not rows:
        return []
    dialect = session.get_bind().dialect.name
    core: Table = table.__table__  # type: ignore[attr-defined] # SQLModel sets it; its stubs do not say so
    build: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = build(core).on_conflict_do_nothing()
    ordered = _in_order(core, rows)
    if returning:
        # executemany with RETURNING goes out in batches (SQLAlchemy's insertmanyvalues); a multi-VALUES statement
        # is 20 times slower because it is compiled anew at each call.
        return list(session.execute(statement.returning(*returning), ordered))
    session.execute(statement, ordered)
    return []


def _in_order(table: Table, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """`rows` by their identity.

    Two transactions that insert the same rows wait for one another on PostgreSQL, row by row: in two orders, each would
    wait for the other for ever.
    """
    identities = [rule.columns.keys() for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    names = min(identities, default=table.primary_key.columns.keys())
    if not all(name in row for row in rows for name in names):
        return list(rows)  # numbered by the store: nobody else has the same
    return sorted(rows, key=lambda row: tuple(row[name] for name in names))
