from pathlib import Path

import pytest

from tests.soak.answering import Plan, kill_and_count


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Plan(replies=30, kills=15, scale=0.1, seed=20), id="one outbox"),
        pytest.param(Plan(replies=30, kills=15, scale=0.1, seed=21, processes=2, faults=True), id="two, bad network"),
    ],
)
def test_thirty_answers_and_fifteen_kills(database_url: str, tmp_path: Path, plan: Plan):
    """SIGKILL at random moments; the network takes what it was asked even after the client is dead."""
    tally = kill_and_count(database_url, tmp_path / "workers", plan)
    assert (tally.standing, tally.doubled, tally.missing) == (30, 0, 0)
    assert (tally.sent, tally.unclear) == (30, 0)
    assert tally.in_flight > 0  # or the kills met nothing and this proves nothing
