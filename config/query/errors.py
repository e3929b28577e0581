"""What is wrong with a query, where, and what to write instead."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from config.i18n import Words

_SHOWN: Final = 72
"""Columns of the source shown around the fault."""


class QueryError(ValueError):
    """A query that cannot be read.

    `message` and `hint` are English keys of the catalogue, filled with `values`; `hint` may be empty. `position` is
    the 0-based character of `source` at fault (its length when something is missing at the end).
    """

    def __init__(
        self, message: str, source: str, position: int, *, hint: str = "", values: Mapping[str, object] | None = None
    ) -> None:
        self.message = message
        self.source = source
        self.position = position
        self.hint = hint
        self.values = dict(values or {})
        super().__init__(message.format_map(self.values))

    def render(self, t: Words) -> str:
        """The message, the line at fault with a caret under the character, and the hint, in the language of `t`."""
        line, caret = self._line()
        lines = [t(self.message, **self.values), f"  {line}", f"  {caret}^"]
        if self.hint:
            lines.append(t(self.hint, **self.values))
        return "\n".join(lines)

    def _line(self) -> tuple[str, str]:
        start = self.source.rfind("\n", 0, self.position) + 1
        end = self.source.find("\n", self.position)
        line = self.source[start : None if end < 0 else end]
        column = self.position - start
        first = max(0, min(column - _SHOWN // 2, len(line) - _SHOWN))
        before = "…" if first else ""
        after = "…" if first + _SHOWN < len(line) else ""
        shown = before + line[first : first + _SHOWN] + after
        return shown.replace("\t", " "), " " * _columns(before + line[first:column])


def _columns(text: str) -> int:
    """How many columns a terminal gives to `text`."""
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in {"Cf", "Mn"}
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )
