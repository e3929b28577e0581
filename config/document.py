"""YAML text -> a tree of plain texts that remembers where each stands.

Every scalar stays the text the person wrote: whether `08:00`, `010`, `no` or `2024` is a time, a name or a yes is said
by the schema, not guessed by YAML. So none of YAML 1.1's surprises can happen here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.phrases import Phrase, Value

MOST_LEVELS: Final = 20
MOST_NODES: Final = 200_000
_EMPTY: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text and where it stands: offsets in the file; `style` is its quote, `|`, `>` or None."""

    text: str
    style: str | None
    start: int
    end: int
    size = 1
    levels = 1

    def plain(self) -> str | None:
        """The text; None where nothing was written."""
        return None if self.style is None and self.text in _EMPTY else self.text


@dataclass(slots=True)
class Table:
    """Keys with their values, in order. A key written twice keeps its first value."""

    start: int
    end: int = 0
    items: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    size: int = 1
    levels: int = 1

    def plain(self) -> dict[str, object]:
        """The same without positions."""
        return {name: node.plain() for name, node in self.items.items()}


@dataclass(slots=True)
class Sequence:
    """Items in order."""

    start: int
    end: int = 0
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    levels: int = 1

    def plain(self) -> list[object]:
        """The same without positions."""
        return [node.plain() for node in self.items]


Node = Scalar | Table | Sequence


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong: a code of `PHRASES`, the offset, its values.

    `advice` is the code of another suggestion; `phrase` stands in for both where `PHRASES` does not hold the words.
    """

    code: str
    at: int
    values: Mapping[str, Value] = field(default_factory=dict)
    advice: str = ""
    phrase: Phrase | None = None


class Refusal(Exception):
    """The file cannot be read further: see `flaw`."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


def read(text: str) -> tuple[Node | None, list[Flaw]]:
    """The tree of `text` and what is wrong beside it; no tree where the text is empty.

    Raises:
        YAMLError: not YAML (ruamel's; see `config.syntax`).
        Refusal: deeper, larger or stranger than a configuration is.
    """
    flaws: list[Flaw] = []
    events = YAML(typ="safe", pure=True).parse(text)
    root: Node | None = None
    builder = _Builder(text, flaws)
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if root is not None:
                raise Refusal(Flaw("two_documents", event.start_mark.index))
            root = builder.node(next(events), events, 1)
    if isinstance(root, Scalar) and root.plain() is None:
        root = None
    return root, flaws


class _Builder:
    """Builds the tree of one document; `flaws` collects what goes on being readable."""

    def __init__(self, text: str, flaws: list[Flaw]) -> None:
        self._text = text
        self._flaws = flaws
        self._anchors: dict[str, Node] = {}
        self._read_to = 0

    def node(self, event: Event, events: Iterator[Event], level: int) -> Node:
        start = event.start_mark.index
        if level > MOST_LEVELS:
            raise Refusal(Flaw("too_deep", start, {"limit": MOST_LEVELS}))
        if isinstance(event, AliasEvent):
            return self._alias(event, level)
        if (tag := getattr(event, "tag", None)) not in {None, "!", "tag:yaml.org,2002:str"}:
            self._flaws.append(Flaw("tag", start, {"written": str(tag).replace("tag:yaml.org,2002:", "!!")}))
        node: Node
        if not isinstance(event, ScalarEvent):
            self._read_to = max(self._read_to, start)
        if isinstance(event, ScalarEvent):
            node = self._scalar(event, start)
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(start, events, level)
        else:
            assert isinstance(event, SequenceStartEvent)  # noqa: S101 - YAML has no fifth kind of node
            node = self._sequence(start, events, level)
        if node.size > MOST_NODES:
            raise Refusal(Flaw("too_many", start, {"limit": MOST_NODES}))
        self._read_to = max(self._read_to, node.end)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: ScalarEvent, start: int) -> Scalar:
        end = event.end_mark.index
        if start == end and (sign := re.compile("[:-]").search(self._text, self._read_to, start)):
            # Where nothing is written, YAML points at what comes next; people look behind the colon or the dash.
            start = end = sign.end()
        # "\\ud83d\\ude00" is one sign in JSON and two halves in YAML; half a sign can be neither stored nor printed.
        whole = event.value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", whole):
            self._flaws.append(Flaw("bad_escape", start))  # only escapes can make them: "\\aeroplouf" rings a bell
        return Scalar(whole, event.style, start, end)

    def _alias(self, event: AliasEvent, level: int) -> Node:
        # An anchor is known once its node is whole, so nothing can hold itself.
        node = self._anchors.get(event.anchor)
        if node is None:
            raise Refusal(Flaw("unknown_alias", event.start_mark.index, {"written": event.anchor}))
        if level + node.levels - 1 > MOST_LEVELS:
            raise Refusal(Flaw("too_deep", event.start_mark.index, {"limit": MOST_LEVELS}))
        return node

    def _sequence(self, start: int, events: Iterator[Event], level: int) -> Sequence:
        made = Sequence(start)
        for event in events:
            if isinstance(event, SequenceEndEvent):
                made.end = event.end_mark.index
                break
            made.items.append(item := self.node(event, events, level + 1))
            _grow(made, item)
        return made

    def _mapping(self, start: int, events: Iterator[Event], level: int) -> Table:
        made = Table(start)
        for event in events:
            if isinstance(event, MappingEndEvent):
                made.end = event.end_mark.index
                break
            key = self.node(event, events, level + 1)
            value = self.node(next(events), events, level + 1)
            _grow(made, value)
            if not isinstance(key, Scalar):
                self._flaws.append(Flaw("key_not_text", key.start))
            elif key.text in made.items:
                first = str(self._text.count("\n", 0, made.keys[key.text].start) + 1)
                self._flaws.append(Flaw("duplicate_key", key.start, {"written": key.text, "first": first}))
            else:
                made.items[key.text], made.keys[key.text] = value, key
        return made


def _grow(parent: Table | Sequence, child: Node) -> None:
    """Counts aliases as if written out, so that a few lines cannot stand for a billion things."""
    parent.size += child.size
    parent.levels = max(parent.levels, child.levels + 1)
    if parent.size > MOST_NODES:
        raise Refusal(Flaw("too_many", parent.start, {"limit": MOST_NODES}))


def offset_of(text: str, scalar: Scalar, position: int) -> int:
    """Where character `position` of the scalar's text stands in the file.

    Quotes, doubled quotes, escapes, folded lines and block scalars are walked in step. Past the end: just behind it.
    """
    at = scalar.start
    if scalar.style in {"'", '"'}:
        at += 1
    elif scalar.style in {"|", ">"}:
        at = text.index("\n", at) + 1
        while text[at : at + 1] in {" ", "\n"}:
            at += 1
    done = 0
    while done < min(position, len(scalar.text)) and at < scalar.end:
        if scalar.style == '"' and text[at] == "\\":
            if text[at + 1] == "\n":
                at += 2 + _blanks(text, at + 2)
                continue
            at, done = at + {"x": 4, "u": 6, "U": 10}.get(text[at + 1], 2), done + 1
        elif "\n" in text[at : at + (run := _blanks(text, at))]:
            at, done = at + run, done + _blanks(scalar.text, done)
        else:
            at, done = at + (2 if scalar.style == "'" and text[at] == "'" else 1), done + 1
    if scalar.style == '"' and text[at : at + 2] == "\\\n":
        at += 2 + _blanks(text, at + 2)
    return at


def _blanks(text: str, start: int) -> int:
    end = start
    while end < len(text) and text[end] in " \t\n":
        end += 1
    return end - start
