"""`docs/configuration.md` is true: every key and every error stands there, and every snippet does what it says."""

import re
from pathlib import Path
from typing import Any

import pytest

from config.credentials import Credentials
from config.i18n import words
from config.json_schema import generate
from config.load import Examination, examine
from config.phrases import PHRASES

DOC = Path(__file__).parents[2] / "docs" / "configuration.md"
REST = {
    "brands": "brands:\n  - {name: Aéroplouf, query: aeroplouf, sources: [presse]}\n",
    "sources": "sources:\n  presse: {kind: rss, feeds: [https://presse.example/rss]}\n",
}
# Told of the whole file, or by bytes that a page cannot show: tests/config/test_load.py and test_traps.py show them.
NOT_SNIPPETS = {
    *("missing_file", "unreadable_file", "not_utf8", "control_character"),
    *("too_big", "too_many", "empty_file", "not_sections"),
}
# `bad_time` waits for the first key that is an hour; `invalid` for a new kind of check nobody gave words.
NOT_YET = {"bad_time", "invalid"}
ADVICE = {"into_variable", "already_in_variable", "into_some_variable"}


def examined(snippet: str) -> Examination:
    """The snippet as a file, completed by what it does not say."""
    path = Path("repartie.yaml")
    rest = "".join(text for key, text in REST.items() if not re.search(f"^{key}:", snippet, re.MULTILINE))
    path.write_text(snippet + rest, encoding="utf-8")
    try:
        return examine(path, {}, str)
    finally:
        path.unlink()


def told(snippet: str) -> str:
    """What is said first of the snippet."""
    return examined(snippet).problems[0].render(words("en"))


def table(name: str) -> str:
    """The keys of one section, as the page lists them."""
    schema = generate() if name == "Config" else generate()["$defs"][name]
    needed = schema.get("required", [])
    rows = [
        f"| `{key}` | {field['description']} | {_default(field, key in needed)} |"
        for key, field in schema["properties"].items()
    ]
    return "\n".join(["| key | what | if absent |", "|---|---|---|", *rows])


def _default(field: dict[str, Any], needed: object) -> str:
    default = field.get("default")
    if needed:
        return "must be there"
    return (
        f"`{str(default).lower()}`"
        if isinstance(default, bool)
        else f"`{default}`"
        if isinstance(default, str)
        else "—"
    )


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _snippets(kind: str) -> list[Any]:
    text = DOC.read_text(encoding="utf-8")
    after = r"```text\n(.*?)\n```" if kind == "REJECTED" else "()"
    found = re.findall(rf"```yaml\n(# {kind}\n.*?)```\n{after}", text, re.DOTALL)
    assert len(found) == text.count(f"# {kind}\n")
    return [pytest.param(*each, id=each[0].split("\n", 2)[1].strip()[:40]) for each in found]


@pytest.mark.parametrize("name", ["Config", *(name for name in generate()["$defs"] if name != "PublishMode")])
def test_every_key_is_documented(name: str) -> None:
    assert table(name) in DOC.read_text(encoding="utf-8")


@pytest.mark.parametrize(("snippet", "nothing"), _snippets("ACCEPTED"))
def test_what_the_page_accepts_is_accepted(snippet: str, nothing: str) -> None:
    assert nothing == ""
    assert examined(snippet).problems == ()


@pytest.mark.parametrize(("snippet", "said"), _snippets("REJECTED"))
def test_what_the_page_rejects_is_rejected_in_these_words(snippet: str, said: str) -> None:
    assert told(snippet) == said


def test_every_error_is_shown() -> None:
    shown = {problem.code for snippet in _snippets("REJECTED") for problem in examined(snippet.values[0]).problems}
    assert set(PHRASES) - shown - NOT_SNIPPETS - NOT_YET - ADVICE == set()


def test_every_variable_is_documented() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert [name for name in Credentials.model_fields if f"| `{name.upper()}` |" not in text] == []
