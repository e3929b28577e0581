"""A backup is the store: what comes out equals what went in, whatever was in it and whatever happened meanwhile."""

import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from models.archive import Damaged, NotABackup, Reader
from models.backup import NothingToBackUp, back_up, whole_or_nothing
from models.database import Database
from models.migrate import NewerSchema, current, head, upgrade
from models.post import Author, Post, clean
from models.restore import InUse, NotEmpty, restore
from models.rows import TRANSIENT, _encoder, standing
from models.status import ReplyStatus
from models.store import leases, replies
from models.store.decisions import Worker
from models.store.posts import to_row
from models.tables import DecisionRow, LeaseRow, MentionRow, ReplyRow, SourceRow

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WHO = Worker("restore", "Repartie")


def saved(database: Database, config: bytes | None = b"language: fr\n") -> io.BytesIO:
    file = io.BytesIO()
    back_up(database, file, config=config, version="1.2.3", now=NOW)
    file.seek(0)
    return file


def put_back(database: Database, file: io.BytesIO, *, force: bool = False, gone=lambda _holder: False):
    return restore(database, Reader(file), force=force, who=WHO, problem="restored", now=NOW, gone=gone)


def contents(database: Database) -> dict[str, list[tuple]]:
    """Every row of every table that is backed up."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(*table.columns))), key=repr)
            for table in standing(connection)
            if table.name not in TRANSIENT
        }


def fill(database: Database, texts: list[str], status: ReplyStatus = ReplyStatus.SENT) -> None:
    """A post a text, each with a mention, a reply in `status`, a decision; and a source that never was read."""
    with database.write() as session:
        session.add(SourceRow(name="presse", place="https://a.example/é", kind="rss", since=NOW, cursor=None))
        session.add(LeaseRow(name="scheduler", holder="x", host="h", pid=1, until=NOW - timedelta(days=1)))
        for number, text in enumerate(texts):
            post = Post(
                network="sandbox", external_id=str(number), text=text, author=Author(handle="lea", name=text[:20]),
                at=NOW - timedelta(minutes=number, microseconds=number), thread={"id": text},
            )  # fmt: skip
            row = to_row(post, NOW)
            session.add(row)
            session.flush()
            mention = MentionRow(
                brand="Aéroplouf", post_id=row.id, source="presse", words=[text], stored_at=NOW, changed_at=NOW
            )
            session.add(mention)
            session.flush()
            reply = replies.approve(
                session, mention, network="sandbox", account="a", dry_run=False, text=text, who=WHO, at=NOW, due_at=NOW
            )
            reply.status = status.value


@pytest.fixture
def empty(tmp_path: Path):
    store = Database(f"sqlite:///{tmp_path}/elsewhere/repartie.db")
    yield store
    store.close()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
# NUL and halves of surrogate pairs never reach the store: models.post.clean.
@given(texts=st.lists(st.text().map(clean), max_size=6))
def test_what_comes_out_is_what_went_in(database: Database, tmp_path: Path, texts: list[str]) -> None:
    fill_again(database, texts)
    file = saved(database)
    (tmp_path / "other.db").unlink(missing_ok=True)
    other = Database(f"sqlite:///{tmp_path}/other.db")
    done = put_back(other, file, force=True)
    assert contents(other) == contents(database)
    assert done.rows["mention"] == len(texts)
    assert current(other) == head()
    other.close()


def fill_again(database: Database, texts: list[str]) -> None:
    """Empty it as a restore would, then fill it."""
    with database.write() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.exec(table.delete())
    fill(database, texts)


def test_every_column_of_every_table_can_be_written(database: Database) -> None:
    with database.engine.connect() as connection:
        tables = standing(connection)
    assert {table.name for table in tables} == set(SQLModel.metadata.tables)
    for table in tables:
        assert all(callable(_encoder(column.type)) for column in table.columns)


def test_a_type_nobody_thought_of_is_refused() -> None:
    class Strange(TypeEngine):
        python_type = complex

    with pytest.raises(TypeError, match="no way to write"):
        _encoder(Strange())


def test_what_is_written_while_we_read_does_not_get_in(database: Database) -> None:
    fill(database, ["avant"])

    class Busy(io.BytesIO):
        met = False

        def write(self, data) -> int:
            if not self.met:
                self.met = True
                with database.write() as session:
                    session.add(SourceRow(name="après", place="p", kind="rss", since=NOW))
            return super().write(data)

    file = Busy()
    manifest = back_up(database, file, config=None, version="1", now=NOW)
    assert [manifest.rows["source"], len(contents(database)["source"])] == [1, 2]


def test_the_archive_says_what_it_is(database: Database) -> None:
    fill(database, ["un", "deux"])
    file = saved(database)
    reader = Reader(file)
    assert (reader.manifest.version, reader.manifest.revision, reader.manifest.created) == ("1.2.3", head(), NOW)
    assert reader.manifest.rows["post"] == 2
    assert reader.config() == b"language: fr\n"
    assert "tables/lease.jsonl" not in zipfile.ZipFile(file).namelist()
    assert json.loads(zipfile.ZipFile(file).read("tables/post.jsonl").splitlines()[1])["text"] == "deux"


def test_an_older_backup_is_migrated_with_its_rows(database: Database, empty: Database, monkeypatch) -> None:
    """The rows go in as they were, then move with the schema."""
    fill(database, ["un"])
    file = saved(database)
    seen = []

    def migrate(connection, revision: str = "head") -> None:
        seen.append((revision, inspect(connection).has_table("post")))
        real(connection, revision)

    import models.restore  # noqa: PLC0415 - to look at what it calls

    real = models.restore.migrate
    monkeypatch.setattr(models.restore, "migrate", migrate)
    put_back(empty, file)
    assert seen == [(head(), False), ("head", True)]


def test_answers_that_were_leaving_wait_for_a_person(database: Database, empty: Database) -> None:
    fill(database, ["un"], ReplyStatus.APPROVED)
    with database.write() as session:
        reply = session.exec(select(ReplyRow)).scalar_one()
        replies.claim(session, reply, worker="w", who=WHO, at=NOW)
    assert put_back(empty, saved(database)).doubtful == 1
    with empty.read() as session:
        reply = session.exec(select(ReplyRow)).scalar_one()
        assert (reply.status, reply.problem) == (ReplyStatus.UNCLEAR.value, "restored")
        assert replies.due(session, NOW + timedelta(days=9)) is None
        last = session.exec(select(DecisionRow).order_by(DecisionRow.id.desc()).limit(1)).scalar_one()
        assert (last.what, last.who_id, last.details["before"]) == ("unclear", "restore", "sending")


@pytest.mark.parametrize("status", [ReplyStatus.APPROVED, ReplyStatus.SENDING])
def test_a_rehearsal_is_not_doubted(database: Database, empty: Database, status: ReplyStatus) -> None:
    fill(database, ["un"], status)
    with database.write() as session:
        session.exec(select(ReplyRow)).scalar_one().dry_run = True
    assert put_back(empty, saved(database)).doubtful == 0


def test_new_rows_get_new_ids(database: Database, empty: Database) -> None:
    fill(database, ["un", "deux"])
    put_back(empty, saved(database))
    with empty.write() as session:
        row = SourceRow(name="autre", place="p", kind="rss", since=NOW)
        session.add(row)
        session.flush()
        assert row.id == 2


# --- What must not be restored, or not here.


def test_a_store_that_holds_something_is_kept(database: Database, empty: Database) -> None:
    fill(database, ["un"])
    file = saved(database)
    upgrade(empty)
    with empty.write() as session:
        session.add(SourceRow(name="mine", place="p", kind="rss", since=NOW))
    with pytest.raises(NotEmpty):
        put_back(empty, file)
    assert [row[1] for row in contents(empty)["source"]] == ["mine"]
    put_back(empty, file, force=True)
    assert contents(empty) == contents(database)


def test_a_store_in_use_is_left_alone(database: Database, empty: Database) -> None:
    fill(database, ["un"])
    file = saved(database)
    upgrade(empty)
    with empty.write() as session:
        leases.acquire(session, "scheduler", leases.Holder("t", "here", 4711), NOW)
    with pytest.raises(InUse) as refused:
        put_back(empty, file, force=True)
    assert refused.value.holder.pid == 4711
    put_back(empty, file, gone=lambda holder: holder.pid == 4711)
    assert contents(empty) == contents(database)


def test_damage_is_seen_before_anything_is_touched(database: Database, empty: Database) -> None:
    fill(database, ["un"])
    good = zipfile.ZipFile(saved(database))
    bad = io.BytesIO()
    with zipfile.ZipFile(bad, "w") as archive:
        for name in good.namelist():
            data = good.read(name)
            archive.writestr(name, data.replace(b"Repartie", b"Somebody") if name == "tables/decision.jsonl" else data)
    upgrade(empty)
    before = contents(empty)
    with pytest.raises(Damaged, match="decision"):
        put_back(empty, bad)
    assert contents(empty) == before


@given(cut=st.floats(0, 0.999))
@settings(max_examples=40)
def test_half_a_file_is_no_backup(whole: bytes, cut: float) -> None:
    with pytest.raises((NotABackup, Damaged)):
        Reader(io.BytesIO(whole[: int(len(whole) * cut)])).check()


@given(data=st.data(), flip=st.integers(1, 255))
@settings(max_examples=200)
def test_one_wrong_byte_is_seen_or_changes_nothing(whole: bytes, data: st.DataObject, flip: int) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    bad = bytearray(whole)
    bad[place] ^= flip
    try:
        found = Reader(io.BytesIO(bytes(bad))).check()
    except (NotABackup, Damaged):
        return
    good = Reader(io.BytesIO(whole))
    assert found.manifest == good.manifest
    assert list(found.table("source")) == list(good.table("source"))


@pytest.fixture(scope="module")
def whole(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    store = Database(f"sqlite:///{shutil.copy(migrated, tmp_path_factory.mktemp('whole'))}")
    fill(store, ["un", "deux"])
    file = saved(store)
    store.close()
    return file.getvalue()


def test_a_newer_store_or_backup_is_refused(database: Database, empty: Database) -> None:
    file = saved(database)
    text = file.getvalue().replace(f'"{head()}"'.encode(), b'"9999"')
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema):
        saved(database)
    with pytest.raises(NewerSchema):
        put_back(database, file, force=True)
    if text != file.getvalue():
        with pytest.raises((NewerSchema, NotABackup, Damaged)):
            put_back(empty, io.BytesIO(text))


def test_an_empty_store_has_nothing(empty: Database) -> None:
    with pytest.raises(NothingToBackUp):
        saved(empty)


# --- The file.


def test_only_its_owner_reads_it_and_no_other_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "one.zip"
    with whole_or_nothing(file) as part:
        part.write(b"x" * 100)
        assert not file.exists()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError), whole_or_nothing(file):
        pytest.fail("opened")
    assert file.read_bytes() == b"x" * 100
    assert list(tmp_path.iterdir()) == [file]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_or_nothing(tmp_path / "one.zip") as part:
        part.write(b"x")
        1 / 0  # noqa: B018 - the failure
    assert list(tmp_path.iterdir()) == []


DIES = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from models import archive, backup, restore
from models.database import Database
from models.store.decisions import Worker
what, address, file, where, times = sys.argv[1:]
left = int(times)
def dying(real):
    def counted(*args, **kwargs):
        global left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return counted
now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
store = Database(address)
module = {"backup": backup, "restore": restore}[what]
setattr(module, where, dying(getattr(module, where)))
if what == "backup":
    with backup.whole_or_nothing(Path(file)) as out:
        backup.back_up(store, out, config=b"", version="1", now=now)
else:
    with open(file, "rb") as stream:
        restore.restore(store, archive.Reader(stream), force=True, who=Worker("r", "R"), problem="restored", now=now,
                        gone=lambda _: False)
"""


