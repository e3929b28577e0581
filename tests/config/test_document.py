import json

from hypothesis import given
from hypothesis import strategies as st

from config.document import Scalar, Table, offset_of, read

words = st.text(st.sampled_from("ab é'\"#:,\\[{-&*!%@xn\N{GRINNING FACE}"), min_size=1, max_size=30)


def _query(text: str) -> Scalar:
    root, flaws = read(text)
    assert isinstance(root, Table)
    assert not flaws
    query = root.items["query"]
    assert isinstance(query, Scalar)
    return query


@given(words)
def test_every_character_between_single_quotes_is_found(value: str) -> None:
    text = "query: '" + value.replace("'", "''") + "' # end"
    query = _query(text)
    assert query.text == value
    assert all(text[offset_of(text, query, at)] == sign for at, sign in enumerate(value))


@given(words)
def test_every_character_between_double_quotes_is_found(value: str) -> None:
    text = "query: " + json.dumps(value, ensure_ascii=False) + "\nother: 1\n"
    query = _query(text)
    places = [offset_of(text, query, at) for at in range(len(value) + 1)]
    assert query.text == value
    assert places == sorted(set(places))
    assert all(text[place] in {sign, "\\"} for place, sign in zip(places, value, strict=False))


@given(
    st.lists(
        st.text("abc§ ", min_size=1, max_size=8).map(lambda line: "x" + line.strip() + "y"), min_size=1, max_size=5
    )
)
def test_every_letter_of_lines_is_found(lines: list[str]) -> None:
    body = "\n".join("    " + line for line in lines)
    for text in (
        f"query: |\n{body}\n",
        f"query: >-\n{body}\nother: 1\n",
        f"query:\n{body}\n",
        f"query: '{body.strip()}'\n",
    ):
        query = _query(text)
        for at, sign in enumerate(query.text):
            if not sign.isspace():
                assert text[offset_of(text, query, at)] == sign
        assert offset_of(text, query, 10_000) <= query.end


def test_half_a_sign_is_never_kept() -> None:
    assert _query(r'query: "a\ud83d\ude00b"').text == "a\N{GRINNING FACE}b"
    assert _query(r'query: "a\ud83d"').text == "a\N{REPLACEMENT CHARACTER}"
