"""From brands' queries to what X's recent search understands.

What comes is matched by the brand's own query afterwards, so a search may bring more than the query wants, never less:
what X cannot be asked is left out where something else must be there as well. What must *not* be there is asked for
only where X then hides nothing that the query wants, and never alone. Where a whole choice cannot be asked (`annul*`),
it is told instead.

X reads a space as AND, which binds tighter than OR; groups are not negated; `lang:` wants a word beside it; a query
of a self-serve app has 512 characters at most (docs.x.com, “Build a query”, read 2026-11-22).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

import regex

from config.query import And, Attribute, Field, Near, Node, Not, Or, Query, Sort, Term

MOST_WAYS: Final = 256
"""Ways in which the parts of an AND are combined; of more, the longest choice is left out."""
HANDLE: Final = re.compile(r"[A-Za-z0-9_]{1,15}")
_PLAIN: Final = re.compile(r"\w+(?: \w+)*")
_WORD: Final = re.compile(r"\w+")
_PICTURE: Final = regex.compile(r"\p{Extended_Pictographic}[\p{Extended_Pictographic}\p{M}\p{EMod}\u200d\ufe0f]*")
_OWN_HOSTS: Final = frozenset({"x.com", "twitter.com"})
_NAMED_OTHERWISE: Final = {"he": "iw", "id": "in"}
_CODES: Final = (
    "am ar bg bn bo bs ca ckb cs cy da de dv el en es et eu fa fi fr gu hi hr ht hu hy in is it iw ja ka km kn ko lo lt"
    " lv ml mr my ne nl no or pa pl ps pt ro ru sd si sk sl sr sv ta te th tl tr ug uk ur vi"
)
_LANGUAGES: Final = frozenset(_CODES.split())
"""What `lang:` knows (the same page); another code would be refused."""


class Way(NamedTuple):
    """One way in which a query may hold: all of `wanted` stands in the post and nothing of `unwanted`."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """`searches` bring at least what the queries want, but for `unasked`: parts, as written, that X cannot be asked."""

    searches: tuple[str, ...]
    unasked: tuple[str, ...] = ()


def compiled(queries: Sequence[Query], *, longest: int, own: Iterable[str] = ()) -> Compiled:
    """The searches for all `queries` together, each of at most `longest` characters.

    Args:
        queries: of the brands that listen.
        longest: what the tier allows.
        own: our accounts; what they say is not bought.
    """
    found: dict[Way, None] = {}
    unasked: list[str] = []
    for query in queries:
        for choice in query.root.parts if isinstance(query.root, Or) else (query.root,):
            ways = _ways(choice)
            usable = [way for way in ways or () if any(_stands_alone(atom) for atom in way.wanted)]
            found.update(dict.fromkeys(usable))
            if ways is None or len(usable) < len(ways):
                unasked.append(str(choice))
    names = sorted({name.removeprefix("@") for name in own if HANDLE.fullmatch(name.removeprefix("@"))})
    always = "".join(f" -{atom}" for atom in ("is:retweet", *(f"from:{name}" for name in names)))
    room = longest - len(always) - len("()")
    return Compiled(tuple(_packed(_units(found, room), room, always)), tuple(dict.fromkeys(unasked)))


def _ways(node: Node) -> list[Way] | None:
    """The ways in which `node` may hold; [] if it never does on X, None if X cannot be asked."""
    match node:
        case Term():
            return _of_term(node)
        case Attribute():
            atom = _of_attribute(node)
            return [Way((atom,))] if atom else None
        case Not():
            return None
        case Or(parts=parts):
            each = [_ways(part) for part in parts]
            return None if None in each else [way for some in each for way in some or ()]
        case And(parts=parts):
            return _all(parts)
        case Near(left=left, right=right):
            return _all((left, right))


def _all(parts: Sequence[Node]) -> list[Way] | None:
    each = sorted((some for part in parts if (some := _ways(part)) is not None), key=len)
    unwanted = tuple(atom for part in parts if isinstance(part, Not) for atom in _unwanted(part.part))
    if not each:
        return None
    kept, size = [each[0]], len(each[0])
    for some in each[1:]:
        if size * len(some) <= MOST_WAYS:
            kept.append(some)
            size *= len(some)
    return [
        Way(
            tuple(dict.fromkeys(atom for way in chosen for atom in way.wanted)),
            tuple(dict.fromkeys((*(atom for way in chosen for atom in way.unwanted), *unwanted))),
        )
        for chosen in product(*sorted(kept, key=len, reverse=True))  # the longest first: written in parentheses once
    ]


def _of_term(term: Term) -> list[Way] | None:  # noqa: PLR0911 - one shape of a term, one return
    if term.title:
        return []  # nothing on X has a title
    if term.sort is Sort.HANDLE:
        return (
            [Way((f"@{term.text}",))]
            if HANDLE.fullmatch(term.text) and not term.prefix
            else None
            if term.prefix
            else []
        )
    if term.prefix:
        return None
    if term.sort is Sort.TAG:
        return [Way((f"#{text}",)) for text in _spellings(term.text)]
    if _PLAIN.fullmatch(term.text):
        return [Way((_quoted(text) if " " in text else text,)) for text in _spellings(term.text)]
    if _PICTURE.fullmatch(term.text):
        return [Way((term.text,))]
    pieces = _WORD.findall(term.text)  # cut as X cuts: what stands side by side for us must at least be there
    return _all([Term(piece) for piece in pieces]) if pieces else None


def _of_attribute(attribute: Attribute) -> str | None:
    value = attribute.value
    if attribute.name is Field.AUTHOR:
        return f"from:{value}" if HANDLE.fullmatch(value) else None
    if attribute.name is Field.SITE:
        return None if value in _OWN_HOSTS else f"url:{_quoted(value)}"
    code = _NAMED_OTHERWISE.get(value, value).partition("-")[0]
    return f"lang:{code}" if code in _LANGUAGES else None


def _unwanted(node: Node) -> Iterator[str]:
    """What X may leave out without hiding anything that is wanted: where `node` is any of these, it holds."""
    match node:
        case Or(parts=parts):
            for part in parts:
                yield from _unwanted(part)
        case Attribute():
            if atom := _of_attribute(node):
                yield atom
        case Term(exact=False, prefix=False, title=False, sort=Sort.WORDS):
            simple = _PLAIN.fullmatch(node.text) and " " not in node.text
            yield from _spellings(node.text) if simple else map(_quoted, _spellings(node.text))
        case Term(exact=False, prefix=False, title=False) if _WORD.fullmatch(node.text):
            yield f"{node.sort}{node.text}"


def _spellings(text: str) -> list[str]:
    """As it was typed, and without accents: X's pages disagree on whether one finds the other."""
    typed = text.lower()
    bare = "".join(sign for sign in unicodedata.normalize("NFD", typed) if not unicodedata.combining(sign))
    return list(dict.fromkeys((typed, unicodedata.normalize("NFC", bare))))


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), " ").strip()}"'


