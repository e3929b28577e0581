import json
import tracemalloc
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from models.database import Database
from models.ml.classifier import Classifier
from models.ml.language import LanguageReader
from models.status import MentionStatus
from models.store import mentions
from models.store.decisions import Worker
from models.store.hearing import store
from models.verdict import Sentiment
from repartie import classifying, model
from repartie.classifying import WINDOW, verdicts
from repartie.cli import app
from repartie.lines import Row
from tests.models.store.test_embeddings import NOW, heard
from tests.tiny import tiny_model

pytestmark = pytest.mark.usefixtures("tiny")
KEYS = {"id", "label", "probabilities", "unsure", "language", "heads", "risk"}
WORDS = ["retard", "merci", "horaire", "bagage", "équipage", "panne"]
PERSON = Worker("shell", "Inès")


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Classifier:
    """Every command judges with the tiny model, far from any configuration."""
    judge = Classifier(tiny_model(tmp_path / "tiny"))
    monkeypatch.setattr(model, "Classifier", lambda: judge)
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "REPARTIE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return judge


def run(*asked: object, text: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in asked], input=text)


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


# --- classify


def test_each_text_gets_a_line_in_its_order(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "Trois heures d'attente, honteux", "brand": "Aéroplouf", "lang": "fr"},
        {"id": "\ud83d", "text": "  \n", "lang": "fr"},
        {"id": 3, "text": "x" * 100_000, "lang": "en-GB"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = run("classify", "--in", "in.jsonl", "--out", "out.jsonl", "--embeddings")
    assert done.exit_code == 0, done.output
    found = lines(tmp_path / "out.jsonl")
    assert [line["id"] for line in found] == ["a", "\ud83d", 3]
    assert all(set(line) == KEYS | {"embedding"} for line in found)
    assert [line["language"] for line in found] == ["fr", "und", "en"]
    assert sum(found[0]["probabilities"].values()) == pytest.approx(1, abs=2e-4)
    assert set(found[0]["heads"]) == {"anger", "danger", "intent"}  # joy is off
    assert len(found[0]["embedding"]) == 384
    assert (found[1]["label"], found[1]["unsure"], found[1]["heads"]) == ("neutral", True, {})
    assert found[0]["risk"] is None


def test_a_broken_line_leaves_no_output(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "a", "lang": "fr"}\n' * (WINDOW + 1) + "{")
    done = run("classify", "--in", "in.jsonl", "--out", "out.jsonl")
    assert done.exit_code == 2
    assert f"in.jsonl:{WINDOW + 2}: not JSON" in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "tiny"]


def test_an_output_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("a")
    done = run("classify", "--in", "in.txt", "--out", "in.txt")
    assert done.exit_code == 2
    assert "is there already" in done.output
    assert (tmp_path / "in.txt").read_text() == "a"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--in", "none.txt", "--out", "-"), "none.txt is not there"),
        (("--in", "in.txt", "--out", "-", "--encoding", "klingon"), "No encoding is called klingon"),
        (("--in", "-", "--out", "-"), "--format"),
    ],
)
def test_what_was_typed_wrong_is_said(tmp_path: Path, asked: tuple[str, ...], said: str) -> None:
    (tmp_path / "in.txt").write_text("a")
    done = run("classify", *asked)
    assert done.exit_code == 2
    assert said in done.output


def test_memory_does_not_grow_with_the_file(tiny: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifying, "WINDOW", 32)

    def rows() -> Iterator[Row]:
        for number in range(32 * 12):
            yield Row(number, number, f"texte {number} " * 20, {"lang": "fr"})

    found = verdicts(rows(), tiny, LanguageReader())
    list(islice(found, 32 * 2))
    tracemalloc.start()
    for _ in islice(found, 32 * 2):
        pass
    _, early = tracemalloc.get_traced_memory()
    for _ in found:
        pass
    _, late = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert late < early * 1.5


