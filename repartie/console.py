"""The operator's terminal and log. Both quote strangers, who must not style, move or fake a line."""

import logging
import re
from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# Control signs (escape sequences begin with one), orders of writing direction, halves of surrogate pairs.
_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_INDENT: Final = "  "


def tame(text: str) -> str:
    """`text` with a replacement character for whatever a terminal would obey; line ends and tabs stay."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


class SafeConsole(Console):
    """A console that takes every text to the letter: `[red]` and `:smile:` are shown, control signs left out.

    Left out and not replaced: rich has laid the text out by then, and counts no column for them.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Every text of every table passes here; rich's own orders to the terminal are no text."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(_UNSAFE.sub("", segment.text), segment.style)


class OneLine(logging.Formatter):
    r"""One line a record: line ends in a message are written `\\n`, and a traceback's lines are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The record's own line."""
        return tame(super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n"))

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        """What was raised, under its record."""
        said = super().formatException(ei)  # type: ignore[arg-type] # logging's own triple, private in its stubs
        return "\n".join(_INDENT + tame(line) for line in said.splitlines())
