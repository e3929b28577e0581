"""What must not stand in a public answer: somebody's phone number, mail address, IBAN, card or booking number. Pure.

Written for an agent in a hurry, not against a spy: what is spelt in words goes through. A price, a date, a flight or a
hashtag must never stop anybody.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from responders.publisher import ProblemCode

_GAP: Final = r"[ ./()_\u00b7\u2022-]"
_PHONES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?:\+|00){_GAP}{{0,2}}[1-9](?:{_GAP}{{0,3}}\d){{7,14}}(?!\d)",
        rf"(?<![\d.,])0{_GAP}?[1-9](?:{_GAP}{{0,3}}\d){{8}}(?!\d)",  # France and those who write as she does
        r"(?<!\d)(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?!\d)",  # North America
    )
)
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}([ ./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2})(?!\d)"
)
_AMOUNT: Final = re.compile(
    r" ?(?:[€$£%¥]|(?:EUR|USD|GBP|CHF|euros?|dollars?|km|kg|points?|miles|passagers|passengers)\b)", re.IGNORECASE
)
_MAIL: Final = re.compile(
    r"(?<![\w@.+-])[\w.+-]{1,64}(?:@| @ | ?[(\[] ?(?:at|arobase|chez) ?[)\]] ?)"
    r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,24}(?!\w)",
    re.IGNORECASE,
)
_IBAN_GAP: Final = r"[ .-]{0,2}"
_IBAN: Final = re.compile(
    rf"(?<![A-Z0-9])[A-Z]{_IBAN_GAP}[A-Z]{_IBAN_GAP}\d{_IBAN_GAP}\d(?:{_IBAN_GAP}[A-Z0-9]){{11,30}}", re.IGNORECASE
)
_IBAN_LENGTHS: Final = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
"""Country -> characters of its IBAN: SWIFT's IBAN registry, release 99 (from memory, 2026-11-22)."""
_CARD: Final = re.compile(r"(?<!\d)[2-6](?:[ .-]?\d){12,18}(?!\d)")
_LAST: Final = 9
"""Digits by which two ways of writing one phone number are the same."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Something private in a text: what kind, and how it is written there."""

    code: ProblemCode
    text: str


@dataclass(frozen=True, slots=True)
class Guard:
    """What is looked for. `contacts` are the brand's own public addresses and numbers; `orders` its number patterns.

    In a pattern `#` is a digit, `@` a letter and anything else itself, however it is cut: `AP-######`.
    """

    contacts: Sequence[str] = ()
    orders: Sequence[str] = ()

    def look(self, text: str) -> tuple[Shown, ...]:
        """Everything private in `text`, kind by kind."""
        plain, places = _plain(text)
        own = {_key(contact) for contact in self.contacts}
        found = []
        searches: list[tuple[ProblemCode, Callable[[str], Iterable[tuple[int, int]]]]] = [
            (ProblemCode.SHOWS_MAIL, _mails),
            (ProblemCode.SHOWS_ORDER, self._orders),
            (ProblemCode.SHOWS_IBAN, _ibans),
            (ProblemCode.SHOWS_CARD, _cards),
            (ProblemCode.SHOWS_PHONE, _phones),
        ]
        for code, search in searches:
            for start, end in list(search(plain)):
                if _key(plain[start:end]) not in own:
                    found.append(Shown(code, text[places[start] : places[end - 1] + 1]))
                plain = plain[:start] + "\n" * (end - start) + plain[end:]
        return tuple(found)

    def _orders(self, plain: str) -> Iterator[tuple[int, int]]:
        for pattern in self.orders:
            for match in _order(pattern).finditer(plain):
                yield match.span()


def _plain(text: str) -> tuple[str, list[int]]:
    """`text` as its signs mean: any digit as 0-9, any blank as a space; and where each sign stands in `text`."""
    signs, places = [], []
    for place, sign in enumerate(text):
        category = unicodedata.category(sign)
        if category in {"Cf", "Mn", "Me"}:  # unseen, or drawn over the one before
            continue
        if category == "Nd":
            meant = str(unicodedata.decimal(sign))
        elif category == "Zs" or sign in "\t\r":
            meant = " "
        elif category == "Pd" or sign == "\N{MINUS SIGN}":
            meant = "-"
        else:
            wide = unicodedata.normalize("NFKC", sign)
            meant = wide if len(wide) == 1 else sign
        signs.append(meant)
        places.append(place)
    return "".join(signs), places


def _key(written: str) -> str:
    """The same for two ways of writing one address or one number."""
    plain, _ = _plain(written)
    digits = re.sub(r"\D", "", plain)
    return plain.strip().casefold() if "@" in plain or not digits else digits[-_LAST:]


def _mails(plain: str) -> Iterator[tuple[int, int]]:
    for match in _MAIL.finditer(plain):
        yield match.span()


def _order(pattern: str) -> re.Pattern[str]:
    signs = (
        r"\d" if sign == "#" else "[A-Z]" if sign == "@" else re.escape(sign) for sign in pattern if sign not in " .-"
    )
    return re.compile(r"(?<![A-Z0-9])" + "[ .-]?".join(signs) + r"(?![A-Z0-9])", re.IGNORECASE)


def _ibans(plain: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(plain):
        kept = [place for place in range(*match.span()) if plain[place].isalnum()]
        said = "".join(plain[place] for place in kept).upper()
        length = _IBAN_LENGTHS.get(said[:2], len(said) + 1)
        if length <= len(said) and said.isascii() and _mod_97(said[:length]) == 1:
            yield match.start(), kept[length - 1] + 1


def _mod_97(iban: str) -> int:
    """ISO 7064: 1 for an IBAN without a slip."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97


def _cards(plain: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(plain):
        if _luhn(re.sub(r"\D", "", match[0])):
            yield match.span()


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812: whether the last digit proves the others."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0  # noqa: PLR2004 - one digit


def _phones(plain: str) -> Iterator[tuple[int, int]]:
    left = _DATE.sub(lambda date: "\n" * len(date[0]), plain)
    for pattern in _PHONES:
        found = [match for match in pattern.finditer(left) if not _AMOUNT.match(left, match.end())]
        for match in found:
            yield match.span()
            left = left[: match.start()] + "\n" * len(match[0]) + left[match.end() :]
