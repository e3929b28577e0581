"""`db`, `health`, `backup` and `restore` as an operator types them."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlmodel import select
from typer.testing import CliRunner, Result

from config.credentials import Credentials
from config.i18n import words
from config.schema import Config
from models import migrate
from models.database import Database
from models.migrate import _config, current, head, upgrade
from models.status import ReplyStatus
from models.store import leases
from models.tables import ReplyRow, SourceRow
from repartie import app as composition
from repartie import health
from repartie.cli import app
from responders.outbox import Trouble
from responders.seen import AnswerSeen
from responders.wording import explain_answer
from tests.stage import CAMILLE, stage

Run = Callable[..., Result]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REPARTIE_DATABASE", raising=False)
    monkeypatch.delenv("REPARTIE_CONFIG", raising=False)
    (tmp_path / "repartie.yaml").write_text("language: fr\n")
    return lambda *typed, code=0, given=None: _typed(typed, code, given)


def _typed(typed: tuple[str, ...], code: int, given: bytes | None) -> Result:
    done = CliRunner().invoke(app, typed, env={"LANG": "C.UTF-8", "COLUMNS": "200"}, input=given)
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def store(run: Run, tmp_path: Path):
    """The store of the folder, with one source in it."""
    assert run
    database = Database(f"sqlite:///{tmp_path}/var/repartie.db")
    upgrade(database)
    with database.write() as session:
        session.add(SourceRow(name="presse", place="p", kind="rss", since=datetime.now(UTC)))
    yield database
    database.close()


def back(database: Database, revision: str) -> None:
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


# --- The schema.


def test_upgrade_says_from_where_to_where(run: Run) -> None:
    assert "The store is empty" in run("db", "status", code=1).output
    assert f"From revision empty to {head()}." in run("db", "upgrade").output
    assert f"Revision {head()}: nothing to do." in run("db", "upgrade").output
    assert f"Revision {head()}: up to date." in run("db", "status").output


def test_a_store_that_is_behind_or_ahead_is_told(run: Run, store: Database, monkeypatch) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for typed in (("db", "status"), ("db", "upgrade"), ("backup", "x.zip")):
        assert "newer version" in run(*typed, code=2).output
    monkeypatch.setattr("repartie.commands.db.knows", lambda _revision: True)
    assert f"The store is at revision 9999, this version needs {head()}." in run("db", "status", code=1).output


def test_a_password_is_not_shown(run: Run, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("repartie.commands.db.current", lambda _database: head())
    (tmp_path / ".env").write_text("REPARTIE_DATABASE=postgresql+psycopg://repartie:geheim@127.0.0.1:1/repartie\n")
    shown = run("db", "status").output
    assert "geheim" not in shown
    assert "127.0.0.1" in shown


def test_only_sqlite_and_empty_stores_are_migrated_by_themselves(store: Database, monkeypatch) -> None:
    monkeypatch.setattr(migrate, "head", lambda: "0099")
    monkeypatch.setattr(migrate, "upgrade", lambda _database: None)
    migrate.prepare(store)
    monkeypatch.setattr(Database, "is_sqlite", False)
    with pytest.raises(migrate.OlderSchema) as refused:
        migrate.prepare(store)
    assert (refused.value.at, refused.value.wanted) == (head_of_files(), "0099")


def head_of_files() -> str:
    return max(path.name[:4] for path in (Path(migrate.__file__).parent / "migrations/versions").glob("0*.py"))


def test_the_program_asks_before_it_migrates(monkeypatch, tmp_path: Path) -> None:
    """`build` goes through `prepare`, not straight to `upgrade`."""
    asked = []
    monkeypatch.setattr(composition, "prepare", asked.append)
    config = Config.model_validate(
        {
            "brands": [{"name": "Aéroplouf", "query": "aeroplouf", "sources": ["presse"]}],
            "sources": {"presse": {"kind": "rss", "feeds": ["https://presse.example/rss"]}},
        }
    )
    credentials = Credentials(_env_file=None, repartie_database=f"sqlite:///{tmp_path}/a.db")
    composition.build(config, credentials, judge=object()).close()
    assert len(asked) == 1


def test_a_rebuilt_table_takes_nobody_with_it(store: Database) -> None:
    """SQLite drops the old table when it is changed: what refers to it must survive."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO parent VALUES (1)")
        connection.exec_driver_sql("INSERT INTO child VALUES (1, 1)")
    with migrate.schema_change(store) as connection:
        connection.exec_driver_sql("CREATE TABLE fresh (id INTEGER PRIMARY KEY, more TEXT)")
        connection.exec_driver_sql("INSERT INTO fresh (id) SELECT id FROM parent")
        connection.exec_driver_sql("DROP TABLE parent")
        connection.exec_driver_sql("ALTER TABLE fresh RENAME TO parent")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM child").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with pytest.raises(migrate.BrokenReferences), migrate.schema_change(store) as connection:
        connection.exec_driver_sql("DELETE FROM parent")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM parent").scalar() == 1


# --- Health.


