from pathlib import Path

from tests.soak.answering_x import kill_and_count


def test_twelve_answers_and_eight_kills(tmp_path: Path) -> None:
    """SIGKILL at random moments; X takes what it was asked even after the client is dead, and cannot be asked."""
    tally = kill_and_count(tmp_path, count=12, kills=8, longest=0.15, seed=3)
    assert (tally.doubled, tally.missing) == (0, 0)
    assert tally.sent + tally.unclear == 12
    assert 0 < tally.unclear <= tally.in_flight  # or the kills met nothing and this proves nothing
