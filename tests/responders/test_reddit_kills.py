"""SIGKILL while answers leave for Reddit: none stands twice, and what nobody can say is for a person."""

from pathlib import Path

from tests.soak.reddit import kill_and_count


def test_eight_answers_and_five_kills(tmp_path: Path):
    tally = kill_and_count(f"sqlite:///{tmp_path}/kills.db", tmp_path / "workers", kills=5, answers=8)
    assert tally.good, tally
    assert tally.in_flight > 0  # or the kills met nothing and this proves nothing
    assert tally.sent > 0