def test_health_is_a_lease_renewed_in_time(run: Run, store: Database) -> None:
    run("health", code=1)
    with store.write() as session:
        leases.acquire(session, "scheduler", leases.Holder("t", "h", 1), datetime.now(UTC))
    run("health")
    assert health.beating(str(store.url))
    with store.write() as session:
        leases.acquire(session, "scheduler", leases.Holder("t", "h", 1), datetime.now(UTC) - 2 * leases.LEASE)
    run("health", code=1)


def test_health_of_a_store_that_is_away_says_no_secret(tmp_path: Path, capsys) -> None:
    assert not health.beating(f"sqlite:///{tmp_path}/new/a.db")
    assert not health.beating("postgresql+psycopg://repartie:geheim@127.0.0.1:1/repartie")
    assert "geheim" not in "".join(capsys.readouterr())


# --- Backup and restore.


@pytest.mark.usefixtures("store")
def test_there_and_back(run: Run, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-secret\n")
    run("backup", "one.zip")
    file = tmp_path / "one.zip"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"xoxb" not in file.read_bytes()
    assert "is there already" in run("backup", "one.zip", code=2).output
    assert "not empty" in run("restore", "one.zip", code=2).output
    monkeypatch.setenv("REPARTIE_DATABASE", f"sqlite:///{tmp_path}/other.db")
    (tmp_path / "repartie.yaml").write_text("language: en\n")
    run("restore", "one.zip")
    assert (tmp_path / "repartie.yaml").read_text() == "language: en\n", "nobody's edit is lost"
    assert (tmp_path / "repartie.restored.yaml").read_text() == "language: fr\n"
    other = Database(f"sqlite:///{tmp_path}/other.db")
    with other.read() as session:
        assert session.exec(select(SourceRow.name)).one() == "presse"
    assert current(other) == head()
    other.close()


@pytest.mark.usefixtures("store")
def test_through_pipes_and_into_folders(run: Run, tmp_path: Path) -> None:
    piped = run("backup", "-")
    run("restore", "-", "--force", given=piped.stdout_bytes)
    (tmp_path / "kept").mkdir()
    run("backup", "kept")
    [made] = (tmp_path / "kept").iterdir()
    assert made.match("repartie-20??-??-??T*Z.zip")


@pytest.mark.usefixtures("store")
def test_a_missing_configuration_is_not_left_out_in_silence(run: Run) -> None:
    assert "--config" in run("backup", "one.zip", "--config", "nowhere.yaml", code=2).output
    assert not Path("one.zip").exists()


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "no backup"), (b"PK\x03\x04 no", "no backup"), (None, "cannot be")]
)
def test_what_is_no_backup_changes_nothing(run: Run, store: Database, content: bytes | None, said: str) -> None:
    if content is not None:
        Path("bad.zip").write_bytes(content)
    assert said in run("restore", "bad.zip", "--force", code=1 if content is None else 2).output
    with store.read() as session:
        assert session.exec(select(SourceRow.name)).one() == "presse"


@pytest.mark.parametrize(("host", "pid", "code"), [("elsewhere", 1, 3), (None, os.getpid(), 3), (None, 2**22 + 1, 0)])
def test_a_store_in_use_is_not_restored(run: Run, store: Database, host: str | None, pid: int, code: int) -> None:
    """A holder of this machine that is dead is not waited for."""
    run("backup", "one.zip")
    with store.write() as session:
        holder = leases.Holder("t", host or socket.gethostname(), pid)
        leases.acquire(session, "scheduler", holder, datetime.now(UTC))
    assert (f"Process {pid}" in run("restore", "one.zip", "--force", code=code).output) is bool(code)


@pytest.mark.usefixtures("store")
def test_what_cannot_be_written_is_said(run: Run) -> None:
    assert "cannot be written" in run("backup", "nowhere/one.zip", code=1).output


@pytest.mark.usefixtures("store")
def test_a_full_disk_is_said_and_not_taken_for_a_backup(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "repartie", "backup", "-"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode
    assert done.stderr.startswith("- cannot be written: No space left on device\n")


def test_a_restored_answer_waits_for_a_person_who_is_told_why(
    run: Run, database: Database, tmp_path: Path, monkeypatch
) -> None:
    with stage(database, tmp_path) as scene:
        [mention] = scene.mention()
        with scene.database.write() as session:
            session.add(
                ReplyRow(
                    mention_id=mention, post_id=1, brand="Aéroplouf", network="sandbox", account="a", dry_run=False,
                    text="Bonjour", key="k", by_id=CAMILLE.id, by_name=CAMILLE.name, approved_at=scene.clock(),
                    due_at=scene.clock(),
                )
            )  # fmt: skip
        monkeypatch.setenv("REPARTIE_DATABASE", database.url.render_as_string(hide_password=False))
        wanted = scene.wanted(mention)
        run("backup", "one.zip")
        said = run("restore", "one.zip", "--force").output
        assert "1 answer was about to leave" in said
        reply = scene.reply(1)
        assert (reply.status, reply.problem) == (ReplyStatus.UNCLEAR.value, Trouble.RESTORED.value)
        assert scene.wanted(mention) == wanted + 1, "its card is drawn again"
        assert scene.audit() == ["unclear"]
        seen = AnswerSeen.__new__(AnswerSeen)
        object.__setattr__(seen, "problem", reply.problem)
        assert "sauvegarde" in explain_answer(seen, "Aéroplouf", words("fr"))
