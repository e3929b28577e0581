"""RSS 0.9 to 2.0, RDF and Atom by feedparser, the only place that knows it."""

import io
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from listener.collectors.feeds.dates import loose_date
from listener.collectors.feeds.entry import MOST_ENTRIES, Entry, Feed, NotAFeed, language_tag, sensible
from listener.collectors.feeds.knots import is_knotted
from listener.html import Reading, absolute, one_line, read_html, tidy

_START: Final = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_END: Final = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
# feedparser takes a mail address to end after four letters of its last label: `ines@hangar.travel (Inès)` loses its
# name. The address is nothing we show anyway.
_MAILED: Final = re.compile(
    r"(<(?:author|managingEditor|webMaster)>)\s{0,20}[^<>\s]{1,100}@[^<>\s]{1,100}\s{1,20}\(([^<>()]{1,200})\)"
)
_REFERENCE: Final = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_PERIODS: Final = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}  # hours
_CONTROLS: Final = frozenset({9, 10, 13})
_LONGEST_NUMBER: Final = 7  # digits of 1114111
_HINT: Final = timedelta(hours=1)
_MARKUP: Final = {"text/html", "application/xhtml+xml"}


def read_xml(text: str, url: str) -> Feed:
    """Read an XML feed, well-formed or not.

    Args:
        text: the document, without declaration.
        url: where it stands; relative links are resolved against it.

    Raises:
        NotAFeed: feedparser sees no feed in it, or it is made to cost time.
    """
    import feedparser  # noqa: PLC0415 - 0.2 s: paid by who reads a feed, not by who starts the app

    text, left_out = _first_entries(text)
    if is_knotted(text):
        raise NotAFeed(knotted=True)
    text = _REFERENCE.sub(_possible, _MAILED.sub(r"\1\2", text))
    try:
        # A file object: given a string, feedparser would open addresses and files it names. No base address either, so
        # that relative ids stay as they are written; links are resolved below.
        found = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "ignore")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        # Some broken documents break feedparser: a <textinput> outside its place is a KeyError (6.0.14, 2026-11-22).
        raise NotAFeed(knotted=True) from error
    if not found["version"] and not found["entries"]:
        raise NotAFeed
    feed = found["feed"]
    return Feed(
        title=one_line(_read(_plain(feed, "title_detail"), url).text),
        entries=[_entry(item, feed, url) for item in found["entries"][:MOST_ENTRIES]],
        lifetime=_lifetime(feed),
        left_out=left_out,
    )


def _first_entries(text: str) -> tuple[str, int]:
    """Cut what stands beyond MOST_ENTRIES before it costs time; what follows the last entry stays."""
    starts = [found.start() for found in _START.finditer(text)]
    if len(starts) <= MOST_ENTRIES:
        return text, 0
    ends = [found.end() for found in _END.finditer(text, starts[-1])]
    return text[: starts[MOST_ENTRIES]] + (text[ends[-1] :] if ends else ""), len(starts) - MOST_ENTRIES


def _possible(reference: re.Match[str]) -> str:
    """The character reference, or nothing where no such character may stand in XML: feedparser would raise."""
    digits = (reference[1] or reference[2]).lstrip("0")
    number = int(digits or "0", 16 if reference[1] else 10) if len(digits) <= _LONGEST_NUMBER else -1
    allowed = number in _CONTROLS or 0x20 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF  # noqa: PLR2004 - XML 1.0, 2.2
    return reference[0] if allowed else ""


