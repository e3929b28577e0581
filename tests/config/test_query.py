"""Queries that try to break the parser, and what its trees and errors promise. The language itself: docs/queries.md."""

import time
from contextlib import suppress

import pytest

from config.i18n import words
from config.query import And, Or, QueryError, Term, parse
from config.query.lexer import MAX_DISTANCE, MAX_LENGTH, MAX_TERMS
from config.query.parser import MAX_DEPTH

HOSTILE = {
    "parentheses": "(" * 100_000,
    "closing": ")" * 100_000,
    "nested, closed": "(" * 9_000 + "a" + ")" * 9_000,
    "not": "NOT " * 5_000 + "a",
    "one megabyte": "a" * 1_000_000,
    "one long word": "a" * MAX_LENGTH,
    "long prefix": "a" * (MAX_LENGTH - 1) + "*",
    "stars": "*" * MAX_LENGTH,
    "long then star": "a-" * (MAX_LENGTH // 2 - 1) + "*",
    "quotes": '"' * MAX_LENGTH,
    "unclosed": '"a ' * 3_333 + '"',
    "fields": "a:" * (MAX_LENGTH // 2),
    "titles": "title:(" * 2_000,
    "combining": "e" + "\u0301" * (MAX_LENGTH - 1),
    "or": "a OR " * 3_999 + "a",
    "near": "a NEAR/5 " * 2_000 + "a",
    "handles": "@" + "a." * 9_999,
    "handle servers": "@a" * 9_999,
    "number": "a NEAR/" + "9" * 10_000 + " b",
    "operators": "AND " * 5_000,
    "question marks": "a?" * 9_999,
    "emoji": "👩\u200d" * 9_999,
    "site": "site:" + "a." * 9_990,
    "language": "lang:" + "a-" * 9_990,
    "tabs": "\t" * MAX_LENGTH,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_read_or_refused_at_once(source: str):
    started = time.process_time()
    with suppress(QueryError):
        parse(source)
    assert time.process_time() - started < 1


def test_a_query_at_every_limit_is_read():
    wide = " OR ".join(f"m{number}" for number in range(MAX_TERMS - 1)) + f" OR (a NEAR/{MAX_DISTANCE} b)"
    with pytest.raises(QueryError, match="too many words"):
        parse(wide)
    query = parse(wide.replace("m0 OR ", ""))
    assert isinstance(query.root, Or)
    assert len(query.root.parts) == MAX_TERMS - 1
    deep = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
    assert str(parse(deep)) == "a"
    with pytest.raises(QueryError, match="nested too deep") as refused:
        parse(f"b AND ({deep})")
    assert refused.value.position == len("b AND (") + MAX_DEPTH - 1


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("a AND b OR c", "(a AND b) OR c"),
        ("((a)) AND (b AND (c))", "a AND b AND c"),
        ("a NOT b", "a AND NOT b"),
        ("  a\n AND\tb ", "a AND b"),
        ("“Thé  Vert” OR «a b»", '"Thé Vert" OR "a b"'),
        ('"aeroplouf"', "aeroplouf"),
        ('"AND" OR "lang:fr"', '"AND" OR "lang:fr"'),
        ("NOT (a OR b) AND c", "NOT (a OR b) AND c"),
        ("NOT a NEAR/2 b AND c", "NOT (a NEAR/2 b) AND c"),
        ("title:(a OR =b) OR TITLE:c*", None),
        ("title:(a OR =b OR cde*)", "title:a OR title:=b OR title:cde*"),
        ("lang:(fr OR PT_br)", "lang:fr OR lang:pt-br"),
        ("site:WWW.Blog.example", "site:blog.example"),
        ("author:@Léa", "author:léa"),
        ("Ame\u0301lie", "Amélie"),
    ],
)
def test_one_way_to_write_it(typed: str, canonical: str | None):
    if canonical is None:
        with pytest.raises(QueryError, match="At least 3 letters"):
            parse(typed)
        return
    query = parse(typed)
    assert str(query) == canonical
    assert parse(str(query)) == query


def test_a_part_knows_where_it_stands():
    root = parse("  aero AND (b OR c)").root
    assert isinstance(root, And)
    assert [part.at for part in root.parts] == [2, 12]
    assert parse("a") == parse(" a ")
    assert root.parts[0] == Term("aero")


def test_an_error_says_all_a_caller_needs():
    with pytest.raises(QueryError, match="There is no field autor:") as refused:
        parse("a AND autor:lea")
    error = refused.value
    assert (error.message, error.position) == ("There is no field {field}.", 6)
    assert error.values == {"field": "autor:", "suggestion": "author:"}
    assert words("fr")(error.hint, **error.values) == "Vouliez-vous dire author:\u00a0?"


def test_the_caret_stands_under_the_fault_in_long_and_wide_lines():
    with pytest.raises(QueryError) as refused:
        parse("aeroplouf OR " * 50 + "東京\n OR 東京 and x" + " OR voloair" * 50)
    _, line, caret, _ = refused.value.render(words("en")).splitlines()
    assert line == "   OR 東京 and x OR voloair OR voloair OR voloair OR voloair OR voloair OR v…"
    assert caret.index("^") == len("   OR 東京 ") + 2  # each of the two characters is two columns wide
    with pytest.raises(QueryError) as refused:
        parse("aeroplouf OR " * 50 + "*")
    _, line, caret, _ = refused.value.render(words("en")).splitlines()
    assert line.startswith("  …")
    assert caret.index("^") == line.index("*")


@pytest.mark.parametrize("source", ["", "  ", "\n"])
def test_an_empty_query_is_refused(source: str):
    with pytest.raises(QueryError, match="empty"):
        parse(source)
