"""The `repartie` command. Each command reads what it was told, calls one piece of the app and says what came out.

Exit codes: 0 done; 1 something is wrong outside (a source, Slack, a row); 2 what was typed or configured is wrong;
3 another process has the schedule.
"""

import getpass
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from config.credentials import CredentialMissing, Credentials
from config.i18n import words
from config.load import examine
from config.problems import ConfigErrors
from config.schema import Config
from models.migrate import NewerSchema, OlderSchema
from repartie import reports
from repartie.app import App, build
from repartie.commands import adapt, add, backtest, backup, classify, db, doctor, evaluate, init, label
from repartie.jobs import AlreadyRunning
from repartie.replay import BadMapping
from repartie.shell import (
    ENV,
    HELD_ELSEWHERE,
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
from repartie.shell import language as shell_language
from repartie.signals import StopSignal
from repartie.terminal import OneLine
from responders import speaking
from responders.seen import Person

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
slack = typer.Typer(no_args_is_help=True, help=t("What Slack needs to know of us."))
app.add_typer(slack, name="slack")
sources = typer.Typer(
    invoke_without_command=True, help=t("Show how each source is, since when, why, and when it is read next.")
)
app.add_typer(sources, name="sources")
for topic in (init, add, doctor, db, backup, backtest, classify, evaluate, label, adapt):
    topic.register(app)


@app.callback(help=t("Hears what people say of a brand in public, and lets the team answer from Slack."))
def _every_command(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help=t("Say more in the log."))] = False,
) -> None:
    log = logging.StreamHandler(sys.stderr)
    log.setFormatter(OneLine("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[log])
    for noisy in ("httpx", "httpcore", "slack_bolt", "slack_sdk", "websocket", "alembic"):
        logging.getLogger(noisy).setLevel(logging.INFO if verbose else logging.WARNING)
    # It warns of each turn that is skipped because a reading takes long; jobs.py says what matters.
    logging.getLogger("apscheduler").setLevel(logging.INFO if verbose else logging.ERROR)


@app.command(
    "check", help=t("Check the configuration, try each source and Slack; nothing is posted and nothing is stored.")
)
def _check(
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
    explain: Annotated[
        str | None, typer.Option(help=t("Say which brand this text concerns and by which words, or why not."))
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help=t("Check the file only; try no source and no Slack."))
    ] = False,
) -> None:
    read, credentials = _settings(config, env_file)
    if explain is not None:
        out.print(reports.explained(read, explain, t), markup=False, soft_wrap=True)
        return
    if offline:
        out.print(t("{file} is right.", file=config), markup=False)
        return
    with _opened(read, credentials) as opened:
        found = [*reports.tried(opened, t), *reports.slack(opened, t)]
    _show(found)


@app.command("run", help=t("Listen, show mentions in Slack and publish approved answers, until Ctrl-C."))
def _run(config: ConfigFile = HERE, env_file: EnvFile = ENV) -> None:
    from repartie.running import serve  # noqa: PLC0415 - loads Slack's library, which only this command needs

    read, credentials = _settings(config, env_file)
    signals = StopSignal()
    signals.install()
    with _opened(read, credentials) as opened:
        try:
            clean = serve(opened, signals.event, config)
        except AlreadyRunning as other:
            fail(
                t(
                    "Process {pid} on {host} has the schedule: stop it first, or let it work.",
                    pid=other.holder.pid,
                    host=other.holder.host,
                ),
                HELD_ELSEWHERE,
            )
    if not clean:
        # A reading hangs in a thread: what it would have brought is read again at the next start.
        sys.stderr.flush()
        os._exit(0)


@app.command("collect", help=t("Read every source that is due once, store what concerns a brand, and end."))
def _collect(config: ConfigFile = HERE, env_file: EnvFile = ENV) -> None:
    read, credentials = _settings(config, env_file)
    with _opened(read, credentials) as opened:
        found = reports.collected(opened, t)
    _show(found)


@sources.callback()
def _sources(context: typer.Context, config: ConfigFile = HERE, env_file: EnvFile = ENV) -> None:
    if context.invoked_subcommand is not None:
        return
    read, credentials = _settings(config, env_file)
    with _opened(read, credentials) as opened:
        out.print(reports.sources(opened, t))
        if (gaps := reports.gaps(opened, t)).row_count:
            out.print(gaps)


@sources.command("enable", help=t("Read a source again although it was disabled: you mended it."))
def _enable(
    source: Annotated[str, typer.Argument(help=t("Its name in the file."))],
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
) -> None:
    read, credentials = _settings(config, env_file)
    if source not in read.sources:
        names = ", ".join(read.sources)
        fail(t("No source is called {name}; there are: {names}", name=source, names=names), WRONG_INPUT)
    with _opened(read, credentials) as opened:
        reports.enable(opened, source)
    out.print(t("{source} is read again; a process that listens begins within a minute.", source=source), markup=False)


@app.command("replay", help=t("Send an export of real posts through the whole listening side, with their own times."))
def _replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=t("CSV or JSON Lines, one post a row."))],
    columns: Annotated[
        str, typer.Option("--map", help=t("Our fields and your columns: text=Body,at=Date,author=User,url=Link,id=Id"))
    ],
    brand: Annotated[str, typer.Option(help=t("The brand whose query the posts are held against."))],
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
    every_row: Annotated[
        bool, typer.Option("--every-row", help=t("Take every row as a mention, whatever the query says."))
    ] = False,
) -> None:
    from repartie import replaying  # noqa: PLC0415 - draws a progress bar only this command needs

    read, credentials = _settings(config, env_file)
    known = [item.name for item in read.brands]
    if brand not in known:
        fail(t("No brand is called {name}; there are: {names}", name=brand, names=", ".join(known)), WRONG_INPUT)
    with _opened(read, credentials) as opened:
        try:
            well = replaying.run(opened, file, columns, brand, every_row=every_row, t=t, out=out, err=err)
        except BadMapping as error:
            fail(replaying.complaint(error, t), WRONG_INPUT)
    if not well:
        raise typer.Exit(WRONG_OUTSIDE)


