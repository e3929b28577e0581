"""What every command shares: the shell's language, where words go, common options, how to fail."""

import os
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from config.credentials import Credentials, SettingsWrong
from config.i18n import Words, words
from repartie.terminal import SafeConsole

WRONG_OUTSIDE: Final = 1
WRONG_INPUT: Final = 2
HELD_ELSEWHERE: Final = 3


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
HERE = Path("repartie.yaml")
ENV = Path(".env")


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong and end the command with `code`."""
    err.print(message, soft_wrap=True)
    raise typer.Exit(code)


def read_credentials(env_file: Path) -> Credentials:
    """The environment's, over those of `env_file`; a wrong one ends the command."""
    try:
        return Credentials.read(env_file)
    except SettingsWrong as error:
        fail(error.render(t), WRONG_INPUT)
