"""From a brand's query to what a network's search understands: never less than the query says, often more.

What comes is matched by the query itself afterwards, so a search may bring too much, never too little. Therefore what
must *not* be there is not asked for: search engines stem words and would hide what the query wants.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from config.query import And, Attribute, Field, Node, Not, Or, Query, Sort, Term

MOST: Final = 64
"""Ways that the parts of an AND are combined; of more, the longest list is left out."""

Way = tuple[str, ...]
"""Words, phrases and fields of one network's search that must all be there."""


def quoted(term: Term) -> str:
    """Words, a tag or a name as nearly every search takes them: `aeroplouf`, `"air porto"`."""
    words = term.text.replace('"', " ").strip()
    simple = words.isalnum()
    return words if simple and term.sort is Sort.WORDS else f'"{words}"'


@dataclass(frozen=True, slots=True)
class Syntax:
    """How one network writes a term; `fields` those it knows, and how. A prefix is looked for as the word itself."""

    term: Callable[[Term], str] = quoted
    fields: Callable[[Attribute], str] | None = None
    known: frozenset[Field] = frozenset()


def ways(query: Query, syntax: Syntax) -> tuple[Way, ...]:
    """What to search for, one after the other or joined by OR; together they find at least what `query` wants.

    Empty where a search cannot help: a query that holds by a language alone.
    """
    return tuple(dict.fromkeys(_ways(query.root, syntax) or ()))


def _ways(node: Node, syntax: Syntax) -> list[Way] | None:
    """None: nothing that this search could be asked."""
    match node:
        case Term():
            return [(syntax.term(node),)]
        case Attribute():
            return [(syntax.fields(node),)] if syntax.fields and node.name in syntax.known else None
        case Not():
            return None
        case Or(parts=parts):
            each = [_ways(part, syntax) for part in parts]
            return [way for found in each for way in found or ()] if all(each) else None
        case And(parts=parts):
            return _all(parts, syntax)
    return _all((node.left, node.right), syntax)


def _all(parts: Iterable[Node], syntax: Syntax) -> list[Way] | None:
    found = sorted((some for part in parts if (some := _ways(part, syntax))), key=len)
    if not found:
        return None
    kept = found[:1]
    for some in found[1:]:
        if len(some) * _size(kept) <= MOST:
            kept.append(some)
    return [tuple(dict.fromkeys(word for way in chosen for word in way)) for chosen in product(*kept)]


def _size(lists: Sequence[Sequence[Way]]) -> int:
    size = 1
    for some in lists:
        size *= len(some)
    return size


def packed(found: Iterable[Way], longest: int) -> tuple[str, ...]:
    """Ways joined by OR into as few questions as fit into `longest` characters; one that is too long alone is cut.

    Fewer words that must be there find more: a cut is never too little.
    """
    asked: list[str] = []
    for way in found:
        one = _written(way, longest)
        if asked and len(asked[-1]) + len(" OR ") + len(one) <= longest:
            asked[-1] += f" OR {one}"
        elif one:
            asked.append(one)
    return tuple(asked)


def _written(way: Way, longest: int) -> str:
    while way:
        said = " AND ".join(way)
        said = f"({said})" if len(way) > 1 else said
        if len(said) <= longest:
            return said
        way = way[:-1]
    return ""
