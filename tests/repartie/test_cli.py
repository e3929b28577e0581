"""The commands as somebody types them, against a real feed and a real practice Slack on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from typer.testing import CliRunner, Result

from models.database import Database
from models.store import switches
from models.tables import DecisionRow, MentionRow, PostRow
from repartie.cli import app
from sandbox.server import serving
from sandbox.slack import Workspace, routes

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Ciel ouvert</title><link>https://ciel.example/</link>
<item><title>Aéroplouf ouvre une ligne</title><link>https://ciel.example/1</link><guid>https://ciel.example/1</guid></item>
<item><title>La météo</title><link>https://ciel.example/2</link><guid>https://ciel.example/2</guid></item>
</channel></rss>"""


@pytest.fixture
def feed() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            good = self.path == "/feed"
            self.send_response(200 if good else 410)
            self.end_headers()
            self.wfile.write(FEED.encode() if good else b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def slack_api() -> Iterator[str]:
    workspace = Workspace(bot_token="xoxb-test", app_token="xapp-test")
    with serving(Starlette(routes=routes(workspace))) as address:
        yield f"{address}api/"


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Types a command in an empty folder, on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REPARTIE_CONFIG", "REPARTIE_PUBLISH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REPARTIE_DATABASE", f"sqlite:///{tmp_path}/var/repartie.db")

    def type_it(*words: str, **environment: str) -> Result:
        return CliRunner().invoke(app, words, env={"COLUMNS": "200", **environment})

    return type_it


def configure(folder: Path, feed: str, *, slack: str = "", paths: str = "/feed") -> None:
    feeds = ", ".join(f'"{feed}{path}"' for path in paths.split())
    lines = [
        "brands:",
        "  - name: Aéroplouf",
        "    query: aeroplouf",
        "    sources: [presse]",
        *(['    slack: {mentions: "#aeroplouf-mentions"}'] if slack else []),
        "sources:",
        f"  presse: {{kind: rss, feeds: [{feeds}], allow_private: true}}",
        *([f"slack: {{api: {slack}}}"] if slack else []),
    ]
    (folder / "repartie.yaml").write_text("\n".join(lines), encoding="utf-8")


def store_of(folder: Path) -> Database:
    return Database(f"sqlite:///{folder}/var/repartie.db")


def test_check_tries_each_source_and_slack_and_stores_nothing(
    run: Run, tmp_path: Path, feed: str, slack_api: str
) -> None:
    configure(tmp_path, feed, slack=slack_api)
    result = run("check", SLACK_BOT_TOKEN="xoxb-test", SLACK_APP_TOKEN="xapp-test")
    assert result.exit_code == 0, result.output
    assert "✓ 2 posts, 1 of them about a brand" in result.output
    assert "#aeroplouf-mentions" in result.output
    assert result.output.count("✓ ready") == 2
    with store_of(tmp_path).read() as session:
        assert session.exec(select(PostRow)).all() == []


def test_check_says_what_is_missing(run: Run, tmp_path: Path, feed: str, slack_api: str) -> None:
    configure(tmp_path, feed, slack=slack_api, paths="/feed /gone")
    result = run("check")
    assert result.exit_code == 1
    assert "SLACK_BOT_TOKEN is not set" in result.output
    assert "✓ 2 posts" in result.output
    assert "✗" in result.output


def test_check_refuses_a_wrong_file_with_every_mistake(run: Run, tmp_path: Path) -> None:
    (tmp_path / "repartie.yaml").write_text("langage: fr\nbrands: []\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 2
    assert "repartie.yaml:1:1: error: unknown key" in result.output
    assert "repartie.yaml:2:9" in result.output


def test_check_explains_a_text(run: Run, tmp_path: Path, feed: str) -> None:
    configure(tmp_path, feed)
    assert "Aéroplouf: matches" in run("check", "--explain", "Bravo l'Aéroplouf").output
    assert "does not match" in run("check", "--explain", "Bravo Voloair").output


def test_collect_stores_once_and_sources_says_how_it_went(run: Run, tmp_path: Path, feed: str) -> None:
    configure(tmp_path, feed, paths="/feed /gone")
    result = run("collect")
    assert result.exit_code == 1
    assert "2 posts, 1 new mention" in result.output
    run("collect")
    with store_of(tmp_path).read() as session:
        assert len(session.exec(select(MentionRow)).all()) == 1
    shown = run("sources").output
    assert "answers" in shown
    assert "disabled" in shown
    assert run("sources", "enable", "presse").exit_code == 0
    assert "disabled" not in run("sources").output
    assert run("sources", "enable", "press").exit_code == 2


def test_pause_and_resume_are_kept_and_audited(run: Run, tmp_path: Path, feed: str) -> None:
    configure(tmp_path, feed)
    assert run("pause", "on verra demain").exit_code == 0
    with store_of(tmp_path).read() as session:
        in_force = switches.pause_in_force(session)
        assert in_force is not None
        assert in_force.reason == "on verra demain"
    assert run("resume").exit_code == 0
    with store_of(tmp_path).read() as session:
        assert switches.pause_in_force(session) is None
        assert [row.what for row in session.exec(select(DecisionRow).order_by(DecisionRow.id))] == ["paused", "resumed"]


def test_replay_counts_and_complains_by_line(run: Run, tmp_path: Path, feed: str) -> None:
    configure(tmp_path, feed)
    (tmp_path / "e.csv").write_text("t,d\nAéroplouf merci,2026-10-01\nla météo,2026-10-01\nx,hier\n", encoding="utf-8")
    result = run("replay", "e.csv", "--map", "text=t,at=d", "--brand", "Aéroplouf")
    assert result.exit_code == 1
    rows = {line.rsplit(maxsplit=1)[0].strip(): line.split()[-1] for line in result.stdout.splitlines() if line.strip()}
    assert (rows["rows read"], rows["new mentions"], rows["not about Aéroplouf"]) == ("3", "1", "1")
    assert "e.csv:4: “hier” is not a time" in result.output
    assert run("replay", "e.csv", "--map", "text=t,at=d", "--brand", "Plouf").exit_code == 2
    assert run("replay", "e.csv", "--map", "text=t", "--brand", "Aéroplouf").exit_code == 2


def test_the_manifest_is_json_to_paste(run: Run) -> None:
    assert json.loads(run("slack", "manifest", "--language", "fr").stdout)["settings"]["socket_mode_enabled"] is True


def test_run_without_tokens_says_where_to_find_them(run: Run, tmp_path: Path, feed: str, slack_api: str) -> None:
    configure(tmp_path, feed, slack=slack_api)
    result = run("run")
    assert result.exit_code == 2
    assert "SLACK_BOT_TOKEN is not set" in result.output