# --- evaluate


@pytest.fixture
def labelled_file(tmp_path: Path) -> Path:
    names = ["négatif", "1", "Positive"]
    rows = [f"{number};texte {number};{names[number % 3]};{'fr' if number % 2 else 'en'}" for number in range(80)]
    (tmp_path / "data.csv").write_text(
        "id;text;label;lang\n" + "\n".join(rows) + "\n99;sans avis;;fr", encoding="utf-8"
    )
    return tmp_path / "data.csv"


def test_a_model_is_measured(labelled_file: Path, tmp_path: Path) -> None:
    done = run("evaluate", "--data", labelled_file, "--labels", "label", "--report", "report", "--no-plot")
    assert done.exit_code == 0, done.output
    figures = json.loads((tmp_path / "report/report.json").read_text())
    whole = figures["parts"]["*"]
    assert whole["texts"] == 80  # the one without a label is left out
    assert sum(map(sum, whole["confusion"])) == 80
    assert [one["texts"] for one in whole["classes"]] == [27, 27, 26]
    assert set(figures["parts"]) == {"*", "fr", "en"}
    assert figures["parts"]["fr"]["texts"] == 40
    page = (tmp_path / "report/report.md").read_text()
    assert "macro-F1" in page
    assert page.strip() in done.output


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is an extra that is not installed")
def test_the_calibration_is_drawn(labelled_file: Path, tmp_path: Path) -> None:
    done = run("evaluate", "--data", labelled_file, "--labels", "label", "--report", "report")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "report/calibration.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_it_says_what_to_install(labelled_file: Path, monkeypatch) -> None:
    monkeypatch.setattr("repartie.commands.evaluate.find_spec", lambda _: None)
    done = run("evaluate", "--data", labelled_file, "--labels", "label", "--report", "report")
    assert done.exit_code == 2
    assert "repartie[evaluate]" in done.output