@app.command("demo", help=t("Play on a practice ground on this machine: no account, no network, no token."))
def _demo(
    language: Annotated[str, typer.Option(help=t("fr or en."))] = shell_language(),
    port: Annotated[int, typer.Option(help=t("The page's port; 0 takes a free one."))] = 0,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help=t("How fast the story runs."))] = 1.0,
) -> None:
    from repartie.demo import NoPractice, play  # noqa: PLC0415 - loads Slack's library, which only this and run need

    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        logging.getLogger().setLevel(logging.WARNING)
    try:
        play(language, port=port, speed=speed, out=out, t=words(language))
    except NoPractice as error:
        fail(str(error), WRONG_OUTSIDE)


@app.command("pause", help=t("Publish nothing any more, for any brand, until `repartie resume`."))
def _pause(
    reason: Annotated[str, typer.Argument(help=t("Why, for the others."))] = "",
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
) -> None:
    read, credentials = _settings(config, env_file)
    with _opened(read, credentials) as opened:
        speaking.pause(opened.database, _somebody(), reason, opened.clock)
    out.print(t("Paused: nothing is published until `repartie resume`."), markup=False)


@app.command("resume", help=t("Publish again; what was approved before the pause leaves now."))
def _resume(config: ConfigFile = HERE, env_file: EnvFile = ENV) -> None:
    read, credentials = _settings(config, env_file)
    with _opened(read, credentials) as opened:
        speaking.resume(opened.database, _somebody(), opened.clock)
    out.print(t("Publishing goes on."), markup=False)


@slack.command("manifest", help=t('Print the manifest to paste into Slack: "Create new app", "From a manifest".'))
def _manifest(
    language: Annotated[str, typer.Option(help=t("The language of the command's description: fr or en."))] = "en",
) -> None:
    from responders.slack.manifest import manifest as describe  # noqa: PLC0415 - loads Slack's library

    out.print(json.dumps(describe(language), indent=2, ensure_ascii=False), markup=False, soft_wrap=True)


def main() -> None:
    """Entry point of the console script."""
    app()


def _settings(file: Path, env_file: Path) -> tuple[Config, Credentials]:
    found = examine(file)
    if found.config is None:
        fail(ConfigErrors(found.problems).render(t), WRONG_INPUT)
    for warning in found.problems:
        err.print(warning.render(t), markup=False, soft_wrap=True)
    return found.config, read_credentials(env_file)


@contextmanager
def _opened(config: Config, credentials: Credentials) -> Iterator[App]:
    try:
        opened = build(config, credentials)
    except NewerSchema:
        fail(t(db.NEWER), WRONG_INPUT)
    except OlderSchema as error:
        fail(t(db.OLDER, at=error.at, wanted=error.wanted), WRONG_INPUT)
    except CredentialMissing as error:
        fail(error.render(t), WRONG_INPUT)
    try:
        yield opened
    except CredentialMissing as error:
        fail(error.render(t), WRONG_INPUT)
    finally:
        opened.close()


def _show(found: list[reports.Finding]) -> None:
    out.print(reports.findings(found, t))
    if not all(finding.well for finding in found):
        raise typer.Exit(WRONG_OUTSIDE)


def _somebody() -> Person:
    """Whoever types on this machine, for the audit."""
    name = getpass.getuser()
    return Person(id=f"shell:{name}", name=name)
