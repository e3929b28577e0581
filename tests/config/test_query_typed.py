import pytest

from config.query import QueryError, parse
from config.query.typed import from_words, narrowed, widened, written


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("aeroplouf", "aeroplouf"),
        ("aeroplouf, aéroplouf air", '(aeroplouf OR "aéroplouf air")'),
        (
            " aeroplouf ;; @aeroplouf\n#aeroplouf, annul*,aeroplouf ",
            "(aeroplouf OR @aeroplouf OR #aeroplouf OR annul*)",
        ),
        ('"aéroplouf air", lang:fr', '("aéroplouf air" OR lang:fr)'),
        ("or, not", '("or" OR "not")'),
        ("aeroplouf AND NOT (recrutement)", "aeroplouf AND NOT recrutement"),
        ("a OR b", "(a OR b)"),
        ("l'aéro \"plouf", '"l\'aéro plouf"'),
    ],
)
def test_words_become_a_query(typed: str, query: str) -> None:
    assert written(from_words(typed)) == query
    assert parse(query)


@pytest.mark.parametrize("typed", ["", " , ", "!!!", "aeroplouf AND", '"'])
def test_nothing_is_no_query(typed: str) -> None:
    with pytest.raises(QueryError):
        from_words(typed)


@pytest.mark.parametrize(
    ("query", "more", "expected"),
    [
        ("aeroplouf", "plouf", "(aeroplouf OR plouf)"),
        ("(aeroplouf OR a) AND NOT (b OR c)", "plouf, d e", '(aeroplouf OR a OR plouf OR "d e") AND NOT (b OR c)'),
        ("a AND b", "c", "((a AND b) OR c)"),
        ("a NOT b", "c", "(a OR c) AND NOT b"),
        ("a OR b", "b", "(a OR b)"),
        ("a NEAR/3 b", "c", "(a NEAR/3 b OR c)"),
    ],
)
def test_a_query_takes_more(query: str, more: str, expected: str) -> None:
    assert written(widened(parse(query), from_words(more))) == expected


@pytest.mark.parametrize(
    ("query", "unwanted", "expected"),
    [
        ("aeroplouf", "emploi", "aeroplouf AND NOT emploi"),
        ("a OR b", "c, d", "(a OR b) AND NOT (c OR d)"),
        ("(a OR b) AND NOT c", "d", "(a OR b) AND NOT (c OR d)"),
        ("a AND b", "c", "a AND b AND NOT c"),
    ],
)
def test_a_query_takes_less(query: str, unwanted: str, expected: str) -> None:
    assert written(narrowed(parse(query), from_words(unwanted))) == expected
