"""`repartie backtest queries`: what an edited file would add and drop, before it is saved or merged."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import TypeAdapter, ValidationError

from config.base import Duration
from config.load import examine
from config.phrases import PHRASES
from config.problems import ConfigErrors
from config.schema import Config
from models.database import Database
from models.migrate import NewerSchema, OlderSchema, prepare
from repartie import examples
from repartie.app import now
from repartie.backtest import backtest
from repartie.changes import Format, Report, Shown
from repartie.commands.db import NEWER, OLDER
from repartie.shell import (
    ENV,
    HERE,
    WRONG_INPUT,
    WRONG_OUTSIDE,
    ConfigFile,
    EnvFile,
    err,
    fail,
    out,
    read_credentials,
    t,
)

_commands = typer.Typer(no_args_is_help=True, help=t("Try an edited file on what was heard lately; nothing changes."))


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(_commands, name="backtest")


@_commands.command(
    "queries", help=t("Say which mentions the queries of the file would add and drop, with examples and reasons.")
)
def _queries(
    config: ConfigFile = HERE,
    before: Annotated[
        Path | None, typer.Option(help=t("The file as it was: compare with it, not with what is stored."))
    ] = None,
    since: Annotated[str, typer.Option(help=t("How far back: 12h, 30d."))] = "30d",
    form: Annotated[Format, typer.Option("--format", help=t("For a terminal, a pull request or a program."))] = (
        Format.TEXT
    ),
    most: Annotated[int, typer.Option("--examples", min=0, help=t("How many posts are shown of each kind."))] = 5,
    fail_over: Annotated[
        float | None,
        typer.Option(min=0, metavar="PERCENT", help=t("End with 1 where more of a brand's mentions than that change.")),
    ] = None,
    env_file: EnvFile = ENV,
) -> None:
    new, old = _read(config), _read(before) if before else None
    start = now() - _duration(since)
    database = Database(read_credentials(env_file).database)
    try:
        prepare(database)
        with database.read() as session:
            found = backtest(session, new, start, old=old)
            shown = [
                Shown(
                    change,
                    examples.added(session, change, found.ears, most, t),
                    examples.dropped(session, change, found.ears, most, t),
                )
                for change in found.changes
            ]
    except NewerSchema:
        fail(t(NEWER), WRONG_INPUT)
    except OlderSchema as behind:
        fail(t(OLDER, at=behind.at, wanted=behind.wanted), WRONG_INPUT)
    finally:
        database.close()
    report = Report(found, shown, ZoneInfo(new.timezone), t)
    out.print(report.written(form), markup=False, emoji=False, soft_wrap=True)
    over = [change for change in found.changes if fail_over is not None and (change.share or 0) * 100 > fail_over]
    if over:
        limit = t.percent((fail_over or 0) / 100)
        names = ", ".join(change.brand for change in over)
        fail(t("More than {limit} changes for: {brands}.", limit=limit, brands=names), WRONG_OUTSIDE)


def _read(file: Path) -> Config:
    found = examine(file)
    if found.config is None:
        fail(ConfigErrors(found.problems).render(t), WRONG_INPUT)
    for warning in found.problems:
        err.print(warning.render(t), markup=False, soft_wrap=True)
    return found.config


def _duration(written: str) -> timedelta:
    try:
        length: timedelta = TypeAdapter(Duration).validate_python(written)
    except ValidationError:
        phrase = PHRASES["bad_duration"]
        fail(f"--since: {t(phrase.message, written=written)}: {t(phrase.suggestion)}", WRONG_INPUT)
    return length
