"""What may stand after an operator: each kind of literal, read or refused."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from babel import Locale

from config.base import closest, fold
from config.conditions.fields import MEANT, WEEKDAYS, Field, Kind
from config.conditions.tree import Literal, Value, plain
from config.i18n import mark

_NUMBER: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([kKM]?)")
_TIMES: Final = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000}
_SHARE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})(%?)")
_DURATION: Final = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_YES_NO: Final = {"yes": True, "true": True, "no": False, "false": False}
_LAST_HOUR: Final = 23


class Refused(ValueError):
    """A literal that its field cannot have: message and hint (keys of the catalogues) and what fills them."""

    def __init__(self, message: str, hint: str, **values: object) -> None:
        super().__init__(message)
        self.message, self.hint, self.values = message, hint, values


def read(field: Field, written: str, names: tuple[str, ...] | None) -> Literal:
    """`written` as a value of `field`; `names` are those the file gives to brands or sources, None when not known.

    Raises:
        Refused: the field cannot have that value.
    """
    if field.kind is Kind.NAME:
        named = written if names is None else _choice(field, written, names)
        return Literal(named, plain(named))
    if field.kind is Kind.CHOICE:
        chosen = _choice(field, written, field.choices)
        return Literal(chosen, chosen)
    if field.kind is Kind.TEXT:
        return Literal(written, plain(written))
    if field.kind is Kind.YES_NO:
        answer = _yes_no(field, written)
        return Literal("yes" if answer else "no", answer)
    return Literal(written, _READERS[field.kind](field, written))


def _choice(field: Field, written: str, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if fold(choice) == fold(written):
            return choice
    days = [day for day in WEEKDAYS if len(written) > 2 and day.startswith(fold(written))]  # noqa: PLR2004 - mon, tue
    close = MEANT.get(fold(written)) or closest(written, [*choices]) or "".join(days)
    if close in choices:
        hint, values = mark("Did you mean {suggestion}?"), {"suggestion": close}
    else:
        hint, values = mark("It is one of: {choices}."), {"choices": ", ".join(choices)}
    raise Refused(mark("{field} is never {value}."), hint, field=field.name, value=written, **values)


def _count(field: Field, written: str) -> Value:
    found = _NUMBER.fullmatch(written)
    if not found:
        raise Refused(
            mark("{field} is a number; {value} is none."),
            mark("Write 500, 10k or 1.2M, with a point and no space."),
            field=field.name,
            value=written,
        )
    number = float(found[1]) * _TIMES[found[2]]
    return round(number) if abs(number - round(number)) < 1e-6 else number  # noqa: PLR2004 - 1.2 x 10^6 is whole


def _share(field: Field, written: str) -> Value:
    found = _SHARE.fullmatch(written)
    share = float(found[1]) / (100 if found[2] else 1) if found else 2
    if share > 1:
        raise Refused(
            mark("{field} lies between 0 and 1; {value} does not."),
            mark("Write 0.8 or 80%."),
            field=field.name,
            value=written,
        )
    return share


def _hour(field: Field, written: str) -> Value:
    if not re.fullmatch(r"[0-9]{1,2}", written) or int(written) > _LAST_HOUR:
        raise Refused(
            mark("{field} is a whole number from 0 to 23; {value} is none."),
            mark("Write the hour alone: 8 or 20."),
            field=field.name,
            value=written,
        )
    return int(written)


def _duration(field: Field, written: str) -> Value:
    found = _DURATION.fullmatch(written)
    if not found:
        raise Refused(
            mark("{field} is a duration; {value} is none."),
            mark("Write a number and s, m, h or d: 30s, 10m, 2h, 1d."),
            field=field.name,
            value=written,
        )
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def _yes_no(field: Field, written: str) -> bool:
    if fold(written) not in _YES_NO:
        raise Refused(
            mark("{field} is yes or no; {value} is neither."),
            mark("Write {field} alone, or not {field}."),
            field=field.name,
            value=written,
        )
    return _YES_NO[fold(written)]


def _language(field: Field, written: str) -> Value:
    code = written.lower()
    if not re.fullmatch("[a-z]{2,3}", code) or code not in Locale("en").languages:
        raise Refused(
            mark("{value} is not the code of a language."),
            mark("Languages are codes: fr, en, es, de, it, pt."),
            field=field.name,
            value=written,
        )
    return code


_READERS: Final[dict[Kind, Callable[[Field, str], Value]]] = {
    Kind.COUNT: _count,
    Kind.SHARE: _share,
    Kind.HOUR: _hour,
    Kind.DURATION: _duration,
    Kind.LANGUAGE: _language,
}
