"""The real server, over real sockets."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from config.i18n import words
from listener.inbox.door import Door
from listener.inbox.reception import MOST_BYTES, Reception
from listener.inbox.signing import sign
from listener.inbox.spool import Spool

SECRET = "s" * 64
BODY = json.dumps({"external_id": "1", "text": "Aéroplouf", "author": {"handle": "lea"}}).encode()


def signed(body: bytes) -> dict[str, str]:
    moment = str(round(time.time()))
    return {"Repartie-Timestamp": moment, "Repartie-Signature": sign(SECRET, moment, body)}


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path, "avis")


@pytest.fixture
def url(spool: Spool) -> Iterator[str]:
    reception = Reception(("web",), SecretStr(SECRET), spool, lambda: datetime.now(UTC), words("en"))
    door = Door("avis", "127.0.0.1", 0, reception)
    yield f"http://127.0.0.1:{door.wait_open(10)}/"
    door.close()


def test_a_post_is_taken_and_the_door_says_what_it_is(url: str, spool: Spool) -> None:
    with httpx.Client() as client:
        answer = client.post(url, content=BODY, headers=signed(BODY))
        assert (answer.status_code, answer.json()) == (202, {"accepted": 1})
        assert spool.count("web") == 1
        assert client.get(url).json() == {"repartie": "webhook"}
        assert client.put(url).status_code == 405
        assert client.post(f"{url}elsewhere").status_code == 404
        assert client.post(url, content=BODY).status_code == 401


def test_too_long_a_body_is_refused_before_it_is_read(url: str, spool: Spool) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10):
            yield b" " * (MOST_BYTES // 5)

    with httpx.Client() as client:
        assert client.post(url, content=endless(), headers=signed(b"")).status_code == 413
    assert spool.count("web") == 0


def test_half_a_request_is_nothing(url: str, spool: Spool) -> None:
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    with httpx.Client() as client:
        assert client.post(url, content=BODY, headers=signed(BODY)).status_code == 202
    assert spool.count("web") == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from listener.inbox import spool
after, left = sys.argv[2], spool.os.fsync
def dies(handle):
    left(handle)
    print(after, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
if after == "written":
    spool.os.fsync = dies
kept = spool.Spool(Path(sys.argv[1]), "avis")
kept.keep({"web": b'{"posts": []}'})
print("answered", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("after", "said", "waits"), [("written", "written", 0), ("all", "answered", 1)])
def test_what_was_answered_outlives_a_kill_and_half_a_file_is_none(
    tmp_path: Path, spool: Spool, after: str, said: str, waits: int
) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", KILLED, tmp_path, after], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip() == said, done.stderr
    assert spool.count("web") == waits
