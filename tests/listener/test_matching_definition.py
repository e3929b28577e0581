"""The quick matcher says what the definition says, whatever the query and the text."""

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from config.query import And, Attribute, Field, Near, Node, Not, Or, Query, QueryError, Sort, Term, parse
from listener.evaluation import needle
from listener.matching import Matcher
from models.post import Author, Post

_spec = importlib.util.spec_from_file_location("naive", Path(__file__).with_name("naive.py"))
assert _spec
assert _spec.loader
naive = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(naive)

WORDS = [
    "aero",
    "Aéro",
    "AERO",
    "plouf",
    "air",
    "l'air",
    "aero-plouf",
    "aujourd'hui",
    "été",
    "thé",
    "the",
    "d’été",
    "😡",
    "👍🏽",
    "👍",
]
WORDS += [
    "東京",
    "s",
    "aeros",
    "aeroport",
    "cœur",
    "coeur",
    "👩‍💻",
    "🇫🇷",
    "aero's",
    "ａｅｒｏ",
    "a\u200bero",
    "Ae\u0301ro",
    "hui",
    "aero_plouf",
]
TEXTS = [
    *WORDS,
    "#aero",
    "#Aéro",
    "#aero_plouf",
    "@aero",
    "@Aero@social.example",
    "https://aero.example/air",
    "www.plouf.example",
]
TEXTS += [
    ".",
    ",",
    "\n",
    "’",
    "'",
    "-",
    "_",
    "@",
    "#",
    "\u200d",
    "\u0301",
    "(",
    "«",
    "a@aero.example",
    "&#39;",
    "🏽",
    "\u0130",
    "ﬁ",
]

terms = st.one_of(
    st.builds(
        Term,
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join),
        exact=st.booleans(),
        title=st.booleans(),
    ),
    st.builds(
        Term, st.sampled_from(["aer", "aero", "plou", "cœu", "aéro-plo"]), exact=st.booleans(), prefix=st.just(True)
    ),
    st.builds(
        Term,
        st.sampled_from(["aero", "Aéro", "aero_plouf"]),
        st.just(Sort.TAG),
        exact=st.booleans(),
        prefix=st.booleans(),
    ),
    st.builds(Term, st.sampled_from(["aero", "aero@social.example", "lea"]), st.just(Sort.HANDLE), exact=st.booleans()),
)
attributes = st.sampled_from(
    [
        Attribute(Field.AUTHOR, "lea"),
        Attribute(Field.AUTHOR, "léa m."),
        Attribute(Field.LANG, "fr"),
        Attribute(Field.LANG, "pt-br"),
        Attribute(Field.SITE, "aero.example"),
        Attribute(Field.SITE, "blog.example"),
        Attribute(Field.SITE, "été.example"),
    ]
)
groups = st.one_of(terms, st.lists(terms, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))))
nears = st.builds(Near, groups, groups, st.integers(1, 5), st.booleans())


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    flat = [one for part in parts for one in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(flat))


nodes = st.recursive(
    st.one_of(terms, attributes, nears),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(And, parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(Or, parts)),
        inner.map(Not),
    ),
    max_leaves=6,
)


def _accepted(node: Node) -> Query | None:
    try:
        return parse(str(node))
    except QueryError:
        return None


queries = nodes.map(_accepted).filter(lambda query: query is not None)
texts = st.one_of(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from([" ", " ", " ", "", "-", "'"])), max_size=14).map(
        lambda parts: "".join(word + gap for word, gap in parts)
    ),
    st.text(max_size=30),
)
posts = st.builds(
    Post,
    network=st.just("test"),
    external_id=st.just("1"),
    title=texts,
    text=texts,
    url=st.sampled_from(
        ["", "https://www.blog.example/a", "https://x.aero.example", "http://[broken", "https://xn--t-9faa.example/"]
    ),
    links=st.lists(st.sampled_from(["https://été.example/a", "blog.example"]), max_size=1).map(tuple),
    author=st.sampled_from([Author(handle="@Lea@social.example"), Author(handle="x", name="Léa M.")]),
    at=st.just(datetime(2026, 11, 1, tzinfo=UTC)),
    language=st.sampled_from([None, "fr", "fr-FR", "pt_BR"]),
    accounts=st.lists(st.sampled_from(["aero", "@aero@social.example"]), max_size=1).map(tuple),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(queries, min_size=1, max_size=4), st.lists(posts, min_size=1, max_size=4))
def test_says_what_the_definition_says(asked: list[Query], said: list[Post]):
    matcher = Matcher({str(number): query for number, query in enumerate(asked)})
    expected = [[str(number) for number, query in enumerate(asked) if naive.holds(query.root, post)] for post in said]
    assert [[match.name for match in matches] for matches in matcher.match_many(said)] == expected
    assert [[match.name for match in matcher.match(post)] for post in said] == expected
    for post, names in zip(said, expected, strict=True):
        for number in range(len(asked)):
            assert matcher.explain(str(number), post).matched is (str(number) in names)


@settings(max_examples=300, deadline=None)
@given(nodes)
def test_canonical_text_reads_back(node: Node):
    query = _accepted(node)
    if query is not None:
        assert query.root == node
        assert hash(query) == hash(Query(node))


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(list(' "()=#@*:/«»ANDORT5'))), max_size=40))
def test_any_characters_are_read_or_refused_in_their_place(source: str):
    try:
        query = parse(source)
    except QueryError as error:
        assert 0 <= error.position <= len(source)
        return
    assert parse(str(query)) == query
    Matcher({"one": query})


@given(st.text(max_size=20))
def test_what_the_language_accepts_has_words(text: str):
    try:
        query = parse(f'"{text}"')
    except QueryError:
        return
    assert isinstance(query.root, Term)
    assert needle(query.root).folded
