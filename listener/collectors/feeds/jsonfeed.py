"""JSON Feed 1 and 1.1 (jsonfeed.org/version/1.1, read 2026-11-22). feedparser 6.0 does not read it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from listener.collectors.feeds.dates import loose_date
from listener.collectors.feeds.entry import MOST_ENTRIES, Entry, Feed, NotAFeed, language_tag, sensible
from listener.html import Reading, absolute, one_line, read_html, tidy


def read_json(text: str, url: str) -> Feed:
    """Read a JSON feed. Values of another type than the specification's are left out, not fatal.

    Raises:
        NotAFeed: it is not JSON, or JSON of another kind.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed from error
    if not isinstance(document, dict) or not isinstance(items := document.get("items"), list):
        raise NotAFeed
    entries = [_entry(item, document, url) for item in items[:MOST_ENTRIES] if isinstance(item, dict)]
    return Feed(title=one_line(_text(document, "title")), entries=entries, left_out=max(0, len(items) - MOST_ENTRIES))


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any], url: str) -> Entry:
    link = absolute(_text(item, "url"), url)
    markup = read_html(_text(item, "content_html"), link or url)
    readings = (markup, Reading(tidy(_text(item, "content_text"))), Reading(tidy(_text(item, "summary"))))
    fullest = max(readings, key=lambda reading: len(reading.text))
    also = [_text(item, "external_url"), *(_text(file, "url") for file in _list(item, "attachments"))]
    author, author_url = _author(item, url) or _author(feed, url) or ("", "")
    return Entry(
        guid=_text(item, "id"),
        link=link or absolute(_text(item, "external_url"), url),
        title=one_line(_text(item, "title")),
        text=fullest.text,
        links=tuple(dict.fromkeys((*markup.links, *(found for each in also if (found := absolute(each, url)))))),
        author=author,
        author_url=author_url,
        published=_moment(_text(item, "date_published")),
        updated=_moment(_text(item, "date_modified")),
        language=language_tag(item.get("language"), feed.get("language")),
    )


def _text(node: Mapping[str, Any], key: str) -> str:
    """A string; numbers too, since ids are often written as numbers (the specification asks to take them)."""
    value = node.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _list(node: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    value = node.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _author(node: Mapping[str, Any], url: str) -> tuple[str, str] | None:
    """1.1 has `authors`, 1.0 had `author`."""
    old = node.get("author")
    people = [*_list(node, "authors"), *([old] if isinstance(old, dict) else [])]
    names = [name for person in people if (name := one_line(_text(person, "name")))]
    return (", ".join(dict.fromkeys(names)), absolute(_text(people[0], "url"), url)) if names else None


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return sensible(loose_date(written))
    try:
        return sensible(moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC))
    except OverflowError:
        return None
