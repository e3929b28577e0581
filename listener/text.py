"""Words of a text as people search them: folded, cut at elisions and hyphens, with hashtags, handles and emoji.

One character at a time decides: `fold` gives the same letters wherever the character stands, and a space where words
end. So the words found by `read` are exactly the words a search of `haystack` finds between spaces.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import regex

_LETTERS: Final = r"\p{L}\p{N}\p{M}\p{Cf}"
# The modifier letters prime and apostrophe are letters for Unicode, apostrophes for those who type them.
_RUN: Final = rf"[[{_LETTERS}]--[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\u02b9\u02bc]]"
_IDEOGRAM: Final = rf"[[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}]&&[{_LETTERS}]]"
_PICTURE: Final = rf"[\p{{Extended_Pictographic}}--[{_LETTERS}©®™]]"
_EMOJI: Final = rf"\p{{RI}}{{1,2}}|{_PICTURE}(?:[\p{{EMod}}\ufe0e\ufe0f]|\u200d{_PICTURE})*"
_NAME: Final = rf"[{_LETTERS}_]+"
_URL: Final = r"""(?i:https?://|www\.)[^\s<>"«»]+"""
_BEFORE: Final = rf"(?<![{_LETTERS}_&])"

_PARTS: Final = regex.compile(
    rf"""(?V1)
    (?P<url>{_URL})
    |{_BEFORE}[\#\uff03](?P<tag>{_NAME})
    |{_BEFORE}[@\uff20](?P<handle>(?P<local>{_NAME}(?:[.-]{_NAME})*)(?:@{_NAME}(?:[.-]{_NAME})*)?)
    |(?P<emoji>{_EMOJI})
    |(?P<word>{_RUN}+|{_IDEOGRAM})
    """,
    regex.VERBOSE,
)
_WORDS: Final = regex.compile(rf"(?V1)(?P<emoji>{_EMOJI})|(?P<word>{_RUN}+|{_IDEOGRAM})")
_RUN_CHARACTER: Final = regex.compile(f"(?V1){_RUN}")
_IDEOGRAM_CHARACTER: Final = regex.compile(f"(?V1){_IDEOGRAM}")
_EMOJI_CHARACTER: Final = regex.compile(rf"(?V1){_PICTURE}|\p{{RI}}")
_FOREIGN: Final = regex.compile(r"[^\x00-\x7f]+")
_INVISIBLE: Final = regex.compile(r"[\p{Cf}\p{Me}\ufe00-\ufe0f\u034f]+")
_ADDRESS: Final = regex.compile(_URL)
_VARIATION: Final = regex.compile("[\ufe0e\ufe0f]")
_APOSTROPHES: Final = frozenset("'’‘ʼʹ`´′＇")  # noqa: RUF001  # these very characters are meant
_WHOLE: Final = {"aujourd": ("hui",), "quelqu": ("un", "une"), "prud": ("homme", "hommes"), "presqu": ("ile", "iles")}
"""French words that hold an apostrophe: one word, not an elision."""
_LETTERS_APART: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i"}  # noqa: RUF001
)
"""Letters that Unicode does not decompose and that people type without."""
_KEPT_CLASSES: Final = frozenset({0, 7, 8, 9})
"""Combining classes that change the letter (vowel signs, nukta, kana voicing, virama); all others are accents."""
_REMEMBERED: Final = 100_000
_BYTES: Final = bytes(
    ord(chr(code).lower() if chr(code).isalnum() or not code else " ") for code in range(128)
) + bytes(range(128, 256))
"""ASCII capitals to small letters; every other ASCII sign to a space; NUL, which parts posts, stays."""


class Token(NamedTuple):
    """One word or emoji: `folded` as it is searched, `exact` with its case and accents, where it stands in the text."""

    folded: str
    exact: str
    start: int
    end: int


class Place(NamedTuple):
    """Where a word, hashtag or handle stands: its `exact` form, its first and last token."""

    exact: str
    first: int
    last: int


