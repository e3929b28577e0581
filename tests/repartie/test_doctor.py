"""Each thing `repartie doctor` looks at, with the fault it is there for."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session
from starlette.applications import Starlette
from typer.testing import CliRunner

from config.credentials import Credentials
from config.i18n import words
from config.schema import Config
from models.database import Database
from models.post import Author, Post
from models.status import ReplyStatus
from models.store import leases, sources, switches
from models.store.posts import to_row
from models.tables import MentionRow, ReplyRow
from repartie.cli import app
from repartie.doctor import machine, outside, store, work
from repartie.doctor.diagnosis import Diagnosis, Health
from repartie.jobs import ROLE
from responders.seen import Person
from responders.slack.app import build_client
from sandbox.slack import Workspace, routes

EN = words("en")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FINE, WARNING, WRONG = Health.FINE, Health.WARNING, Health.WRONG


def config(**more: Any) -> Config:
    brand = {"name": "Aéroplouf", "query": "aeroplouf", "sources": ["blogs"], **more.pop("brand", {})}
    feeds = {"kind": "rss", "feeds": ["http://127.0.0.1:1/feed"], "allow_private": True}
    return Config.model_validate({"brands": [brand], "sources": {"blogs": feeds}, **more})


def in_slack(api: str) -> Config:
    return config(brand={"slack": {"mentions": "#aeroplouf-mentions"}}, slack={"api": api})


def tokens(**given: str) -> Credentials:
    return Credentials(_env_file=None, **{name: SecretStr(value) for name, value in given.items()})


def healths(found: Iterator[Diagnosis]) -> list[Health]:
    return [one.health for one in found]


# --- This machine


@pytest.mark.parametrize(("version", "health"), [((3, 11), FINE), ((3, 13), FINE), ((3, 10), WRONG), ((3, 14), WRONG)])
def test_python(version: tuple[int, int], health: Health) -> None:
    assert machine.python(EN, version).health is health


def test_time_zones() -> None:
    assert machine.zones("Europe/Paris", EN).health is FINE
    assert machine.zones("Europe/Paris", EN, set).health is WRONG


@pytest.mark.parametrize(("free", "health"), [(9_000_000_000, FINE), (500_000_000, WARNING), (1_000, WRONG)])
def test_disk(tmp_path: Path, free: int, health: Health) -> None:
    asked = []
    found = machine.disk(
        tmp_path / "not" / "yet", EN, lambda folder: asked.append(folder) or SimpleNamespace(free=free)
    )
    assert (found.health, asked) == (health, [tmp_path])


def test_who_may_read_the_tokens(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    assert machine.secrets(env, EN).health is FINE
    env.touch(0o600)
    assert machine.secrets(env, EN).health is FINE
    env.chmod(0o644)
    found = machine.secrets(env, EN)
    assert (found.health, found.mend) == (WARNING, f"chmod 600 {env}")


def test_who_may_read_the_store(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert machine.store_folder(tmp_path, EN).health is FINE
    tmp_path.chmod(0o755)
    assert machine.store_folder(tmp_path, EN).health is WARNING


def test_the_model(tmp_path: Path) -> None:
    assert machine.weights(EN).health is FINE
    assert machine.weights(EN, tmp_path).health is WRONG
    for name in ("model.onnx", "tokenizer.json", "config.json"):
        (tmp_path / name).write_text("version https://git-lfs.example/spec/v1", encoding="utf-8")
    assert machine.weights(EN, tmp_path).health is WRONG, "a pointer is no model"
    (tmp_path / "model.onnx").write_bytes(b"x" * 2000)
    assert machine.weights(EN, tmp_path).health is FINE


# --- The store


@pytest.fixture
def sqlite(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A store in a file of its own."""
    shutil.copy(migrated, tmp_path / "repartie.db")
    with closing(Database(f"sqlite:///{tmp_path / 'repartie.db'}")) as store:
        yield store


def test_a_store_that_is_well(database: Database) -> None:
    assert store.closed(database, EN) is None
    assert store.schema(database, EN).health is FINE
    assert healths(store.whole(database, EN)) == ([FINE, FINE, FINE] if database.is_sqlite else [])


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"nothing of the kind" * 100)
    with closing(Database(f"sqlite:///{tmp_path}/x.db")) as broken:
        found = store.closed(broken, EN)
    assert found is not None
    assert found.health is WRONG


@pytest.mark.parametrize(("revision", "health"), [("9999", WRONG), (None, WARNING)])
def test_a_store_of_another_version(database: Database, revision: str | None, health: Health) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": revision})
    assert store.schema(database, EN).health is health


