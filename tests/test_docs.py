"""The documentation is true: what README.md and every other page name exists. CONTRIBUTING.md lists the rules."""

import functools
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po
from pydantic import ValidationError
from ruamel.yaml import YAML

from config.schema import Config

ROOT = Path(__file__).parents[1]


class Code(NamedTuple):
    """A piece of code in a page: a fenced block with its first line's words, or inline code with none."""

    place: str
    info: str
    text: str
    fenced: bool


FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


def code_of(name: str, page: str) -> Iterator[Code]:
    for block in FENCE.finditer(page):
        yield Code(
            f"{name}:{page[: block.start()].count(chr(10)) + 1}", block["info"].strip(), block["text"], fenced=True
        )
    prose = FENCE.sub(lambda block: "\n" * block[0].count("\n"), page)
    for inline in re.finditer(r"`([^`\n]+)`", prose):
        yield Code(f"{name}:{prose[: inline.start()].count(chr(10)) + 1}", "", inline[1], fenced=False)


Check = Callable[[Code], Iterator[str]]


@pytest.fixture(scope="module")
def pages(tracked) -> dict[str, str]:
    """Every Markdown file of the repository: its path from the root -> its text."""
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in tracked("*.md")}


@pytest.fixture(scope="module")
def untrue(pages) -> Callable[[Check], list[str]]:
    """`untrue(check)` says what `check` finds wrong in each piece of code of each page."""
    pieces = [code for name, page in pages.items() for code in code_of(name, page)]
    return lambda check: [f"{code.place}: {problem}" for code in pieces for problem in check(code)]


@pytest.fixture(scope="module")
def program(tracked) -> str:
    """All the code there is, as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in tracked("*.py", "Makefile", ".ci/run"))


# --- Commands and options.

SHELL = {"", "sh", "bash", "console", "shell"}


def shell_lines(code: Code) -> Iterator[str]:
    """The commands in a piece of shell or inline code, one by one, without prompt and comment."""
    if code.info not in SHELL:
        return
    for line in code.text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|;|\s\|\s", re.sub(r"(^|\s)#\s.*", "", line)):
            yield part.strip().removeprefix("$ ").strip()


def generate_cli() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_cli", ROOT / "docs/generate_cli.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def command_options() -> dict[tuple[str, ...], set[str]]:
    """Each command's path of names -> the options it takes."""
    cli = pytest.importorskip("repartie.cli", reason="the command line is not written yet")
    tree = generate_cli().commands(cli.app)
    return {
        path: {"--help"} | {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
        for path, command in tree.items()
    }


def problems_of_call(line: str, options: dict[tuple[str, ...], set[str]]) -> Iterator[str]:
    """What is wrong with `repartie WORDS`; `pause|resume` names two commands, brackets mark what may be left out."""
    if not re.match(r"\S*\brepartie(\s|$)", line):
        return
    words = re.sub(r"[\[\]…]|\.\.\.", " ", line).split()
    path: tuple[str, ...] = ()
    for word in words[1:]:
        if word.startswith("-") and word != "-":
            name = word.partition("=")[0]
            if name not in options[path]:
                yield f"`{' '.join(('repartie', *path))}` has no option {name}"
        elif any(len(known) > len(path) and known[: len(path)] == path for known in options):  # a group: a name follows
            if word.isupper() or word.startswith(("<", ">")):
                return  # `repartie COMMAND --help`
            for choice in word.split("|"):
                if (*path, choice) not in options:
                    yield f"there is no command `{' '.join(('repartie', *path, choice))}`"
            if (*path, word.split("|")[0]) not in options:
                return
            path = (*path, word.split("|")[0])


def test_commands_and_options_exist(untrue) -> None:
    options = command_options()
    assert untrue(lambda code: (p for line in shell_lines(code) for p in problems_of_call(line, options))) == []


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ("repartie", []),
        (".venv/bin/repartie demo --port=1", []),
        ("repartie slack manifest > x", []),
        ("repartie demo|replay FILE.csv|jsonl --map a", ["`repartie demo` has no option --map"]),
        ("repartie slack fly", ["there is no command `repartie slack fly`"]),
        ("repartie listen --loud", ["there is no command `repartie listen`"]),
        ("repartie COMMAND --help", []),
        ("cd repartie", []),
        ("repartie[torch]", []),
    ],
)
def test_a_wrong_call_is_seen(line: str, problems: list[str]) -> None:
    options = {
        (): {"--help"},
        ("demo",): {"--port"},
        ("replay",): {"--map"},
        ("slack",): set(),
        ("slack", "manifest"): set(),
    }
    assert list(problems_of_call(line, options)) == problems


