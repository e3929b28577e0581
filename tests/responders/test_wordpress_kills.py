"""Answers under a real WordPress, by outboxes that are killed at random moments."""

from pathlib import Path

import pytest

from tests.servers.wordpress import Missing
from tests.soak.answering import Plan, kill_and_count


def test_eight_answers_and_five_kills(tmp_path: Path):
    plan = Plan(replies=8, kills=5, scale=1.0, seed=6, network="wordpress")
    try:
        tally = kill_and_count(f"sqlite:///{tmp_path}/kills.db", tmp_path / "workers", plan)
    except Missing as missing:
        pytest.skip(f"no WordPress here: install Debian packages {missing}")
    assert tally.well
    assert (tally.standing, tally.sent) == (8, 8)
    assert tally.in_flight > 0  # or the kills met nothing and this proves nothing
