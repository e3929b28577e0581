"""What YAML does to people who do not know it: told by its cause, where that stands, in both languages."""

from collections.abc import Callable

import pytest

from config.i18n import words
from config.load import Examination

Look = Callable[..., Examination]
Row = tuple[tuple[str, str], str, tuple[str, str], tuple[str, str]]

# What is changed in the right file, code, line:column, what is said and advised: in English, in French.
TRAPS: dict[str, Row] = {
    "@handle": (
        ("query: aeroplouf", "query: @aeroplouf OR x"),
        "at_sign 3:12",
        ("YAML does not allow a text that starts with @", 'put quotes around it: "@aeroplouf OR x"'),
        ("en YAML, un texte ne peut pas commencer par @", 'mettez-le entre guillemets droits : "@aeroplouf OR x"'),
    ),
    "#channel": (
        ('"#mentions"}', "#mentions}"),
        "hash_comment 5:23",
        (
            "everything from “#mentions” on is a comment: # starts a comment in YAML",
            'put quotes around the whole value, for instance: "#mentions"',
        ),
        (
            "tout ce qui suit, à partir de « #mentions », est un commentaire : en YAML, # commence un commentaire",
            'mettez toute la valeur entre guillemets droits, par exemple : "#mentions"',
        ),
    ),
    "tab": (
        ("    query", "\tquery"),
        "tab 3:1",
        ("a tab stands here; YAML wants spaces", "replace the tab by spaces"),
        ("il y a une tabulation ici ; YAML veut des espaces", "remplacez la tabulation par des espaces"),
    ),
    "open quote": (
        ("aeroplouf\n", "'aeroplouf\n"),
        "open_quote 3:12",
        ("this quotation mark is never closed", "close it at the end of the text"),
        ("ce guillemet n’est jamais fermé", "fermez-le à la fin du texte"),
    ),
    "apostrophe": (
        ("aeroplouf\n", "'offre d'emploi'\n"),
        "text_after_quote 3:21",
        (
            "the quoted text ends before this, but the line goes on",
            "put the whole value between single quotes and double each ' inside: 'offre d''emploi'",
        ),
        (
            "le texte entre guillemets se termine avant ceci, mais la ligne continue",
            "mettez toute la valeur entre apostrophes droites et doublez chaque ' du texte : 'offre d''emploi'",
        ),
    ),
    "escape": (
        ("aeroplouf\n", '"a\\q"\n'),
        "bad_escape 3:15",
        ("a backslash means something special between double quotes", "use single quotes instead"),
        (
            "entre guillemets doubles, la barre oblique inverse a un sens particulier",
            "utilisez plutôt des apostrophes droites",
        ),
    ),
    "bracket": (
        ("[presse]", "[presse"),
        "open_bracket 4:14",
        ("this bracket is never closed, or a comma is missing", "close it, and separate items with commas"),
        (
            "ce crochet ou cette accolade n’est jamais fermé, ou il manque une virgule",
            "fermez-le et séparez les éléments par des virgules",
        ),
    ),
    "extra": (
        ("[presse]", "[presse]]"),
        "extra_bracket 4:22",
        ("this bracket closes nothing", "delete it, or open it before"),
        ("ce crochet ou cette accolade ne ferme rien", "supprimez-le, ou ouvrez-le avant"),
    ),
    "colon in a text": (
        ("aeroplouf\n", "author: lea\n"),
        "colon_in_text 3:18",
        (
            "a colon followed by a space cannot stand here",
            "put quotes around the whole value if it is a text; otherwise check the indentation of this line",
        ),
        (
            "un deux-points suivi d’une espace ne peut pas se trouver ici",
            (
                "s’il s’agit d’un texte, mettez toute la valeur entre guillem"
                "ets droits ; sinon, vérifiez le retrait de cette ligne"
            ),
        ),
    ),
    "no space after the colon": (
        ("    query: aeroplouf", "    query:aeroplouf"),
        "glued_colon 3:10",
        ("a space is missing after “query:”", "write “query: value”"),
        ("il manque une espace après « query: »", "écrivez « query: valeur »"),
    ),
    "indent": (
        ("    sources", "   sources"),
        "indentation 4:4",
        (
            "this line does not stand where the lines before it let us expect",
            "align it with the other keys of its section, with spaces",
        ),
        (
            "cette ligne n’est pas alignée avec celles qui la précèdent",
            "alignez-la avec les autres clés de sa section, à l’aide d’espaces",
        ),
    ),
    "alias": (
        ("aeroplouf\n", "*aero OR x\n"),
        "unknown_alias 3:12",
        ("*aero names nothing", "put quotes around a text that starts with *"),
        ("*aero ne désigne rien", "mettez entre guillemets droits un texte qui commence par *"),
    ),
    "tag": (
        ("aeroplouf\n", "!aero OR x\n"),
        "tag 3:12",
        ("!aero is not understood", "put quotes around a text that starts with !"),
        ("!aero n’est pas compris", "mettez entre guillemets droits un texte qui commence par un point d’exclamation"),
    ),
    "second document": (
        ("sources:\n", "---\nsources:\n"),
        "two_documents 6:1",
        ("a second document starts here", "delete the line ---"),
        ("un second document commence ici", "supprimez la ligne ---"),
    ),
    "key twice": (
        ("    sources", "    query: b\n    sources"),
        "duplicate_key 4:5",
        ("“query” is said twice; the first is on line 3", "keep one and put both contents into it"),
        (
            "« query » apparaît deux fois ; la première se trouve à la ligne 3",
            "gardez-en une seule et regroupez-y les deux contenus",
        ),
    ),
    "list for a key": (
        ("    sources", "    ? [a]\n    : b\n    sources"),
        "key_not_text 4:7",
        ("a key must be a simple word", "write “key: value”"),
        ("une clé doit être un simple mot", "écrivez « clé: valeur »"),
    ),
    "anything else": (
        ("aeroplouf\n", "| a\n"),
        "syntax 3:14",
        (
            "this is not valid YAML here (expected a comment or a line break, but found 'a')",
            "compare the lines around it with repartie.example.yaml",
        ),
        (
            "le YAML n’est pas valide à cet endroit (expected a comment or a line break, but found 'a')",
            "comparez les lignes voisines avec repartie.example.yaml",
        ),
    ),
}
# The same causes elsewhere.
ALSO = [
    (("sources: [presse]", "sources: [@presse, b]"), "at_sign 4:15"),
    (('{mentions: "#mentions"}', "\n      mentions: #mentions"), "hash_comment 6:17"),
    (("[presse]", "\n      - #presse"), "hash_comment 5:9"),
    (('{mentions: "#mentions"}', '\n      mentions: "#m"\n      alerts: #al'), "hash_comment 7:15"),
    (("aeroplouf\n", "aeroplouf OR #avion OR x\n"), "hash_comment 3:25"),
    (("    query: aero", "    query:\taero"), "tab 3:11"),
    (("aeroplouf\n", '"aero plouf" OR x\n'), "text_after_quote 3:25"),
    (('"#mentions"}', '"#mentions"'), "open_bracket 5:12"),
    (("brands:\n  - name: Aéroplouf", "brands:\n  - name:Aéroplouf"), "glued_colon 2:9"),
    (("    sources", "     sources"), "indentation 4:6"),
    (("aeroplouf\n", "* OR x\n"), "at_sign 3:12"),
    (("aeroplouf\n", "!!python/object:os.system x\n"), "tag 3:12"),
    (("aeroplouf\n", "%aero\n"), "at_sign 3:12"),
    (("aeroplouf\n", "(lang: fr)\n"), "colon_in_text 3:17"),
    (("aeroplouf\n", '"aeroplouf\n'), "open_quote 3:12"),
    (("[presse]", "[" * 30), "too_deep 4:31"),
]


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in TRAPS.items()])
def test_each_trap_is_told_by_its_cause(look: Look, fine: str, row: Row) -> None:
    change, where, english, french = row
    found = look(fine.replace(*change, 1))
    assert found.config is None
    (problem,) = (each for each in found.problems if not each.warning)
    assert f"{problem.code} {problem.line}:{problem.column}" == where
    for language, expected in (("en", english), ("fr", french)):
        t = words(language)
        assert (_plain(problem.said(t)), _plain(problem.advice(t))) == expected