def test_help_in_the_docs_is_true(pages, tmp_path: Path) -> None:
    pytest.importorskip("repartie.cli", reason="the command line is not written yet")
    made = tmp_path / "cli.md"
    subprocess.run(  # noqa: S603 - our own script
        [sys.executable, ROOT / "docs/generate_cli.py", made],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=90,
    )
    assert made.read_text(encoding="utf-8") == pages.get("docs/cli.md"), "run `make docs`"


def test_make_targets_exist_and_are_listed(untrue) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):[^=\n]*## ", makefile, re.MULTILINE))

    def check(code: Code) -> Iterator[str]:
        for line in shell_lines(code):
            words = line.split()
            if words[:1] == ["make"]:
                yield from (f"no target {w}" for w in words[1:2] if w not in targets)

    assert targets >= {"env", "demo", "test", "check", "help"}
    assert untrue(check) == []


# --- Settings.


def test_environment_variables_occur_in_the_code(untrue, program) -> None:
    lower = program.lower()  # a settings class may spell its variable in lower case

    def check(code: Code) -> Iterator[str]:
        for name in re.findall(r"\b(?:REPARTIE|SLACK)_[A-Z0-9_]+\b", code.text):
            if name.lower() not in lower:
                yield f"nothing reads {name}"

    assert untrue(check) == []


def problems_of_settings(text: str) -> Iterator[str]:
    """What a piece of configuration, whole or in part, says that the schema refuses."""
    said = YAML(typ="safe").load(text)
    if not isinstance(said, dict):
        yield "this is not a piece of the configuration"
        return
    left_out = set() if {"brands", "sources"} <= said.keys() else {"missing", "too_short"}
    try:
        Config.model_validate(said)
    except ValidationError as refused:
        for error in refused.errors():
            if error["type"] not in left_out:
                yield f"{'.'.join(map(str, error['loc']))}: {error['msg']}"


def test_settings_in_yaml_blocks_are_valid(untrue) -> None:
    def check(code: Code) -> Iterator[str]:
        # What the guide shows as accepted or refused is held against `load` itself, in tests/config.
        if code.info in {"yaml", "yml"} and not code.text.startswith(("# ACCEPTED", "# REJECTED")):
            yield from problems_of_settings(code.text)

    assert untrue(check) == []


