"""`repartie doctor`: what is wrong and how to mend it. Looks only: nothing is stored, posted or repaired."""

import json
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.credentials import Credentials, SettingsWrong
from config.load import examine
from config.schema import Config
from models import migrate
from models.database import Database
from repartie.app import now
from repartie.doctor import machine, outside, paid, store, work
from repartie.doctor.diagnosis import Diagnosis, Health, table, warning, wrong
from repartie.shell import ENV, HERE, WRONG_OUTSIDE, ConfigFile, EnvFile, out, t


class Format(StrEnum):
    """For people or for programs."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Make it a command of the program."""
    app.command("doctor", help=t("Say what is wrong and how to mend it; changes nothing."))(_doctor)


def _doctor(
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
    deep: Annotated[bool, typer.Option("--deep", help=t("Load the model too: some seconds."))] = False,
    offline: Annotated[bool, typer.Option("--offline", help=t("Ask neither Slack nor any site."))] = False,
    shape: Annotated[Format, typer.Option("--format", help=t("text or json."))] = Format.TEXT,
) -> None:
    found = list(examination(config, env_file, now(), deep=deep, offline=offline))
    if shape is Format.JSON:
        out.print(
            json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=2), markup=False, soft_wrap=True
        )
    else:
        out.print(table(found, t))
    if any(one.health is Health.WRONG for one in found):
        raise typer.Exit(WRONG_OUTSIDE)


def examination(
    config: Path, env_file: Path, at: datetime, *, deep: bool = False, offline: bool = False
) -> Iterator[Diagnosis]:
    """Everything that is looked at, from the machine to what waits for a person."""
    yield machine.python(t)
    yield machine.weights(t, deep=deep)
    yield machine.secrets(env_file, t)
    read = examine(config)
    for problem in read.problems:
        where = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else str(problem.file)
        yield (warning if problem.warning else wrong)(where, problem.said(t), problem.advice(t))
    try:
        credentials = Credentials.read(env_file)
    except SettingsWrong as error:
        for name in error.variables:
            yield wrong(name, t("what it holds cannot be"), SettingsWrong((name,)).render(t))
        return
    if read.config is not None:
        yield machine.zones(read.config.timezone, t)
        yield from outside.tokens(read.config, credentials, t)
        if not offline:
            yield from outside.slack(read.config, credentials, at, t)
            yield from outside.feeds_clock(read.config, at, t)
            yield from outside.doors(read.config, t)
    yield from _stored(read.config, credentials, at)


def _stored(config: Config | None, credentials: Credentials, at: datetime) -> Iterator[Diagnosis]:
    file = store.path_of(credentials.database)
    if file is not None:
        yield machine.disk(file.parent, t)
        yield machine.store_folder(file.parent, t)
        if not file.exists():
            yield store.not_made_yet(t)
            return
    database = Database(credentials.database)
    try:
        if (trouble := store.closed(database, t)) is not None:
            yield trouble
            return
        yield store.schema(database, t)
        yield from store.whole(database, t)
        if config is not None and migrate.current(database) == migrate.head():
            with database.read() as session:
                yield work.listening(session, at, t)
                yield from work.places(session, config, t)
                yield from work.gaps(session, config, at, t)
                yield work.publishing(session, config, t, allowed=credentials.may_publish)
                yield from paid.x_sources(session, config, credentials, at, t)
                yield from work.replies(session, at, t)
                yield from work.backlog(session, config, at, t)
    finally:
        database.close()
