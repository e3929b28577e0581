"""What a condition says, as a frozen tree, and whether it holds for what is known of a mention.

Truth is three-valued: what is unknown is neither true nor false, and only what is true holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from config.base import fold
from config.conditions.fields import FIELDS, Kind
from config.i18n import Words

Fact = str | float | bool | timedelta | tuple[str, ...]
"""What is known of one field; several texts where any of them counts (a handle and a name)."""
Facts = Mapping[str, Fact | None]
"""Field -> what is known; None, or no such key, is unknown."""
Value = str | float | bool | timedelta
"""A literal, read: texts and names folded, 100k as 100000, 80% as 0.8."""

_BARE: Final = re.compile(r"[^\W\d_][\w.@-]*|@[\w.@-]+|#\w+|\d+(?:\.\d+)?(?:[kMsmhd]|%)?")
_KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "contains"})
_SHOWN: Final = 60
"""Characters of one text that an explanation shows."""
_SIGNS: Final = {True: "✓", False: "✗", None: "?"}


class Operator(StrEnum):
    """What stands between a field and a value, as written."""

    IS = "=="
    IS_NOT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as the person wrote it, without quotes, and as it is compared."""

    written: str
    value: Value

    def __str__(self) -> str:
        if _BARE.fullmatch(self.written) and self.written.lower() not in _KEYWORDS:
            return self.written
        if not re.search('["“”]', self.written):
            return f'"{self.written}"'
        return f"« {self.written} »" if "'" in self.written else f"'{self.written}'"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`; several values for `in` alone. `at` is the character where it starts."""

    name: str
    operator: Operator
    values: tuple[Literal, ...]
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        if self.operator is Operator.IN:
            return f"{self.name} in ({', '.join(map(str, self.values))})"
        if self.operator is Operator.IS and self.values[0].value is True:
            return self.name
        return f"{self.name} {self.operator} {self.values[0]}"


@dataclass(frozen=True, slots=True)
class Known:
    """`field is known`, or `field is unknown`: the one question that always has an answer."""

    name: str
    known: bool
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.name} is {'known' if self.known else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary; the contrary of unknown is unknown."""

    part: "Node"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, And | Or) else f"not {self.part}"


@dataclass(frozen=True, slots=True)
class And:
    """All of these; two or more, none of them an And."""

    parts: "tuple[Node, ...]"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One of these; two or more, none of them an Or."""

    parts: "tuple[Node, ...]"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, And) else str(part) for part in self.parts)


Node = Comparison | Known | Not | And | Or


@dataclass(frozen=True, slots=True)
class Condition:
    """A whole condition. `str` is its canonical text, which parses to an equal one."""

    root: Node

    def __str__(self) -> str:
        return str(self.root)

    def truth(self, facts: Facts) -> bool | None:
        """True, false, or None where what is unknown decides."""
        return _truth(self.root, facts)

    def holds(self, facts: Facts) -> bool:
        """Whether it is true; what is unknown does not hold."""
        return self.truth(facts) is True

    def explain(self, facts: Facts, t: Words) -> str:
        """Each part that counts on a line of its own, with what is known of it: ✓ true, ✗ false, ? unknown."""
        return "\n".join(_lines(self.root, facts, t, 0))


def _truth(node: Node, facts: Facts) -> bool | None:
    if isinstance(node, Comparison):
        fact = facts.get(node.name)
        return None if fact is None else _compared(node, fact)
    if isinstance(node, Known):
        return (facts.get(node.name) is not None) == node.known
    if isinstance(node, Not):
        inner = _truth(node.part, facts)
        return None if inner is None else not inner
    deciding = isinstance(node, Or)  # one true part decides an Or, one false part an And
    found = [_truth(part, facts) for part in node.parts]
    return deciding if deciding in found else None if None in found else not deciding


def _compared(node: Comparison, fact: Fact) -> bool:
    wanted = [literal.value for literal in node.values]
    if isinstance(fact, str | tuple):
        said = [plain(text) for text in ((fact,) if isinstance(fact, str) else fact)]
        if node.operator is Operator.CONTAINS:
            return any(_holds_words(text, str(wanted[0])) for text in said)
        return any(text in wanted for text in said) != (node.operator is Operator.IS_NOT)
    if node.operator in {Operator.IS, Operator.IS_NOT, Operator.IN}:
        return (fact in wanted) != (node.operator is Operator.IS_NOT)
    return _ordered(node.operator, fact, wanted[0])


def _ordered(operator: Operator, fact: float | timedelta, wanted: Value) -> bool:
    less, same = fact < wanted, fact == wanted  # type: ignore[operator] # the parser lets no field meet another kind
    return {
        Operator.LESS: less,
        Operator.AT_MOST: less or same,
        Operator.MORE: not (less or same),
        Operator.AT_LEAST: not less,
    }[operator]


def _holds_words(text: str, wanted: str) -> bool:
    """Whether `wanted` stands in `text` as whole words."""
    before = r"(?<!\w)" if re.match(r"\w", wanted) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", wanted) else ""
    return re.search(f"{before}{re.escape(wanted)}{after}", text) is not None


def plain(text: str) -> str:
    """A text as texts are compared: without capitals, accents, line breaks; apostrophes straight."""
    return " ".join(fold(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


def _lines(node: Node, facts: Facts, t: Words, depth: int) -> list[str]:
    truth = _truth(node, facts)
    start = f"{'  ' * depth}{_SIGNS[truth]} "
    if isinstance(node, And | Or):
        kept = [part for part in node.parts if isinstance(node, And) or truth is None or _truth(part, facts) == truth]
        title = t("all these conditions:") if isinstance(node, And) else t("one of these conditions:")
        return [start + title, *(line for part in kept for line in _lines(part, facts, t, depth + 1))]
    inner = node.part if isinstance(node, Not) else node
    if isinstance(inner, And | Or):
        return [start + t("not:"), *_lines(inner, facts, t, depth + 1)]
    if isinstance(inner, Not):
        return [f"{start}{node}"]
    known = _said(inner.name, facts.get(inner.name), t)
    return [start + t("{condition}: here it is {known}", condition=str(node), known=known)]


def _said(name: str, fact: Fact | None, t: Words) -> str:
    if fact is None:
        return t("unknown")
    if isinstance(fact, bool):
        return t("yes") if fact else t("no")
    if isinstance(fact, timedelta):
        return t.length(timedelta(minutes=round(fact.total_seconds() / 60)))
    if isinstance(fact, float | int):
        return t.percent(fact) if FIELDS[name].kind is Kind.SHARE else t.number(fact)
    if isinstance(fact, tuple):
        return t.listing(map(_cut, fact), either=True) or t("nothing")
    return _cut(fact) or t("nothing")


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"