def _plain(node: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - feedparser is untyped
    """`node[key]`, without feedparser's aliases: `updated` must not answer with `published`."""
    return dict.get(node, key) if isinstance(node, dict) else None


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any], url: str) -> Entry:
    files = [file.get("href") for file in _plain(item, "links") or () if file.get("rel") == "enclosure"]
    attached = [address for file in files if (address := absolute(file, url))]
    link = _link(item, url) or next(iter(attached), "")
    title = _plain(item, "title_detail")
    details = [*(_plain(item, "content") or ()), _plain(item, "summary_detail")]
    readings = [_read(detail, url, link) for detail in details]
    fullest = max(readings, key=lambda reading: len(reading.text))
    author, author_url = _author(item, url) or _author(feed, url) or ("", "")
    return Entry(
        guid=_text(_plain(item, "id")),
        link=link,
        title=one_line(_read(title, url).text),
        text=fullest.text,
        links=tuple(dict.fromkeys((*fullest.links, *attached))),
        author=author,
        author_url=author_url,
        published=_moment(item, "published") or _moment(item, "created"),
        updated=_moment(item, "updated"),
        language=language_tag(
            _plain(item, "language"),
            *(detail.get("language") for detail in (*details, title) if detail),
            _plain(feed, "language"),
        ),
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _link(item: Mapping[str, Any], url: str) -> str:
    """Where a person reads it: FeedBurner's note of the original, else the link.

    feedparser gives the guid for a link where there is none; that counts only if it is an address of its own.
    """
    link, guid = _text(_plain(item, "link")), _text(_plain(item, "id"))
    base = "" if link == guid else url
    return absolute(_text(_plain(item, "feedburner_origlink")), url) or absolute(link, base)


def _read(detail: Mapping[str, Any] | None, url: str, page: str = "") -> Reading:
    """Text of a feedparser detail: markup is read as a page, plain text stays as it is written.

    Relative links mean the `xml:base` around them; without one they were written for the entry's own `page`.
    """
    if not detail or not isinstance(value := detail.get("value"), str):
        return Reading("")
    kind = str(detail.get("type") or "text/plain").lower()
    if kind in _MARKUP:
        base = detail.get("base")
        return read_html(value, absolute(base, url) or page or url)
    return Reading(tidy(value)) if kind.startswith("text/") else Reading("")


def _author(node: Mapping[str, Any], url: str) -> tuple[str, str] | None:
    people = [person for person in _plain(node, "authors") or () if person]
    names = [name for person in people if (name := one_line(_text(person.get("name")) or _text(person.get("email"))))]
    if not names:
        return None
    return ", ".join(dict.fromkeys(names)), absolute(_text(people[0].get("href")), url)


def _moment(item: Mapping[str, Any], key: str) -> datetime | None:
    parsed = _plain(item, f"{key}_parsed")
    if not isinstance(parsed, time.struct_time):
        return sensible(loose_date(_text(_plain(item, key))))
    try:
        return sensible(datetime(*parsed[:5], min(parsed[5], 59), tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _lifetime(feed: Mapping[str, Any]) -> timedelta | None:
    """RSS `ttl` (minutes one may keep the document) and the syndication module's period.

    The period says how often the author means to write; WordPress says "hourly" for everybody. It is kept up to an
    hour, or a daily blog's first bad news would wait for a day.
    """
    asked: list[timedelta] = []
    ttl = _text(_plain(feed, "ttl"))
    if ttl.isdecimal():
        asked.append(timedelta(minutes=min(int(ttl), 1_000_000)))
    hours = _PERIODS.get(_text(_plain(feed, "sy_updateperiod")).lower())
    if hours:
        times = _text(_plain(feed, "sy_updatefrequency"))
        asked.append(min(timedelta(hours=hours) / max(1, int(times) if times.isdecimal() else 1), _HINT))
    return max(asked, default=None)


def feed_links(page: str, url: str) -> Iterable[str]:
    """Feeds that a web page names in its head, the most telling first."""
    for tag in re.findall(r"<link\b[^>]{1,500}>", page[:200_000], re.IGNORECASE):
        kind = re.search(r"""type\s*=\s*["']?application/(?:rss|atom|feed|rdf)\+(?:xml|json)""", tag, re.IGNORECASE)
        address = re.search(r"""href\s*=\s*["']?([^"'\s>]+)""", tag, re.IGNORECASE)
        if kind and address and (found := absolute(address[1].replace("&amp;", "&"), url)):
            yield found
