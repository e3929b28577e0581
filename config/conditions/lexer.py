"""From characters to the pieces of a condition. One pass, never back."""

import re
from dataclasses import dataclass
from typing import Final

from config.conditions.errors import ConditionError
from config.i18n import mark

MAX_LENGTH: Final = 2_000
"""Characters: a screenful. What is longer belongs into several rules."""

_SPACE: Final = re.compile(r"\s*")
_SIGN: Final = re.compile(r"[=!<>]+|&&|\|\||[≥≤≠]")
# A straight or curly apostrophe inside a word belongs to it: l'avion. At its start, the straight one is a quote.
_WORD: Final = re.compile(r"""[^\s(),=!<>"“”„«»≥≤≠&|'](?:[^\s(),=!<>"“”„«»≥≤≠&|]|[&|](?![&|]))*""")
_CLOSING: Final = {"«": "»", "'": "'", **dict.fromkeys('"“”„', '"“”')}
_MEANT: Final = {
    "=": "==",
    "===": "==",
    "=>": ">=",
    "=<": "<=",
    "<>": "!=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "&&": "and",
    "||": "or",
    "!": "not",
}
_OPERATORS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. `kind`: ( ) , SIGN WORD QUOTED or END; `text` without quotes; `at` and `end` in the source."""

    kind: str
    text: str
    at: int
    end: int

    @property
    def word(self) -> str:
        """The text of a bare word in small letters, or nothing: what keywords are compared with."""
        return self.text.lower() if self.kind == "WORD" else ""


def pieces(source: str) -> list[Piece]:
    """Cut `source` into pieces; the last one is END.

    Raises:
        ConditionError: a piece cannot be read, or there is too much.
    """
    if len(source) > MAX_LENGTH:
        message = mark("The condition is too long: {length} characters, {limit} at most.")
        values = {"length": len(source), "limit": MAX_LENGTH}
        raise ConditionError(message, source, MAX_LENGTH, values=values, hint=mark("Split it into several rules."))
    found: list[Piece] = []
    at = _skip(source, 0)
    while at < len(source):
        found.append(_piece(source, at))
        at = _skip(source, found[-1].end)
    return [*found, Piece("END", "", len(source), len(source))]


def _skip(source: str, at: int) -> int:
    space = _SPACE.match(source, at)
    return space.end() if space else at


def _piece(source: str, at: int) -> Piece:
    sign = source[at]
    if sign in "(),":
        return Piece(sign, sign, at, at + 1)
    if sign in _CLOSING:
        return _quoted(source, at)
    if found := _SIGN.match(source, at):
        if found[0] not in _OPERATORS:
            meant = _MEANT.get(found[0])
            hint = mark("Did you mean {suggestion}?") if meant else mark("The operators are {operators}.")
            values = {"sign": found[0], "suggestion": meant, "operators": "== != < <= > >= in contains"}
            raise ConditionError(mark("The sign {sign} means nothing here."), source, at, hint=hint, values=values)
        return Piece("SIGN", found[0], at, found.end())
    if found := _WORD.match(source, at):
        return Piece("WORD", found[0], at, found.end())
    raise ConditionError(mark("The sign {sign} means nothing here."), source, at, values={"sign": sign})


def _quoted(source: str, at: int) -> Piece:
    end = at + 1
    while end < len(source) and source[end] not in _CLOSING[source[at]]:
        end += 1
    if end == len(source):
        hint = mark("Put a second quote after the text.")
        raise ConditionError(mark("This quote is never closed."), source, at, hint=hint)
    text = " ".join(source[at + 1 : end].split())
    if not text:
        raise ConditionError(mark("There is nothing between these quotes."), source, at)
    return Piece("QUOTED", text, at, end + 1)
