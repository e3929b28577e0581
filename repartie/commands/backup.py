"""`repartie backup` and `repartie restore`: everything in one file, from and into SQLite or PostgreSQL."""

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated
from zoneinfo import ZoneInfo

import typer

from models.archive import Damaged, Manifest, NotABackup, Reader
from models.backup import NothingToBackUp, back_up, whole_or_nothing
from models.database import Database
from models.migrate import NewerSchema
from models.restore import InUse, NotEmpty, restore
from models.store.decisions import Worker
from models.store.leases import Holder
from repartie.commands.db import NEWER
from repartie.jobs import alive
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
    read_credentials,
    t,
)
from repartie.version import version
from responders.outbox import Trouble

STDIO = Path("-")
_RESTORE = Worker("restore", "Repartie")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("backup", help=t("Write the store and the configuration into one file; others may go on working."))(
        _backup
    )
    app.command("restore", help=t("Put a backup into an empty store, SQLite or PostgreSQL."))(_restore)


def _backup(
    file: Annotated[
        Path,
        typer.Argument(help=t("Where to write it; a folder takes a file named after the moment; - is the output.")),
    ],
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
) -> None:
    now = datetime.now(UTC)
    if not config.is_file():
        fail(t("{file} is not there; --config says which file belongs to the backup.", file=config), WRONG_INPUT)
    database = Database(read_credentials(env_file).database)
    target = file / f"repartie-{now:%Y-%m-%dT%H%M%SZ}.zip" if file.is_dir() else file
    try:
        with _written(target) as archive:
            made = back_up(database, archive, config=config.read_bytes(), version=version(), now=now)
    except NothingToBackUp:
        fail(t("The store is empty: there is nothing to back up."), WRONG_INPUT)
    except NewerSchema:
        fail(t(NEWER), WRONG_INPUT)
    except FileExistsError:
        fail(t("{file} is there already; a backup never overwrites another.", file=target), WRONG_INPUT)
    except BlockingIOError:
        fail(t("Another process is writing {file}.", file=target), HELD_ELSEWHERE)
    except OSError as error:
        fail(t("{file} cannot be written: {reason}", file=target, reason=error.strerror or error), WRONG_OUTSIDE)
    finally:
        database.close()
    err.print(t("{rows} in {file}.", rows=_rows(made.rows), file=target), markup=False, soft_wrap=True)


def _restore(
    file: Annotated[Path, typer.Argument(help=t("The backup; - is the input."))],
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
    force: Annotated[
        bool, typer.Option("--force", help=t("Replace what the store holds. It is gone then: make a backup first."))
    ] = False,
) -> None:
    database = Database(read_credentials(env_file).database)
    try:
        with _readable(file) as stream:
            archive = Reader(stream)
            done = restore(
                database, archive, force=force, who=_RESTORE, problem=Trouble.RESTORED.value,
                now=datetime.now(UTC), gone=_gone,
            )  # fmt: skip
            settings = archive.config()
    except NotABackup:
        fail(t("{file} is no backup of Repartie, or it was cut short.", file=file), WRONG_INPUT)
    except Damaged as error:
        fail(t("{file} is damaged: {member} is not what was written.", file=file, member=error.member), WRONG_INPUT)
    except NewerSchema:
        fail(t("The backup or the store was made by a newer version of Repartie: run that version."), WRONG_INPUT)
    except InUse as error:
        message = t(
            "Process {pid} on {host} works with this store: stop it first.",
            pid=error.holder.pid,
            host=error.holder.host,
        )
        fail(message, HELD_ELSEWHERE)
    except NotEmpty:
        fail(t("The store is not empty. To replace all it holds: --force"), WRONG_INPUT)
    except OSError as error:
        fail(t("{file} cannot be read: {reason}", file=file, reason=error.strerror or error), WRONG_OUTSIDE)
    finally:
        database.close()
    _say(archive.manifest, done.doubtful)
    _put_back(settings, config)


def _say(manifest: Manifest, doubtful: int) -> None:
    made = t.moment(manifest.created, ZoneInfo("UTC"))
    err.print(t("{rows} restored, as of {moment} UTC.", rows=_rows(manifest.rows), moment=made), markup=False)
    if doubtful:
        message = t.plural(
            "{count} answer was about to leave then and may have been published since: Slack asks whether it was.",
            "{count} answers were about to leave then and may have been published since: Slack asks whether they were.",
            doubtful,
        )
        err.print(message, markup=False, soft_wrap=True)


def _put_back(settings: bytes | None, config: Path) -> None:
    """The configuration where there is none; beside it where there is another: nobody's edit is lost."""
    if settings is None or (config.exists() and config.read_bytes() == settings):
        return
    target = config.with_name(f"{config.stem}.restored{config.suffix}") if config.exists() else config
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(settings)
    except OSError as error:  # /etc may well be read-only for us: the store is restored all the same
        reason = error.strerror or str(error)
        message = t("{file} cannot be written: {reason}", file=target, reason=reason)
    else:
        message = t("The configuration of the backup is in {file}.", file=target)
    err.print(message, markup=False, soft_wrap=True)


@contextmanager
def _written(target: Path) -> Iterator[IO[bytes]]:
    if target == STDIO:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_or_nothing(target) as file:
        yield file


@contextmanager
def _readable(file: Path) -> Iterator[IO[bytes]]:
    if file != STDIO:
        with file.open("rb") as stream:
            yield stream
        return
    with TemporaryFile() as spool:  # a ZIP is read from its end
        shutil.copyfileobj(sys.stdin.buffer, spool)
        spool.seek(0)
        yield spool


def _gone(holder: Holder) -> bool:
    return holder.host == socket.gethostname() and not alive(holder.pid)


def _rows(rows: dict[str, int]) -> str:
    return t.plural("{count} mention", "{count} mentions", rows.get("mention", 0))
