"""The tree is clean: nothing of one machine in it, no silent exception to a rule, no file that grew too long."""

import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 400


@pytest.fixture(scope="module")
def files(tracked) -> list[str]:
    """Every file of the repository, by its path from the root."""
    return [path.relative_to(ROOT).as_posix() for path in tracked()]


@pytest.fixture(scope="module")
def modules(files) -> list[str]:
    return [name for name in files if name.endswith(".py")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


# Written so that this file does not find itself.
ELSEWHERE = {
    "a path of one machine": r"(?<![\w./-])/(?:wor[k]|roo[t]|hom[e]/\w+|opt/py[p]i|opt/whee[l]s)(?:/|\b)",
    "a temporary path": r"(?<![\w./-])/tm[p]/\w",
    "the name of a package index": r"\b(?:pypi\.or[g]|pythonhoste[d]|deb\.debia[n]|npmj[s]|crates\.i[o])",
    "an index option": r"(?<!no-emit-)(?:--|_)(?:extra-)?index-ur[l]|(?<!no-emit-)(?:--|_)find-link[s]",
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_no_file_names(files, what: str) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in files
        if b"\0" not in (ROOT / name).read_bytes()[:4096]
        for number, line in enumerate(read(name).splitlines(), 1)
        if re.search(ELSEWHERE[what], line, re.IGNORECASE)
    ]
    assert found == []


def test_a_long_file_has_a_decision(files, modules) -> None:
    reasons = "\n".join(read(name) for name in files if name.startswith("docs/decisions/"))
    long = [name for name in modules if len(read(name).splitlines()) > LONGEST]
    assert [name for name in long if name not in reasons] == []


# A code, then a dash or a second comment sign, then words.
SILENCED = re.compile(r"#\s*(?P<what>noqa|type:\s*ignore|pragma:\s*no cover|mypy:)(?P<rest>.*)")
REASON = re.compile(r"(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\])\s*(?:-|#)\s*\w.{4,}")


def silenced_without_reason(name: str) -> list[str]:
    found = []
    with (ROOT / name).open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            silenced = SILENCED.match(token.string) if token.type == tokenize.COMMENT else None
            if silenced and not REASON.match(silenced["rest"]):
                found.append(f"{name}:{token.start[0]}: {token.string}")
    return found


def test_each_silenced_rule_says_why(modules) -> None:
    assert [found for name in modules for found in silenced_without_reason(name)] == []


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("# noqa: S603 - our own interpreter", 0),
        ("# noqa: S603, T201 - our own interpreter", 0),
        ("# type: ignore[attr-defined] - it is there at run time", 0),
        ("# type: ignore[attr-defined]  # it is there at run time", 0),
        ("# noqa", 1),
        ("# noqa: S603", 1),
        ("# type: ignore", 1),
        ("# type: ignore[attr-defined]", 1),
    ],
)
def test_a_reason_is_a_reason(tmp_path: Path, comment: str, found: int) -> None:
    (tmp_path / "one.py").write_text(f"x = 1  {comment}\n")
    assert len(silenced_without_reason(str(tmp_path / "one.py"))) == found


def test_each_rule_switched_off_for_many_files_says_why() -> None:
    text = read("pyproject.toml")
    lint = text[text.index("[tool.ruff.lint]") : text.index("[tool.mypy]")]
    rules = re.findall(r'^\s*"[A-Z]+\d*",?(.*)$', lint, re.MULTILINE)
    assert rules
    assert all(re.match(r"\s*# \w", rest) for rest in rules)
    for line in re.findall(
        r"^(?:\"[^\"]+\" = \[.+\]|filterwarnings = .*|\s+\"(?:ignore|default):.*)$", text, re.MULTILINE
    ):
        assert line == 'filterwarnings = ["error"]' or "# " in line or line.endswith("["), line


def test_tests_hide_no_room(modules) -> None:
    assert [name for name in modules if re.match(r"tests/(.+/)?__init__\.py$", name)] == []
