"""What may stand after `author:`, `site:` and `lang:`, and what to write instead."""

import difflib
import re
from functools import cache
from typing import Final

from babel import Locale

from config.i18n import mark
from config.query.errors import QueryError
from config.query.tree import Attribute, Field, Sort, Term

NAMES: Final = ("author", "lang", "site", "title")
_ELSEWHERE: Final = {
    "raw": "=Orange",
    "exact": "=Orange",
    "case": "=Orange",
    "auteur": "author:",
    "from": "author:",
    "url": "site:",
    "domain": "site:",
    "host": "site:",
    "language": "lang:",
    "langue": "lang:",
    "titre": "title:",
    "intitle": "title:",
    "hashtag": "#aeroplouf",
    "hashtags": "#aeroplouf",
    "at_mentions": "@aeroplouf",
}
"""Habits from other tools and from French -> how it is written here."""
_HOST: Final = re.compile(r"(?=.{1,253}$)[^\W_](?:[\w-]*\w)?(?:\.[^\W_](?:[\w-]*\w)?)+")
_LANGUAGE: Final = re.compile(r"([a-z]{2,3})(-[a-z0-9]{2,8})*")


def unknown(name: str, source: str, at: int) -> QueryError:
    """The error for a field that does not exist."""
    close = _ELSEWHERE.get(name) or next((f"{match}:" for match in difflib.get_close_matches(name, NAMES, n=1)), "")
    if close:
        hint, values = mark("Did you mean {suggestion}?"), {"suggestion": close}
    else:
        hint, values = (
            mark("The fields are {fields}. For the word itself, use quotes."),
            {"fields": "author: lang: site: title:"},
        )
    message = mark("There is no field {field}.")
    return QueryError(message, source, at, hint=hint, values={"field": f"{name}:", **values})


def attribute(name: Field, term: Term, source: str) -> Attribute:
    """Make `name:term`.

    Raises:
        QueryError: the field cannot have that value.
    """
    plain = not (term.exact or term.prefix) and (
        term.sort is Sort.WORDS or (term.sort is Sort.HANDLE and name is Field.AUTHOR)
    )
    if not plain:
        message = mark("{field} takes a plain value: no star, no = and no #.")
        raise QueryError(message, source, term.at, values={"field": f"{name}:"})
    value = term.text.lower()
    if name is Field.SITE:
        value = _site(value, source, term.at)
    elif name is Field.LANG:
        value = _language(value, source, term.at)
    return Attribute(name, value, term.at)


def _site(value: str, source: str, at: int) -> str:
    host = re.sub(r"^\w+://", "", value).partition("/")[0].removeprefix("www.").strip(".")
    if not _HOST.fullmatch(host):
        raise QueryError(
            mark("{value} is not the name of a site."),
            source,
            at,
            hint=mark("Write it like site:blog.example"),
            values={"value": value},
        )
    if value.removeprefix("www.").strip(".") != host:
        message, hint = (
            mark("A site is a name alone, without // or a page."),
            mark("For pages of a site, write site:{host}"),
        )
        raise QueryError(message, source, at, hint=hint, values={"host": host})
    return host


def _language(value: str, source: str, at: int) -> str:
    tag = value.replace("_", "-")
    shaped = _LANGUAGE.fullmatch(tag)
    if shaped and shaped[1] in Locale("en").languages:
        return tag
    hint, values = mark("Languages are codes: fr, en, es, de, it, pt."), {"value": value}
    if named := _languages_by_name().get(value.casefold()):
        hint, values = mark("Did you mean {suggestion}?"), {"value": value, "suggestion": f"lang:{named}"}
    message = mark("{value} is not the code of a language.")
    raise QueryError(message, source, at, hint=hint, values=values)


@cache
def _languages_by_name() -> dict[str, str]:
    """French and English names, and each language's own, lower case -> code."""
    names: dict[str, str] = {}
    for code in ("fr", "en", "es", "de", "it", "pt"):
        for language, name in Locale(code).languages.items():
            if code in {"fr", "en"} or language == code:
                names.setdefault(name.casefold(), language)
    return names