@pytest.mark.parametrize(("change", "where"), ALSO)
def test_each_trap_is_found_in_other_places(look: Look, fine: str, change: tuple[str, str], where: str) -> None:
    found = look(fine.replace(*change, 1))
    assert found.config is None
    assert where in [f"{each.code} {each.line}:{each.column}" for each in found.problems]


def test_aliases_are_written_out_but_not_without_end(look: Look, fine: str) -> None:
    fine = fine.replace("aeroplouf\n", "&q aeroplouf\n") + "  x: {kind: rss, feeds: [*u]}\n"
    shared = fine.replace("[https", "[&u https").replace("[presse]", "[presse, x]")
    assert look(shared).config is not None
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    assert look(bomb).problems[0].code == "too_many"
    deep = "a: &a [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1 if n else ''}]\n" for n in range(30))
    assert look(deep).problems[0].code == "too_deep"


@pytest.mark.parametrize("name", ["no", "on", "08:00", "010", "1664", "1e3", "2026-11-22", "~x"])
def test_a_name_stays_as_written(look: Look, fine: str, name: str) -> None:
    config = look(fine.replace("Aéroplouf", name)).config
    assert config is not None
    assert config.brands[0].name == name


@pytest.mark.parametrize("written", ["yes", "on", "True", "no", "OFF"])
def test_yes_and_no_are_read_where_they_are_asked(look: Look, fine: str, written: str) -> None:
    config = look(fine.replace("kind: rss", f"kind: rss, allow_private: {written}")).config
    assert config is not None
    assert config.sources["presse"].model_dump()["allow_private"] is (written in {"yes", "on", "True"})


def test_a_comment_after_an_optional_key_is_a_comment(look: Look, fine: str) -> None:
    assert (
        look(fine.replace('{mentions: "#mentions"}', '\n      mentions: "#m" #here\n      alerts: # later')).problems
        == ()
    )
