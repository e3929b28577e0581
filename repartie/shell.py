"""What every command speaks with: the shell's language, two consoles, the options all of them know, and the end."""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from config.i18n import Words, words
from repartie.terminal import SafeConsole

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
