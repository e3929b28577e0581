"""What every part of the configuration file is made of."""

import re
import unicodedata
from datetime import time, timedelta
from difflib import get_close_matches
from typing import Annotated, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from config.phrases import refusal
from models.languages import READABLE

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LONGEST: Final = timedelta(days=3_650)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LANGUAGES: Final = {
    name: code
    for code, names in {
        "de": ("german", "allemand", "deutsch", "ger", "deu"),
        "en": ("english", "anglais", "eng"),
        "es": ("spanish", "espagnol", "español", "spa"),
        "fr": ("french", "français", "fra", "fre"),
        "it": ("italian", "italien", "italiano", "ita"),
        "nl": ("dutch", "néerlandais", "nld"),
        "pt": ("portuguese", "portugais", "português", "por"),
    }.items()
    for name in names
}
_CHANNEL_ID, _PERSON_ID = re.compile(r"[CG][A-Z0-9]+"), re.compile(r"[UW][A-Z0-9]+")


class Section(BaseModel):
    """A part of the file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def fold(name: str) -> str:
    """`name` without capitals, accents and outer spaces: two names that fold alike are one name to a person."""
    bare = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def closest(written: str, known: list[str]) -> str | None:
    """The one of `known` a person who wrote `written` probably meant."""
    folded = {fold(name): name for name in reversed(known)}
    found = get_close_matches(fold(written), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"([0-9]{1,9})\s*([smhd])", value.strip()) if isinstance(value, str) else None
    if isinstance(value, str) and (clock := re.fullmatch(r"([0-9]{1,3})[:h]([0-9]{2})", value.strip())):
        raise refusal("clock_for_duration", written=value, minutes=f"{int(clock[1])}m", hours=f"{int(clock[1])}h")
    if not found or (length := timedelta(seconds=int(found[1]) * _UNITS[found[2]])) > _LONGEST:
        raise refusal("bad_duration", written=str(value))
    return length


def written_duration(length: timedelta) -> str:
    """`length` as the file writes it, in the largest unit that tells it whole: 10m."""
    seconds = round(length.total_seconds())
    unit = next(unit for unit in reversed(_UNITS) if seconds % _UNITS[unit] == 0) if seconds else "s"
    return f"{seconds // _UNITS[unit]}{unit}"


def between(least: timedelta, most: timedelta) -> AfterValidator:
    """A check that a duration lies from `least` to `most`."""

    def check(length: timedelta) -> timedelta:
        if least <= length <= most:
            return length
        limits = {"least": written_duration(least), "most": written_duration(most)}
        raise refusal("out_of_bounds", written=written_duration(length), **limits)

    return AfterValidator(check)


def _time_of_day(value: object) -> object:
    if isinstance(value, time):
        return value
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:h]([0-5][0-9])", value.strip()) if isinstance(value, str) else None
    if not found:
        raise refusal("bad_time", written=str(value))
    return time(int(found[1]), int(found[2]))


def _timezone(value: str) -> str:
    if value not in (zones := available_timezones()):
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
        near = closest(value, sorted(zones)) or cities.get(closest(value, list(cities)) or "")
        raise (
            refusal("bad_timezone_close", written=value, close=near) if near else refusal("bad_timezone", written=value)
        )
    return value


def _language(value: str) -> str:
    code = value.lower()
    if code not in READABLE:
        meant = closest(value, list(_LANGUAGES))
        close = _LANGUAGES[meant] if meant else None
        raise (
            refusal("bad_language_close", written=value, close=close)
            if close
            else refusal("bad_language", written=value)
        )
    return code


def _channel(value: str) -> str:
    name = value.removeprefix("#")
    # Slack: names are lower-case, without spaces or full stops, 80 signs at most (docs.slack.dev, read 2026-11).
    if _CHANNEL_ID.fullmatch(value) or (value != name == name.lower() and re.fullmatch(r"[\w-]{1,80}", name)):
        return value
    tidy = re.sub(r"[^\w-]+", "-", name.lower()).strip("-")[:80]
    raise refusal("bad_channel", written=value, close=f"#{tidy or 'general'}")


def _person(value: str) -> str:
    if not _PERSON_ID.fullmatch(value):
        raise refusal("bad_person", written=value)
    return value


def host(address: str) -> str | None:
    """The host `address` names, in lower case; None where an address could be read in two ways."""
    if re.search(r"[\s\\\x00-\x1f]", address):
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.scheme in {"http", "https"} and parts.username is None else None


def _web_address(value: str) -> str:
    if host(value):
        return value
    rest = value.rpartition("://")[2] or value
    if "://" not in value or value.startswith(("feed://", "htp://", "htps://", "hhtps://", "htttps://")):
        guess = f"https://{rest.removeprefix('//')}"
        if host(guess) and "." in guess:
            raise refusal("bad_url_scheme", written=value, close=guess)
    raise refusal("bad_url", written=value)


def is_private_way(address: str) -> bool:
    """Whether nobody on the way can read what is sent to `address`: TLS, or this very machine."""
    return address.startswith("https://") or host(address) in _LOOPBACK


def _api_address(value: str) -> str:
    if not is_private_way(_web_address(value)):
        raise refusal("open_api", written=value)
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(written_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,9} *[smhd]$", "examples": ["30s", "10m", "2h", "1d"]}),
]
"""Written 30s, 10m, 2h or 1d."""

TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    WithJsonSchema({"type": "string", "pattern": "^([01]?[0-9]|2[0-3])[:h][0-5][0-9]$", "examples": ["08:30"]}),
]
"""Written 08:30 (or 8h30), in the time zone of the file."""

TimeZone = Annotated[str, AfterValidator(_timezone)]
"""A place of the IANA time zone database: Europe/Paris."""

LanguageCode = Annotated[str, AfterValidator(_language)]
"""A language that can be told by a text alone, as ISO 639-1 has it: fr."""

Channel = Annotated[str, AfterValidator(_channel)]
"""A Slack channel, by name with # or by id."""

SlackUser = Annotated[str, AfterValidator(_person)]
"""The id of somebody in Slack."""

WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An http(s) address that holds no name and password."""

ApiAddress = Annotated[str, AfterValidator(_api_address)]
"""An https address, or any on this machine: tokens are sent there."""