@dataclass(frozen=True)
class Reading:
    """A text read once. `places`: folded word, `#hashtag` or `@handle` -> where."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    places: dict[str, list[Place]] = field(default_factory=dict)

    @cached_property
    def in_order(self) -> list[str]:
        """The keys of `places`, sorted, for prefixes."""
        return sorted(self.places)

    def shown(self, first: int, last: int) -> str:
        """The words from one token to another as they stand in the text."""
        return _INVISIBLE.sub("", self.text[self.tokens[first].start : self.tokens[last].end])


class _Folds(dict[str, str]):
    """Run of characters beyond ASCII -> its folded form, remembered."""

    def __missing__(self, run: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[run] = folded = "".join(map(_folded_character, run))
        return folded


def _folded_character(character: str) -> str:
    if _IDEOGRAM_CHARACTER.match(character):  # written without spaces: each is a word
        return f" {unicodedata.normalize('NFKC', character)} "
    if _RUN_CHARACTER.match(character):
        plain = unicodedata.normalize("NFKD", character).casefold().translate(_LETTERS_APART)
        parts = unicodedata.normalize("NFKD", plain).translate(_LETTERS_APART)
        return "".join(part for part in parts if _RUN_CHARACTER.match(part) and not _is_ornament(part)).lower()
    return f" {character} " if _EMOJI_CHARACTER.match(character) else " "


def _is_ornament(character: str) -> bool:
    return unicodedata.combining(character) not in _KEPT_CLASSES or bool(_INVISIBLE.match(character))


_FOLDS: Final = _Folds()


def _fold_run(run: "regex.Match[str]") -> str:
    return _FOLDS[run[0]]


def fold(text: str) -> str:
    """`text` without case, accents, ligatures and invisible characters: "Cœur" -> "coeur". ASCII signs stay."""
    return (text if text.isascii() else _FOREIGN.sub(_fold_run, text)).lower()


def haystack(text: str) -> bytes:
    """All the words of `text` as UTF-8, folded, between spaces: b" l aeroplouf ". NUL stays NUL."""
    folded = text if text.isascii() else _FOREIGN.sub(_fold_run, text)
    return folded.encode().translate(_BYTES)


def exact(text: str) -> str:
    """`text` with its case and accents, composed, without invisible characters."""
    return text if text.isascii() else _INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def fold_name(name: str) -> str:
    """A hashtag or handle without its sign, as they are compared."""
    return fold(name).replace(" ", "")


def addresses(text: str) -> list[str]:
    """The addresses of pages in `text`, as they stand."""
    return _ADDRESS.findall(text) if "://" in text or "www." in text.lower() else []


def words(text: str) -> list[Token]:
    """The words of `text` taken as plain words: no hashtag, no handle, no address is known."""
    found: list[Token] = []
    _cut(found, text, 0, len(text))
    return found


def read(text: str) -> Reading:
    """Read `text`: addresses hold no words; hashtags and handles are words too, of a handle the part before @server."""
    reading = Reading(text)
    tokens, places = reading.tokens, reading.places
    named: list[tuple[str, Place]] = []
    for part in _PARTS.finditer(text):
        kind = part.lastgroup
        if kind == "word" or kind == "emoji":  # noqa: PLR1714  # runs for every word, and is faster than a set
            _add(tokens, part, kind, text)
        elif kind != "url":
            first = len(tokens)
            _cut(tokens, text, *part.span("local" if kind == "handle" else "tag"))
            if len(tokens) > first:
                named.extend(_names(part, first, len(tokens) - 1))
    for index, token in enumerate(tokens):
        places.setdefault(token.folded, []).append(Place(token.exact, index, index))
    for name, place in named:
        places.setdefault(name, []).append(place)
    return reading


def _names(part: "regex.Match[str]", first: int, last: int) -> Iterator[tuple[str, Place]]:
    """A hashtag by its name; a handle by its name and, where it names a server, by the part before it too."""
    sign = "#" if part["tag"] else "@"
    for name in dict.fromkeys((part["tag"],) if part["tag"] else (part["handle"], part["local"])):
        yield sign + fold_name(name), Place(sign + exact(name), first, last)


def _cut(tokens: list[Token], text: str, start: int, end: int) -> None:
    for part in _WORDS.finditer(text, start, end):
        _add(tokens, part, part.lastgroup, text)


def _add(tokens: list[Token], part: "regex.Match[str]", kind: str | None, text: str) -> None:
    piece, start, end = part[0], part.start(), part.end()
    if kind == "emoji":
        kept = "".join(character for character in piece if _EMOJI_CHARACTER.match(character))
        tokens.append(Token(kept, _VARIATION.sub("", piece), start, end))
        return
    folded = fold(piece).strip()
    if not folded:  # invisible characters alone
        return
    if tokens and tokens[-1].end == start - 1 and text[start - 1] in _APOSTROPHES:
        before = tokens[-1]
        if folded == "s":  # Aéroplouf's is Aéroplouf
            return
        if folded in _WHOLE.get(before.folded, ()):
            whole = f"{before.exact}'{exact(piece)}"
            tokens[-1] = Token(f"{before.folded}'{folded}", whole, before.start, end)
            return
    tokens.append(Token(folded, exact(piece), start, end))
