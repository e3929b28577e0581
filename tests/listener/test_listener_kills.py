from pathlib import Path

import pytest

from tests.soak.lines import HEAVY, line
from tests.soak.listener_process import NO_MODEL
from tests.soak.listening import Plan, kill_and_count


def test_two_hundred_articles_and_fifteen_kills(database_url: str):
    """SIGKILL at random moments, while every other article is read in two feeds."""
    tally = kill_and_count(database_url, Plan(articles=200, kills=15, seed=20))
    assert (tally.stored, tally.doubled, tally.missing) == (200, 0, 0)
    assert (tally.mentions, tally.verdicts, tally.failing) == (200, 200, 0)
    assert tally.in_flight > 0  # or the kills met nothing and this proves nothing
    assert tally.models == {NO_MODEL}


@pytest.mark.parametrize("module", ["tests.soak.listener_process", "tests.soak.outbox_process"])
def test_the_process_that_is_killed_loads_no_model(tmp_path: Path, module: str):
    """Asked of the kernel: no library of a model is mapped."""
    settings = {
        "tests.soak.listener_process": {"database": f"sqlite:///{tmp_path}/t.db", "feeds": [], "every": 1.0},
        "tests.soak.outbox_process": {
            "database": f"sqlite:///{tmp_path}/t.db", "workers": str(tmp_path / "workers"),
            "network": "sandbox", "account": "aeroplouf", "settle": 12.0, "scale": 0.1,
            "settings": {"url": "http://127.0.0.1:1", "token": "t"},
        },
    }[module]  # fmt: skip
    with line(module, settings) as killed:
        mapped = Path(f"/proc/{killed.pid}/maps").read_text()
    assert "libpython" in mapped or "python" in mapped
    assert [name for name in HEAVY if name in mapped] == []
