"""How the square's pages write things: a post's text as safe HTML, moments, counts."""

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_compact_decimal, format_decimal
from markupsafe import Markup, escape

from sandbox.i18n import LOCALES, words

ZONE: Final = ZoneInfo("Europe/Paris")
"""Where the invented people live."""

_LINKED: Final = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)»…'])|(?<!\w)#(?P<tag>\w+)|(?<!\w)@(?P<who>\w+)"
)


def rich(text: str) -> Markup:
    """The text, escaped, with its addresses, #tags and @names as links. Line ends are left to the style sheet."""
    parts, last = [], 0
    for found in _LINKED.finditer(text):
        shown = escape(found[0])
        if found["url"]:
            target, attributes = escape(found["url"]), Markup(' rel="nofollow noopener" target="_blank"')
        elif found["tag"]:
            target, attributes = escape(f"/network/search?q=%23{quote(found['tag'])}"), Markup("")
        else:
            target, attributes = escape(f"/network/people/{quote(found['who'])}"), Markup("")
        parts += [escape(text[last : found.start()]), Markup('<a href="{}"{}>{}</a>').format(target, attributes, shown)]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


def short_ago(at: datetime, now: datetime, language: str) -> str:
    """How long ago, in a word: "now", "4 min", "2 h", then the day."""
    t, gone = words(language), now - at
    if gone < timedelta(minutes=1):
        return t("now")
    if gone < timedelta(hours=1):
        return t("{minutes} min", minutes=int(gone.total_seconds() // 60))
    if at.astimezone(ZONE).date() == now.astimezone(ZONE).date():
        return t("{hours} h", hours=int(gone.total_seconds() // 3600))
    clock = format_time(at, "HH:mm", tzinfo=ZONE, locale=LOCALES[language])
    if at.astimezone(ZONE).date() == (now.astimezone(ZONE) - timedelta(days=1)).date():
        return t("yesterday {clock}", clock=clock)
    return str(format_datetime(at, "d MMM", tzinfo=ZONE, locale=LOCALES[language]))


def moment(at: datetime, language: str) -> str:
    """Day and hour in full."""
    return str(format_datetime(at, "d MMMM y, HH:mm", tzinfo=ZONE, locale=LOCALES[language]))


def day(at: datetime, language: str) -> str:
    """The day in full."""
    return str(format_date(at.astimezone(ZONE), "long", locale=LOCALES[language]))


def compact(count: int, language: str) -> str:
    """A count in a narrow place: 12400 -> "12,4 k" in French."""
    if count < 10_000:  # noqa: PLR2004 - from here on the last digits mean nothing
        return str(format_decimal(count, locale=LOCALES[language]))
    return str(format_compact_decimal(count, fraction_digits=1, locale=LOCALES[language]))