def run_until(what: str, database: Database, file: Path, where: str, times: int) -> int:
    """`what` in a process of its own that is killed at the `times`th call of `where`; 0 is never."""
    address = database.url.render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", DIES, what, address, str(file), where, str(times)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    return done.returncode


def test_a_kill_while_writing_leaves_no_backup(database: Database, tmp_path: Path) -> None:
    fill(database, ["un", "deux"])
    file = tmp_path / "kept" / "one.zip"
    file.parent.mkdir()
    assert run_until("backup", database, file, "lines", 5) == -signal.SIGKILL
    assert not file.exists()
    assert run_until("backup", database, file, "lines", 0) == 0  # what was left does not stand in the way
    assert [path.name for path in file.parent.iterdir()] == ["one.zip"]
    with file.open("rb") as stream:
        Reader(stream).check()


@pytest.mark.parametrize(("where", "times"), [("DropTable", 5), ("insert", 3), ("migrate", 2)])
def test_a_kill_while_restoring_leaves_what_was_there(
    database: Database, empty: Database, tmp_path: Path, where: str, times: int
) -> None:
    fill(database, ["un", "deux"])
    file = tmp_path / "one.zip"
    file.write_bytes(saved(database).getvalue())
    upgrade(empty)
    fill(empty, ["ancien"])
    before = contents(empty)
    empty.close()
    assert run_until("restore", empty, file, where, times) == -signal.SIGKILL
    assert contents(empty) == before
    put_back(empty, saved(database), force=True)
    assert contents(empty) == contents(database)
