"""X's query language, read as its page “Build a query” tells (docs.x.com, 2026-11-22), to try our compiler on."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TYPES = "https://api.twitter.com/2/problems/"


@dataclass
class Tweet:
    id: int
    author: str
    text: str
    at: datetime
    parent: int | None = None
    quoted: int | None = None
    hidden: bool = False
    gone: bool = False
    likes: int = 0


@dataclass
class Refusal(Exception):
    status: int
    detail: str = ""
    kind: str = "about:blank"
    extra: dict[str, Any] = field(default_factory=dict)


_TOKENS = re.compile(r'\s*(?:(?P<mark>[()])|(?P<not>-)?(?P<field>url:|from:|lang:|is:)?(?P<word>"[^"]*"|[^\s()"]+))')
MOST = 512


def matches(query: str, tweet: Tweet) -> bool:
    """Whether a tweet is found; Refusal where X would not take the query."""
    return _Reader(query, tweet).read()


class _Reader:
    def __init__(self, query: str, tweet: Tweet) -> None:
        if len(query) > MOST:
            raise Refusal(400, f"'query' must not exceed {MOST} characters", f"{TYPES}invalid-request")
        self.tokens = list(_TOKENS.finditer(query))
        assert "".join(token[0] for token in self.tokens).strip() == query.strip(), query
        self.tweet, self.at = tweet, 0
        self.words = set(re.findall(r"\w+", fold(tweet.text)))

    def read(self) -> bool:
        found, alone = self._either()
        if self.at != len(self.tokens) or not alone:
            raise Refusal(
                400, "There were errors processing your request: a negation or `lang:` alone", f"{TYPES}invalid-request"
            )
        return found

    def _either(self) -> tuple[bool, bool]:
        """Whether it holds, and whether every choice has something that may stand alone."""
        found, alone = self._all()
        while self.at < len(self.tokens) and self.tokens[self.at]["word"] == "OR":
            self.at += 1
            one, may = self._all()
            found, alone = found or one, alone and may
        return found, alone

    def _all(self) -> tuple[bool, bool]:
        found, alone, some = True, False, False
        while (
            self.at < len(self.tokens) and self.tokens[self.at]["mark"] != ")" and self.tokens[self.at]["word"] != "OR"
        ):
            token = self.tokens[self.at]
            self.at += 1
            some = True
            if token["mark"] == "(":
                one, may = self._either()
                if self.at >= len(self.tokens) or self.tokens[self.at]["mark"] != ")":
                    raise Refusal(400, "missing EOF", f"{TYPES}invalid-request")
                self.at += 1
                found, alone = found and one, alone or may
            else:
                one = self._one(token["field"] or "", token["word"])
                found = found and one != bool(token["not"])
                alone = alone or not (token["not"] or token["field"] in {"lang:", "is:"})
        if not some:
            raise Refusal(400, "no viable alternative", f"{TYPES}invalid-request")
        return found, alone

    def _one(self, name: str, word: str) -> bool:  # noqa: PLR0911 - one operator, one return
        value = fold(word.strip('"'))
        match name:
            case "from:":
                return self.tweet.author == value
            case "lang:":
                return value == "fr"
            case "is:":
                return False
            case "url:":
                return any(value in url for url in re.findall(r"https?://\S+", self.tweet.text))
        text = fold(self.tweet.text)
        if word.startswith('"'):
            said = " ".join(re.findall(r"\w+", value))
            there = " ".join(re.findall(r"\w+", text))
            return f" {said} " in f" {there} "
        if value[0] in "#@":
            return value in re.findall(r"[#@]\w+", text)
        return value in self.words


def fold(text: str) -> str:
    """X searches without accents and capitals."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return bare.lower()
