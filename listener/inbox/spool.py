"""Parcels on disk between the door and the store: what was accepted survives a crash at any moment.

One folder a source and network, one file a parcel. A file appears whole or not at all, is flushed before anybody is
told that it was taken, and leaves only when the store has it.
"""

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import time_ns
from typing import Final

FULL: Final = 10_000
"""Parcels that may wait; then the door says so instead of filling the disk."""
_WHOLE, _PART, _BAD = ".json", ".part", ".unreadable"


class Full(Exception):
    """Nobody takes the parcels out any more."""


class Spool:
    """The parcels of one source. Threads share it; two processes that read it double nothing in the store."""

    def __init__(self, folder: Path, source: str) -> None:
        self._folder = folder / "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in source)
        self._lock = threading.Lock()
        self._last = 0

    def keep(self, parcels: Mapping[str, bytes]) -> None:
        """Store one parcel a network, all durable when this returns.

        Raises:
            Full: too many wait already; nothing was kept.
            OSError: the disk refuses; some may have been kept, and bringing them again is harmless.
        """
        if any(len(self._names(network)) >= FULL for network in parcels):
            raise Full
        with self._lock:
            self._last = max(time_ns(), self._last + 1)
            name = f"{self._last:020d}"
        for network, parcel in parcels.items():
            _write(self._of(network), name, parcel)

    def waiting(self, network: str, most: int) -> list[tuple[str, bytes]]:
        """The first `most` parcels, by name, in the order they came."""
        folder = self._of(network)
        return [(name, (folder / name).read_bytes()) for name in self._names(network)[:most]]

    def count(self, network: str) -> int:
        """How many wait."""
        return len(self._names(network))

    def forget(self, network: str, names: Sequence[str]) -> None:
        """The store has them."""
        for name in names:
            if Path(name).name == name:  # names come back from a cursor
                (self._of(network) / name).unlink(missing_ok=True)

    def put_aside(self, network: str, name: str) -> Path:
        """Keep a parcel that nobody can read out of the way; where it is now."""
        file = self._of(network) / name
        return file.rename(file.with_suffix(_BAD))

    def _of(self, network: str) -> Path:
        return self._folder / network

    def _names(self, network: str) -> list[str]:
        try:
            return sorted(file.name for file in self._of(network).iterdir() if file.suffix == _WHOLE)
        except FileNotFoundError:
            return []


def _write(folder: Path, name: str, parcel: bytes) -> None:
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{name}{_PART}"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(parcel)
        file.flush()
        os.fsync(file.fileno())
    part.rename(folder / f"{name}{_WHOLE}")
    for each in (folder, folder.parent, folder.parent.parent):  # the name, and folders that may be new
        _sync(each)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
