"""HTML to the text a person reads: lines where the page breaks them, no markup, no script, and the links it names."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

# fmt: off
_UNSEEN: Final = frozenset({
    "head", "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "canvas", "audio", "video",
    "select", "textarea",
})
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "thead", "tr", "ul",
})
# fmt: on
_CELLS: Final = frozenset({"td", "th"})
_MOST_LINKS: Final = 50
_SPACES: Final = re.compile(r"[ \t\r\f\v]+")
_AROUND_BREAKS: Final = re.compile(r"[ \t]*\n[ \t\n]*")
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<!--")
_UNCLOSED: Final = frozenset(
    {"br", "hr", "img", "input", "li", "p", "td", "th", "tr", "dt", "dd", "link", "meta", "wbr"}
)
_DEEPEST: Final = 300  # lexbor's time grows with the square of the depth: 60 s for 100,000 open elements
_MARKUP: Final = re.compile(r"</(?:p|div|a|b|i|em|strong|span|li|ul|ol|h\d|blockquote)>|<br ?/?>|<p>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """`text`: one line a paragraph, list item or line break. `links`: absolute http addresses, each once, in order."""

    text: str
    links: tuple[str, ...] = ()


def read_html(markup: str, base: str = "") -> Reading:
    """What a person sees of `markup`; relative links are resolved against `base`.

    Pictures speak by their `alt`. Text without a single tag keeps its lines and its lone `<`. Markup that was escaped
    twice, as careless feeds do, is opened twice.
    """
    if not _TAG.search(markup):
        reading = Reading(tidy(unescape(markup)))
    elif _is_deep(markup):
        reading = Reading(tidy(unescape(_TAG.sub("\n", markup))))
    else:
        reading = _read(markup, base)
    if _MARKUP.search(reading.text) and not _is_deep(reading.text):
        again = _read(reading.text, base)
        return Reading(again.text, tuple(dict.fromkeys((*reading.links, *again.links)))[:_MOST_LINKS])
    return reading


def tidy(text: str) -> str:
    """Spaces run together, no blank lines; no-break spaces stay, French needs them."""
    return _AROUND_BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def one_line(text: str) -> str:
    """`text` as a title: any run of white space is one space."""
    return tidy(text).replace("\n", " ")


def _is_deep(markup: str) -> bool:
    """Whether more elements stand in one another than any person would write."""
    if markup.count("<") <= _DEEPEST:
        return False
    depth = 0
    for closing, name in _TAG.findall(markup):
        if name and name.lower() not in _UNCLOSED:
            depth += -1 if closing else 1
            if depth > _DEEPEST:
                return True
    return False


def _read(markup: str, base: str) -> Reading:
    body = LexborHTMLParser(markup).body
    if body is None:
        return Reading("")
    pieces: list[str] = []
    links: dict[str, None] = {}
    # Not recursive: a hostile page nests deeper than Python's stack.
    node: LexborNode | None = body.child
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            pieces.append((node.text_content or "").replace("\n", " "))
        elif tag in _UNSEEN or "hidden" in node.attributes:
            pass
        else:
            pieces.append(_opening(node, tag))
            if tag == "a" and len(links) < _MOST_LINKS and (link := absolute(node.attributes.get("href"), base)):
                links[link] = None
            if node.child is not None:
                node = node.child
                continue
            pieces.append(_closing(tag))
        while node is not None and node.next is None:
            node = node.parent
            if node is None or node.tag == "body":
                node = None
                break
            pieces.append(_closing(node.tag or ""))
        node = node.next if node is not None else None
    return Reading(tidy("".join(pieces)), tuple(links))


def _opening(node: LexborNode, tag: str) -> str:
    if tag == "br" or tag in _BLOCKS:
        return "\n"
    if tag == "img":
        alt = node.attributes.get("alt")
        return f" {alt} " if alt else " "
    return ""


def _closing(tag: str) -> str:
    if tag in _BLOCKS:
        return "\n"
    return " " if tag in _CELLS else ""


def absolute(link: str | None, base: str) -> str:
    """`link` as an http address of its own, or "" for what is none (mailto:, javascript:, nonsense)."""
    try:
        whole = urljoin(base, (link or "").strip())
    except ValueError:  # "http://[half an address"
        return ""
    return whole if link and whole.lower().startswith(("http://", "https://")) else ""
