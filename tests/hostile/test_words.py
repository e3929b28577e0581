"""Texts on their way in: the noun, the words, the queries, the stories, the model's eyes, HTML. Quick, and no crash."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.query import parse
from listener import text as reading
from listener.html import read_html
from listener.matching import Matcher
from listener.stories import fingerprint
from models.ml.classifier import prepare
from models.post import CUT, MOST_ID, MOST_LINE, MOST_TEXT, Author, Engagement, Post
from tests.hostile.inputs import ANY, TEXTS

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
QUERIES = {
    "plain": '(aeroplouf OR "aéroplouf air" OR @aeroplouf) AND NOT ("offre d\'emploi" OR recrutement)',
    "near": "aero* NEAR/5 (retard OR plouf OR a)",
    "tag": "#aéroplouf OR (a ONEAR/3 b)",
    "site": "site:evil.example OR author:lea OR title:aeroplouf",
}
PATIENCE = 3.0
"""Seconds of processor for one text, on a slow machine; most take a thousandth."""


def post(text: str) -> Post:
    """A post in which a stranger filled in everything."""
    author = Author(handle=text, name=text, url=text, external_id=text)
    return Post(
        network="rss", external_id="x" + text, url=text, title=text, text=text, author=author, at=NOW, language=text,
        place=text, parent_id=text, links=(text,) * 3, accounts=(text,) * 3, thread={text: text},
    )  # fmt: skip


@contextmanager
def quickly() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < PATIENCE


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher({name: parse(query) for name, query in QUERIES.items()})


@pytest.mark.parametrize("name", TEXTS)
def test_the_way_in(name: str, matcher: Matcher) -> None:
    with quickly():
        made = post(TEXTS[name])
    assert len(made.text) <= MOST_TEXT
    assert "\0" not in made.model_dump_json()
    with quickly():
        matcher.match(made)
    with quickly():
        for query in QUERIES:
            matcher.explain(query, made)
    with quickly():
        fingerprint(made)
    with quickly():
        prepare(TEXTS[name])
    with quickly():
        read_html(TEXTS[name], "https://blog.example/")


@given(ANY)
def test_any_text(matcher: Matcher, text: str) -> None:
    made = post(text)
    made.model_dump_json().encode()
    assert post(made.text).text == made.text  # kept once, kept always
    matcher.match(made)
    matcher.explain("near", made)
    fingerprint(made)
    assert read_html(text).text.count("\0") <= text.count("\0")
    assert "\n" not in prepare(text)
    tokens = reading.read(text).tokens
    assert all(token for token, _, _ in tokens)


@given(ANY)
def test_folding_is_the_same_everywhere(text: str) -> None:
    clean = post(text).text
    words = {word for word, _, _ in reading.words(clean) if word.isalnum()}
    assert words <= set(reading.haystack(f" {clean} ").decode().split())


def test_what_is_too_long_is_cut_with_a_mark() -> None:
    made = post("é" * 1_000_000)
    assert (len(made.text), made.text[-1]) == (MOST_TEXT, CUT)
    assert (len(made.title), made.author.name[-1]) == (MOST_LINE, CUT)
    assert (made.url, made.author.url) == ("", "")  # half an address leads elsewhere
    assert made.model_copy() == Post.model_validate(made.model_dump())  # and is not cut again


def test_long_ids_stay_apart() -> None:
    one, other = post("é" * 10_000 + "1"), post("é" * 10_000 + "2")
    assert len(one.external_id) == len(one.parent_id or "") == MOST_ID
    assert one.external_id != other.external_id
    assert one.parent_id != other.parent_id


def test_many_links_and_accounts_are_as_many_as_anybody_needs() -> None:
    made = Post(
        network="x", external_id="1", text="", author=Author(handle=""), at=NOW, links=("https://a.example",) * 10_000
    )
    assert len(made.links) == 1_000


def test_counts_fit_their_columns() -> None:
    assert Engagement(likes=10**30).likes == 2**31 - 1
    assert Author(handle="", followers=10**30).followers == 2**31 - 1


@pytest.mark.parametrize("external_id", ["", "\0", "\ud800"])
def test_nothing_is_no_id(external_id: str) -> None:
    with pytest.raises(ValidationError):
        Post(network="x", external_id=external_id, text="a", author=Author(handle="a"), at=NOW)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_outside_the_calendar_is_refused(at: str) -> None:
    """OverflowError, until it was seen to."""
    with pytest.raises(ValidationError):
        Post(network="x", external_id="1", text="a", author=Author(handle="a"), at=datetime.fromisoformat(at))


@given(st.binary(max_size=200))
def test_any_bytes_as_html(raw: bytes) -> None:
    read_html(raw.decode("utf-8", "replace"), "https://[")
