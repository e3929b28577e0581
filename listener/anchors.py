"""What must be in a post for a query to hold: necessary words, so that most queries are never evaluated."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from config.query import And, Attribute, Field, Node, Not, Or, Term
from listener.evaluation import sought
from listener.text import haystack, words

_FIELD_COST: Final = {Field.AUTHOR: 1e-5, Field.SITE: 1e-4, Field.LANG: 0.5}
_PREFIX_COST: Final = 3.0

Gate = Callable[[set[bytes]], bool]
"""Asked with the words of a post, as `haystack` writes them: false says that a query cannot hold."""


@dataclass(frozen=True, slots=True)
class Clause:
    """At least one of these is in any post for which the query holds; `cost` is the share of posts that may have one.

    `words` and `prefixes` as `haystack` writes them, without the spaces around.
    """

    cost: float
    words: frozenset[bytes] = frozenset()
    prefixes: frozenset[bytes] = frozenset()
    values: frozenset[tuple[Field, str]] = frozenset()


def clauses(node: Node) -> list[Clause]:
    """Everything that must be there, the rarest first; nothing when `node` holds by absence alone."""
    return sorted(_clauses(node), key=lambda clause: clause.cost)


def _clauses(node: Node) -> Iterable[Clause]:
    if isinstance(node, Term):
        return _of_term(node)
    if isinstance(node, Attribute):
        return [Clause(_FIELD_COST[node.name], values=frozenset({(node.name, sought(node))}))]
    if isinstance(node, Not):
        return []
    if isinstance(node, Or):
        each = [clauses(part) for part in node.parts]
        return [_union([found[0] for found in each])] if all(each) else []
    parts = node.parts if isinstance(node, And) else (node.left, node.right)
    return [clause for part in parts for clause in _clauses(part)]


def _union(some: list[Clause]) -> Clause:
    return Clause(
        sum(clause.cost for clause in some),
        frozenset().union(*(clause.words for clause in some)),
        frozenset().union(*(clause.prefixes for clause in some)),
        frozenset().union(*(clause.values for clause in some)),
    )


def gate(node: Node) -> Gate | None:
    """A quick look at the words alone: false where `node` cannot hold. None when words alone never say so."""
    if isinstance(node, Term):
        every = _words(node)
        return frozenset(every[:-1] if node.prefix else every).issubset if len(every) > node.prefix else None
    if isinstance(node, Attribute | Not):
        return None
    if isinstance(node, Or):
        return _any(node)
    gates = [one for part in (node.parts if isinstance(node, And) else (node.left, node.right)) if (one := gate(part))]
    return (lambda there: all(one(there) for one in gates)) if gates else None


def _any(node: Or) -> Gate | None:
    lone: set[bytes] = set()
    gates: list[Gate] = []
    for part in node.parts:
        if isinstance(part, Term) and not part.prefix and len(found := _words(part)) == 1:
            lone.update(found)  # giant queries are long lists of words: one look for all of them
        elif one := gate(part):
            gates.append(one)
        else:
            return None
    return lambda there: not lone.isdisjoint(there) or any(one(there) for one in gates)


def _words(term: Term) -> list[bytes]:
    return [word for folded, _, _ in words(term.text) for word in haystack(folded).split()]


def _of_term(term: Term) -> list[Clause]:
    """One clause a word, since all must be there."""
    every = _words(term)
    # Longer words are rarer; a rough guess is enough to tell a brand from an article.
    costs = [10 ** (-len(word) / 2) for word in every]
    found = [Clause(cost, frozenset({word})) for cost, word in zip(costs, every, strict=True)]
    if term.prefix:
        found[-1] = Clause(costs[-1] * _PREFIX_COST, prefixes=frozenset({every[-1]}))
    return found
