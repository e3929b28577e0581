"""Who looks at a page: their language and the invented person they chose to be, kept in two cookies."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from sandbox.i18n import LOCALES

LANGUAGE_COOKIE: Final = "language"
PERSON_COOKIE: Final = "person"
_YEAR: Final = 31_536_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """`language` is one we speak; `person` a handle, or "" where they chose nobody yet."""

    language: str
    person: str


def visitor(request: Request, default_language: str) -> Visitor:
    """Read the cookies; `?lang=` goes before them."""
    wanted = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), default_language)
    language = next(one for one in wanted if one in LOCALES)
    return Visitor(language=str(language), person=request.cookies.get(PERSON_COOKIE, ""))


def remember(response: Response, request: Request, *, person: str | None = None) -> None:
    """Keep a language asked for by `?lang=`, and a chosen person."""
    asked = request.query_params.get("lang")
    if asked is not None and asked in LOCALES:
        response.set_cookie(LANGUAGE_COOKIE, asked, max_age=_YEAR, samesite="lax")
    if person is not None:
        response.set_cookie(PERSON_COOKIE, person, max_age=_YEAR, samesite="lax")
