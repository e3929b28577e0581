from datetime import UTC, datetime, timedelta

import pytest

from listener.triage import FRESH, HISTORY, RECENT, triage
from models.post import Author, Post

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(0), True),
        (timedelta(hours=-1), True),
        (FRESH, True),
        (FRESH + timedelta(seconds=1), False),
        (timedelta(days=400), False),
    ],
)
def test_only_what_is_fresh_rings(age: timedelta, shown: bool) -> None:  # noqa: FBT001 - a parameter of the table
    post = Post(network="rss", external_id="1", text="a", author=Author(handle="lea"), at=NOW - age)
    assert triage(post, NOW) == (shown, RECENT if shown else HISTORY)
