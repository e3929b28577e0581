"""Everything a person sees exists in French; and the tests of that test, on small trees with one fault each."""

from pathlib import Path

import pytest

from config.catalogue import gaps

ROOT = Path(__file__).parents[1]
ROOMS = ["config", "models", "listener", "responders", "repartie"]
HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def test_the_app_speaks_french() -> None:
    assert gaps(ROOT, ROOMS, "config/locale/fr") == []


def test_the_sandbox_speaks_french() -> None:
    assert gaps(ROOT, ["sandbox"], "sandbox/locale/fr") == []


def _tree(root: Path, code: str, po: str, *, template: str = "") -> list[str]:
    (root / "room" / "fr").mkdir(parents=True)
    (root / "room" / "view.py").write_text(code, encoding="utf-8")
    (root / "room" / "page.html").write_text(template, encoding="utf-8")
    (root / "room" / "fr" / "room.po").write_text(HEADER + po, encoding="utf-8")
    return gaps(root, ["room"], "room/fr")


@pytest.mark.parametrize(
    ("code", "po", "expected"),
    [
        ('t("Reply")', 'msgid "Reply"\nmsgstr "Répondre"', []),
        ('t("Reply")', "", ["room/view.py:1: no French for “Reply”"]),
        ('\nLATER = mark("Reply")', "", ["room/view.py:2: no French for “Reply”"]),
        ('self.t("Re" "ply")', 'msgid "Reply"\nmsgstr ""', ["room/view.py:1: no French for “Reply”"]),
        (
            't.plural("{count} reply", "{count} replies", n)',
            'msgid "{count} reply"\nmsgid_plural "{count} replies"\nmsgstr[0] "{count} réponse"\nmsgstr[1] ""',
            ["room/view.py:1: no French for “{count} reply”"],
        ),
        (
            't("Taken by {name}", name=x)',
            'msgid "Taken by {name}"\nmsgstr "Pris par {nom}"',
            ["room/fr/room.po:6: “Pris par {nom}” does not fill the same names as “Taken by {name}”"],
        ),
        (
            't("Taken by {name}", name=x)',
            'msgid "Taken by {name}"\nmsgstr "Pris par {name"',
            ["room/fr/room.po:6: “Pris par {name” has a brace too many for “Taken by {name}”"],
        ),
        (
            't("Reply")',
            'msgid "Reply"\nmsgstr "Répondre"\n\nmsgid "Old"\nmsgstr "Vieux"',
            ["room/fr/room.po:9: nobody says this any more: “Old”"],
        ),
        (
            't("Reply")',
            '#, fuzzy\nmsgid "Reply"\nmsgstr "Répondre"',
            [
                "room/view.py:1: no French for “Reply”",
                "room/fr/room.po:7: fuzzy, a person must read it again: “Reply”",
            ],
        ),
        (
            't("Taken by {name}")',
            'msgid "Taken by {name}"\nmsgstr "Pris par {name}"',
            ["room/view.py:1: no value for {name} in “Taken by {name}”"],
        ),
        (
            't("Really?")',
            'msgid "Really?"\nmsgstr "Vraiment ?"',
            ["room/fr/room.po:6: “Vraiment ?” wants a no-break space at “ ?” for “Really?”"],
        ),
        ('t("Really?")', 'msgid "Really?"\nmsgstr "Vraiment\N{NARROW NO-BREAK SPACE}?"', []),
        ('t("Taken by {name}", **values)', 'msgid "Taken by {name}"\nmsgstr "Pris par {name}"', []),
        ("t(text)", "", []),
        ('self._t("Reply")', "", ["room/view.py:1: no French for “Reply”"]),
        ('t("{e.host} is closed", e=e)', 'msgid "{e.host} is closed"\nmsgstr "{e.host} est fermé"', []),
        (
            'FORMS = mark_plural("{count} reply", "{count} replies")',
            'msgid "{count} reply"\nmsgstr "{count} réponse"',
            ["room/fr/room.po:6: the code's plural is “{count} replies” here: “{count} reply”"],
        ),
        ("f\"{t('Reply')}\"", "", ["room/view.py:1: no French for “Reply”"]),
        ('t("On" if on else "Off")', "", ["room/view.py:1: no French for “On”", "room/view.py:1: no French for “Off”"]),
    ],
)
def test_each_fault_is_named(tmp_path: Path, code: str, po: str, expected: list[str]) -> None:
    assert _tree(tmp_path, code, po) == expected


def test_templates_are_read(tmp_path: Path) -> None:
    found = _tree(
        tmp_path, "", "", template='<p title="{{ t("Read on") }}">{{ t.plural("{count} a", "{count} b", n) }}'
    )
    assert found == ["room/page.html:1: no French for “Read on”", "room/page.html:1: no French for “{count} a”"]


def test_two_catalogues_that_disagree_are_named(tmp_path: Path) -> None:
    (tmp_path / "room" / "fr").mkdir(parents=True)
    (tmp_path / "room" / "fr" / "a.po").write_text(HEADER + 'msgid "Open"\nmsgstr "Ouvrir"\n', encoding="utf-8")
    found = _tree_with_a(tmp_path)
    assert found == ["room/fr/a.po:6: room/fr/room.po:6 says otherwise: “Open”"]


def _tree_with_a(root: Path) -> list[str]:
    (root / "room" / "view.py").write_text('t("Open")', encoding="utf-8")
    (root / "room" / "fr" / "room.po").write_text(HEADER + 'msgid "Open"\nmsgstr "Ouvert"\n', encoding="utf-8")
    return gaps(root, ["room"], "room/fr")
