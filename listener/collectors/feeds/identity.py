"""Which entry is which: one name per article, the same tomorrow, after an edit, and in every feed that carries it.

An entry has up to four names, from the surest to the weakest: its guid, its link, its title with its date, its whole
text. The first one that no *other* entry of the document bears is taken. A guid or link that is an address is global,
so an article read in two feeds is one Post; what is not is prefixed with the feed's own address.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from listener.collectors.feeds.entry import Entry
from listener.links import canonical, unwrapped

_GLOBAL: Final = re.compile(r"(?:tag|urn|at|doi|info|acct):\S+", re.IGNORECASE)
_ALERT: Final = re.compile(r"tag:google\.com,\d{4}:googlealerts/", re.IGNORECASE)
_LONGEST: Final = 500  # characters of an id; beyond, its fingerprint


def digest(*parts: str) -> str:
    """A short fingerprint, 16 hex digits; collisions are a matter of 10^9 entries in one feed."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "ignore"), digest_size=8).hexdigest()


def identify(entries: Iterable[Entry], feed_url: str) -> dict[str, Entry]:
    """External id -> entry, in the order of the document; of copies of one entry the first stays.

    `feed_url` is the address the operator wrote, which stays when the feed moves.
    """
    home = canonical(feed_url) or feed_url
    pending = everybody = list(entries)
    named: dict[int, str] = {}
    for rung in (_guid, _link, _title, _whole):
        bearers: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in pending:
            if name := rung(entry, home):
                bearers[name if len(name) <= _LONGEST else f"{home}#{digest(name)}"].append(entry)
        for name, group in bearers.items():
            if rung is _whole or len(group) == 1 or _are_one(group):
                named.update((id(entry), name) for entry in group)
        pending = [entry for entry in pending if id(entry) not in named]
    found: dict[str, Entry] = {}
    for entry in everybody:
        found.setdefault(named[id(entry)], entry)
    return found


def _are_one(group: Sequence[Entry]) -> bool:
    """Whether entries under one name are copies or versions of one, and not strangers that a careless feed mixed up."""
    first, *others = group

    def all_share(value: Callable[[Entry], object]) -> bool:
        shared = value(first)
        return bool(shared) and all(value(entry) == shared for entry in others)

    same_link = all_share(lambda entry: canonical(entry.link))
    same_guid = all_share(lambda entry: entry.guid)
    if all_share(lambda entry: entry.title or entry.text):
        same_date = all_share(lambda entry: entry.published)
        return same_link or same_guid or same_date or all_share(lambda entry: entry.text)
    return same_link and same_guid


def _guid(entry: Entry, home: str) -> str:
    if _ALERT.match(entry.guid):
        return ""  # each alert numbers the same article anew; its link names it
    if not entry.guid or _GLOBAL.fullmatch(entry.guid):
        return entry.guid
    address = canonical(entry.guid)
    return _page(address) if address else f"{home}#{entry.guid}"


def _link(entry: Entry, home: str) -> str:  # noqa: ARG001 - the rungs have one shape
    return _page(canonical(unwrapped(entry.link)))


def _page(address: str) -> str:
    """`address` if it can name one article; a site's front page names none."""
    return "" if re.fullmatch(r"https://[^/]+/", address) else address


def _title(entry: Entry, home: str) -> str:
    if not entry.title:
        return ""
    return f"{home}#{digest(entry.title, entry.published.isoformat() if entry.published else '')}"


def _whole(entry: Entry, home: str) -> str:
    return f"{home}#{digest(entry.title, entry.text, entry.link, *entry.links)}"
