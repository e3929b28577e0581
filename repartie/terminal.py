"""The operator's terminal and log, and what every command shares: language, options, how to fail.

Terminal and log quote strangers, who must not style, move or fake a line.
"""

import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from config.i18n import Words, words

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


WRONG_OUTSIDE, WRONG_INPUT, HELD_ELSEWHERE = 1, 2, 3
HERE = Path("repartie.yaml")
ENV = Path(".env")


def language() -> str:
    """The language of the shell; POSIX gives LC_ALL, then LC_MESSAGES, then LANG."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "fr" if spoken.startswith("fr") else "en"


t: Words = words(language())
out = SafeConsole()
err = SafeConsole(stderr=True)

ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="REPARTIE_CONFIG", help=t("The YAML file of brands, words and sources.")),
]
EnvFile = Annotated[Path, typer.Option("--env-file", help=t("A file of tokens, read if it is there."))]


def fail(message: str, code: int) -> NoReturn:
    """Say why on the error stream, and end.

    Raises:
        typer.Exit: with `code`.
    """
    err.print(message, markup=False, soft_wrap=True)
    raise typer.Exit(code)