def _stands_alone(atom: str) -> bool:
    return not atom.startswith("lang:")


def _units(ways: Iterable[Way], room: int) -> Iterator[str]:
    """Ways that differ in their first word only, written as one: `(a OR b) c -d`."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for way in ways:
        wanted = sorted(way.wanted, key=_stands_alone, reverse=True)
        groups.setdefault((tuple(wanted[1:]), way.unwanted), []).append(wanted[0])
    for (rest, unwanted), firsts in groups.items():
        written = _fitting(firsts, rest, unwanted, room)
        pending: list[str] = []
        for first in firsts:
            if pending and len(_unit([*pending, first], written)) > room:
                yield _unit(pending, written)
                pending = []
            pending.append(first)
        yield _unit(pending, written)


def _fitting(firsts: Sequence[str], rest: Sequence[str], unwanted: Sequence[str], room: int) -> list[str]:
    """As much beside each first word as there is room for: less finds more."""
    written = [*rest, *(f"-{atom}" for atom in unwanted)]
    longest = max(firsts, key=len)
    while written and len(_unit([longest], written)) > room:
        written.pop()
    return written


def _unit(firsts: Sequence[str], rest: Sequence[str]) -> str:
    head = firsts[0] if len(firsts) == 1 else f"({' OR '.join(firsts)})"
    return " ".join((head, *rest))


def _packed(units: Iterable[str], room: int, always: str) -> Iterator[str]:
    pending: list[str] = []
    for unit in units:
        if pending and len(_either([*pending, unit])) > room:
            yield _search(pending, always)
            pending = []
        pending.append(unit)
    if pending:
        yield _search(pending, always)


def _either(units: Sequence[str]) -> str:
    return " OR ".join(f"({unit})" if len(units) > 1 and " " in unit else unit for unit in units)


def _search(units: Sequence[str], always: str) -> str:
    said = _either(units)
    return (f"({said})" if len(units) > 1 else said) + always
