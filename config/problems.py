"""What is wrong in the file, where, and what to do: said in the reader's language, with the line and a caret."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.i18n import Words, words
from config.phrases import Value

_SHOWN: Final = 100  # signs of a long line that are quoted around the caret


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One mistake. `line` and `column` count from 1, in characters; 0 where the file as a whole is meant.

    `message` and `suggestion` are English messages of the catalogue, both filled with `values`. A `warning` does not
    keep the app from starting. `quoted` is the line as written, its secrets hidden.
    """

    file: Path
    line: int
    column: int
    code: str
    message: str
    suggestion: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    quoted: str = ""
    warning: bool = False

    def said(self, t: Words) -> str:
        """What is wrong, in one line."""
        return t(self.message, **self._filled(t))

    def advice(self, t: Words) -> str:
        """What to do, in one line; empty where there is nothing to say."""
        return t(self.suggestion, **self._filled(t)) if self.suggestion else ""

    def render(self, t: Words) -> str:
        """The whole: `repartie.yaml:12:5: error: ...`, the line with a caret, the suggestion."""
        where = f"{self.file}:{self.line}:{self.column}" if self.line else str(self.file)
        kind = t("warning:") if self.warning else t("error:")
        lines = [f"{where}: {kind} {self.said(t)}"]
        if self.quoted.strip():
            lines += _quote(self.quoted, self.column)
        if advice := self.advice(t):
            lines.append(f"    {t('Try:')} {advice}")
        return "\n".join(lines)

    def _filled(self, t: Words) -> dict[str, object]:
        return {name: _written(value, t) for name, value in self.values.items()}


class ConfigErrors(Exception):
    """Everything that is wrong in a file, in the order of its lines; at least one is not a warning."""

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.render(words("en")))

    def render(self, t: Words) -> str:
        """All problems, one after the other, then how many."""
        errors = sum(not problem.warning for problem in self.problems)
        total = t.plural("{count} error in the configuration.", "{count} errors in the configuration.", errors)
        return "\n\n".join([*(problem.render(t) for problem in self.problems), total])


def _written(value: Value, t: Words) -> str:
    if isinstance(value, tuple):
        return t.listing(value, either=True)
    return t.number(value) if isinstance(value, int) else value


def _quote(line: str, column: int) -> list[str]:
    """`line` shortened around `column` (from 1), and a caret under it."""
    start = max(0, column - 1 - _SHOWN // 2) if len(line) > _SHOWN else 0
    shown, cut = line[start : start + _SHOWN], column - 1 - start
    before = "…" if start else ""
    after = "…" if start + _SHOWN < len(line) else ""
    return [f"    {before}{shown}{after}".rstrip(), f"    {_blank(before + shown[:cut])}^"]


def _blank(text: str) -> str:
    """Spaces as wide as a terminal shows `text`; tabs stay, for they are as wide as the terminal likes."""
    widths = {"W": 2, "F": 2}
    return "".join(
        "\t" if sign == "\t" else " " * (0 if unicodedata.combining(sign) else widths.get(_width(sign), 1))
        for sign in text
    )


def _width(sign: str) -> str:
    return unicodedata.east_asian_width(sign)
