"""Which posts say the same thing: the fingerprint of a text and of its link. Pure; docs/decisions/0032-stories.md.

Copies are found by keys, exact hashes that a later copy computes again: of the whole text, of the page, of the first
words (an excerpt that ends in "…" is a copy of the article it begins). Near-copies are found by MinHash: `SKETCH`
minima of the shingles (`SHINGLE` words in a row), banded so that texts that share 65 % of them meet in at least one
band 9 times in 10.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from listener import links, text
from models.post import Post
from models.story import Fingerprint

SHINGLE: Final = 3
SKETCH: Final = 128
BANDS: Final = 12
ROWS: Final = 4
"""12 bands of 4: texts that share 50 % of their shingles meet in a band 5 times in 10, 65 %: 9 in 10, 80 %: always."""
EXACT: Final = 8
"""Words from which two equal texts are a copy: below, people say the same by chance ("Merci !")."""
NEAR: Final = 12
"""Words from which near-copies are looked for."""
LEADS: Final = (20, 30, 45, 68, 100)
"""Lengths in words of the beginnings by which an excerpt finds its article."""
SHARED: Final = 30
"""Own words up to which a post that links one page is taken to pass it on; who says more speaks for themselves."""
_LONGEST: Final = 2_000  # words of a text that are compared
_LONGEST_TEXT: Final = 20_000  # characters that are read to find them
_LONGEST_LINK: Final = 2_000
_END: Final = 500  # characters where a footer is looked for
_SIGN: Final = 80  # characters where "… Lire la suite" is

_HANDLE: Final = re.compile(r"(?<!\w)[@＠]\w+(?:[.-]\w+)*(?:@\w+(?:[.-]\w+)*)?")  # noqa: RUF001 - people type both
_ADDRESS: Final = re.compile(r"""(?:https?://|www\.)[^\s<>"«»]+""", re.IGNORECASE)
_DATELINE: Final = re.compile(r"\A\s{0,20}[^.!?\n()]{0,60}\([^()\n]{2,40}\)\s*[-–—]+\s+")  # noqa: RUF001 - as agencies write
_FOOTER: Final = re.compile(
    r"(?:the post\b.{1,300}\bappeared first on|(?:l[’']|cet )article\b.{1,300}\best apparu en premier sur)\b.{1,150}$",  # noqa: RUF001 - French apostrophe
    re.IGNORECASE,
)
_CUT: Final = re.compile(
    r"(?:…|\.{3})\s*[\])]?\s*(?:(?:lire la suite|lire plus|en savoir plus|voir plus|read more|continue reading)\W*)?$",
    re.IGNORECASE,
)
_PASSED_ON: Final = frozenset({"rt", "mt", "via", "repost"})
_WEIGHTS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


def _constants(name: str) -> NDArray[np.uint64]:
    # Not from a random generator: sketches are stored, and must be the same under any version of numpy.
    drawn = [blake2b(f"{name}{n}".encode(), digest_size=8).digest() for n in range(SKETCH)]
    return np.frombuffer(b"".join(drawn), dtype="<u8").astype(np.uint64)


_FACTORS: Final = _constants("factor") | np.uint64(1)
_TERMS: Final = _constants("term")


def fingerprint(post: Post) -> Fingerprint:
    """How copies of `post` are found."""
    title = _words(post.title)
    body = _words(_DATELINE.sub("", post.text[:_LONGEST_TEXT], count=1))
    if title and body[: len(title)] == title:
        body = body[len(title) :]
    lone = not title or len(body) < EXACT
    said = body if len(body) >= (NEAR if title else 0) else title + body

    own, shared = _own_page(post), _shared_page(post, len(said)) if lone else ""
    text_sought, left = _exact_keys(title, body, said, shared or own, lone=lone)
    if len(body) >= LEADS[0]:
        sought, kept = _lead_keys(body, cut=len(post.text) <= _LONGEST_TEXT and _uncut(post.text)[1])
        text_sought += sought
        left += kept
    pages = [address for address in (own, shared) if address]
    left += [_key("page", own)] * bool(own) + [_key("page", shared)] * links.is_article(shared)
    minima = _minima(said) if len(said) >= NEAR else None
    return Fingerprint(
        text_sought=tuple(dict.fromkeys(text_sought)),
        link_sought=tuple(dict.fromkeys(_key("page", address) for address in pages)),
        left=tuple(dict.fromkeys(left)),
        bands=() if minima is None else _bands(minima),
        sketch=b"" if minima is None else (minima & np.uint64(0xFFFF)).astype("<u2").tobytes(),
        site=links.site(post.url) or f"{post.network} {post.place}".strip(),
    )


def _words(written: str) -> list[str]:
    """The folded words of a text, without addresses, handles, "RT @x:" and the footers that blog engines add."""
    plain, _ = _uncut(_HANDLE.sub(" ", written[:_LONGEST_TEXT]))
    found = [word for word, _, _ in text.words(plain)[:_LONGEST]]
    while found and found[0] in _PASSED_ON:
        del found[0]
    while found and found[-1] in _PASSED_ON:
        del found[-1]
    return found


def _uncut(written: str) -> tuple[str, bool]:
    """Without addresses, a blog engine's footer and the sign that the rest stands elsewhere; whether there was one."""
    plain = _ADDRESS.sub(" ", written).rstrip()
    # Only the end is searched: these patterns take the square of the time on a hostile text.
    plain = plain[:-_END] + _FOOTER.sub("", plain[-_END:]).rstrip()
    tail = plain[-_SIGN:]
    cut = _CUT.search(tail)
    return (plain[: -len(tail)] + tail[: cut.start()], True) if cut else (plain, False)


def _own_page(post: Post) -> str:
    """The page that `post` is; none for a part of one (a comment under an article)."""
    address = links.canonical(links.unwrapped(post.url)) if len(post.url) <= _LONGEST_LINK else ""
    return "" if "#" in address or post.parent_id else links.page(address)


def _shared_page(post: Post, words: int) -> str:
    """The one page that a short post passes on."""
    if words > SHARED:
        return ""
    named = (*post.links, *text.addresses(post.text[:_LONGEST_TEXT]))
    own = links.page(post.url)
    pages = {page for link in named[:20] if len(link) <= _LONGEST_LINK and (page := links.page(link))} - {own}
    return pages.pop() if len(pages) == 1 else ""


def _exact_keys(
    title: list[str], body: list[str], said: list[str], address: str, *, lone: bool
) -> tuple[list[int], list[int]]:
    """What is sought and what is left of the text as a whole; a headline alone is a copy of the article under it."""
    if len(said) < EXACT:
        both = [_key("text and page", *said, "", address)] if said and address else []
        return both, list(both)
    whole = _key("text", *said)
    if lone:
        return [whole, _key("headline", *(title or said))], [whole]
    sought, left = [whole, _key("text", *body)], [whole]
    if len(title) >= EXACT:
        sought.append(_key("text", *title))
        left.append(_key("headline", *title))
    return sought, left


def _lead_keys(body: list[str], *, cut: bool) -> tuple[list[int], list[int]]:
    """An excerpt seeks what begins as it does, over two thirds of its length; all others seek their excerpts."""
    whole = body[:-1] if cut else body  # the last word of an excerpt may be half a word
    lengths = [length for length in LEADS if length <= len(whole)]
    sought = [_key("excerpt", *whole[:length]) for length in lengths]
    left = [_key("lead", *whole[:length]) for length in lengths]
    if cut and lengths:
        sought.append(left[-1])
        left.append(sought[len(lengths) - 1])
    return sought, left


def _key(kind: str, *parts: str) -> int:
    written = "\0".join((kind, *parts)).encode("utf-8", "ignore")
    return _signed(blake2b(written, digest_size=8))


def _minima(words: Sequence[str]) -> NDArray[np.uint64]:
    """For each of `SKETCH` hash functions, the least of the shingles' hashes, in [0, 2^32)."""
    codes = np.array([_code(word) for word in words], dtype=np.uint64)
    shingles = codes[:-2] * _WEIGHTS[0] + codes[1:-1] * _WEIGHTS[1] + codes[2:] * _WEIGHTS[2]
    shingles = np.unique(shingles ^ (shingles >> np.uint64(29)))
    hashed = shingles[:, np.newaxis] * _FACTORS[np.newaxis, :] + _TERMS[np.newaxis, :]
    least: NDArray[np.uint64] = hashed.min(axis=0) >> np.uint64(32)
    return least


@lru_cache(maxsize=50_000)
def _code(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "ignore"), digest_size=8).digest(), "little")


def _bands(minima: NDArray[np.uint64]) -> tuple[int, ...]:
    packed = minima[: BANDS * ROWS].astype("<u4").tobytes()
    width = ROWS * 4
    return tuple(
        _signed(blake2b(packed[band * width : (band + 1) * width], digest_size=8, person=b"band%d" % band))
        for band in range(BANDS)
    )


def _signed(hashed: blake2b) -> int:
    return int.from_bytes(hashed.digest(), "big", signed=True)