def setting_names(schema: object) -> set[str]:
    """Every key that may stand anywhere in the configuration, read from its JSON Schema."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    own = set(schema.get("properties", {})) if isinstance(schema, dict) else set()
    return own.union(*map(setting_names, parts))


def test_settings_in_inline_code_exist(untrue) -> None:
    known = setting_names(Config.model_json_schema())

    def check(code: Code) -> Iterator[str]:
        if not code.fenced and (key := re.match(r"([a-z_]+): \S", code.text)) and key[1] not in known:
            yield f"there is no setting {key[1]}"

    assert known >= {"brands", "every", "feeds", "mentions"}
    assert untrue(check) == []


def test_a_wrong_setting_is_seen() -> None:
    assert list(problems_of_settings("language: en\nbrands: [{name: Voloair}]")) == []
    assert list(problems_of_settings("langage: en")) == ["langage: Extra inputs are not permitted"]


# --- Errors and classes.


@pytest.fixture(scope="module")
def phrases(tracked) -> re.Pattern[str]:
    """Every phrase the program can say in any language, each {name} in it standing for anything."""
    said: set[str] = set()
    for path in tracked("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                for one in (message.id, message.string):
                    said.update((one,) if isinstance(one, str) else one)
    # A frame such as "{posts}, {mentions}" holds no words of its own: it would let anything pass.
    worded = sorted(text for text in said if re.search(r"\w{2}", re.sub(r"\{.*?\}", "", text)))
    return re.compile("|".join(re.sub(r"\\{.*?\\}", ".+", re.escape(text)) for text in worded) or r"(?!)")


def problems_of_errors(code: Code, phrases: re.Pattern[str]) -> Iterator[str]:
    for place, message in re.findall(r"^(\S+\.ya?ml:\d+:\d+): (?:error: |warning: )?(.+)$", code.text, re.MULTILINE):
        if not phrases.fullmatch(message):
            yield f"the program never says: {message} (at {place})"


def test_errors_shown_are_errors_the_program_prints(untrue, phrases) -> None:
    assert untrue(lambda code: problems_of_errors(code, phrases)) == []


def test_a_made_up_error_is_seen(phrases) -> None:
    code = Code("x", "text", "repartie.yaml:3:5: the moon is not a brand, said nobody\n", fenced=True)
    assert len(list(problems_of_errors(code, phrases))) == 1


def test_class_names_exist(untrue, program) -> None:
    names = set(re.findall(r"\b[A-Z][A-Za-z0-9]+\b", program))

    def check(code: Code) -> Iterator[str]:
        if not code.fenced and re.fullmatch(r"(?:[A-Z][a-z0-9]+){2,}(\(.*\))?", code.text):
            name = code.text.partition("(")[0]
            if name not in names:
                yield f"there is no {name}"

    assert untrue(check) == []


# --- Links.


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def broken_links(name: str, page: str) -> Iterator[str]:
    prose = FENCE.sub("", page)
    for link in re.findall(r"\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)", re.sub(r"`[^`\n]+`", "", prose)):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists():
            yield f"{name}: {link} leads nowhere"
        elif anchor and slug(anchor) not in {
            slug(h) for h in re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
        }:
            yield f"{name}: {link} names no heading"


def test_links_and_images_lead_somewhere(pages) -> None:
    assert [problem for name, page in pages.items() for problem in broken_links(name, page)] == []


def test_a_broken_link_is_seen() -> None:
    page = "[a](CONTRIBUTING.md#style) ![b](docs/no.png) [c](README.md#nowhere) `[d](x)`"
    assert list(broken_links("README.md", page)) == [
        "README.md: docs/no.png leads nowhere",
        "README.md: README.md#nowhere names no heading",
    ]


def test_files_named_in_code_exist(untrue) -> None:
    def check(code: Code) -> Iterator[str]:
        named = re.fullmatch(r"(?:[\w.-]+/)+[\w.-]*\.(?:py|md|yaml|toml|po|csv|json)", code.text)
        beside = (ROOT / code.place).parent
        if named and not code.fenced and not (ROOT / code.text).exists() and not (beside / code.text).exists():
            yield f"there is no {code.text}"

    assert untrue(check) == []


# --- Decisions, changelog, licence.


def test_every_decision_is_listed_under_its_title(pages) -> None:
    listed = pages["docs/decisions/README.md"]
    for name, page in pages.items():
        if found := re.match(r"docs/decisions/((\d{4})-[a-z0-9-]+\.md)$", name):
            title = re.match(r"# \d{4} (.+)", page)
            assert title, f"{name} begins with its number and title"
            assert f"| {found[2]} | [{title[1]}]({found[1]}) |" in listed, f"{name} is not listed under its title"


def test_decisions_have_one_number_each(pages) -> None:
    numbers = [m[1] for name in pages if (m := re.match(r"docs/decisions/(\d{4})-", name))]
    assert len(numbers) == len(set(numbers))


def test_the_changelog_and_the_licence_are_what_they_say(pages) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "## [Unreleased]" in pages["CHANGELOG.md"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")
