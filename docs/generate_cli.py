"""Writes docs/cli.md from what the program says of itself: `make docs`. A test compares."""  # noqa: INP001 - a script

import importlib
import os
import sys
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup
from typer.testing import CliRunner

PAGE = Path(__file__).with_name("cli.md")
# Plain text of one width, in English, whoever runs this and wherever.
PLAIN = {
    "NO_COLOR": "1",
    "TERM": "dumb",
    "COLUMNS": "100",
    "TERMINAL_WIDTH": "100",
    "LANG": "C.UTF-8",
    "LANGUAGE": "en",
}
HEAD = """# The command line

What `--help` prints. Written by `make docs`; do not edit by hand.
"""


def commands(app: typer.Typer) -> dict[tuple[str, ...], TyperCommand | TyperGroup]:
    """Every command by its path of names, the program itself under (); hidden ones left out."""
    found: dict[tuple[str, ...], TyperCommand | TyperGroup] = {}

    def walk(command: TyperCommand | TyperGroup, path: tuple[str, ...]) -> None:
        found[path] = command
        if isinstance(command, TyperGroup):
            for name, child in command.commands.items():
                if not child.hidden:
                    walk(child, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def cli_page(app: typer.Typer) -> str:
    """The whole of docs/cli.md.

    Raises:
        RuntimeError: a command's --help does not end well.
    """
    parts = [HEAD]
    for path in commands(app):
        shown = CliRunner().invoke(app, [*path, "--help"], env=PLAIN, prog_name="repartie")
        if shown.exit_code:
            msg = f"--help of {' '.join(path)!r} ended with {shown.exit_code}: {shown.output}"
            raise RuntimeError(msg)
        body = "\n".join(line.rstrip() for line in shown.output.strip().splitlines())
        parts.append(f"## {' '.join(('repartie', *path))}\n\n```text\n{body}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    os.environ.update(PLAIN)  # rich reads some of them once, when it is imported by the command line
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    page.write_text(cli_page(importlib.import_module("repartie.cli").app), encoding="utf-8")
