"""docs/queries.md is true: each text of a box is found or not, each refusal reads as printed, in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.i18n import words
from config.query import QueryError, parse
from listener.matching import Matcher
from models.post import Author, Post

DOC = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")


def _boxes(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)\n```", DOC, re.DOTALL)


def _examples() -> Iterator[tuple[str, str, bool]]:
    for box in _boxes("query"):
        query, *texts = box.splitlines()
        for text in texts:
            yield query, text[2:], text[0] == "+"


def post(said: str) -> Post:
    known = dict(re.findall(r"\[(\w+): (.*?)\]", said))
    return Post(
        network="doc",
        external_id="1",
        title=known.get("title", ""),
        text=re.sub(r" ?\[\w+: .*?\]", "", said),
        url=known.get("url", ""),
        author=Author(handle=known.get("author", "someone")),
        language=known.get("lang"),
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(("query", "said", "found"), list(_examples()))
def test_the_text_is_found_or_not(query: str, said: str, found: bool):  # noqa: FBT001  # a column of the table
    matcher = Matcher({"it": parse(query)})
    assert bool(matcher.match(post(said))) is found
    assert matcher.explain("it", post(said)).matched is found


@pytest.mark.parametrize("box", _boxes("refused"))
def test_the_refusal_reads_as_printed(box: str):
    source, shown = box.split("\n", 1)
    with pytest.raises(QueryError) as refused:
        parse(source)
    assert refused.value.render(words("en")) == shown
    assert refused.value.render(words("fr")).splitlines()[0] != shown.splitlines()[0]


def test_every_line_of_the_first_table_is_a_query():
    written = re.findall(r"^\| (`.*?) \|", DOC, re.MULTILINE)
    for query in re.findall(r"`([^`]+)`", " ".join(written)):
        parse(query)
    assert len(written) >= 15