def test_a_broken_page(sqlite: Database, tmp_path: Path) -> None:
    with sqlite.write() as session:
        session.add_all(to_row(post(number), NOW) for number in range(200))
    sqlite.close()
    file = tmp_path / "repartie.db"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2 :] = b"\xff" * (len(raw) - len(raw) // 2)
    file.write_bytes(raw)
    assert next(iter(store.whole(sqlite, EN))).health is WRONG


def test_a_store_that_may_not_be_written(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may write whatever the rights say
    assert healths(store.whole(sqlite, EN)) == [FINE, WRONG, FINE]


def test_a_store_that_somebody_keeps_locked(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.database.BUSY_MS", 10)
    sqlite.close()
    with sqlite.write() as session:
        session.exec(text("SELECT 1"))
        assert healths(store.whole(Database(str(sqlite.url)), EN))[1] is WRONG


def test_a_log_that_grew(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGE_WAL", -1)
    assert healths(store.whole(sqlite, EN))[2] is WARNING


# --- The work


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        yield opened


def post(number: int) -> Post:
    return Post(network="rss", external_id=str(number), text="Aéroplouf " * 20, author=Author(handle="lea"), at=NOW)


def test_who_listens(session: Session) -> None:
    assert work.listening(session, NOW, EN).health is WARNING
    leases.acquire(session, ROLE, leases.Holder("x", "here", 7), NOW)
    found = work.listening(session, NOW, EN)
    assert (found.health, found.said) == (FINE, "process 7 on here")
    assert work.listening(session, NOW + timedelta(minutes=1), EN).health is WARNING


def test_places_that_do_not_answer(session: Session) -> None:
    assert healths(work.places(session, config(), EN)) == [FINE]
    for place, change in (("a", sources.failed), ("b", sources.disabled)):
        row = sources.ensure(session, "blogs", place, "rss", NOW)
        more = {"next_poll_at": NOW} if change is sources.failed else {}
        change(row, reason="Gone (410)", now=NOW, **more)
    sources.disabled(sources.ensure(session, "an old one", "c", "rss", NOW), reason="x", now=NOW)
    deaf, disabled = work.places(session, config(), EN)
    assert (deaf.health, disabled.health) == (WARNING, WRONG)
    assert "22 Nov 2026" in deaf.said
    assert "repartie sources enable blogs" in disabled.mend


def test_answers_that_wait(session: Session) -> None:
    assert healths(work.replies(session, NOW, EN)) == [FINE]
    for number, status in enumerate((ReplyStatus.UNCLEAR, ReplyStatus.REFUSED, ReplyStatus.APPROVED)):
        row = to_row(post(number), NOW)
        session.add(row)
        session.flush()
        mention = MentionRow(brand="Aéroplouf", post_id=row.id, source="blogs", stored_at=NOW, changed_at=NOW)
        session.add(mention)
        session.flush()
        session.add(
            ReplyRow(
                mention_id=mention.id, post_id=row.id, brand="Aéroplouf", network="rss", account="a", dry_run=False,
                text="x", key=str(number), by_id="U1", by_name="Camille", status=status.value,
                approved_at=NOW - timedelta(hours=1), due_at=NOW - timedelta(hours=1),
            )
        )  # fmt: skip
    session.flush()
    assert healths(work.replies(session, NOW, EN)) == [WARNING] * 3
    assert healths(work.replies(session, NOW + timedelta(days=8), EN)) == [WARNING] * 2


def test_publication_that_is_stopped(session: Session) -> None:
    assert work.publishing(session, config(), EN, allowed=True).health is FINE
    assert work.publishing(session, config(), EN, allowed=False).health is WARNING
    switches.pause(session, who=Person("U1", "Camille"), reason="storm", at=NOW)
    found = work.publishing(session, config(), EN, allowed=True)
    assert (found.health, found.mend) == (WARNING, "repartie resume")
    assert "Camille" in found.said
    assert "storm" in found.said


def test_mentions_that_slack_does_not_show(session: Session) -> None:
    row = to_row(post(1), NOW)
    session.add(row)
    session.flush()
    session.add(MentionRow(brand="Aéroplouf", post_id=row.id, source="blogs", stored_at=NOW, changed_at=NOW))
    session.flush()
    shown = in_slack("https://slack.example/api/")
    assert list(work.backlog(session, shown, NOW + timedelta(minutes=1), EN)) == []
    assert healths(work.backlog(session, shown, NOW + timedelta(minutes=6), EN)) == [WARNING]
    assert list(work.backlog(session, config(), NOW + timedelta(minutes=6), EN)) == []


# --- Outside


@pytest.mark.parametrize(("seconds", "health"), [(0, FINE), (-20, FINE), (60, WARNING), (-60, WARNING), (3600, WRONG)])
def test_the_clock(seconds: int, health: Health) -> None:
    date = format_datetime(NOW, usegmt=True)
    assert healths(outside.clock(date, NOW + timedelta(seconds=seconds), EN)) == [health]


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_a_clock_that_nobody_tells(date: str | None) -> None:
    assert list(outside.clock(date, NOW, EN)) == []


def test_tokens_that_are_missing() -> None:
    shown = in_slack("https://slack.example/api/")
    missing = list(outside.tokens(shown, tokens(), EN))
    assert [(one.health, one.what) for one in missing] == [(WRONG, "SLACK_BOT_TOKEN"), (WRONG, "SLACK_APP_TOKEN")]
    assert "OAuth & Permissions" in missing[0].mend
    assert healths(outside.tokens(shown, tokens(slack_bot_token="xoxb-1", slack_app_token="xapp-1"), EN)) == [FINE]
    assert healths(outside.tokens(config(), tokens(), EN)) == [FINE]


@pytest.fixture
def workspace(serve: Callable[..., str]) -> tuple[Workspace, str]:
    made = Workspace(rate_limits=False)
    return made, f"{serve(Starlette(routes=routes(made)))}/api/"


def test_slack_that_is_ready(workspace: tuple[Workspace, str]) -> None:
    ground, api = workspace
    given = tokens(slack_bot_token=ground.bot_token, slack_app_token=ground.app_token)
    found = list(outside.slack(in_slack(api), given, datetime.now(UTC), EN))
    assert healths(iter(found)) == [FINE] * 4, found
    assert found[-1].what == "Clock"
    assert ground.unknown_calls == []


def test_slack_that_is_not(workspace: tuple[Workspace, str]) -> None:
    ground, api = workspace
    given = tokens(slack_bot_token="xoxb-no", slack_app_token="xapp-no")
    assert healths(outside.slack(in_slack(api), given, NOW, EN)) == [WRONG, WRONG]
    refused = list(outside.socket_mode(build_client(api, ground.bot_token), "xapp-no", NOW, EN))
    assert [(one.health, "connections:write" in one.mend) for one in refused] == [(WRONG, True)]
    assert healths(outside.slack(config(), tokens(), NOW, EN)) == [WARNING]


# --- The command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REPARTIE_DATABASE", "REPARTIE_PUBLISH", "REPARTIE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "repartie.yaml").write_text(
        "brands: [{name: A, query: a, sources: [b]}]\nsources: {b: {kind: rss, feeds: ['https://a.example/']}}\n",
        encoding="utf-8",
    )
    return tmp_path


def doctor(*more: str) -> tuple[int, list[dict[str, str]]]:
    result = CliRunner().invoke(app, ["doctor", "--offline", "--format", "json", *more])
    return result.exit_code, json.loads(result.stdout)


def test_the_command_ends_with_0_where_nothing_is_wrong(here: Path, migrated: Path) -> None:
    code, found = doctor()
    assert code == 0
    assert {one["health"] for one in found} == {"fine"}
    assert not (here / "var").exists(), "looking makes no store"
    (here / "var").mkdir(0o750)
    (here / "var/repartie.db").write_bytes(migrated.read_bytes())
    code, stored = doctor()
    assert code == 0
    assert len(stored) > len(found) + 5
    assert CliRunner().invoke(app, ["doctor", "--offline"]).exit_code == 0


def test_the_command_ends_with_1_and_says_where(here: Path) -> None:
    (here / "repartie.yaml").write_text("brands: []\nsources: {}\n", encoding="utf-8")
    code, found = doctor()
    assert code == 1
    assert any(one["what"] == "repartie.yaml:1:9" and one["health"] == "wrong" and one["mend"] for one in found)
    assert all(set(one) == {"health", "what", "said", "mend"} for one in found)


def test_a_token_that_cannot_be_is_said_and_never_shown(here: Path) -> None:
    (here / ".env").write_text("SLACK_BOT_TOKEN=xapp-secret\n", encoding="utf-8")
    code, found = doctor()
    assert code == 1
    assert any(one["what"] == "SLACK_BOT_TOKEN" and "xoxb-" in one["mend"] for one in found)
    assert "secret" not in str(found)
    assert any(one["what"] == ".env" and one["health"] == "warning" for one in found)
