"""`repartie db`: which schema the store has, and how it gets this version's; `repartie health`."""

import typer

from config.i18n import mark
from models.database import Database
from models.migrate import NewerSchema, current, head, knows, upgrade
from repartie.health import beating
from repartie.shell import ENV, WRONG_INPUT, WRONG_OUTSIDE, EnvFile, fail, out, read_credentials, t
from repartie.version import version

NEWER = mark("This store was made by a newer version of Repartie: run that version, or restore a backup.")
OLDER = mark(
    "The store is at revision {at}, this version needs {wanted}. Stop every process, make a backup with"
    " `repartie backup`, then run `repartie db upgrade`."
)

_commands = typer.Typer(no_args_is_help=True, help=t("The store: which schema it has, and how to bring it up to date."))


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(_commands, name="db")
    app.command("health", help=t("Say whether a process listens with this store: 0 if one does, 1 if none."))(_health)


@_commands.command("status", help=t("Show the store's revision and this version's; ends with 1 if they differ."))
def _status(env_file: EnvFile = ENV) -> None:
    database = Database(read_credentials(env_file).database)
    at, wanted = current(database), head()
    database.close()
    place = database.url.render_as_string(hide_password=True)
    out.print(t("Repartie {version}, store {place}", version=version(), place=place), markup=False, soft_wrap=True)
    if at == wanted:
        out.print(t("Revision {at}: up to date.", at=at), markup=False)
        return
    if at is None:
        fail(
            t("The store is empty: `repartie db upgrade` makes its tables, and so does `repartie run`."), WRONG_OUTSIDE
        )
    if not knows(at):
        fail(t(NEWER), WRONG_INPUT)
    fail(t(OLDER, at=at, wanted=wanted), WRONG_OUTSIDE)


@_commands.command("upgrade", help=t("Bring the store to the schema of this version; make a backup first."))
def _upgrade(env_file: EnvFile = ENV) -> None:
    database = Database(read_credentials(env_file).database)
    before = current(database)
    try:
        upgrade(database)
    except NewerSchema:
        fail(t(NEWER), WRONG_INPUT)
    finally:
        database.close()
    if before == head():
        out.print(t("Revision {at}: nothing to do.", at=before), markup=False)
    else:
        out.print(t("From revision {before} to {after}.", before=before or t("empty"), after=head()), markup=False)


def _health(env_file: EnvFile = ENV) -> None:
    address = read_credentials(env_file).database
    if not beating(address):
        fail(t("No process listens with this store."), WRONG_OUTSIDE)
    out.print(t("A process listens."), markup=False)
