"""`repartie backtest queries`, typed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from models.database import Database
from models.post import Author, Post
from models.store import candidates
from models.store.hearing import Heard, store
from repartie.cli import app

FILE = """\
brands:
  - {name: Aéroplouf, query: '%s', sources: [presse]}
sources:
  presse: {kind: rss, feeds: [https://presse.example/rss]}
"""


@pytest.fixture
def typed(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`typed("aeroplouf", "--since", "7d")` saves a file with that query and runs the command."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPARTIE_DATABASE", database_url)
    now = datetime.now(UTC)
    with database.write() as session:
        for number, text in enumerate(("Aéroplouf en retard", "Aéroplouf :smile: recrute", "Quel plouf")):
            author = Author(handle="lea")
            post = Post(network="rss", external_id=str(number), text=text, author=author, at=now)
            if "plouf" in text.split()[0].lower():
                store(session, "presse", [Heard(post, {"Aéroplouf": ()}, {}, shown=True, rule="")], now)
            else:
                candidates.keep(session, "presse", [post], keep=timedelta(days=1), now=now)

    def run(query: str, *options: str) -> Result:
        (tmp_path / "repartie.yaml").write_text(FILE % query, encoding="utf-8")
        return CliRunner().invoke(app, ["backtest", "queries", *options])

    return run


def test_says_what_changes_and_ends_well(typed) -> None:
    done = typed("plouf OR aeroplouf AND NOT recrute")
    assert done.exit_code == 0
    assert "+ Quel plouf" in done.output
    assert "- Aéroplouf :smile: recrute" in done.output


def test_for_a_program(typed) -> None:
    done = typed("aeroplouf", "--format", "json", "--examples", "0")
    assert json.loads(done.stdout)["unchanged"] == ["Aéroplouf"]


def test_for_a_pull_request_with_the_file_as_it_was(typed, tmp_path: Path) -> None:
    (tmp_path / "before.yaml").write_text(FILE % "recrute", encoding="utf-8")
    done = typed("plouf", "--before", "before.yaml", "--format", "markdown")
    assert done.exit_code == 0
    assert "| Aéroplouf | 1 | 1 | +1 | −1 |" in done.stdout


@pytest.mark.parametrize(("percent", "code"), [("50", 0), ("49", 1)])
def test_may_fail_where_much_changes(typed, percent: str, code: int) -> None:
    done = typed("aeroplouf AND NOT recrute", "--fail-over", percent)
    assert done.exit_code == code
    assert ("More than 49% changes for: Aéroplouf." in done.output) == bool(code)


def test_a_wrong_file_or_duration_ends_with_two(typed) -> None:
    assert typed("plouf AND").exit_code == 2
    done = typed("plouf", "--since", "soon")
    assert done.exit_code == 2
    assert "“soon” is not a duration" in done.output
