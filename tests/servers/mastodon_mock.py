"""mastodon-mock on loopback: a stand-in for a Mastodon, not one. It keeps its API, with streams, as PyPI's 0.6.1 does.

It stands in an environment of its own (`.venv-mastodon-mock`, which the build machine makes), for its libraries are
not ours; `REPARTIE_MASTODON_MOCK` may name its program elsewhere.
"""

import contextlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

VERSION: Final = "0.6.1"
OURS, LEA = "token-aeroplouf", "token-lea"
_ROOT: Final = Path(__file__).parents[2]
_START_SECONDS: Final = 60.0
_SEED: Final = f"""
[[seed.accounts]]
username = "aeroplouf"
access_token = "{OURS}"
[[seed.accounts]]
username = "lea"
access_token = "{LEA}"
"""


class Missing(Exception):
    """The program is not here."""


@contextmanager
def running() -> Iterator[str]:
    """Its address without a slash at its end; it keeps everything in memory.

    Raises:
        Missing: nobody installed it.
    """
    program = Path(os.environ.get("REPARTIE_MASTODON_MOCK") or _ROOT / ".venv-mastodon-mock/bin/mastodon_mock")
    if not program.exists():
        raise Missing
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder) / "seed.toml"
        seed.write_text(_SEED)
        command = [
            str(program),
            "serve",
            "--config",
            str(seed),
            "--in-memory",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        with (Path(folder) / "log").open("wb") as said:
            server = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)  # noqa: S603 - our own choice
            try:
                url = f"http://127.0.0.1:{port}"
                _wait_for(url)
                yield url
            finally:
                server.kill()
                server.wait(10)


def say(url: str, token: str, text: str, **more: str) -> dict[str, str]:
    """Somebody's status, as they would write it."""
    return _done(httpx.post(f"{url}/api/v1/statuses", data={"status": text, **more}, headers=_as(token)))


def edit(url: str, token: str, number: str, text: str) -> None:
    """Its author changes it."""
    _done(httpx.put(f"{url}/api/v1/statuses/{number}", data={"status": text}, headers=_as(token)))


def delete(url: str, token: str, number: str) -> None:
    """Its author takes it back."""
    _done(httpx.delete(f"{url}/api/v1/statuses/{number}", headers=_as(token)))


def below(url: str, number: str) -> list[dict[str, str]]:
    """What stands under a status."""
    found: list[dict[str, str]] = httpx.get(f"{url}/api/v1/statuses/{number}/context").json()["descendants"]
    return found


def _as(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _done(answer: httpx.Response) -> dict[str, str]:
    said: dict[str, str] = answer.raise_for_status().json()
    return said


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/api/v1/instance").is_success:
                return
        time.sleep(0.1)
    msg = "mastodon-mock did not start"
    raise TimeoutError(msg)
