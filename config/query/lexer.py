"""From characters to the pieces of a query: parentheses, operators, fields, terms. One pass, never back."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import regex

from config.i18n import mark
from config.query.errors import QueryError
from config.query.tree import Sort, Term

MAX_LENGTH: Final = 20_000
"""Characters; agencies' longest queries stay well under."""
MAX_TERMS: Final = 2_000
MAX_DISTANCE: Final = 100
"""Words, for NEAR: farther apart is another subject."""
MIN_PREFIX: Final = 3
"""Letters before a star: two would take a good part of the dictionary."""

_SPACE: Final = re.compile(r"\s*")
_RUN: Final = re.compile(r'[^\s()"“”„«»]+')
_CLOSING: Final = {"«": re.compile("»"), **dict.fromkeys('"“”„', re.compile('["“”]'))}
_QUOTES: Final = re.compile(r'[\s"“”„«»]+')
_FIELD: Final = re.compile(r"([^\W\d_]+):")
_NEAR: Final = re.compile(r"(O?)NEAR(?:/(.*))?", re.IGNORECASE)
_TAG: Final = regex.compile(r"[\p{L}\p{N}\p{M}_]+")
_HANDLE: Final = regex.compile(
    r"[\p{L}\p{N}\p{M}_]+(?:[.-][\p{L}\p{N}\p{M}_]+)*(?:@[\p{L}\p{N}\p{M}_]+(?:[.-][\p{L}\p{N}\p{M}_]+)*)?"
)
_ENDS_IN_LETTERS: Final = regex.compile(rf"[\p{{L}}\p{{N}}\p{{M}}]{{{MIN_PREFIX}}}")
_LETTER: Final = regex.compile(r"[\p{L}\p{N}]")
SEARCHABLE: Final = regex.compile(r"(?V1)[\p{L}\p{N}\p{RI}[\p{Extended_Pictographic}--[©®™\u24c2]]--[\u02b9\u02bc]]")
"""A character that can be found: letters, digits, emoji. Signs are not: ©, ®, ™, punctuation."""

