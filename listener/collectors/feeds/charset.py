"""Bytes of a feed to text, whatever its headers claim.

Declarations lie often and in few ways; the bytes rarely do. Text that is valid UTF-8 and not plain ASCII is UTF-8: by
chance alone, Latin text nearly never is. What claims to be ISO-8859-1 is read as windows-1252, as browsers do (WHATWG
Encoding Standard, read 2026-11-22).
"""

import codecs
import re
from typing import Final

_MARKS: Final = (  # longest first: UTF-32's mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED: Final = (
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
    (b"<\0r\0", "utf-16-le"),
    (b"\0<\0r", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_IN_HEADER: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_WIDER: Final = {  # what is declared -> what is meant
    "iso8859-1": "windows-1252",
    "ascii": "windows-1252",
    "latin-1": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_DECLARATION: Final = re.compile(r"^<\?xml[^>]*\?>")
_UNPRINTABLE: Final = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)]
)  # XML 1.0 forbids them; one would make the whole document ill-formed


def decode(body: bytes, content_type: str) -> str:
    """The text of a feed, without mark, XML declaration, leading blanks or characters XML forbids."""
    text = _decode(body, content_type).translate(_UNPRINTABLE).lstrip("\ufeff \t\r\n")
    return _DECLARATION.sub("", text, count=1).lstrip()


def _decode(body: bytes, content_type: str) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _UNMARKED:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, content_type)
    declared = _declared(body, content_type)
    if body.isascii() and declared not in {"utf-8", "windows-1252"}:  # ISO-2022-JP hides in plain ASCII
        return body.decode(declared, "replace")
    return text


def _not_utf8(body: bytes, content_type: str) -> str:
    declared = _declared(body, content_type)
    if declared in {"utf-8", "windows-1252"} or declared.startswith(("utf-16", "utf-32")):
        return body.decode("utf-8", _ONE_BYTE)
    return body.decode(declared, "replace")


def _declared(body: bytes, content_type: str) -> str:
    """The encoding claimed by the document, else by the header; UTF-8 when neither names one that exists.

    RFC 7303 puts the header first, but headers are set for a whole server and documents by who wrote them.
    """
    inside = _DECLARED.match(body[:400])
    header = _IN_HEADER.search(content_type)
    for name in (inside[1].decode() if inside else "", header[1] if header else ""):
        try:
            found = codecs.lookup(name)
        except LookupError:
            continue
        # Only encodings of text: "rot13" and "zip" are codecs too.
        if getattr(found, "_is_text_encoding", True) and found.name not in {"idna", "punycode", "unicode_escape"}:
            wider = _WIDER.get(found.name, found.name)
            return "windows-1252" if wider == "cp1252" else wider
    return "utf-8"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """A byte that is not UTF-8 is read alone as windows-1252, so that one bad byte does not spoil the rest."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    return byte.decode("windows-1252", "ignore") or byte.decode("latin-1"), error.start + 1


_ONE_BYTE: Final = "repartie.windows-1252"
codecs.register_error(_ONE_BYTE, _as_windows)
