"""Each mistake a person makes in the file: where it is told, in which words, with which advice, in both languages."""

import re
from collections.abc import Callable

import pytest

from config.i18n import words
from config.load import Examination

Look = Callable[..., Examination]


def _french(text: str) -> str:
    """`text` with the spaces French typography wants, so that the tables below stay readable."""
    text = text.replace("« ", "«\N{NO-BREAK SPACE}").replace(" »", "\N{NO-BREAK SPACE}»")
    text = re.sub(" :(?= |$)", "\N{NO-BREAK SPACE}:", text)
    return re.sub(" ([?;])", "\N{NARROW NO-BREAK SPACE}\\1", text)


# Each row: what is changed in the right file, code, line:column, what is said, what is advised: in English, in French.
Row = tuple[tuple[str, str], str, tuple[str, str], tuple[str, str]]
_PROFILE = (
    "ouvrez le profil de la personne dans Slack, puis ⋮ et « Copier l’identifiant de membre » : "
    "il ressemble à U012ABCDEF"
)
SHAPE: dict[str, Row] = {
    "unknown key": (
        ("brands:", "langage: fr\nbrands:"),
        "unknown_key_close 1:1",
        ("unknown key “langage”", "did you mean “language”?"),
        ("clé inconnue : « langage »", "vouliez-vous dire « language » ?"),
    ),
    "key of another section": (
        ("    slack: {mentions", "    mentions: '#x'\n    slack: {mentions"),
        "unknown_key_elsewhere 5:5",
        ("unknown key “mentions” here", "it belongs in brands.slack"),
        ("la clé « mentions » n’a pas sa place ici", "elle se range dans brands.slack"),
    ),
    "key like no other": (
        ("{kind: rss", "{zzz: 1, kind: rss"),
        "unknown_key 7:12",
        ("unknown key “zzz”", "here you may write: kind, every, feeds, allow_private"),
        (
            "clé inconnue : « zzz »",
            "les clés possibles ici sont : kind, every, feeds, allow_private",
        ),
    ),
    "missing key": (
        ("    query: aeroplouf\n", ""),
        "missing 2:5",
        ("“query” is missing", "add a line “query:” here"),
        ("il manque « query »", "ajoutez ici une ligne « query: »"),
    ),
    "empty value": (
        ("query: aeroplouf", "query:"),
        "no_value 3:5",
        ("“query” has no value", "write one after the colon"),
        ("« query » n’a pas de valeur", "écrivez-la après le deux-points"),
    ),
    "a text for a list": (
        ("sources: [presse]", "sources: presse"),
        "not_list 4:14",
        ("“sources” must be a list", "write it as [one, two], or one item a line after a dash"),
        ("« sources » doit être une liste", "écrivez [un, deux], ou un élément par ligne après un tiret"),
    ),
    "a list for a text": (
        ("query: aeroplouf", "query: [aeroplouf]"),
        "not_text 3:12",
        ("“query” must be a text", "write one text, between quotes if it holds special characters"),
        (
            "« query » doit être un texte",
            "écrivez un seul texte, entre guillemets droits s’il contient des caractères spéciaux",
        ),
    ),
    "a text for a section": (
        ('slack: {mentions: "#mentions"}', "slack: mentions"),
        "not_section 5:12",
        ("“slack” must be a section, with keys of its own", "write “slack:” then its keys, indented"),
        (
            "« slack » doit être une section, avec ses propres clés",
            "écrivez « slack: », puis ses clés en retrait",
        ),
    ),
    "neither true nor false": (
        ("{kind: rss", "{allow_private: perhaps, kind: rss"),
        "not_yes_no 7:27",
        ("“allow_private” must be true or false, not “perhaps”", "write true or false"),
        (
            "« allow_private » doit valoir true (vrai) ou false (faux), et non « perhaps »",
            "écrivez true ou false",
        ),
    ),
    "empty list": (
        ("[https://blog.example/feed]", "[]"),
        "empty_list 7:30",
        ("“feeds” is empty", "put at least one item into it"),
        ("« feeds » est vide", "indiquez au moins un élément"),
    ),
    "empty text": (
        ("name: Aéroplouf", "name: ''"),
        "empty_text 2:11",
        ("“name” is empty", "write a text"),
        ("« name » est vide", "écrivez un texte"),
    ),
    "long text": (
        ("name: Aéroplouf", "name: " + "a" * 101),
        "long_text 2:11",
        ("“name” is too long", "write 100 characters at most"),
        ("« name » est trop long", "écrivez 100 caractères au maximum"),
    ),
    "a language we do not speak": (
        ("brands:", "language: klingon\nbrands:"),
        "not_choice 1:11",
        ("“klingon” is not possible for “language”", "choose fr or en"),
        ("« klingon » n’est pas possible pour « language »", "choisissez fr ou en"),
    ),
    "nearly live": (
        ("brands:", "publish: {Aéroplouf: Live!}\nbrands:"),
        "not_choice_close 1:22",
        ("“Live!” is not possible for “Aéroplouf”", "did you mean “live”? The choice is dry-run or live"),
        (
            "« Live! » n’est pas possible pour « Aéroplouf »",
            "vouliez-vous dire « live » ? Au choix : dry-run ou live",
        ),
    ),
    "unknown kind": (
        ("kind: rss", "kind: rsss"),
        "not_choice_close 7:18",
        (
            "“rsss” is not possible for “kind”",
            "did you mean “rss”? The choice is mail, rss, sandbox, webhook or wordpress",
        ),
        (
            "« rsss » n’est pas possible pour « kind »",
            "vouliez-vous dire « rss » ? Au choix : mail, rss, sandbox, webhook ou wordpress",
        ),
    ),
    "no kind": (
        ("kind: rss, ", ""),
        "no_kind 7:3",
        ("this source does not say its “kind”", "add “kind:” with mail, rss, sandbox, webhook or wordpress"),
        (
            "cette source n’indique pas son type (« kind »)",
            "ajoutez « kind: » suivi de mail, rss, sandbox, webhook ou wordpress",
        ),
    ),
}
VALUES: dict[str, Row] = {
    "bad duration": (
        ("kind: rss", "kind: rss, every: soon"),
        "bad_duration 7:30",
        ("“soon” is not a duration", "write a number and s, m, h or d: 30s, 10m, 2h, 1d"),
        (
            "« soon » n’est pas une durée",
            "écrivez un nombre suivi de s, m, h ou d (jours) : 30s, 10m, 2h, 1d",
        ),
    ),
    "a clock for a duration": (
        ("kind: rss", "kind: rss, every: 25:00"),
        "clock_for_duration 7:30",
        ("“25:00” is not a duration", "write 25m for minutes or 25h for hours"),
        ("« 25:00 » n’est pas une durée", "écrivez 25m pour des minutes ou 25h pour des heures"),
    ),
    "too often": (
        ("kind: rss", "kind: rss, every: 0s"),
        "out_of_bounds 7:30",
        ("“every” cannot be 0s", "write a value from 1s to 30d"),
        ("« every » ne peut pas valoir 0s", "écrivez une valeur de 1s à 30d"),
    ),
    "bad time zone": (
        ("brands:", "timezone: Pari\nbrands:"),
        "bad_timezone_close 1:11",
        ("“Pari” is not a time zone", "did you mean Europe/Paris?"),
        ("« Pari » n’est pas un fuseau horaire", "vouliez-vous dire Europe/Paris ?"),
    ),
    "no time zone at all": (
        ("brands:", "timezone: '???'\nbrands:"),
        "bad_timezone 1:11",
        ("“???” is not a time zone", "write a place, as in Europe/Paris"),
        ("« ??? » n’est pas un fuseau horaire", "indiquez un lieu, par exemple Europe/Paris"),
    ),
    "bad channel": (
        ('"#mentions"', "Mes Mentions"),
        "bad_channel 5:23",
        ("“Mes Mentions” is not a Slack channel", 'write its name between quotes, as in "#mes-mentions", or its id'),
        (
            "« Mes Mentions » n’est pas un canal Slack",
            'écrivez son nom entre guillemets droits, par exemple "#mes-mentions", ou son identifiant',
        ),
    ),
    "bad person": (
        ("    sources:", "    publishers: [lea]\n    sources:"),
        "bad_person 4:18",
        (
            "“lea” is not a Slack user id",
            "open the person's profile in Slack, then ⋮, “Copy member ID”: it looks like U012ABCDEF",
        ),
        (
            "« lea » n’est pas un identifiant de membre Slack",
            _PROFILE,
        ),
    ),
    "another scheme": (
        ("https://blog.example/feed", "ftp://blog.example/feed"),
        "bad_url 7:31",
        ("“ftp://blog.example/feed” is not a web address", "write it whole, as in https://blog.example/feed"),
        (
            "« ftp://blog.example/feed » n’est pas une adresse web",
            "écrivez-la en entier, par exemple https://blog.example/feed",
        ),
    ),
    "no scheme": (
        ("https://blog.example/feed", "blog.example/feed"),
        "bad_url_scheme 7:31",
        ("“blog.example/feed” is not a web address", "did you mean https://blog.example/feed?"),
        (
            "« blog.example/feed » n’est pas une adresse web",
            "vouliez-vous dire https://blog.example/feed ?",
        ),
    ),
    "an open way for tokens": (
        ("brands:", "slack: {api: http://proxy.example/api/}\nbrands:"),
        "open_api 1:14",
        (
            "“http://proxy.example/api/” would send the Slack tokens unencrypted",
            "write https://, or an address of this machine",
        ),
        (
            "avec « http://proxy.example/api/ », les jetons Slack circuleraient sans chiffrement",
            "écrivez https://, ou une adresse de cette machine",
        ),
    ),
    "bad query": (
        ("query: aeroplouf", "query: 'l''aéroplouf § air'"),
        "bad_query 3:26",
        ("strange character §", "delete §"),
        ("strange character §", "delete §"),
    ),
}
NAMES: dict[str, Row] = {
    "unknown source": (
        ("sources: [presse]", "sources: [presse, mastodon]"),
        "unknown_source 4:23",
        (
            "the brand “Aéroplouf” names the source “mastodon”, which nobody describes",
            "describe it under “sources:”, or name one of: presse",
        ),
        (
            "la marque « Aéroplouf » cite la source « mastodon », qui n’est décrite nulle part",
            "décrivez-la sous « sources: », ou citez l’une de celles-ci : presse",
        ),
    ),
    "misspelt source": (
        ("sources: [presse]", "sources: [press]"),
        "unknown_source_close 4:15",
        ("the brand “Aéroplouf” names the source “press”, which nobody describes", "did you mean “presse”?"),
        (
            "la marque « Aéroplouf » cite la source « press », qui n’est décrite nulle part",
            "vouliez-vous dire « presse » ?",
        ),
    ),
    "brand twice": (
        ("sources:\n", "  - {name: AEROPLOUF, query: x, sources: [presse]}\nsources:\n"),
        "duplicate_brand 6:12",
        (
            "two brands are called “AEROPLOUF”; the first is on line 2",
            "give each another name; capitals and accents make no difference",
        ),
        (
            "deux marques s’appellent « AEROPLOUF » ; la première se trouve à la ligne 2",
            "donnez à chacune un nom distinct ; majuscules et accents ne suffisent pas à les distinguer",
        ),
    ),
    "misspelt brand": (
        ("brands:", "publish: {Aeroplou: live}\nbrands:"),
        "unknown_brand_close 1:11",
        ("“publish:” names “Aeroplou”, which is no brand of this file", "did you mean “Aéroplouf”?"),
        (
            "« publish: » cite « Aeroplou », qui n’est pas une marque de ce fichier",
            "vouliez-vous dire « Aéroplouf » ?",
        ),
    ),
    "unknown brand": (
        ("brands:", "publish: {Voloair: live}\nbrands:"),
        "unknown_brand 1:11",
        ("“publish:” names “Voloair”, which is no brand of this file", "the brands are: Aéroplouf"),
        (
            "« publish: » cite « Voloair », qui n’est pas une marque de ce fichier",
            "les marques sont : Aéroplouf",
        ),
    ),
    "brand published twice": (
        ("brands:", "publish: {Aéroplouf: live, aeroplouf: dry-run}\nbrands:"),
        "duplicate_key 1:28",
        ("“aeroplouf” is said twice; the first is on line 1", "keep one and put both contents into it"),
        (
            "« aeroplouf » apparaît deux fois ; la première se trouve à la ligne 1",
            "gardez-en une seule et regroupez-y les deux contenus",
        ),
    ),
}


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=name) for table in (SHAPE, VALUES, NAMES) for name, row in table.items()],
)
def test_each_mistake_is_told(look: Look, fine: str, row: Row) -> None:
    change, where, english, french = row
    found = look(fine.replace(*change, 1))
    assert found.config is None
    problem = next(each for each in found.problems if not each.warning)
    assert f"{problem.code} {problem.line}:{problem.column}" == where
    for language, expected in (("en", english), ("fr", tuple(map(_french, french)))):
        t = words(language)
        assert (problem.said(t), problem.advice(t)) == expected
    assert [each.code for each in found.problems if not each.warning] == [problem.code]
