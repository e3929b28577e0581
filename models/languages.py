"""Codes of languages: those that a text alone can tell, and what a network's tag means. Pure."""

import re
from typing import Final

_CODES: Final = (
    "af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy ga gd gl gu ha he hi "
    "hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv mg mk ml mn mr ms mt my ne nl nn no "
    "oc om or pa pl ps pt qu ro ru rw sa se si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi "
    "vo wa xh yo zh zu"
)
READABLE: Final = frozenset(re.findall("[a-z]{2}", _CODES))
"""ISO 639-1 codes among which py3langid 0.4 can tell; a test compares."""

_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?", re.DOTALL)
_TERMINOLOGY: Final = {
    "deu": "de",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "ger": "de",
    "in": "id",
    "ita": "it",
    "iw": "he",
    "nld": "nl",
    "por": "pt",
    "spa": "es",
}
"""ISO 639-2 and withdrawn codes that networks still send -> ISO 639-1."""
_NO_LANGUAGE: Final = frozenset({"und", "mul", "mis", "zxx", "art"})
"""ISO 639-2: undetermined, several, uncoded, no linguistic content, artificial. X says zxx, art and und
(docs.x.com, read 2026-11-22), and qme, qht and the like, which ISO leaves to private use (qaa to qtz)."""


def tagged(tag: str | None) -> str | None:
    """The language that a network's tag names, as ISO 639-1 where it has such a code; None where it names none."""
    found = _TAG.fullmatch((tag or "").strip())
    if not found:
        return None
    code = found[1].lower()
    if code in _NO_LANGUAGE or "qaa" <= code <= "qtz":
        return None
    return _TERMINOLOGY.get(code, code)
