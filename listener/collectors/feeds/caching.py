"""What a server asks of those who come again: when to retry, how long to keep. Reads headers, keeps nothing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(hours=24)
"""No server silences a source for longer: a typing error in a header must not cost a week of mentions."""

_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_NO_CACHE: Final = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.IGNORECASE)


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The moment `Retry-After` names (RFC 9110 10.2.3: seconds or a date), at most LONGEST away; None if silent."""
    written = headers.get("Retry-After", "").strip()
    if written.isdecimal():
        return now + min(timedelta(seconds=int(written[:9])), LONGEST)
    moment = _date(written)
    return min(max(moment, now), now + LONGEST) if moment else None


def lifetime(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How much longer the answer is fresh (RFC 9111 4.2), at most LONGEST; None if the server does not say."""
    control = headers.get("Cache-Control", "")
    if _NO_CACHE.search(control):
        return None
    if found := _MAX_AGE.search(control):
        age = headers.get("Age", "").strip()
        left = timedelta(seconds=int(found[1]) - (int(age[:9]) if age.isdecimal() else 0))
    elif expires := _date(headers.get("Expires", "")):
        left = expires - (_date(headers.get("Date", "")) or now)
    else:
        return None
    return min(left, LONGEST) if left > timedelta(0) else None


def _date(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, OverflowError):  # "0", "-1", "soon"
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
