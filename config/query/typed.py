"""What a person types as words -> a query; and a query that takes more, or less."""

import re
from typing import Final

from config.query.errors import QueryError
from config.query.parser import parse
from config.query.tree import And, Attribute, Node, Not, Or, Query, Term

_QUERY: Final = re.compile(r"\b(?:AND|OR|NOT|O?NEAR/\d+)\b|[()]")
_BETWEEN: Final = re.compile(r"[,;\n]+")


def is_query(text: str) -> bool:
    """Whether `text` is written in the keyword language, and not as words between commas."""
    return bool(_QUERY.search(text))


def from_words(text: str) -> Query:
    """The query somebody means who types `aeroplouf, aéroplouf air`: one of these, each side by side.

    A word with its sign (`#tag`, `@account`, `annul*`, `lang:fr`) keeps its meaning. Text of the keyword language is
    read as such.

    Raises:
        QueryError: nothing was typed, or what was typed cannot be read.
    """
    if is_query(text):
        return parse(text)
    items = [" ".join(item.split()) for item in _BETWEEN.split(text)]
    terms = tuple(dict.fromkeys(_term(item) for item in items if item))
    return parse(str(Or(terms)) if len(terms) > 1 else "".join(map(str, terms)))


def written(query: Query) -> str:
    """As we write it into a file: a choice in parentheses, so that `AND NOT` can be added behind it."""
    return f"({query})" if isinstance(query.root, Or) else str(query)


def widened(query: Query, more: Query) -> Query:
    """Holds for `more` too. What `query` excludes stays excluded, also beside the new words."""
    root = query.root
    if isinstance(root, And):
        wanted = [part for part in root.parts if not isinstance(part, Not)]
        if len(wanted) == 1:
            parts = (_either(part, more.root) if part is wanted[0] else part for part in root.parts)
            return Query(And(tuple(parts)))
    return Query(_either(root, more.root))


def narrowed(query: Query, unwanted: Query) -> Query:
    """Does not hold where `unwanted` does."""
    parts = query.root.parts if isinstance(query.root, And) else (query.root,)
    excluded = [part for part in parts if isinstance(part, Not)]
    if excluded:
        last = excluded[-1]
        return Query(And(tuple(Not(_either(last.part, unwanted.root)) if part is last else part for part in parts)))
    return Query(And((*parts, Not(unwanted.root))))


def _either(one: Node, other: Node) -> Node:
    parts = tuple(dict.fromkeys((*_choices(one), *_choices(other))))
    return Or(parts) if len(parts) > 1 else parts[0]


def _choices(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Or) else (node,)


def _term(item: str) -> Term | Attribute:
    try:
        found = parse(item).root
    except QueryError:
        found = None
    return found if isinstance(found, Term | Attribute) else Term(item.replace('"', ""))
