"""Words for people, in their language. The English text is the key; French stands in `config/locale/fr/*.po`.

    t = words("fr")
    t("Taken by {name}", name="Léa")
    t.plural("{count} mention", "{count} mentions", 3)
    LATER = mark("Said later")  # found by the extractor here, translated where it is shown: t(LATER)

`config.catalogue` finds what is missing; `tests/test_catalogues.py` fails on it.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.units import format_unit

LOCALES: Final[Mapping[str, str]] = {"fr": "fr_FR", "en": "en_GB"}
"""Our languages -> CLDR locales. English is British: the day comes before the month and hours go to 24."""

_FOLDER: Final = Path(__file__).parent / "locale"
_NOW: Final = timedelta(seconds=45)
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_log = logging.getLogger(__name__)


def mark(english: str, /) -> str:
    """Says that `english` is a message, translated later where it is shown."""
    return english


def mark_plural(one: str, many: str, /) -> tuple[str, str]:
    """Like `mark`, for a message that counts: `t.plural(*FORMS, n)` says it later."""
    return one, many


class _Kept(dict[str, object]):
    """Leaves a placeholder that has no value as it is written, and says so in the log."""

    def __missing__(self, name: str) -> str:
        _log.warning("no value for the placeholder {%s}", name)
        return f"{{{name}}}"


def _filled(text: str, values: Mapping[str, object]) -> str:
    try:
        return text.format_map(_Kept(values))
    except (ValueError, LookupError, AttributeError):
        # A person sees an odd sentence rather than nothing; the catalogues' test is where this fails.
        _log.warning("the message %r cannot be filled", text)
        return text


class Words:
    """One language: messages, numbers, moments. Spaces, signs and plurals are CLDR's, by Babel."""

    def __init__(self, language: str, messages: Mapping[str, tuple[str, ...]]) -> None:
        self.language = language
        self._locale = Locale.parse(LOCALES[language])
        self._messages = messages

    def __call__(self, english: str, /, **values: object) -> str:
        """The message in this language, filled; the English text where nobody translated it."""
        return _filled(self._messages.get(english, (english,))[0], values)

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """`one` or `many` as this language counts; `{count}` is filled by itself, written as people write numbers."""
        forms = self._messages.get(one, (one, many))
        # French and English tell one from the rest; CLDR's rarer classes ("1 million de ...") read as the rest.
        chosen = forms[0] if self._locale.plural_form(count) == "one" else forms[-1]
        return _filled(chosen, {"count": self.number(count), **values})

    def number(self, value: float, /) -> str:
        """1240 -> "1 240" in French, with CLDR's narrow no-break space."""
        return str(format_decimal(value, locale=self._locale))

    def compact(self, value: float, /) -> str:
        """1900 -> "1,9 k": for reach, where the last digits mean nothing."""
        return str(format_compact_decimal(value, fraction_digits=1, locale=self._locale))

    def percent(self, share: float, /) -> str:
        """A share in [0, 1], rounded to the whole percent: 0.934 -> "93 %"."""
        return str(format_percent(share, locale=self._locale))

    def day(self, at: datetime, /, timezone: tzinfo) -> str:
        """The day of `at` (aware) in `timezone`: "22 nov. 2026"."""
        return str(format_date(at.astimezone(timezone), "medium", self._locale))

    def clock(self, at: datetime, /, timezone: tzinfo) -> str:
        """The hour of `at` (aware) in `timezone`: "08:05"."""
        return str(format_time(at, "short", tzinfo=timezone, locale=self._locale))

    def moment(self, at: datetime, /, timezone: tzinfo) -> str:
        """Day and hour of `at` (aware) in `timezone`: "22 nov. 2026, 08:05"."""
        return str(format_datetime(at, "d MMM y, HH:mm", tzinfo=timezone, locale=self._locale))

    def ago(self, at: datetime, /, now: datetime) -> str:
        """How long `at` lies from `now` (both aware): "il y a 4 min"; "à l'instant" under 45 s."""
        gone = now - at
        if abs(gone) < _NOW:
            return self(mark("just now"))
        return str(format_timedelta(-gone, add_direction=True, format="short", locale=self._locale))

    def length(self, duration: timedelta, /) -> str:
        """A duration in the largest unit that tells it whole: "15 s", "90 min", "2 h"."""
        seconds = round(duration.total_seconds())
        size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
        return str(format_unit(seconds // size, unit, "short", locale=self._locale))

    def listing(self, items: Iterable[str], /, *, either: bool = False) -> str:
        """The items as a sentence joins them: "a, b et c", or "a, b ou c"."""
        return str(format_list(list(items), style="or" if either else "standard", locale=self._locale))


def read_messages(folder: Path) -> dict[str, tuple[str, ...]]:
    """Every translation of `folder/*.po`: English -> forms. Empty and fuzzy ones are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                if message.id and not message.fuzzy and all(forms):
                    found[message.id if isinstance(message.id, str) else message.id[0]] = forms
    return found


@cache
def words(language: str) -> Words:
    """The words of `language`, "fr" or "en".

    Raises:
        KeyError: we do not speak it.
    """
    if language not in LOCALES:
        raise KeyError(language)
    return Words(language, read_messages(_FOLDER / language))
