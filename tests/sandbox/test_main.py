"""`python -m sandbox` as its parent sees it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sandbox", "--language", "fr", "--speed", "20"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        yield process
        process.kill()


def test_it_says_where_it_is_and_everything_answers(child: subprocess.Popen[str]):
    assert child.stdout is not None
    said = json.loads(child.stdout.readline())
    assert said["address"].startswith("http://127.0.0.1:")
    assert said["bot_token"].startswith("xoxb-sandbox-")
    assert said["app_token"].startswith("xapp-sandbox-")
    assert "À vous de répondre" in httpx.get(said["address"]).text
    assert httpx.get(said["address"] + "desk").status_code == 200
    bearer = {"Authorization": f"Bearer {said['bot_token']}"}
    assert httpx.post(said["slack_api"] + "auth.test", headers=bearer).json()["ok"] is True
    posts = httpx.get(said["network"] + "posts", headers={"Authorization": f"Bearer {said['network_token']}"}).json()
    assert len(posts["posts"]) == 100
    for feed in said["feeds"]:
        assert httpx.get(feed).headers["content-type"].startswith("application/")
    assert len(said["feeds"]) == 2
    assert len(said["team"]) == 4


@pytest.mark.parametrize("how", ["stdin", signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_two_seconds(child: subprocess.Popen[str], how: str | signal.Signals):
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    began = time.monotonic()
    if isinstance(how, signal.Signals):
        child.send_signal(how)
    else:
        child.stdin.close()
    assert child.wait(5) == 0
    assert time.monotonic() - began < 2


def test_a_wrong_scenario_is_said_and_ends_with_2():
    command = [sys.executable, "-m", "sandbox", "--scenario", "nowhere"]
    done = subprocess.run(  # noqa: S603 - ourselves
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 2
    assert "nowhere.yaml" in done.stderr
