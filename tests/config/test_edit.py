"""Changes of the file: what was asked, and not one other byte."""

import stat
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from ruamel.yaml import YAML

from config.edit import CannotEdit, ChangedMeanwhile, Draft, appended, in_yaml, put, rewritten
from config.problems import ConfigErrors

ODD = """\
# our brands
language:   fr   # wide spaces stay

brands:
    - name: Aéroplouf   # the first
      query: '(aeroplouf OR "aéroplouf air") AND NOT "offre d''emploi"' # quotes stay
      sources: [presse,blogs]   # no space after the comma


sources:
    presse:
        kind: rss
        feeds:
        - https://presse.example/rss   # indentless list
        # - https://old.example/rss
    blogs: {kind: rss, feeds: [
        https://one.example/feed,   # a
        https://two.example/feed,   # b
    ]}
# the end, without a line break"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "repartie.yaml"
    path.write_text(ODD, encoding="utf-8")
    return path


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_list_grows_below_its_last_line() -> None:
    after = appended(ODD, ("sources", "presse", "feeds"), "https://new.example/feed")
    assert changed(ODD, after) == ([], ["        - https://new.example/feed"])
    assert after.index("new.example") < after.index("old.example")


def test_a_list_in_brackets_grows_inside_them() -> None:
    after = appended(ODD, ("brands", 0, "sources"), "nouvelle, source")
    assert changed(ODD, after)[1] == ["      sources: [presse,blogs, 'nouvelle, source']   # no space after the comma"]
    after = appended(ODD, ("sources", "blogs", "feeds"), "https://new.example/feed")
    assert "https://two.example/feed, https://new.example/feed,   # b" in after


def test_a_brand_and_a_source_are_added() -> None:
    after = appended(ODD, ("brands",), {"name": "Voloair", "query": "(voloair OR @voloair)", "sources": ["voloair"]})
    after = put(after, ("sources",), "voloair", {"kind": "rss", "feeds": ["https://voloair.example/" + "x" * 100]})
    removed, added = changed(ODD, after)
    assert removed == []
    assert added == [
        "    - name: Voloair",
        "      query: '(voloair OR @voloair)'",
        "      sources: [voloair]",
        "    voloair:",
        "      kind: rss",
        "      feeds:",
        f"        - https://voloair.example/{'x' * 100}",
    ]
    assert after.endswith("# the end, without a line break")


def test_a_text_keeps_its_quotes() -> None:
    after = rewritten(ODD, ("brands", 0, "query"), "l'aeroplouf")
    assert changed(ODD, after)[1] == ["      query: 'l''aeroplouf' # quotes stay"]
    assert 'query: "a \\"b\\""' in rewritten('query: "old"\n', ("query",), 'a "b"')
    assert rewritten("query: old\nnext: 1\n", ("query",), "@new") == "query: '@new'\nnext: 1\n"
    assert rewritten("query: |\n  old\n  lines\nnext: 1\n", ("query",), "new") == "query: 'new'\nnext: 1\n"


@pytest.mark.parametrize("text", ["a: &x [1]\nb: *x\n", "a: [1]\nb: [\n", "- a\n", "a: {b: 1}\n", "a:\n"])
def test_what_cannot_be_done_safely_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit):
        appended(text, ("a",), "2")


@hypothesis.given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_any_text_is_read_again_as_it_was(text: str) -> None:
    assert YAML(typ="safe").load(f"a: {in_yaml(text)}\nb: [{in_yaml(text)}, 1]\n")["b"][0] == text


def test_saved_at_once_with_the_same_rights_through_a_link(file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    draft = Draft.of(link)
    draft.saying(appended(draft.before, ("sources", "presse", "feeds"), "https://new.example/feed")).save()
    assert link.is_symlink()
    assert "new.example" in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "repartie.yaml"]


def test_what_would_be_wrong_is_not_saved(file: Path) -> None:
    draft = Draft.of(file)
    with pytest.raises(ConfigErrors) as wrong:
        draft.saying(rewritten(draft.before, ("brands", 0, "query"), "aeroplouf AND")).save()
    assert str(file) in str(wrong.value)
    assert file.read_text(encoding="utf-8") == ODD
    assert [path.name for path in file.parent.iterdir()] == ["repartie.yaml"]


def test_an_edit_of_somebody_else_meanwhile_is_kept(file: Path) -> None:
    draft = Draft.of(file)
    file.write_text(ODD + "\n# mine\n", encoding="utf-8")
    with pytest.raises(ChangedMeanwhile):
        draft.saying(appended(draft.before, ("brands", 0, "sources"), "presse")).save()
    assert file.read_text(encoding="utf-8").endswith("# mine\n")


def test_line_ends_and_byte_order_mark_stay(file: Path) -> None:
    raw = b"\xef\xbb\xbf" + ODD.replace("\n", "\r\n").encode()
    file.write_bytes(raw)
    draft = Draft.of(file)
    draft.saying(rewritten(draft.before, ("brands", 0, "name"), "Voloair")).save()
    assert file.read_bytes() == raw.replace("name: Aéroplouf".encode(), b"name: Voloair")


def test_the_diff_says_what_changes(file: Path) -> None:
    draft = Draft.of(file)
    assert draft.diff() == ""
    diff = draft.saying(rewritten(draft.before, ("language",), "en")).diff()
    assert "-language:   fr   # wide spaces stay\n+language:   en   # wide spaces stay" in diff
