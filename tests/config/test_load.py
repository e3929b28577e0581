"""A whole file, right or wrong: what it says, and everything that is wrong with it at once."""

from collections.abc import Callable
from itertools import pairwise
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
    assert problem.advice(words("en")).startswith("run “repartie init”, or copy repartie.example.yaml to ")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (problem,) = examine(tmp_path, {}).problems
    assert problem.code == "unreadable_file"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise("abcdefghi")
)
START = ("start from repartie.example.yaml", "partez de repartie.example.yaml")
AGAIN = (
    "save it again as UTF-8: in most editors, “Save with encoding”",
    "enregistrez-le de nouveau en UTF-8_: dans la plupart des éditeurs, «_Enregistrer avec l’encodage_»",
)
# Bytes, code, line:column, what is said and advised in English and French.
NO_CONFIGURATION = [
    (b"", "empty_file 1:1", ("the file is empty", "le fichier est vide"), START),
    (b"# nothing yet\n", "empty_file 1:1", ("the file is empty", "le fichier est vide"), START),
    (
        b"- a\n- b\n",
        "not_sections 1:1",
        (
            "the file must be made of sections such as “brands:” and “sources:”",
            "le fichier doit être composé de sections, comme «_brands:_» et «_sources:_»",
        ),
        START,
    ),
    (
        "# é\nbrands: \n  - name: éA".encode() + b"\xe9ro",
        "not_utf8 3:13",
        ("the file is not written in UTF-8", "le fichier n’est pas enregistré en UTF-8"),
        AGAIN,
    ),
    (
        "brands: []".encode("utf-16"),
        "not_utf8 1:1",
        ("the file is not written in UTF-8", "le fichier n’est pas enregistré en UTF-8"),
        AGAIN,
    ),
    (
        b"brands: \x07\n",
        "control_character 1:9",
        ("an invisible control character stands here", "un caractère de contrôle invisible se trouve ici"),
        ("delete it", "supprimez-le"),
    ),
    (
        b"brands: []\n" + b"#" * LARGEST,
        "too_big 0:0",
        ("the file is larger than 1 MB", "le fichier dépasse 1_Mo"),
        ("keep only your brands and sources in it", "n’y gardez que vos marques et vos sources"),
    ),
    (
        BOMB.encode(),
        "too_many 6:4",
        (
            "the file says more than 200,000 things once its *aliases are written out",
            "une fois ses *alias développés, le fichier compte plus de 200_000 éléments",
        ),
        ("use fewer aliases", "utilisez moins d’alias"),
    ),
]


@pytest.mark.parametrize("row", [pytest.param(row, id=row[1]) for row in NO_CONFIGURATION])
def test_a_file_that_is_no_configuration(look: Look, row: tuple[bytes, str, tuple[str, str], tuple[str, str]]) -> None:
    content, where, said, advised = row
    problem = look(content).problems[0]
    assert f"{problem.code} {problem.line}:{problem.column}" == where
    for language, text, advice in zip(("en", "fr"), said, advised, strict=True):
        assert _visible(problem.said(words(language))) == text
        assert _visible(problem.advice(words(language))) == advice


def _visible(text: str) -> str:
    return text.replace(HARD, "_").replace("\N{NARROW NO-BREAK SPACE}", "_")


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


def test_queries_are_read_by_the_keyword_language(tmp_path: Path, fine: str) -> None:
    pytest.importorskip("config.query")
    path = tmp_path / "repartie.yaml"
    path.write_text(fine, encoding="utf-8")
    assert load(path, {}).brands[0].query == "aeroplouf"
    path.write_text(fine.replace("query: aeroplouf", "query: '(aeroplouf OR'"), encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        load(path, {})
    assert [(each.code, each.line) for each in caught.value.problems] == [("bad_query", 3)]
