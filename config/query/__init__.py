"""The keyword language: `parse` makes a frozen Query whose `str` is canonical text. Described in docs/queries.md."""

from config.query.errors import QueryError
from config.query.parser import parse
from config.query.tree import And, Attribute, Field, Near, Node, Not, Or, Query, Sort, Term

__all__ = ["And", "Attribute", "Field", "Near", "Node", "Not", "Or", "Query", "QueryError", "Sort", "Term", "parse"]
