"""Texts of a file or of the standard input, one at a time: JSON Lines, CSV or plain lines.

Nothing is guessed silently: what cannot be read stops the reading with the file, the line and what to do about it.
"""

import codecs
import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from config.i18n import Words, mark

STDIN: Final = Path("-")
KEPT: Final = 8_000
"""Characters kept of a text: more than any model reads (`models.ml.classifier.prepare`)."""
_LONGEST_LINE: Final = 16_000_000  # characters
_BOMS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT: Final = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of a byte that is no text
_DELIMITERS: Final = ",;\t|"

Value = object
"""Of a cell: a text in CSV; whatever JSON can say in JSON Lines."""


class Kind(StrEnum):
    """How the texts are written."""

    JSONL = "jsonl"
    CSV = "csv"
    TXT = "txt"


@dataclass(frozen=True, slots=True)
class Row:
    """One text: where it stands (1-based line), what its file says of it. `cells` holds the other columns."""

    line: int
    id: str | int
    text: str
    cells: Mapping[str, Value]

    def cell(self, name: str) -> str | None:
        """What stands in a column, as text; None where nothing does."""
        value = self.cells.get(name)
        return None if value is None or value == "" else str(value)


class BadInput(Exception):
    """The file cannot be read as asked: where, why and what to do (keys of the catalogues, and what fills them)."""

    def __init__(self, place: str, why: str, mend: str, **values: object) -> None:
        super().__init__(f"{place}: {why}".format(**values))
        self.place, self.why, self.mend, self.values = place, why, mend, values

    def render(self, t: Words) -> str:
        """In the reader's language."""
        return f"{self.place}: {t(self.why, **self.values)}: {t(self.mend, **self.values)}"


@dataclass(frozen=True, slots=True)
class Texts:
    """A file of texts. `text` and `id` are columns; `needed` must be there too. `lossy`: put � for what is no text."""

    file: Path
    kind: Kind | None = None
    text: str = "text"
    id: str = "id"
    needed: tuple[str, ...] = ()
    encoding: str = "utf-8"
    lossy: bool = False

    @property
    def name(self) -> str:
        """How messages call it."""
        return "stdin" if self.file == STDIN else str(self.file)

    def rows(self) -> Iterator[Row]:
        """Each text, as it is read: memory holds one.

        Raises:
            BadInput: see there.
            OSError: the file cannot be opened.
        """
        kind = self.kind or self._kind()
        read: dict[Kind, Callable[[Iterator[tuple[int, str]]], Iterator[Row]]] = {
            Kind.JSONL: self._json_lines,
            Kind.CSV: self._csv,
            Kind.TXT: self._plain,
        }
        with self._opened() as stream:
            empty = True
            for row in read[kind](self._lines(stream)):
                empty = False
                yield row
        if empty:
            raise BadInput(self.name, mark("no text in it"), mark("check that this is the right file"))

    def _kind(self) -> Kind:
        suffix = self.file.suffix.lower().removeprefix(".")
        known = {"ndjson": Kind.JSONL, "tsv": Kind.CSV, **{kind.value: kind for kind in Kind}}
        if suffix not in known:
            why = mark("its name does not say how its texts are written")
            raise BadInput(self.name, why, mark("say --format jsonl, csv or txt"))
        return known[suffix]

    @contextmanager
    def _opened(self) -> Iterator[io.TextIOWrapper]:
        raw = sys.stdin.buffer if self.file == STDIN else self.file.open("rb")
        try:
            start = raw.peek(4) if isinstance(raw, io.BufferedReader) else b""
            encoding = next((name for mark_, name in _BOMS if start.startswith(mark_)), self.encoding)
            encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
            stream = io.TextIOWrapper(raw, encoding, "replace" if self.lossy else "surrogateescape", newline="")
            try:
                yield stream
            finally:
                stream.detach()
        finally:
            if self.file != STDIN:
                raw.close()

    def _lines(self, stream: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
        number = 0
        while True:
            number += 1
            try:
                line = stream.readline(_LONGEST_LINE)
            except UnicodeError as error:
                raise self._not_text(number) from error
            if not line:
                return
            if len(line) >= _LONGEST_LINE:
                why = mark("a line of more than {most} million characters")
                raise self._bad(number, why, mark("check that this is the right file"), most=_LONGEST_LINE // 10**6)
            if not self.lossy and _NOT_TEXT.search(line):
                raise self._not_text(number)
            yield number, line

    def _json_lines(self, lines: Iterator[tuple[int, str]]) -> Iterator[Row]:
        for number, line in lines:
            if not line.strip():
                continue
            try:
                cells = json.loads(line)
            except (ValueError, RecursionError) as error:
                reason = getattr(error, "msg", type(error).__name__)
                mend = mark("write one JSON object a line, as in {example}")
                raise self._bad(
                    number, mark("not JSON ({reason})"), mend, reason=reason, example='{"id": 1, "text": "..."}'
                ) from error
            if not isinstance(cells, dict):
                mend = mark("write one JSON object a line, as in {example}")
                raise self._bad(number, mark("not a JSON object"), mend, example='{"id": 1, "text": "..."}')
            self._check(number, list(cells))
            yield self._row(number, cells)

    def _csv(self, lines: Iterator[tuple[int, str]]) -> Iterator[Row]:
        csv.field_size_limit(_LONGEST_LINE)
        try:
            number, head = next(lines)
        except StopIteration:
            return
        delimiter = max(_DELIMITERS, key=head.count)
        columns = [name.strip() for name in next(csv.reader([head], delimiter=delimiter))]
        self._check(number, columns)
        reader = csv.reader((line for _, line in lines), delimiter=delimiter)
        while True:
            at = number + reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                mend = mark("check the quotation marks of this line")
                raise self._bad(at, mark("not CSV ({reason})"), mend, reason=error) from error
            if values:
                yield self._row(at, dict(zip(columns, values, strict=False)))

    def _plain(self, lines: Iterator[tuple[int, str]]) -> Iterator[Row]:
        for number, line in lines:
            yield Row(number, number, line.rstrip("\r\n")[:KEPT], {})

    def _check(self, number: int, columns: list[str]) -> None:
        for name in (self.text, *self.needed):
            if name not in columns:
                why = mark("no column “{column}”")
                mend = mark("name yours, for instance --{option} {first}; there are: {columns}")
                there = [column for column in columns if column]
                option = "text" if name == self.text else "labels"
                raise self._bad(
                    number,
                    why,
                    mend,
                    column=name,
                    option=option,
                    first=there[0] if there else "-",
                    columns=", ".join(there) or "-",
                )

    def _row(self, number: int, cells: Mapping[str, Value]) -> Row:
        text = cells.get(self.text)
        if isinstance(text, dict | list):
            raise self._bad(number, mark("“{column}” is no text"), mark("write it between quotes"), column=self.text)
        id_ = cells.get(self.id)
        known = id_ if isinstance(id_, str | int) and id_ != "" else number
        return Row(number, known, "" if text is None else str(text)[:KEPT], cells)

    def _bad(self, number: int, why: str, mend: str, **values: object) -> BadInput:
        return BadInput(f"{self.name}:{number}", why, mend, **values)

    def _not_text(self, number: int) -> BadInput:
        why = mark("not written in {encoding}")
        mend = mark("say which encoding it is, for instance --encoding cp1252, or put � for such bytes with --lossy")
        return self._bad(number, why, mend, encoding=self.encoding.upper())
