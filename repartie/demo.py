"""The first five minutes: the very app that runs in production, against a practice ground on this machine.

The practice ground is a child process that plays Slack, a social network and two blogs over HTTP. It ends when we do,
however we end: it reads a pipe that the kernel closes with us. No `.env` and no real token is read.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from rich.console import Console

from config.credentials import Credentials
from config.i18n import Words
from config.schema import Config
from repartie.app import build
from repartie.running import serve
from repartie.signals import StopSignal

START = 30
"""Seconds the practice ground may take to open."""
BRAND = "Aéroplouf"
_END = 5


class NoPractice(Exception):
    """The practice ground did not open; the message holds what it printed."""


@dataclass(frozen=True, slots=True)
class Practice:
    """An open practice ground: where it is and the tokens it gave us."""

    address: str
    slack_api: str
    network: str
    feeds: tuple[str, ...]
    bot_token: str
    app_token: str
    network_token: str
    team: tuple[str, ...]


@contextmanager
def practice(language: str, *, port: int = 0, speed: float = 1.0) -> Iterator[Practice]:
    """Open the practice ground; it is gone when the block ends.

    Raises:
        NoPractice: it did not open.
    """
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--language", language, "--speed", str(speed)]
    child = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches us alone; we close the child in order
        cwd=Path(__file__).parent.parent,
    )
    try:
        yield _opened(child)
    finally:
        assert child.stdin is not None  # noqa: S101 - we asked for a pipe
        child.stdin.close()
        try:
            child.wait(_END)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        assert child.stdout is not None  # noqa: S101 - the same
        child.stdout.close()


def _opened(child: subprocess.Popen[str]) -> Practice:
    assert child.stdout is not None  # noqa: S101 - we asked for a pipe
    line = child.stdout.readline()
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError as error:
        msg = f"the practice ground did not open (exit {child.poll()}): {line.strip() or 'it said nothing'}"
        raise NoPractice(msg) from error
    return Practice(**{**said, "feeds": tuple(said["feeds"]), "team": tuple(said["team"])})


def configuration(ground: Practice, language: str) -> dict[str, Any]:
    """The file a newcomer would write for the practice ground, as data."""
    return {
        "language": language,
        "brands": [
            {
                "name": BRAND,
                "query": "aeroplouf AND NOT (recrutement OR recrute OR hiring)",
                "accounts": {"sandbox": "aeroplouf"},
                "sources": ["place", "blogs"],
                "slack": {"mentions": "#aeroplouf-mentions"},
                "publishers": list(ground.team),
            }
        ],
        "sources": {
            "place": {"kind": "sandbox", "every": "2s", "url": ground.network},
            "blogs": {"kind": "rss", "every": "15s", "feeds": list(ground.feeds), "allow_private": True},
        },
        "slack": {"api": ground.slack_api},
        "publish": {BRAND: "live"},
    }


def play(language: str, *, port: int, speed: float, out: Console, t: Words) -> None:
    """Open the practice ground, run the app against it and say where to look; until Ctrl-C."""
    signals = StopSignal()
    signals.install()
    with TemporaryDirectory(prefix="repartie-demo-") as folder, practice(language, port=port, speed=speed) as ground:
        credentials = Credentials(
            _env_file=None,
            slack_bot_token=SecretStr(ground.bot_token),
            slack_app_token=SecretStr(ground.app_token),
            sandbox_token=SecretStr(ground.network_token),
            repartie_database=SecretStr(f"sqlite:///{folder}/demo.db"),
            repartie_publish=True,
        )
        app = build(Config.model_validate(configuration(ground, language)), credentials)
        out.print(t("Open {address} in a browser. Ctrl-C ends it.", address=ground.address), markup=False)
        try:
            serve(app, signals.event)
        finally:
            app.close()
