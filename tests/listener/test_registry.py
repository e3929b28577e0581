"""From a source's options to places."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from config.i18n import words
from config.sources import RssOptions, SandboxOptions, WordPressOptions
from listener.registry import Means, places

MEANS = Means(lambda: datetime(2026, 11, 22, tzinfo=UTC), words("fr"))


def test_a_wordpress_site_is_one_place() -> None:
    options = WordPressOptions(kind="wordpress", url="https://carnet.example", every="5m")
    (place,) = places(options, MEANS)
    assert (place.key, place.kind, place.every) == ("https://carnet.example", "wordpress", timedelta(minutes=5))


def test_each_feed_is_a_place_of_its_own() -> None:
    options = RssOptions(
        kind="rss", every="10m", feeds=("https://a.example/", "https://b.example/", "https://a.example/")
    )
    found = places(options, MEANS)
    assert [(place.key, place.kind, place.every) for place in found] == [
        ("https://a.example/", "rss", timedelta(minutes=10)),
        ("https://b.example/", "rss", timedelta(minutes=10)),
    ]
    assert found[0].collector is not found[1].collector


def test_the_practice_ground_is_one_place() -> None:
    (place,) = places(SandboxOptions(kind="sandbox", url="http://127.0.0.1:9"), MEANS)
    assert (place.key, place.kind) == ("http://127.0.0.1:9", "sandbox")


@pytest.mark.parametrize("module", ["listener.registry", "listener.collectors.rss"])
def test_importing_loads_no_network(module: str) -> None:
    heavy = "'feedparser', 'listener.collectors.sandbox', 'sqlmodel', 'transformers'"
    code = f"import sys, {module}; sys.exit(str([name for name in ({heavy},) if name in sys.modules] or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
    assert (done.returncode, done.stderr.strip()) in {(0, ""), (1, "")}
