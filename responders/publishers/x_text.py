"""How long a text is on X, and whether it holds a link: the rules of twitter-text 3 as X's own pages give them.

The one library for this was last released in 2023 and needs `pkg_resources`, which setuptools no longer has
(docs/decisions/0060-answering-on-x.md). Source: docs.x.com, “Counting characters”, and the public configuration
of twitter-text (version 3), read 2026-11-22.
"""

import unicodedata
from typing import Final

import regex

LINK: Final = 23
"""Any link is shown as one of t.co, which has this many characters."""
_WEIGHS_ONE: Final = ((0x0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
"""Latin to Georgian, spaces, dashes and quotation marks, primes; everything else weighs two."""
_LETTER: Final = r"A-Za-z0-9\u00c0-\u024f\u1e00-\u1eff\p{Cyrillic}"
_HOST: Final = rf"(?:[{_LETTER}](?:[{_LETTER}_-]*[{_LETTER}])?\.)+"
_PATH: Final = rf"(?:/(?:[{_LETTER}_!*';:=+,.$%#\[\]~@|&/-]*[{_LETTER}_=#/+-])?)?"
_ASKED: Final = r"(?:\?[A-Za-z0-9_!?*'@();:&=+$/%#\[\].,~|-]*[A-Za-z0-9_&=#/-])?"
_TOPS: Final = (
    "com|org|net|edu|gov|mil|int|info|biz|name|pro|aero|coop|museum|jobs|mobi|travel|tel|asia|cat|post|xxx|app|dev|page"
    "|blog|shop|store|site|online|website|web|xyz|top|club|news|media|live|life|world|today|email|cloud|tech|agency"
    "|company|digital|design|studio|social|events|group|team|work|space|link|click|help|support|center|services"
    "|solutions|systems|paris|bzh|alsace|corsica|london|berlin|nyc|brussels|voyage|tours|flights|vacations|holiday"
    "|taxi|hotel|restaurant|cafe|immo|swiss|eus|gal|africa"
)
"""Of the names without a country, those that people write without https://; X knows some 1,400."""
_LINKS: Final = regex.compile(
    rf"(?<![A-Za-z0-9@\uff20$#\uff03\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069.-])"
    rf"(?:https?://{_HOST}(?:[A-Za-z]{{2,}}|xn--[A-Za-z0-9-]+|[\p{{L}}]{{2,}})(?::[0-9]+)?{_PATH}{_ASKED}"
    rf"|(?:[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?\.)+(?:{_TOPS}|[A-Za-z]{{2}})(?![A-Za-z0-9@_-]){_PATH}{_ASKED})",
    regex.IGNORECASE,
)
_EMOJI: Final = regex.compile(
    r"\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3"
    r"|(?![©®](?!\ufe0f))\p{Extended_Pictographic}(?:\ufe0f|\p{EMod})?[\U000e0020-\U000e007f]*"
    r"(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{EMod})?)*"
)
UNSENT: Final = regex.compile("[\ufffe\ufeff\uffff\x00-\x08\x0b-\x1f]")
"""X takes no text with these (twitter-text, “invalid characters”), so they are not previewed either."""


def weighted(text: str) -> int:
    """Characters as X counts them: of the composed text, a link 23, an emoji 2, most other writing systems 2 each."""
    rest, links = _LINKS.subn("", unicodedata.normalize("NFC", text))
    rest, emoji = _EMOJI.subn("", rest)
    return LINK * links + 2 * emoji + sum(_weight(ord(sign)) for sign in rest)


def has_link(text: str) -> bool:
    """Whether X makes a link of something in it: such a post costs many times as much."""
    return bool(_LINKS.search(unicodedata.normalize("NFC", text)))


def _weight(code: int) -> int:
    return 1 if any(first <= code <= last for first, last in _WEIGHS_ONE) else 2
