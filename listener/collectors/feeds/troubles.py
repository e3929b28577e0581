"""What can go wrong with a feed: in words for the operator, and how long to leave it alone."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from config.guard import Forbidden, TooLarge, TooSlow
from config.i18n import Words, mark
from listener.collectors.feeds.entry import NotAFeed

SHORT: Final = timedelta(minutes=1)
"""After what passes by itself: time-outs, 5xx."""
LONG: Final = timedelta(minutes=15)
"""After what a person of that site must mend: 404, a page instead of a feed."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`wait` is for the first failure; it grows with each one more."""

    wait: timedelta
    reason: str


_UNANSWERED: Final[tuple[tuple[type[httpx.HTTPError], timedelta, str], ...]] = (  # the first class that fits
    (
        Forbidden,
        LONG,
        mark("{error.host} is not a public address ({error.place}): set allow_private if it is your own"),
    ),
    (TooLarge, LONG, mark("The feed is larger than {error.megabytes} MB")),
    (TooSlow, SHORT, mark("No complete answer within {error.limit:g} s")),
    (httpx.TimeoutException, SHORT, mark("No answer in time")),
    (httpx.TooManyRedirects, LONG, mark("The address redirects in circles")),
    (httpx.DecodingError, SHORT, mark("The answer is badly compressed ({error})")),
    (httpx.ConnectError, SHORT, mark("No connection ({error})")),
    (httpx.HTTPError, SHORT, mark("The connection broke ({error})")),
)

_REFUSED: Final[dict[int, tuple[timedelta, str]]] = {
    # Mostly a wall against robots that opens again: nobody should have to mend it.
    httpx.codes.FORBIDDEN: (LONG, mark("The site refuses us for now (403)")),
    httpx.codes.NOT_FOUND: (LONG, mark("Nothing at this address (404)")),
    httpx.codes.TOO_MANY_REQUESTS: (LONG, mark("The site asks for patience (429)")),
    httpx.codes.SERVICE_UNAVAILABLE: (SHORT, mark("The site asks for patience (503)")),
}

_LOST: Final[dict[int, str]] = {
    httpx.codes.GONE: mark("The feed is gone for good (410): remove it, or give its new address"),
    httpx.codes.UNAUTHORIZED: mark("The feed asks for a password (401)"),
}


def unanswered(error: httpx.HTTPError, t: Words) -> Trouble:
    """What a request that got no answer means."""
    return next(Trouble(wait, t(words, error=error)) for kind, wait, words in _UNANSWERED if isinstance(error, kind))


def refused(status: int, t: Words) -> Trouble:
    """What an answer other than 200 and 304 means, if it is not for good."""
    if status in _REFUSED:
        wait, words = _REFUSED[status]
        return Trouble(wait, t(words))
    if httpx.codes.is_server_error(status):
        return Trouble(SHORT, t("The site has a breakdown ({status})", status=status))
    return Trouble(LONG, t("The site answers with status {status}", status=status))


def lost(status: int, t: Words) -> str | None:
    """Why to stop asking, if the status says so."""
    return t(_LOST[status]) if status in _LOST else None


def no_feed(error: NotAFeed, t: Words) -> Trouble:
    """What came instead of a feed, and where the feeds are if the page says so."""
    if error.links:
        reason = t("This is a web page, not a feed. It names these feeds: {links}", links=" ".join(error.links))
    elif error.page:
        reason = t("This is a web page, not a feed, and it names none")
    elif error.knotted:
        reason = t("The feed is too tangled to be read safely")
    else:
        reason = t("This is not a feed: neither RSS, RDF, Atom nor JSON Feed")
    return Trouble(LONG, reason)
