"""What a brand's query asks of Bluesky: what to search for, and which posts of the stream to look at twice."""

from collections.abc import Iterable, Sequence
from typing import Final

from config.query import And, Attribute, Field, Node, Not, Or, Query, Sort, Term
from listener.anchors import Gate, gate
from listener.registry import Hearer
from listener.text import apart, haystack

MOST: Final = 50
"""Searches of one look: far under the 3,000 requests of five minutes."""


def searches(hearers: Iterable[Hearer]) -> list[str]:
    """As few searches as bring every post that a brand's query could want; the pipeline asks the whole query after.

    A query that holds by absence alone, or hangs on a language or a site alone, cannot be searched for.
    """
    found = [search for hearer in hearers for query in _queries(hearer) for search in _cover(query.root)]
    return list(dict.fromkeys(found))[:MOST]


class Look:
    """A quick look at the words of a post: false where no brand can want it."""

    def __init__(self, hearers: Iterable[Hearer]) -> None:
        gates = [gate(query.root) for hearer in hearers for query in _queries(hearer)]
        self._gates: list[Gate] = [one for one in gates if one]
        """A query that no word is necessary for has none: it would want the whole network."""

    def wants(self, text: str) -> bool:
        """Whether `text` is worth the whole query."""
        there = set(haystack(f" {apart(text)} ").split())
        return any(one(there) for one in self._gates)


def _queries(hearer: Hearer) -> Sequence[Query]:
    return (hearer.query, *hearer.competitors.values())


def _cover(node: Node) -> list[str]:
    """Searches of which one at least finds any post that `node` holds for; [] where there are none."""
    if isinstance(node, Term):
        return [_search(node)]
    if isinstance(node, Attribute):
        return [f"from:{node.value.removeprefix('@')}"] if node.name is Field.AUTHOR else []
    if isinstance(node, Not):
        return []
    if isinstance(node, Or):
        each = [_cover(part) for part in node.parts]
        return [search for one in each for search in one] if all(each) else []
    parts: tuple[Node, ...] = node.parts if isinstance(node, And) else (node.left, node.right)
    found = [cover for part in parts if (cover := _cover(part))]
    # The fewest searches, and of those the longest words: they are the rarest.
    return min(found, key=lambda cover: (len(cover), -min(map(len, cover)))) if found else []


def _search(term: Term) -> str:
    if term.sort is Sort.WORDS:
        return f'"{term.text}"' if " " in term.text else term.text
    return f"{term.sort}{term.text}"
