"""The tables as they stand in a store, whatever its revision, and their rows as lines of JSON."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnClause, Connection, DateTime, TableClause, column, inspect, null, select, table
from sqlalchemy.types import LargeBinary, TypeEngine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

import models.tables  # noqa: F401 - fills the metadata

TRANSIENT = frozenset({"lease"})
"""What means nothing once its process is gone: neither backed up nor restored."""
_AT_ONCE = 1_000
_PLAIN = (str, int, float, bool)

Convert = Callable[[Any], Any]


def standing(connection: Connection) -> list[TableClause]:
    """Our tables in this store, each after those it refers to, with the columns they have there."""
    inspector = inspect(connection)
    ours = SQLModel.metadata.tables.keys()
    ordered = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name in ours]
    return [table(name, *_columns(inspector.get_columns(name))) for name in ordered]


def _columns(found: Any) -> list[ColumnClause[Any]]:  # noqa: ANN401 - SQLAlchemy's own description of columns
    # A generated column is not stored by us. Reflection knows no time zone on SQLite: all our moments are UTC.
    return [
        column(each["name"], UTCDateTime() if isinstance(each["type"], DateTime) else each["type"])
        for each in found
        if "computed" not in each
    ]


def lines(connection: Connection, source: TableClause) -> Iterator[bytes]:
    """Every row of `source` as JSON, streamed.

    Raises:
        TypeError: a column has a type that was never thought of.
    """
    encoders = [(each.name, _encoder(each.type)) for each in source.columns]
    wanted = select(*source.columns).execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(wanted):
        said = {
            name: None if value is None else encode(value) for (name, encode), value in zip(encoders, row, strict=True)
        }
        yield json.dumps(said, separators=(",", ":")).encode()


def rows(found: Iterable[bytes], target: TableClause) -> Iterator[dict[str, Any]]:
    """The rows that `lines` wrote, as `target` takes them.

    Raises:
        KeyError: one names a column that is not there.
    """
    decoders = {each.name: _decoder(each.type) for each in target.columns}
    for line in found:
        yield {name: decoders[name](value) for name, value in json.loads(line).items()}


def _encoder(kind: TypeEngine[Any]) -> Convert:
    if isinstance(kind, JSON):
        return lambda value: value
    if isinstance(kind, UTCDateTime):
        return datetime.isoformat
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64encode(value).decode()
    python = kind.python_type
    if python in _PLAIN:
        return python
    msg = f"no way to write {kind!r} into a backup"
    raise TypeError(msg)


def _decoder(kind: TypeEngine[Any]) -> Convert:
    if isinstance(kind, JSON):
        return lambda value: null() if value is None else value  # not the JSON document `null`
    if isinstance(kind, UTCDateTime):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value)
    return lambda value: value
