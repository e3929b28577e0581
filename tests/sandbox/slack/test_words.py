"""Every text of the page is in the French catalogue, and in use."""

import re
from pathlib import Path

import pytest

from sandbox import slack
from sandbox.i18n import read_messages, words
from sandbox.slack.phrases import PHRASES, PLURALS, spoken

ROOM = Path(slack.__file__).parent.parent
TRANSLATED = read_messages(ROOM / "locale" / "fr")

SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOM / "static" / "slack").glob("*.js")))
SAID = re.compile(r"""\bt\(\s*(["'])((?:(?!\1).)+)\1""")
COUNTED = re.compile(r'\bplural\(\s*"([^"]+)",\s*"([^"]+)"')


def in_python_and_templates() -> set[str]:
    sources = [*(ROOM / "slack").glob("*.py"), *(ROOM / "templates").glob("slack*.html")]
    found = set()
    for path in sources:
        text = path.read_text(encoding="utf-8")
        found |= {said for _, said in re.findall(r"""\b(?:_?t|mark)\(\s*(["'])((?:(?!\1).)+)\1""", text)}
        found |= {one for one, _ in COUNTED.findall(text)}
    return found


def test_the_script_is_given_all_it_says():
    assert {said for _, said in SAID.findall(SCRIPTS)} == set(PHRASES)
    assert set(COUNTED.findall(SCRIPTS)) == set(PLURALS)


def test_all_is_translated():
    said = in_python_and_templates()
    assert len(said) > 50
    assert said - {many for _, many in PLURALS} <= set(TRANSLATED)


@pytest.mark.parametrize("english", sorted(TRANSLATED))
def test_placeholders_survive(english: str):
    wanted = set(re.findall(r"\{\w+\}", english))
    assert all(set(re.findall(r"\{\w+\}", form)) == wanted for form in TRANSLATED[english])


def test_french_is_set_as_french_is():
    for forms in TRANSLATED.values():
        for form in forms:
            assert not re.search(r"(?<![\u00a0\u202f])[;:?!»](?:\s|$)|«(?!\u00a0)|'", form), form


def test_counting():
    t = words("fr")
    assert t.plural("{count} reply", "{count} replies", 0) == "0 réponse"
    assert t.plural("{count} reply", "{count} replies", 1240) == "1\u202f240 réponses"
    assert words("en").plural("{count} reply", "{count} replies", 0) == "0 replies"
    assert spoken(t)["{count} replies"] == "{count} réponses"
    with pytest.raises(KeyError):
        words("xx")
