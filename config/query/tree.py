"""What a keyword query says, as a frozen tree. `str()` of any part is its canonical text, which parses to the same."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_BARE: Final = re.compile(r"[^\W_](?:[\w'\u2019.&-]*\w)?")
_OPERATOR: Final = re.compile(r"AND|OR|NOT|O?NEAR", re.IGNORECASE)


class Sort(StrEnum):
    """What a term looks for: words side by side, one hashtag, one handle. The value is the sign before it."""

    WORDS = ""
    TAG = "#"
    HANDLE = "@"


class Field(StrEnum):
    """What is known of a post beside its words."""

    AUTHOR = "author"
    SITE = "site"
    LANG = "lang"


@dataclass(frozen=True, slots=True)
class Term:
    """Words as they were typed (NFC), without quotes or signs.

    `exact` keeps case and accents; `prefix` lets the last word go on; `title` looks in the title only. `at` is the
    character of the source where it stands, as for every part.
    """

    text: str
    sort: Sort = Sort.WORDS
    exact: bool = False
    prefix: bool = False
    title: bool = False
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        bare = self.prefix or self.sort is not Sort.WORDS or _is_bare(self.text)
        written = f"{self.sort}{self.text}" if bare else f'"{self.text}"'
        return f"{'title:' if self.title else ''}{'=' if self.exact else ''}{written}{'*' if self.prefix else ''}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field and the value it must have: `site:blog.example`, `lang:fr`, `author:lea`."""

    name: Field
    value: str
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.name}:{self.value}" if _is_bare(self.value) else f'{self.name}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Near:
    """Two terms, or groups of terms joined by OR, at most `distance` words apart; 1 is side by side."""

    left: "Term | Or"
    right: "Term | Or"
    distance: int
    ordered: bool = False
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{_inside(self.left)} {'ONEAR' if self.ordered else 'NEAR'}/{self.distance} {_inside(self.right)}"


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    part: "Node"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"NOT {_inside(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of these; two or more, none of them an And."""

    parts: "tuple[Node, ...]"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        # AND binds tighter than OR without parentheses too, but people read them better.
        return " AND ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One of these; two or more, none of them an Or."""

    parts: "tuple[Node, ...]"
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return " OR ".join(f"({part})" if isinstance(part, And) else str(part) for part in self.parts)


Node = Term | Attribute | Near | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; two that say the same in the same order are equal, however they were typed."""

    root: Node

    def __str__(self) -> str:
        return str(self.root)


def _inside(part: Node) -> str:
    return f"({part})" if isinstance(part, And | Or | Near) else str(part)


def _is_bare(text: str) -> bool:
    return bool(_BARE.fullmatch(text)) and not _OPERATOR.fullmatch(text)
