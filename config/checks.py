"""What no single value can tell: names that must fit one another, and queries that must parse.

Every check reads the tree, not the model, and skips what has another shape: so all mistakes are told at once.
"""

import re
from collections.abc import Callable, Iterator

from config.base import closest, fold
from config.conditions import ConditionError
from config.conditions import parse as parse_condition
from config.document import Flaw, Node, Scalar, Sequence, Table, offset_of
from config.phrases import Phrase
from config.shape import taken_for_comments
from config.syntax import hash_comment, swallowed

Parse = Callable[[str], object]
"""Reads a query; raises a ValueError with `message`, `values`, `position` and `hint` (`config.query.QueryError`)."""


def cross_check(root: Table, text: str, parse: Parse) -> Iterator[Flaw]:
    """Everything the parts of the file get wrong about one another."""
    brands = [brand for brand in _items(root, "brands") if isinstance(brand, Table)]
    yield from _sources(root, brands)
    yield from _brand_names(brands, text)
    yield from _publish(root, brands, text)
    yield from _attention(root, brands, text)
    for brand in brands:
        for place in (brand, *_items(brand, "competitors")):
            if isinstance(query := _child(place, "query"), Scalar) and query.plain():
                yield from _query(query, text, parse)
    for scalar in _scalars(root):
        yield from taken_for_comments(scalar, text)
        yield from swallowed(scalar, text)


def _sources(root: Table, brands: list[Table]) -> Iterator[Flaw]:
    described = _child(root, "sources")
    known = described.keys if isinstance(described, Table) else {}
    named = [(brand, source) for brand in brands for source in _items(brand, "sources") if isinstance(source, Scalar)]
    used = {source.text for _, source in named}
    for brand, source in named:
        if source.plain() is None or source.text in known:
            continue
        name = _child(brand, "name")
        values = {"brand": name.text if isinstance(name, Scalar) else "", "written": source.text}
        if close := closest(source.text, list(known)):
            used.add(close)
            yield Flaw("unknown_source_close", source.start, {**values, "close": close})
        else:
            yield Flaw("unknown_source", source.start, {**values, "keys": ", ".join(known)})
    unused = (key for key in known.values() if key.text not in used)
    yield from (Flaw("unused_source", key.start, {"written": key.text}) for key in unused)


def _brand_names(brands: list[Table], text: str) -> Iterator[Flaw]:
    first: dict[str, Scalar] = {}
    for brand in brands:
        name = _child(brand, "name")
        if not isinstance(name, Scalar) or not name.plain():
            continue
        earlier = first.setdefault(fold(name.text), name)
        if earlier is not name:
            yield Flaw("duplicate_brand", name.start, {"written": name.text, "first": _line(text, earlier)})


def _publish(root: Table, brands: list[Table], text: str) -> Iterator[Flaw]:
    publish = _child(root, "publish")
    if not isinstance(publish, Table):
        return
    names = [name.text for brand in brands if isinstance(name := _child(brand, "name"), Scalar)]
    folded = {fold(name) for name in names}
    first: dict[str, Scalar] = {}
    for key in publish.keys.values():
        earlier = first.setdefault(fold(key.text), key)
        if earlier is not key:
            yield Flaw("duplicate_key", key.start, {"written": key.text, "first": _line(text, earlier)})
        elif fold(key.text) not in folded:
            if close := closest(key.text, names):
                yield Flaw("unknown_brand_close", key.start, {"written": key.text, "close": close})
            else:
                yield Flaw("unknown_brand", key.start, {"written": key.text, "keys": ", ".join(names)})


def _attention(root: Table, brands: list[Table], text: str) -> Iterator[Flaw]:
    sources = _child(root, "sources")
    names = [name for brand in brands if isinstance(name := _child(brand, "name"), Scalar) and name.plain()]
    known = {"brand": tuple(name.text for name in names)}
    known["source"] = tuple(sources.keys) if isinstance(sources, Table) else ()
    known = {field: there for field, there in known.items() if there}
    rules = _items(root, "attention")
    for rule in rules:
        when = _child(rule, "when")
        if isinstance(when, Scalar) and when.plain():
            try:
                parse_condition(when.text, known)
            except ConditionError as error:
                yield _condition(error, when, text)
        elif isinstance(rule, Table) and when is None and rule is not rules[-1]:
            yield Flaw("rules_after_always", rule.start)


def _condition(error: ConditionError, when: Scalar, text: str) -> Flaw:
    """What the `when:` language refused, at its character in the file."""
    values = {name: value if isinstance(value, int) else str(value) for name, value in error.values.items()}
    at = offset_of(text, when, error.position)
    return Flaw("bad_condition", at, values, phrase=Phrase(error.message, error.hint))


def _query(query: Scalar, text: str, parse: Parse) -> Iterator[Flaw]:
    cut = re.compile(r"[ \t]+(#[^\s#][^\n]*)").match(text, query.end) if query.style is None else None
    if cut:
        yield hash_comment(cut[1].split()[0], cut.start(1), f"{query.text} {cut[1].rstrip()}")
    try:
        parse(query.text)
    except ValueError as error:
        position = getattr(error, "position", None)
        if position is None:
            raise  # not what was wrong with the query: a mistake of ours
        yield Flaw(
            "bad_query",
            offset_of(text, query, position),
            dict(getattr(error, "values", {})),
            phrase=Phrase(getattr(error, "message", str(error)), getattr(error, "hint", None) or ""),
        )


def _child(node: Node, name: str) -> Node | None:
    return node.items.get(name) if isinstance(node, Table) else None


def _items(node: Node, name: str) -> list[Node]:
    child = _child(node, name)
    if isinstance(child, Scalar):
        return [child]  # told as "must be a list"; what it names is known all the same
    return child.items if isinstance(child, Sequence) else []


def _scalars(root: Node) -> Iterator[Scalar]:
    """Every value once, however often an alias repeats it."""
    stack, seen = [root], set[int]()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        else:
            stack += node.items.values() if isinstance(node, Table) else node.items


def _line(text: str, scalar: Scalar) -> str:
    return str(text.count("\n", 0, scalar.start) + 1)