def test_a_label_nobody_knows_is_shown(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("text,label\na,0\nb,angry\n")
    done = run("evaluate", "--data", "data.csv", "--labels", "label")
    assert done.exit_code == 2
    assert "data.csv:3: “angry” is no sentiment" in done.output
    done = run("evaluate", "--data", "data.csv", "--labels", "sentiment")
    assert "--labels text" in done.output


# --- label


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def type_(keys: str) -> None:
        left = iter(keys)
        monkeypatch.setattr("typer.getchar", lambda: next(left, ""))

    return type_


def test_texts_are_labelled_undone_skipped_and_gone_on_with(tmp_path: Path, typed: Callable[[str], None]) -> None:
    (tmp_path / "in.txt").write_text("un\ndeux\ntrois\nquatre\n")
    typed("1x2u q")  # x means nothing; the second answer is taken back, then skipped
    done = run("label", "--in", "in.txt", "--out", "out.jsonl", "--as", "inès")
    assert done.exit_code == 0, done.output
    assert [(line["text"], line["label"]) for line in lines(tmp_path / "out.jsonl")] == [
        ("un", "negative"),
        ("deux", None),
    ]
    typed("32")
    done = run("label", "--in", "in.txt", "--out", "out.jsonl", "--as", "inès")
    found = lines(tmp_path / "out.jsonl")
    assert [line["label"] for line in found] == ["negative", None, "positive", "neutral"]
    assert {line["by"] for line in found} == {"inès"}
    assert "4 answers" in done.output


def test_an_answer_cut_short_by_a_kill_is_asked_again(tmp_path: Path, typed: Callable[[str], None]) -> None:
    (tmp_path / "in.txt").write_text("un\ndeux\n")
    typed("13")
    run("label", "--in", "in.txt", "--out", "out.jsonl")
    whole = (tmp_path / "out.jsonl").read_bytes()
    (tmp_path / "out.jsonl").write_bytes(whole[:-9])
    typed("3")
    run("label", "--in", "in.txt", "--out", "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == whole


def test_another_file_is_not_taken_for_answers(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("un\ndeux\n")
    done = run("label", "--in", "in.txt", "--out", "in.txt")
    assert done.exit_code == 2
    assert (tmp_path / "in.txt").read_text() == "un\ndeux\n"


def test_two_people_are_compared(tmp_path: Path) -> None:
    texts = [f"texte {number}" for number in range(30)]
    for name, every in (("a", 3), ("b", 5)):
        rows = [{"id": n, "text": said, "label": str(n % every % 3)} for n, said in enumerate(texts)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = run("label", "--agreement", "a.jsonl", "b.jsonl")
    assert done.exit_code == 0, done.output
    assert "30 texts labelled by both" in done.output
    assert "negative: " in done.output
    same = run("label", "--agreement", "a.jsonl", "a.jsonl")
    assert "Cohen's kappa: 1 [1 - 1]" in same.output


# --- corrections and adapt


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Database:
    """A store with 240 mentions: forty corrected, the others closed as they are."""
    monkeypatch.setenv("REPARTIE_DATABASE", database_url)
    database = Database(database_url)
    with database.write() as session:
        batch = [heard(n, "Voloair", text=f"{WORDS[n % 6]} {WORDS[n % 5]}", vector=0) for n in range(240)]
        made = store(session, "presse", batch, NOW).mentions
        for number, mention in enumerate(made):
            if number % 6 == 1:
                mentions.correct(session, mention, Sentiment.POSITIVE, who=PERSON, at=NOW)
            else:
                mentions.move(session, mention, MentionStatus.DONE, what=mentions.What.DONE, who=PERSON, at=NOW)
    database.close()
    return database


@pytest.mark.usefixtures("filled")
def test_corrections_leave_as_labelled_rows_without_a_name(tmp_path: Path) -> None:
    done = run("label", "--from-store", "own.jsonl")
    assert done.exit_code == 0, done.output
    found = lines(tmp_path / "own.jsonl")
    assert len(found) == 40
    assert all(set(row) == {"id", "text", "brand", "lang", "label"} for row in found)
    assert {row["label"] for row in found} == {"positive"}
    assert "lea" not in (tmp_path / "own.jsonl").read_text()


def test_the_store_teaches_and_is_forgotten(tiny: Classifier, filled: Database, tmp_path: Path) -> None:
    done = run("adapt")
    assert done.exit_code == 0, done.output
    assert "240 labelled texts" in done.output
    head = next(tmp_path.rglob("repartie-adapted.npz"))
    reader = model.reader(model.ModelSettings(), str(filled.url.render_as_string(hide_password=False)))
    assert reader.name.startswith(f"{tiny.name}+")
    texts = [f"{WORDS[n % 6]} {WORDS[n % 5]} {n}" for n in range(240)]
    right = [2 if n % 6 == 1 else 0 for n in range(240)]
    before, after = (judge.read(texts, ["Voloair"] * 240).sentiment.argmax(axis=1) for judge in (tiny, reader))
    assert (after == right).mean() > (before == right).mean()
    assert run("adapt", "--forget").exit_code == 0
    assert not head.exists()
    assert reader.name == tiny.name
    assert "nothing to forget" in run("adapt", "--forget").output


def test_a_try_keeps_nothing_and_few_labels_teach_nothing(tmp_path: Path) -> None:
    rows = [{"text": f"texte {n}", "label": n % 3, "lang": "fr"} for n in range(210)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = run("adapt", "--in", "own.jsonl", "--try")
    assert done.exit_code == 0, done.output
    assert not list(tmp_path.rglob("*.npz"))
    (tmp_path / "few.jsonl").write_text("\n".join(map(json.dumps, rows[:30])))
    done = run("adapt", "--in", "few.jsonl")
    assert done.exit_code == 2
    assert "30 labelled texts: at least 200 are needed" in done.output