_NOTHING: Final = mark("There is nothing to look for in {piece}: it holds no letter, digit or emoji.")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a query. `kind`: ( ) AND OR NOT NEAR FIELD TERM or END; `text` as typed, `at` where it starts."""

    kind: str
    text: str
    at: int
    term: Term | None = None
    distance: int = 0
    ordered: bool = False


def pieces(source: str) -> list[Piece]:
    """Cut `source` into pieces; the last one is END.

    Raises:
        QueryError: a piece cannot be read, or there is too much of them.
    """
    if len(source) > MAX_LENGTH:
        message = mark("The query is too long: {length} characters, {limit} at most.")
        values = {"length": len(source), "limit": MAX_LENGTH}
        raise QueryError(message, source, MAX_LENGTH, values=values, hint=mark("Split it into several brands."))
    lexer = _Lexer(source)
    lexer.run()
    return lexer.found


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Piece] = []
        self.terms = 0

    def run(self) -> None:
        at, end = 0, len(self.source)
        while True:
            space = _SPACE.match(self.source, at)
            at = space.end() if space else at
            if at >= end:
                break
            character = self.source[at]
            if character in "()":
                self.found.append(Piece(character, character, at))
                at += 1
            elif character in _CLOSING:
                at = self._quoted(at, at, exact=False)
            elif run := _RUN.match(self.source, at):
                at = self._run(run[0], at)
            else:  # a closing » that nothing opened
                raise self._error(mark("This quote closes nothing."), at)
        self.found.append(Piece("END", "", end))

    def _error(self, message: str, at: int, hint: str = "", **values: object) -> QueryError:
        return QueryError(message, self.source, at, hint=hint, values=values)

    def _run(self, run: str, at: int) -> int:
        """Read characters up to a space, parenthesis or quote; return where to go on."""
        end = at + len(run)
        start = at
        while named := _FIELD.match(run):
            name = named[1].lower()
            if name in {"http", "https"}:
                hint = mark("For pages of a site, write site:{host}")
                host = run.split("/")[2] if run.count("/") > 1 else "blog.example"
                raise self._error(mark("An address is not a word to look for."), start, hint, host=host)
            self.found.append(Piece("FIELD", name, start))
            run, start = run[named.end() :], start + named.end()
        exact = run.startswith("=")
        text = run.removeprefix("=")
        if text:
            self._bare(text, start, exact=exact)
        elif exact:
            if self.source[end : end + 1] not in _CLOSING or end >= len(self.source):
                hint = mark(
                    'Write =Orange or ="Thé Vert": the word with its capitals and accents, right after the sign.'
                )
                raise self._error(mark("Nothing stands after =."), start, hint)
            return self._quoted(end, start, exact=True)
        return end

    def _quoted(self, opening: int, at: int, *, exact: bool) -> int:
        closing = _CLOSING[self.source[opening]].search(self.source, opening + 1)
        if closing is None:
            raise self._error(
                mark("This quote is never closed."), opening, mark("Put a second quote after the phrase.")
            )
        text = _QUOTES.sub(" ", self.source[opening + 1 : closing.start()]).strip()
        if not text:
            raise self._error(mark("There is nothing between these quotes."), opening)
        if "*" in text:
            star = self.source.index("*", opening)
            hint = mark('Keep the star for a word alone: recrut* AND "offre d\'emploi"')
            raise self._error(mark("A star does nothing inside quotes."), star, hint)
        self._add(Term(_tidy(text), exact=exact, at=at), text)
        return closing.end()

    def _bare(self, text: str, at: int, *, exact: bool) -> None:
        """Read one word, hashtag, handle or operator."""
        if not exact and text in {"AND", "OR", "NOT"}:
            self.found.append(Piece(text, text, at))
            return
        if not exact and (near := _NEAR.fullmatch(text)):
            self._near(near, at)
            return
        start = at + exact
        if "*" in text[:-1]:
            hint = mark("A star stands at the end of a word, for all the words that begin so: aeroplouf*")
            raise self._error(mark("The star is not at the end of the word."), start + text.index("*"), hint)
        if inner := re.search(r"\w\?\w", text):
            hint = mark("Write each spelling: organisation OR organization")
            raise self._error(mark("A question mark does not stand for a letter."), start + inner.start() + 1, hint)
        if text[0] in "-+" and _LETTER.match(text, 1):
            hint = mark("Write NOT {word}") if text[0] == "-" else mark("Write AND {word}")
            raise self._error(mark("The sign {sign} means nothing here."), start, hint, sign=text[0], word=text[1:])
        prefix = text.endswith("*")
        text = text.removesuffix("*")
        sort = Sort.TAG if text[:1] in {"#", "\uff03"} else Sort.HANDLE if text[:1] in {"@", "\uff20"} else Sort.WORDS
        word = text[1:] if sort is not Sort.WORDS else text
        if prefix and not _ENDS_IN_LETTERS.fullmatch(word[-MIN_PREFIX:]):
            hint = mark("Write more of the word, for instance aero*")
            message = mark("At least {least} letters must stand before the star.")
            raise self._error(message, start, hint, least=MIN_PREFIX)
        if sort is Sort.TAG and not (_TAG.fullmatch(word) and _LETTER.search(word)):
            hint = mark("A hashtag is # and letters, digits or _, without a space: #aeroplouf")
            raise self._error(mark("{piece} is not a hashtag."), start, hint, piece=text)
        if sort is Sort.HANDLE and not (_HANDLE.fullmatch(word) and _LETTER.search(word)):
            hint = mark("A handle is @name, or @name@server for Mastodon: @aeroplouf@social.example")
            raise self._error(mark("{piece} is not a handle."), start, hint, piece=text)
        self._add(Term(_tidy(word), sort, exact=exact, prefix=prefix, at=at), text)

    def _near(self, near: re.Match[str], at: int) -> None:
        typed, number = near[0], near[2]
        values = {"operator": f"{near[1]}NEAR".upper(), "limit": MAX_DISTANCE}
        if number is None or not number.isascii() or not number.isdigit():
            message = mark("{operator} needs a number of words.")
            raise self._error(message, at, mark("Write {operator}/5 for at most five words apart."), **values)
        if typed[: len(values["operator"])] != values["operator"]:  # type: ignore[arg-type]  # a str by construction
            message = mark("{operator} is written in capitals.")
            raise self._error(message, at, mark("Write {operator}/{number}"), number=number, **values)
        if not number.strip("0") or len(number) > len(str(MAX_DISTANCE)) or int(number) > MAX_DISTANCE:
            message = mark("The distance of {operator} goes from 1 to {limit}.")
            raise self._error(
                message, at + typed.index("/") + 1, mark("1 is side by side, 5 is at most five words apart."), **values
            )
        self.found.append(Piece("NEAR", typed, at, distance=int(number), ordered=bool(near[1])))

    def _add(self, term: Term, typed: str) -> None:
        if not SEARCHABLE.search(term.text):
            hint = ""
            if typed in {"&", "&&", "|", "||", "*"}:
                hint = mark("Write the operators in letters: AND, OR, NOT.") if typed != "*" else ""
            raise self._error(_NOTHING, term.at, hint, piece=typed)
        self.terms += 1
        if self.terms > MAX_TERMS:
            message = mark("The query has too many words: {limit} at most.")
            raise self._error(message, term.at, mark("Split it into several brands."), limit=MAX_TERMS)
        self.found.append(Piece("TERM", typed, term.at, term))


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text)
