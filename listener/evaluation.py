"""Whether a query holds for one post, straight from the definition in docs/queries.md, and which words made it so."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import urlsplit

from config.query import And, Attribute, Field, Near, Node, Not, Or, Sort, Term
from listener.text import Place, Reading, addresses, exact, fold, fold_name, read, words
from models.post import Post

Span = tuple[int, int]
"""First and last word of what was found, as indexes into `Reading.tokens`."""
Found = tuple[int, int, int]
"""Which reading (0 the title, 1 the text), first and last word; (-1, 0, 0) for what has no word, as `lang:`."""

_WORDLESS: Final[list[Found]] = [(-1, 0, 0)]
_REMEMBERED: Final = 65_536


@dataclass(frozen=True)
class Needle:
    """A term, ready to be looked for: folded words, or one name after its sign; `exact` with case and accents."""

    folded: tuple[str, ...]
    exact: tuple[str, ...]
    prefix: bool
    is_name: bool

    def in_(self, reading: Reading, *, exactly: bool) -> list[Span]:
        """Where the words stand side by side in `reading`, in order."""
        spans = [
            (place.first, last)
            for place in self._first(reading)
            if (last := self._last(reading, place)) is not None and (not exactly or self._same(reading, place, last))
        ]
        return sorted(spans) if self.prefix else spans

    def _first(self, reading: Reading) -> Iterator[Place]:
        begin = self.folded[0]
        if len(self.folded) > 1 or not self.prefix:
            yield from reading.places(begin)
            return
        ordered = reading.names_in_order if self.is_name else reading.words_in_order
        for index in range(bisect_left(ordered, begin), len(ordered)):
            if not ordered[index].startswith(begin):
                return
            yield from reading.places(ordered[index])

    def _last(self, reading: Reading, place: Place) -> int | None:
        """The last token of the words that begin at `place`, or None when the others do not follow."""
        tokens, size = reading.tokens, len(self.folded)
        if size == 1:
            return place.last
        if place.first + size > len(tokens):
            return None
        for offset in range(1, size):
            there, wanted = tokens[place.first + offset][0], self.folded[offset]
            if not (there.startswith(wanted) if self._open(offset) else there == wanted):
                return None
        return place.first + size - 1

    def _same(self, reading: Reading, place: Place, last: int) -> bool:
        """Whether the words at `place` have the case and accents asked for."""
        if len(self.exact) == 1:
            spans = [(place.start, place.end)]
        else:
            spans = [token[1:] for token in reading.tokens[place.first : last + 1]]
        for offset, (start, end) in enumerate(spans):
            there, wanted = exact(reading.text[start:end]), self.exact[offset]
            if not (there.startswith(wanted) if self._open(offset) else there == wanted):
                return False
        return True

    def _open(self, offset: int) -> bool:
        return self.prefix and offset == len(self.folded) - 1


@lru_cache(maxsize=_REMEMBERED)
def needle(term: Term) -> Needle:
    """What `term` looks for."""
    if term.sort is Sort.WORDS:
        tokens = words(term.text)
        exactly = tuple(exact(term.text[start:end]) for _, start, end in tokens)
        return Needle(tuple(folded for folded, _, _ in tokens), exactly, term.prefix, is_name=False)
    return Needle((term.sort + fold_name(term.text),), (exact(term.text),), term.prefix, is_name=True)


class Sight:
    """One post as queries see it."""

    def __init__(self, post: Post) -> None:
        self.post = post

    @cached_property
    def readings(self) -> tuple[Reading, Reading]:
        """The title and the text, each read once."""
        return read(self.post.title), read(self.post.text)

    @cached_property
    def sites(self) -> frozenset[str]:
        """The hosts, and domains above them, of the post and of every address in it."""
        post = self.post
        inside = addresses(post.title) + addresses(post.text)
        return frozenset(site for url in (post.url, *post.links, *inside) for site in sites(url))

    def values(self, name: Field) -> frozenset[str]:
        """The values for which the field `name` holds."""
        if name is Field.AUTHOR:
            return authors(self.post.author.handle, self.post.author.name)
        return self.sites if name is Field.SITE else languages(self.post.language)

    @cached_property
    def addressed(self) -> Reading:
        """The handles the network says the post addresses, which its text may not show."""
        return read(" ".join(f"@{account.removeprefix('@')}" for account in self.post.accounts))

    def find(self, node: Node) -> list[Found] | None:
        """What makes `node` hold, or None when it does not."""
        if isinstance(node, Term | Near):
            return self._find_words(node)
        if isinstance(node, And):
            return self._find_all(node)
        if isinstance(node, Or):
            found = [one for part in node.parts if (some := self.find(part)) is not None for one in some or _WORDLESS]
            return found or None
        if isinstance(node, Not):
            return _WORDLESS if self.find(node.part) is None else None
        return _WORDLESS if sought(node) in self.values(node.name) else None

    def shown(self, found: list[Found]) -> tuple[str, ...]:
        """The words of `found` as they stand, in the order of the post, each once."""
        stand = (self.readings[which].shown(first, last) for which, first, last in sorted(set(found)) if which >= 0)
        return tuple(dict.fromkeys(stand))

    def _find_all(self, node: And) -> list[Found] | None:
        found: list[Found] = []
        for part in node.parts:
            some = self.find(part)
            if some is None:
                return None
            found.extend(some)
        return found

    def _find_words(self, node: Term | Near) -> list[Found] | None:
        found = [
            (which, *span)
            for which, reading in enumerate(self.readings)
            if reading.tokens
            for span in (near(node, reading, which) if isinstance(node, Near) else spans(node, reading, which))
        ]
        if not found and isinstance(node, Term) and self._is_addressed(node):
            return _WORDLESS
        return found or None

    def _is_addressed(self, term: Term) -> bool:
        if term.sort is not Sort.HANDLE or term.title or not self.post.accounts:
            return False
        return bool(needle(term).in_(self.addressed, exactly=term.exact))


def spans(node: Term | Or, reading: Reading, which: int) -> list[Span]:
    """Where a term, or any of a group, stands in `reading`; `which` is 0 for a title, 1 for a text."""
    if isinstance(node, Or):
        # `Near` holds groups of terms only.
        return sorted({span for part in node.parts if isinstance(part, Term) for span in spans(part, reading, which)})
    return [] if node.title and which else needle(node).in_(reading, exactly=node.exact)


def near(node: Near, reading: Reading, which: int) -> list[Span]:
    """The pairs of `node` that stand close enough, each part of a pair given as its own span."""
    left, right = spans(node.left, reading, which), spans(node.right, reading, which)
    found = set(_followed(left, right, node.distance))
    if not node.ordered:
        found.update(_followed(right, left, node.distance))
    return sorted(found)


def _followed(ones: list[Span], others: list[Span], distance: int) -> Iterator[Span]:
    starts = [first for first, _ in others]
    for one in ones:
        after = bisect_left(starts, one[1] + 1)
        if after < len(others) and starts[after] - one[1] <= distance:
            yield one
            yield others[after]


def sought(attribute: Attribute) -> str:
    """The value as `authors`, `sites` and `languages` write it."""
    if attribute.name is Field.AUTHOR:
        return _name(attribute.value)
    return _host(attribute.value) if attribute.name is Field.SITE else attribute.value


@lru_cache(maxsize=_REMEMBERED)
def authors(handle: str, name: str) -> frozenset[str]:
    """What `author:` may say of somebody: handle, handle without server, name."""
    whole = _name(handle)
    return frozenset({whole, whole.partition("@")[0], _name(name)} - {""})


@lru_cache(maxsize=_REMEMBERED)
def languages(tag: str | None) -> frozenset[str]:
    """What `lang:` may say of a language tag: "pt-BR" is `pt` and `pt-br`; an unknown language is nothing."""
    parts = (tag or "").lower().replace("_", "-").split("-")
    return frozenset("-".join(parts[:count]) for count in range(1, len(parts) + 1)) - {""}


def sites(url: str) -> frozenset[str]:
    """What `site:` may say of an address: its host and every domain above it."""
    address = url if "://" in url else f"//{url}"
    try:
        return _domains(urlsplit(address).hostname or "")
    except ValueError:  # not an address at all: a broken [IPv6]
        return frozenset()


@lru_cache(maxsize=_REMEMBERED)
def _domains(host: str) -> frozenset[str]:
    labels = _host(host).split(".")
    return frozenset(".".join(labels[start:]) for start in range(len(labels))) - {""}


def _host(host: str) -> str:
    """A host in its ASCII form, so that accents and xn-- meet."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


@lru_cache(maxsize=_REMEMBERED)
def _name(text: str) -> str:
    return " ".join(fold(text).split()).removeprefix("@")
