"""What of a text is a link, a mention or a hashtag on Bluesky: facets, which count bytes of UTF-8, not characters.

The text itself is never changed. Facts: https://docs.bsky.app/docs/advanced-guides/post-richtext and the lexicon
app.bsky.richtext.facet, read 2026-11-22.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import regex

_LINK: Final = regex.compile(r"(?<!\w)https?://[^\s<>]+", regex.IGNORECASE)
_MENTION: Final = regex.compile(
    r"(?<![\w@./-])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)", regex.IGNORECASE
)
_TAG: Final = regex.compile(r"(?<![\w&/#])[#\uff03]((?=\S*[^\d\s\p{P}])[^\s\p{P}]+(?:[_-][^\s\p{P}]+)*)")
_AFTER: Final = ".,;:!?…»\"'\u201d\u2019"
"""What ends a sentence, not an address."""
_LONGEST_TAG: Final = 64
_GRAPHEME: Final = regex.compile(r"\X")
_KIND: Final = "app.bsky.richtext.facet"


@dataclass(frozen=True, slots=True)
class Found:
    """One part of a text, in characters, and its feature; for a mention `handle` is still to be looked up."""

    start: int
    end: int
    feature: dict[str, str]
    handle: str = ""


def graphemes(text: str) -> int:
    """How many signs a reader sees: what Bluesky counts."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def found(text: str) -> list[Found]:
    """Every link, mention and hashtag, in the order of the text; what stands inside a link is part of it."""
    links = list(_links(text))
    inside = [(link.start, link.end) for link in links]
    others = [
        part
        for part in (*_mentions(text), *_tags(text))
        if not any(start < part.end and part.start < end for start, end in inside)
    ]
    return sorted((*links, *others), key=lambda part: part.start)


def facets(text: str, did_of: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """The facets of `text`. `did_of` says whose a handle is; None leaves it plain, as the network's own app does."""
    said = []
    for part in found(text):
        feature = part.feature
        if part.handle:
            did = did_of(part.handle)
            if did is None:
                continue
            feature = feature | {"did": did}
        start = len(text[: part.start].encode())
        end = start + len(text[part.start : part.end].encode())
        said.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return said


def _links(text: str) -> Iterator[Found]:
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_AFTER)
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(_AFTER)
        if len(address) > len("https://"):
            yield Found(match.start(), match.start() + len(address), {"$type": f"{_KIND}#link", "uri": address})


def _mentions(text: str) -> Iterator[Found]:
    for match in _MENTION.finditer(text):
        yield Found(match.start(), match.end(), {"$type": f"{_KIND}#mention"}, handle=match[1].lower())


def _tags(text: str) -> Iterator[Found]:
    for match in _TAG.finditer(text):
        if graphemes(match[1]) <= _LONGEST_TAG:
            yield Found(match.start(), match.end(), {"$type": f"{_KIND}#tag", "tag": match[1]})
