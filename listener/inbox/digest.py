"""An alert mail to its results: each page it names through its own counting link, with the words around it.

A mail without such links is one notice: a review, say.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listener.html import one_line, read_html
from listener.inbox.mails import Mail
from listener.links import canonical, site, unwrapped

_NEVER_A_BOX: Final = frozenset({"table", "tbody", "ul", "ol", "body", "html"})
"""What holds several results, even if it holds one today."""
_URL: Final = re.compile(r"https?://[^\s<>\"]+")
_MOST_RESULTS: Final = 100
_NETWORKS: Final = {
    "apps.apple.com": "app-store",
    "facebook.com": "facebook",
    "instagram.com": "instagram",
    "linkedin.com": "linkedin",
    "play.google.com": "google-play",
    "quora.com": "quora",
    "threads.com": "threads",
    "threads.net": "threads",
    "tiktok.com": "tiktok",
    "trustpilot.com": "trustpilot",
    "youtu.be": "youtube",
    "youtube.com": "youtube",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One page that the mail names."""

    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail that is one message itself. `url` is the first link, best of a network we know; "" without one."""

    url: str
    text: str
    links: tuple[str, ...]


def network_of(url: str) -> str:
    """The network a page belongs to; `web` for any other."""
    name = site(url)
    while name:
        if name in _NETWORKS:
            return _NETWORKS[name]
        name = name.partition(".")[2]
    return "web"


def results(mail: Mail) -> list[Result]:
    """What an alert found, each page once, in the mail's order; [] where it names none through counting links."""
    found: dict[str, Result] = {}
    for result in _of_html(mail.html) or _of_text(mail.text):
        key = canonical(result.url)
        if key and (key not in found or len(found[key].text) < len(result.text)):
            found[key] = result
    return list(found.values())[:_MOST_RESULTS]


def notice(mail: Mail) -> Notice:
    """The mail as one message."""
    reading = read_html(mail.html or mail.text)
    links = reading.links or tuple(_URL.findall(mail.text))
    best = next((link for link in links if network_of(link) != "web"), links[0] if links else "")
    return Notice(best, reading.text, links)


def _of_html(markup: str) -> list[Result]:
    if not markup:
        return []
    tree = LexborHTMLParser(markup)
    anchors = [(node, target) for node in tree.css("a[href]") if (target := _behind(node.attributes.get("href")))]
    pages = {canonical(target) for _, target in anchors}
    found = []
    for node, target in anchors[: 3 * _MOST_RESULTS]:
        title = one_line(node.text() or "")
        if title:
            found.append(Result(target, title, _around(node, target, title, many=len(pages) > 1)))
    return found


def _around(node: LexborNode, target: str, title: str, *, many: bool) -> str:
    """The words of a result: of the largest element that holds no other one; else all up to the next result."""
    box = node
    while (above := box.parent) is not None and above.tag not in _NEVER_A_BOX and _is_only(above, target):
        box = above
    markup = box.html or ""
    if box.mem_id == node.mem_id and many:
        beside = node.next
        while beside is not None and not _names_a_result(beside):
            markup += beside.html or ""
            beside = beside.next
    inside = LexborHTMLParser(markup)
    for link in inside.css("a[href]"):
        if not _behind(link.attributes.get("href")):
            link.decompose()  # share, report, unsubscribe
    lines = read_html(inside.html or "").text.split("\n")
    return "\n".join(line for line in lines if line != title and line.strip(" |·•-"))


def _is_only(node: LexborNode, target: str) -> bool:
    pages = {canonical(page) for each in node.css("a[href]") if (page := _behind(each.attributes.get("href")))}
    return pages <= {canonical(target)}


def _names_a_result(node: LexborNode) -> bool:
    if node.tag == "-text":
        return False
    links = [node, *node.css("a[href]")] if node.tag == "a" else node.css("a[href]")
    return any(_behind(each.attributes.get("href")) for each in links)


def _of_text(text: str) -> list[Result]:
    """Paragraphs that name a page through a counting link."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        targets = [target for link in _URL.findall(paragraph) if (target := _behind(link))]
        lines = [line for each in paragraph.split("\n") if (line := one_line(_URL.sub("", each)).strip(" <>"))]
        if targets:
            title, *rest = lines or [targets[0]]
            found.append(Result(targets[0], title, "\n".join(rest)))
    return found


def _behind(link: str | None) -> str:
    """The page behind a counting link that does not lead back to whoever counts; "" for any other link."""
    target = unwrapped(link or "")
    return target if link and target != link and urlsplit(target).hostname != urlsplit(link).hostname else ""
