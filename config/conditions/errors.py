"""What is wrong with a condition, where, and what to write instead."""

from config.query import QueryError


class ConditionError(QueryError):
    """A condition that cannot be read; told and drawn as a query that cannot."""
