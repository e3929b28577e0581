"""A whole file, right or wrong: what it says, and everything that is wrong with it at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.i18n import words
from config.load import LARGEST, Examination, examine, load
from config.problems import ConfigErrors, ConfigProblem
from config.schema import PublishMode

HARD = "\N{NO-BREAK SPACE}"
Look = Callable[..., Examination]


def test_a_right_file_is_a_configuration(look: Look, fine: str) -> None:
    found = look(fine)
    assert found.problems == ()
    assert found.config is not None
    assert found.config.brand("Aéroplouf").slack is not None
    assert found.config.replies.cancel.total_seconds() == 15
    with pytest.raises(KeyError):
        found.config.brand("Voloair")


@pytest.mark.parametrize("mode", ["live", "dry-run"])
def test_publishing_is_said_brand_by_brand(look: Look, fine: str, mode: str) -> None:
    config = look(fine + f"publish: {{AEROPLOUF: {mode}}}").config
    assert config is not None
    assert config.is_live("Aéroplouf") is (mode == PublishMode.LIVE)
    assert not config.is_live("Voloair")


def test_a_source_nobody_listens_to_is_only_a_warning(look: Look, fine: str) -> None:
    found = look(fine + "  blogs: {kind: rss, feeds: [https://blog.example/x]}\n")
    assert found.config is not None
    (problem,) = found.problems
    assert (problem.code, problem.line, problem.column, problem.warning) == ("unused_source", 8, 3, True)
    assert problem.render(words("fr")).replace(HARD, "_").splitlines() == [
        "repartie.yaml:8:3: avertissement_: aucune marque n’écoute la source «_blogs_»_: elle ne sera pas lue",
        "      blogs: {kind: rss, feeds: [https://blog.example/x]}",
        "      ^",
        "    Conseil_: ajoutez-la aux «_sources:_» d’une marque, ou supprimez-la",
    ]


def test_everything_is_told_at_once_and_in_order(look: Look, fine: str) -> None:
    wrong = fine.replace("brands:", "langage: fr\nbrands:").replace("[presse]", "[presse, x]").replace("rss", "sandbox")
    found = look(wrong + "publish: {Voloair: lve}\n# xoxb-12-abc\n")
    assert [(each.line, each.code) for each in found.problems] == [
        (1, "unknown_key_close"),
        (5, "unknown_source"),
        (8, "missing"),
        (8, "unknown_key_elsewhere"),
        (9, "unknown_brand"),
        (9, "not_choice_close"),
        (10, "secret_slack_bot"),
    ]


def test_load_raises_everything(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("brands: []\nsources: {}\nlangage: fr\n", encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        load(path, {})
    assert [problem.code for problem in caught.value.problems] == ["empty_list", "unknown_key_close"]
    assert str(caught.value).endswith("2 errors in the configuration.")
    assert caught.value.render(words("fr")).endswith("2 erreurs dans la configuration.")
    assert f"{path}:3:1: error: unknown key “langage”\n    langage: fr\n    ^\n" in str(caught.value)


def test_a_missing_file_names_the_example(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path / "repartie.yaml", {})
    (problem,) = caught.value.problems
    assert problem.code == "missing_file"
    assert problem.said(words("fr")) == f"le fichier {tmp_path / 'repartie.yaml'} n’existe pas"
    assert problem.advice(words("en")).startswith("copy repartie.example.yaml to ")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (problem,) = examine(tmp_path, {}).problems
    assert problem.code == "unreadable_file"


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b"", "empty_file", 1, 1),
        (b"# nothing yet\n", "empty_file", 1, 1),
        (b"- a\n- b\n", "not_sections", 1, 1),
        (b"brands", "not_sections", 1, 1),
        ("brands: \n  - name: Aéro".encode("cp1252"), "not_utf8", 2, 12),
        ("brands: []".encode("utf-16"), "not_utf8", 1, 1),
        (b"brands: \x07\n", "control_character", 1, 9),
        (b"brands: []\n" + b"#" * LARGEST, "too_big", 0, 0),
    ],
)
def test_a_file_that_is_no_text(look: Look, content: bytes, code: str, line: int, column: int) -> None:
    problem = look(content).problems[0]
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert problem.render(words("fr"))


@pytest.mark.parametrize(("mark", "end"), [("\ufeff", "\n"), ("", "\r\n")])
def test_marks_and_line_ends_of_other_systems_are_read(look: Look, fine: str, mark: str, end: str) -> None:
    text = (mark + fine.replace("\n", end)).encode()
    assert look(text).config is not None
    problem = look(text.replace(b"[presse]", b"[x]")).problems[0]
    assert (problem.line, problem.column) == (4, 15)


def test_a_caret_stands_under_its_letter_whatever_stands_before() -> None:
    line = "  - {name: 東京 é, query: x}"
    problem = ConfigProblem(Path("a.yaml"), 1, line.index("query") + 1, "x", "m", quoted=line)
    _, shown, caret = problem.render(words("en")).splitlines()
    assert shown == "    " + line
    assert len(caret) == len(shown[: shown.index("query")]) + 2 + 1  # two wide characters


def test_a_long_line_is_shortened_around_the_caret() -> None:
    line = "query: " + "aeroplouf OR " * 400 + "§" + " OR x" * 90
    problem = ConfigProblem(Path("a.yaml"), 1, line.index("§") + 1, "x", "m", quoted=line)
    _, shown, caret = problem.render(words("en")).splitlines()
    assert shown[len(caret) - 1] == "§"
    assert len(shown) < 110
