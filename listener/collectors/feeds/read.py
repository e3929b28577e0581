"""Bytes from the network -> Feed, by what stands in them: neither media type nor file name is to be believed."""

import re
from typing import Final

from listener.collectors.feeds.charset import decode
from listener.collectors.feeds.entry import Feed, NotAFeed
from listener.collectors.feeds.jsonfeed import read_json
from listener.collectors.feeds.xml import feed_links, read_xml

_PAGE: Final = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_FEED: Final = re.compile(r"<(?:\w+:)?(?:rss|rdf|feed|channel)[\s>]", re.IGNORECASE)


def read_feed(body: bytes, content_type: str, url: str) -> Feed:
    """Read a document of any feed format.

    Args:
        body: as it came, decompressed.
        content_type: the header; only its charset counts, and only if nothing better tells.
        url: where it came from in the end, for relative links.

    Raises:
        NotAFeed: it is something else.
    """
    text = decode(body, content_type)
    if text.startswith("{"):
        return read_json(text, url)
    start = text[:2000]
    if _PAGE.search(start) and not _FEED.search(start):
        raise NotAFeed(page=True, links=list(dict.fromkeys(feed_links(text, url)))[:3])
    return read_xml(text, url)
