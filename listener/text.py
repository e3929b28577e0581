"""Words of a text as people search them: folded, cut at elisions and hyphens, with hashtags, handles and emoji.

One character at a time decides: `fold` gives the same letters wherever the character stands, and a space where words
end. So the words that `read` finds in a post are exactly those a search of `haystack` finds between spaces.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, NamedTuple

import regex

_LETTER: Final = r"\p{L}\p{N}\p{M}\p{Cf}"
_IDEOGRAM: Final = regex.compile(rf"(?V1)[[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}]&&[{_LETTER}]]")
# The modifier letters prime and apostrophe are letters for Unicode, apostrophes for those who type them.
_IN_WORD: Final = regex.compile(rf"(?V1)[[{_LETTER}]--[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\u02b9\u02bc]]")
_PICTURE: Final = regex.compile(rf"(?V1)[\p{{Extended_Pictographic}}--[{_LETTER}©®™\u24c2]]")
_FLAG: Final = regex.compile(r"\p{RI}")
_SKIN: Final = regex.compile(r"\p{EMod}")
_INVISIBLE: Final = regex.compile(r"[\p{Cf}\p{Me}\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f]+")
_ADDRESS: Final = re.compile(r"""(?:https?://|www\.)[^\s<>"«»]+""", re.IGNORECASE)
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")

_APOSTROPHES: Final = frozenset("'’‘ʼʹ`´′＇")  # noqa: RUF001 - the look-alikes we fold  # these very characters are meant
_STRAIGHT: Final = str.maketrans(dict.fromkeys(_APOSTROPHES, "'"))
_WHOLE: Final = {"aujourd": ("hui",), "quelqu": ("un", "une"), "prud": ("homme", "hommes"), "presqu": ("ile", "iles")}
"""French words that hold an apostrophe: one word, not an elision."""
_LETTERS_APART: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i"}  # noqa: RUF001 - the look-alikes we fold
)
"""Letters that Unicode does not decompose and that people type without."""
_KEPT_CLASSES: Final = frozenset({0, 7, 8, 9})
"""Combining classes that change the letter (vowel signs, nukta, kana voicing, virama); all others are accents."""
_REMEMBERED: Final = 100_000
_LONGEST: Final = 32
"""Runs remembered and their length: some 10 MB at worst, whatever people post."""
_BYTES: Final = bytes(
    ord(chr(code).lower() if chr(code).isalnum() or not code else " ") for code in range(128)
) + bytes(range(128, 256))
"""ASCII capitals to small letters; every other ASCII sign to a space; NUL, which parts posts, stays."""

# What each character is, one letter each, so that plain `re` can cut the text: w in a word, i an ideogram, e a picture,
# r a flag's half, k a skin tone, v a variation, z a joiner; the signs of names stay; anything else is a space.
_KIND_OF_SIGN: Final = {"\ufe0e": "v", "\ufe0f": "v", "\u200d": "z", "\uff03": "#", "\uff20": "@"} | {
    c: c for c in "#@_.-&"
}
_PARTS: Final = re.compile(
    r"""(?<![wivz_&])[#](?P<tag>[wivz_]+)
    |(?<![wivz_&])@(?P<handle>(?P<local>[wivz_]+(?:[.-][wivz_]+)*)(?:@[wivz_]+(?:[.-][wivz_]+)*)?)
    |(?P<emoji>r{1,2}|e(?:[kv]|ze)*)
    |(?P<word>[wvz]+|i)""",
    re.VERBOSE,
)
_WORDS: Final = re.compile(r"(?P<emoji>r{1,2}|e(?:[kv]|ze)*)|(?P<word>[wvz]+|i)")


_SIGNS: Final = frozenset("#@")


Token = tuple[str, int, int]
"""One word or emoji, folded, and the characters where it starts and ends. Made in millions, so a plain tuple."""


class Place(NamedTuple):
    """Where a word, hashtag or handle stands: its first and last token, its first and last character."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """A text read once: its words, where each folded word stands among them, and where each `#hashtag` or `@handle`."""

    text: str
    tokens: list[Token]
    words: dict[str, list[int]]
    names: dict[str, list[Place]]

    @cached_property
    def words_in_order(self) -> list[str]:
        """For prefixes."""
        return sorted(self.words)

    @cached_property
    def names_in_order(self) -> list[str]:
        """For prefixes."""
        return sorted(self.names)

    def places(self, key: str) -> list[Place]:
        """Where a folded word, or a folded name with its sign, stands."""
        if key[0] in _SIGNS:
            return self.names.get(key, [])
        return [Place(index, index, *self.tokens[index][1:]) for index in self.words.get(key, ())]

    def shown(self, first: int, last: int) -> str:
        """The words from one token to another as they stand in the text."""
        return _INVISIBLE.sub("", self.text[self.tokens[first][1] : self.tokens[last][2]])


class _Kinds(dict[int, str]):
    """Code point -> what it is, as `_PARTS` reads it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kind = _KIND_OF_SIGN.get(character)
        if kind is None:
            kinds = (("i", _IDEOGRAM), ("w", _IN_WORD), ("e", _PICTURE), ("r", _FLAG), ("k", _SKIN))
            kind = next((kind for kind, pattern in kinds if pattern.match(character)), " ")
        self[code] = kind
        return kind


