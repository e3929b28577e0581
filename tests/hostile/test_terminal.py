"""What a stranger wrote is shown to the operator and obeyed by nothing."""

import io
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from rich.progress import Progress, TextColumn
from rich.table import Table
from rich.text import Text

from config.i18n import words
from repartie import reports
from repartie.console import OneLine, SafeConsole, tame
from tests.hostile.inputs import ANY, TEXTS

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
OURS = re.compile("\x1b\\[[0-9;]*m")
"""Styles, which rich writes and no text may."""


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[SafeConsole]:
    """A console that believes to be a terminal of many colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    console = SafeConsole()
    console.file = io.StringIO()
    console.width = 100
    yield console
    assert not OBEYED.search(OURS.sub("", shown(console)))


def shown(console: SafeConsole) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_is_obeyed(terminal: SafeConsole, name: str) -> None:
    text = TEXTS[name][:2000]
    terminal.print(text)
    terminal.print(Text(text, "red"))
    table = Table(text, box=None)
    table.add_row(text)
    table.add_row(Text(text))
    terminal.print(table)


def test_markup_is_shown_to_the_letter(terminal: SafeConsole) -> None:
    """`[/]` in a brand's name ended `replay` with a stack trace."""
    table = Table()
    table.add_row("[/] [red]rouge[/red] :smile:")
    terminal.print(table)
    assert "[/] [red]rouge[/red] :smile:" in shown(terminal)
    assert "\x1b[31m" not in shown(terminal)


def test_a_progress_bar_shows_a_files_name_to_the_letter(terminal: SafeConsole) -> None:
    with Progress(TextColumn("{task.description}", markup=False), console=terminal) as bar:
        bar.add_task("[red]\x1b[2J.csv")
        bar.stop()
    said = re.sub("\r|\x1b\\[(\\?25[lh]|2K)", "", shown(terminal))  # rich hides the cursor, and clears its own line
    terminal.file = io.StringIO(said)
    assert "[red][2J.csv" in said


def test_our_own_styles_stay(terminal: SafeConsole) -> None:
    terminal.print(reports.findings([reports.Finding("a", "b", well=False, said="[bold]\x1b[2J")], words("en")))
    assert "\x1b[31m" in shown(terminal)
    assert "[bold][2J" in shown(terminal)


def test_a_log_line_is_one_line() -> None:
    """A feed's notice could write lines of its own, in the log's own form."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    log = logging.Logger("repartie.test")  # noqa: LOG001 - a logger of this test's own, which nobody else hears
    log.addHandler(handler)
    for text in TEXTS.values():
        log.warning("%s says: %s", text[:500], text[:500])
    lines = stream.getvalue().split("\n")
    assert len(lines) == len(TEXTS) + 1
    assert not OBEYED.search(stream.getvalue())


def test_a_traceback_cannot_fake_a_line() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine("%(levelname)s %(message)s"))
    log = logging.Logger("repartie.test")  # noqa: LOG001 - as above
    log.addHandler(handler)
    try:
        int(TEXTS["log lines"] + TEXTS["terminal"])
    except ValueError as error:
        error.add_note(TEXTS["log lines"] + TEXTS["terminal"])
        log.exception("it failed")
    first, *rest, last = stream.getvalue().split("\n")
    assert (first, last) == ("ERROR it failed", "")
    assert all(line.startswith("  ") for line in rest)
    assert not OBEYED.search(stream.getvalue())


@given(ANY)
def test_any_text_is_tamed(text: str) -> None:
    tame(text).encode(sys.getdefaultencoding())
    assert not OBEYED.search(tame(text))
