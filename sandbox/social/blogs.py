"""Two invented blogs, with pages and feeds in RSS and Atom, for the feeds' collector to read over real HTTP."""

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from starlette.requests import Request
from starlette.responses import Response

_ATOM = "http://www.w3.org/2005/Atom"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
register_namespace("dc", "http://purl.org/dc/elements/1.1/")
register_namespace("atom", _ATOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article: `paragraphs` are plain text."""

    slug: str
    title: str
    author: str
    at: datetime
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """A blog's name in addresses, what it calls itself, and its language ("fr", "en")."""

    name: str
    title: str
    tagline: str
    language: str


class Blogs:
    """Every blog and its articles, newest first; safe to call from any thread."""

    def __init__(self, blogs: Iterable[Blog] = ()) -> None:
        self._blogs = {blog.name: blog for blog in blogs}
        self._articles: dict[str, list[Article]] = {name: [] for name in self._blogs}
        self._lock = threading.Lock()

    def all(self) -> list[Blog]:
        """The blogs, in the order given."""
        return list(self._blogs.values())

    def get(self, name: str) -> Blog | None:
        """One blog, or None."""
        return self._blogs.get(name)

    def articles(self, name: str) -> list[Article]:
        """A blog's articles, newest first."""
        with self._lock:
            return sorted(self._articles[name], key=lambda article: article.at, reverse=True)

    def publish(self, name: str, article: Article) -> None:
        """Put an article on a blog; one with the same slug is replaced.

        Raises:
            KeyError: no such blog.
        """
        with self._lock:
            kept = [known for known in self._articles[name] if known.slug != article.slug]
            self._articles[name] = [*kept, article]


def _plain(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text


def _body(article: Article) -> str:
    body = Element("div")
    for paragraph in article.paragraphs:
        _plain(body, "p", paragraph)
    return "".join(tostring(child, encoding="unicode") for child in body)


def rss(blog: Blog, articles: list[Article], base: str) -> bytes:
    """RSS 2.0 (https://www.rssboard.org/rss-specification, read 2026-11). `base`: the blog's address, slash and all."""
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _plain(channel, "title", blog.title)
    _plain(channel, "link", base)
    _plain(channel, "description", blog.tagline)
    _plain(channel, "language", blog.language)
    SubElement(channel, f"{{{_ATOM}}}link", rel="self", href=f"{base}feed.xml", type="application/rss+xml")
    for article in articles:
        item = SubElement(channel, "item")
        _plain(item, "title", article.title)
        _plain(item, "link", f"{base}{article.slug}")
        _plain(item, "guid", f"{base}{article.slug}", isPermaLink="true")
        _plain(item, _CREATOR, article.author)
        _plain(item, "pubDate", format_datetime(article.at))
        _plain(item, "description", _body(article))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def atom(blog: Blog, articles: list[Article], base: str) -> bytes:
    """Atom (RFC 4287). `base`: the blog's address, slash and all."""
    root = Element("feed", {"xmlns": _ATOM, "{http://www.w3.org/XML/1998/namespace}lang": blog.language})
    _plain(root, "title", blog.title)
    _plain(root, "subtitle", blog.tagline)
    _plain(root, "id", base)
    SubElement(root, "link", href=base)
    SubElement(root, "link", rel="self", href=f"{base}feed.atom")
    _plain(root, "updated", (articles[0].at if articles else datetime.fromtimestamp(0, UTC)).isoformat())
    for article in articles:
        entry = SubElement(root, "entry")
        _plain(entry, "title", article.title)
        _plain(entry, "id", f"{base}{article.slug}")
        SubElement(entry, "link", href=f"{base}{article.slug}")
        _plain(SubElement(entry, "author"), "name", article.author)
        for tag in ("published", "updated"):
            _plain(entry, tag, article.at.isoformat())
        _plain(entry, "content", _body(article), type="html")
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


FEEDS: dict[str, tuple[Callable[[Blog, list[Article], str], bytes], str]] = {
    "feed.xml": (rss, "application/rss+xml; charset=utf-8"),
    "feed.atom": (atom, "application/atom+xml; charset=utf-8"),
}
"""File name -> (writer, media type). Every blog has both."""


def feed_response(request: Request, body: bytes, media_type: str, changed: datetime | None) -> Response:
    """The feed, or 304 where the reader already has it (RFC 9110 section 13)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if changed:
        headers["Last-Modified"] = format_datetime(changed.astimezone(UTC).replace(microsecond=0), usegmt=True)
    known = request.headers.get("if-none-match", "")
    if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
