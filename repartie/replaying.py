"""`repartie replay` on the terminal: a progress bar, then what came out."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from config.i18n import Words, mark
from models.verdict import Sentiment
from repartie.app import App
from repartie.replay import BadMapping, Export, Tally, read_mapping, replay

_BAD_SHOWN = 10
_SENTIMENTS = {
    Sentiment.NEGATIVE: mark("negative"),
    Sentiment.NEUTRAL: mark("neutral"),
    Sentiment.POSITIVE: mark("positive"),
}


def run(  # noqa: PLR0913 - one command's options
    app: App, file: Path, columns: str, brand: str, *, every_row: bool, t: Words, out: Console, err: Console
) -> bool:
    """Replay `file`, showing how far it is. False when some rows could not be read; they are listed.

    Raises:
        BadMapping: `--map` or the file cannot be read as asked.
    """
    export = Export(file, read_mapping(columns), app.config.timezone)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
    )
    with bar:
        task = bar.add_task(file.name, total=export.lines())
        tally = replay(
            app.listening, export, brand, every_row=every_row, progress=lambda line: bar.update(task, completed=line)
        )
        seconds = bar.tasks[task].elapsed or 0.0
    out.print(_table(tally, brand, seconds, t))
    if not tally.stored and not tally.skipped and tally.unmatched:
        out.print(
            t("No row matched the query of {brand}. To take every row as a mention: --every-row", brand=brand),
            markup=False,
        )
    _show_bad(tally, file, t, err)
    return not tally.bad


def complaint(error: BadMapping, t: Words) -> str:
    """What is wrong with `--map`, in the reader's language."""
    return t(error.message, **error.values)


def _table(tally: Tally, brand: str, seconds: float, t: Words) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    counts = [
        (t("rows read"), tally.rows),
        (t("taken in by an earlier replay"), tally.skipped),
        (t("not about {brand}", brand=brand), tally.unmatched),
        (t("could not be read"), len(tally.bad)),
        (t("new mentions"), tally.stored),
    ]
    for name, count in counts:
        table.add_row(name, t.number(count))
    table.add_section()
    total = sum(tally.sentiment.values())
    for label, name in _SENTIMENTS.items():
        count = tally.sentiment.get(label.value, 0)
        share = f" ({t.percent(count / total)})" if total else ""
        table.add_row(t(name), f"{t.number(count)}{share}")
    table.add_section()
    fresh = tally.rows - tally.skipped
    table.add_row(t("rows a second"), t.number(round(fresh / seconds)) if seconds and fresh else "-")
    return table


def _show_bad(tally: Tally, file: Path, t: Words, err: Console) -> None:
    for row in tally.bad[:_BAD_SHOWN]:
        err.print(f"{file}:{row.line}: {row.why(t)}", markup=False, soft_wrap=True)
    if (more := len(tally.bad) - _BAD_SHOWN) > 0:
        err.print(t.plural("and {count} more row", "and {count} more rows", more), markup=False)
