"""Dates that feedparser gives up on: day and month names in French, and a few habits of home-made feeds."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final
from unicodedata import combining, normalize

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("jan janv janvier", "fev fevr fevrier feb", "mar mars", "avr avril apr", "mai may", "juin jun",
         "juil juillet jul", "aou aout aug", "sep sept septembre", "oct octobre", "nov novembre", "dec decembre"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WORDS: Final = re.compile(
    r"(?:[a-z]+\.?,?\s+)?(?:le\s+)?(\d{1,2})(?:er)?\s+([a-z]+)\.?,?\s+(\d{4})"
    r"(?:(?:\s+a)?[\s,]+(\d{1,2})\s*[:h]\s*(\d{2})?(?::(\d{2}))?)?\s*(z|ut|utc|gmt|cet|cest|[+-]\d{2}:?\d{2})?"
)
_NUMBERS: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[\s,]+(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?")
_ZONES: Final = {"cet": timedelta(hours=1), "cest": timedelta(hours=2)}


def loose_date(written: str) -> datetime | None:
    """`lun. 12 janv. 2026 à 10h30`, `1er août 2026`, `12/01/2026 10:30` (day first), RFC 850's. Without a zone, UTC."""
    written = written[:100]
    try:
        moment = parsedate_to_datetime(written)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        pass  # not one of the mail's dates
    plain = "".join(sign for sign in normalize("NFKD", written.strip().lower()) if not combining(sign))
    if (found := _WORDS.fullmatch(plain)) and found[2] in _MONTHS:
        return _moment((found[3], str(_MONTHS[found[2]]), found[1]), found.group(4, 5, 6), found[7] or "")
    if found := _NUMBERS.fullmatch(plain):
        return _moment(found.group(3, 2, 1), found.group(4, 5, 6), "")
    return None


def _moment(day: tuple[str | None, ...], clock: tuple[str | None, ...], zone: str) -> datetime | None:
    offset = _ZONES.get(zone, timedelta(0))
    if zone[:1] in {"+", "-"}:
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    try:
        year, month, number = (int(part or 0) for part in day)
        hour, minute, second = (int(part or 0) for part in clock)
        return datetime(year, month, number, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