class _Folds(dict[str, str]):
    """Run of characters beyond ASCII -> its folded form; short ones are remembered."""

    def __missing__(self, run: str) -> str:
        folded = "".join(map(_folded_character, run))
        if len(run) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[run] = folded
        return folded


@cache
def _folded_character(character: str) -> str:
    if _IDEOGRAM.match(character):  # written without spaces: each is a word
        plain = unicodedata.normalize("NFKC", character)
        return f" {plain if len(plain) == 1 else character} "
    if _IN_WORD.match(character):
        plain = unicodedata.normalize("NFKD", character).casefold().translate(_LETTERS_APART)
        parts = unicodedata.normalize("NFKD", plain).translate(_LETTERS_APART)
        return "".join(part for part in parts if _IN_WORD.match(part) and not _is_ornament(part)).lower()
    return f" {character} " if _PICTURE.match(character) or _FLAG.match(character) else " "


def _is_ornament(character: str) -> bool:
    return unicodedata.combining(character) not in _KEPT_CLASSES or bool(_INVISIBLE.match(character))


_KINDS: Final = _Kinds()
_FOLDS: Final = _Folds()


def _fold_run(run: re.Match[str]) -> str:
    return _FOLDS[run[0]]


def fold(text: str) -> str:
    """`text` without case, accents, ligatures and invisible characters: "Cœur" -> "coeur". ASCII signs stay."""
    return (text if text.isascii() else _FOREIGN.sub(_fold_run, text)).lower()


def haystack(text: str) -> bytes:
    """All the words of `text` as UTF-8, folded, between spaces: b" l aeroplouf ". NUL stays NUL."""
    folded = text if text.isascii() else _FOREIGN.sub(_fold_run, text)
    return folded.encode().translate(_BYTES)


def exact(text: str) -> str:
    """`text` with its case and accents, composed, without invisible characters, apostrophes straight."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(_STRAIGHT)


def fold_name(name: str) -> str:
    """A hashtag or handle without its sign, as they are compared."""
    return fold(name).replace(" ", "")


def addresses(text: str) -> list[str]:
    """The addresses of pages in `text`, as they stand."""
    return _ADDRESS.findall(text) if "://" in text or "www." in text.lower() else []


def apart(text: str) -> str:
    """`text` with a space before each address: a word typed against one ends where the address begins."""
    return _ADDRESS.sub(r" \g<0>", text) if "://" in text or "www." in text.lower() else text


def words(text: str) -> list[Token]:
    """The words of `text` taken as plain words: no hashtag, no handle, no address is known."""
    tokens: list[Token] = []
    for part in _WORDS.finditer(text.translate(_KINDS)):
        _add(tokens, text, *part.span())
    return tokens


def read(text: str) -> Reading:
    """Read `text`: addresses hold no words; hashtags and handles are words too, of a handle the part before @server."""
    if not text:
        return Reading(text, [], {}, {})
    tokens: list[Token] = []
    names: dict[str, list[Place]] = {}
    has_address = "://" in text or "www." in text.lower()
    kinds = (_ADDRESS.sub(_blank, text) if has_address else text).translate(_KINDS)
    for part in _PARTS.finditer(kinds):
        kind = part.lastgroup
        if kind == "word" or kind == "emoji":  # noqa: PLR1714  # runs for every word, and is faster than a set
            _add(tokens, text, *part.span())
        else:
            first = len(tokens)
            start, end = part.span("local" if kind == "handle" else "tag")
            for word in _WORDS.finditer(kinds, start, end):
                _add(tokens, text, *word.span())
            if len(tokens) > first:
                for name, place in _named(part, text, first, len(tokens) - 1):
                    names.setdefault(name, []).append(place)
    found: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        found.setdefault(token[0], []).append(index)
    return Reading(text, tokens, found, names)


def _blank(address: re.Match[str]) -> str:
    return " " * len(address[0])


def _named(part: re.Match[str], text: str, first: int, last: int) -> list[tuple[str, Place]]:
    """A hashtag by its name; a handle by its name and, where it names a server, by the part before it too."""
    sign, groups = ("#", ("tag",)) if part["tag"] else ("@", ("handle", "local"))
    spans = dict.fromkeys(part.span(group) for group in groups)
    return [(sign + fold_name(text[start:end]), Place(first, last, start, end)) for start, end in spans]


def _add(tokens: list[Token], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    folded = piece.lower() if piece.isascii() else fold(piece).replace(" ", "")
    if not folded:  # invisible characters alone
        return
    if tokens and tokens[-1][2] == start - 1 and text[start - 1] in _APOSTROPHES:
        before, opening, _ = tokens[-1]
        if folded == "s":  # Aéroplouf's is Aéroplouf
            return
        if folded in _WHOLE.get(before, ()):
            tokens[-1] = (f"{before}'{folded}", opening, end)
            return
    tokens.append((folded, start, end))
