"""SIGKILL while answers leave for a Mastodon that forgets every key: each stands there once."""

from pathlib import Path

from tests.soak.mastodon import Plan, kill_and_count


def test_eight_answers_and_six_kills(tmp_path: Path) -> None:
    plan = Plan(replies=8, kills=6, scale=0.1)
    tally = kill_and_count(f"sqlite:///{tmp_path}/kills.db", tmp_path / "workers", plan)
    assert (tally.standing, tally.doubled, tally.missing, tally.unclear) == (8, 0, 0, 0)
    assert tally.in_flight > 0  # or the kills met nothing and this proves nothing
