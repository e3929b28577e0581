"""What must be in a post for a query to hold: its rarest necessary words, so that most queries are never evaluated."""

from typing import Final

from config.query import And, Attribute, Field, Node, Not, Or, Term
from listener.evaluation import sought
from listener.text import haystack, words

Anchor = bytes | tuple[Field, str]
"""A word between spaces as `haystack` writes it (no space after a prefix), or a field and its value."""

_FIELD_COST: Final = {Field.AUTHOR: 1e-5, Field.SITE: 1e-4, Field.LANG: 0.5}
_PREFIX_COST: Final = 3.0
_NEVER: Final[tuple[float, frozenset[Anchor]]] = (0.0, frozenset())


def anchors(node: Node) -> frozenset[Anchor]:
    """A set of which at least one stands in any post for which `node` holds, chosen to be rare."""
    found = _cheapest(node)
    if found is None:
        message = "a query that something absent satisfies is refused by config.query.parse"
        raise ValueError(message)
    return found[1]


def _cheapest(node: Node) -> tuple[float, frozenset[Anchor]] | None:
    """Expected share of posts that hold one of the anchors, and the anchors; None when absence satisfies `node`."""
    if isinstance(node, Term):
        return min(_of_term(node), key=lambda found: found[0], default=_NEVER)
    if isinstance(node, Attribute):
        return _FIELD_COST[node.name], frozenset({(node.name, sought(node))})
    if isinstance(node, Not):
        return None
    if isinstance(node, Or):
        every = [_cheapest(part) for part in node.parts]
        kept = [found for found in every if found is not None]
        return (
            (sum(cost for cost, _ in kept), frozenset().union(*(some for _, some in kept))) if kept == every else None
        )
    parts = node.parts if isinstance(node, And) else (node.left, node.right)
    return min((found for part in parts if (found := _cheapest(part))), key=lambda found: found[0], default=None)


def _of_term(term: Term) -> list[tuple[float, frozenset[Anchor]]]:
    every = [word for token in words(term.text) for word in haystack(token.folded).split()]
    found: list[tuple[float, frozenset[Anchor]]] = []
    for index, word in enumerate(every):
        is_open = term.prefix and index == len(every) - 1
        # Longer words are rarer; a rough guess is enough to tell a brand from an article.
        cost = 10 ** (-len(word) / 2) * (_PREFIX_COST if is_open else 1.0)
        found.append((cost, frozenset({b" " + word + (b"" if is_open else b" ")})))
    return found
