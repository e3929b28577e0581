"""The practice ground's own words, by the same rules as the app's: the English text is the key.

    t = words("fr")
    t("Taken by {name}", name="Léa")
    t.plural("{count} reply", "{count} replies", 3)
    LATER = mark("Said later")  # translated where it is shown: t(LATER)

French stands in `sandbox/locale/fr/*.po`, one file per topic. The sandbox stands alone, hence its own small reader.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES: Final[Mapping[str, str]] = {"fr": "fr_FR", "en": "en_GB"}
"""Our languages -> CLDR locales."""

_FOLDER: Final = Path(__file__).parent / "locale"


def mark(english: str, /) -> str:
    """Says that `english` is a message, translated later where it is shown."""
    return english


def mark_plural(one: str, many: str, /) -> tuple[str, str]:
    """Like `mark`, for a message that counts."""
    return one, many


class Words:
    """One language: messages with their placeholders, and counts."""

    def __init__(self, language: str, messages: Mapping[str, tuple[str, ...]]) -> None:
        self.language = language
        self._locale = Locale.parse(LOCALES[language])
        self._messages = messages

    def __call__(self, english: str, /, **values: object) -> str:
        """The message in this language, filled; the English text where nobody translated it.

        Without values it is given as it stands, placeholders and all: the page's script fills some itself.
        """
        text = self._messages.get(english, (english,))[0]
        return text.format(**values) if values else text

    def forms(self, one: str, many: str, /) -> tuple[str, str]:
        """The two forms of a plural, unfilled."""
        forms = self._messages.get(one, (one, many))
        return forms[0], forms[-1]

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """`one` or `many` as this language counts; `{count}` is filled by itself."""
        chosen = self.forms(one, many)[0 if self._locale.plural_form(count) == "one" else 1]
        return chosen.format(**{"count": format_decimal(count, locale=self._locale), **values})


def read_messages(folder: Path) -> dict[str, tuple[str, ...]]:
    """Every translation of `folder/*.po`: English -> forms (one, or singular and plural)."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                said = message.string
                forms = (said,) if isinstance(said, str) else tuple(form or "" for form in said or ())
                if message.id and not message.fuzzy and forms and all(forms):
                    found[message.id if isinstance(message.id, str) else message.id[0]] = forms
    return found


@cache
def words(language: str) -> Words:
    """The words of `language`, "fr" or "en".

    Raises:
        KeyError: the sandbox does not speak it.
    """
    if language not in LOCALES:
        raise KeyError(language)
    return Words(language, read_messages(_FOLDER / language))
