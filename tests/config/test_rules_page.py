"""docs/rules.md is what the program says of itself, and every condition on it can be read."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from config.conditions import FIELDS, Kind, parse

DOCS = Path(__file__).parents[2] / "docs"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return loaded("generate_rules")


def test_the_committed_page_is_the_one_of_the_code(generator) -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == generator.rules_page(), "run `make docs`"


def test_the_french_page_is_the_one_of_the_code_too() -> None:
    french = loaded("generate_regles")
    assert set(french.MEANINGS) == set(FIELDS)
    assert (DOCS / "regles.md").read_text(encoding="utf-8") == french.rules_page(), "run `make docs`"


def test_every_kind_is_explained(generator) -> None:
    assert set(generator.KINDS) == set(Kind)


def test_conditions_in_the_text_can_be_read(generator) -> None:
    prose = re.sub(r"```.*?```", "", generator.HEAD + generator.UNKNOWN, flags=re.DOTALL)
    names = "|".join(FIELDS)
    found = [code for code in re.findall(r"`([^`\n]+)`", prose) if re.match(rf"(not )?({names})\b", code)]
    assert len(found) > 8
    for code in found:
        parse(code)
