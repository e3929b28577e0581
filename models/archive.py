"""The file of a backup: a ZIP of one JSON Lines member per table, the configuration, and a manifest of checksums.

Any tool that reads ZIP and JSON reads it, whatever database it came from. Rows are streamed both ways: a store of any
size takes little memory.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from lzma import LZMAError
from typing import IO, Literal, Self
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile
from zlib import error as DeflateError  # noqa: N812 - it is an error, whatever its name

from pydantic import AwareDatetime, BaseModel

MANIFEST = "manifest.json"
CONFIG = "repartie.yaml"
_BLOCK = 1 << 20
_BROKEN = (BadZipFile, DeflateError, LZMAError, struct.error, KeyError, ValueError, EOFError, OSError, RuntimeError)
"""All that zipfile raises over a file that is not as it should be; found by damaging one byte after another."""


class NotABackup(Exception):
    """This is no file of ours, or one that was cut short."""


class Damaged(Exception):
    """What `member` holds is not what was written."""

    def __init__(self, member: str) -> None:
        super().__init__(f"{member} is damaged")
        self.member = member


class Member(BaseModel):
    """One file of the archive: its checksum, and its rows where it is a table."""

    sha256: str
    rows: int | None = None


class Manifest(BaseModel):
    """What the archive is. `revision` is the schema its rows have; `database` is where they came from."""

    format: Literal[1] = 1
    version: str
    revision: str
    created: AwareDatetime
    database: str
    members: dict[str, Member]

    @property
    def rows(self) -> dict[str, int]:
        """Table -> its number of rows."""
        return {table_of(name): member.rows for name, member in self.members.items() if member.rows is not None}


def member_of(table: str) -> str:
    """Where the rows of `table` stand in the archive."""
    return f"tables/{table}.jsonl"


def table_of(member: str) -> str:
    """The other way round."""
    return member.removeprefix("tables/").removesuffix(".jsonl")


class Writer:
    """Writes an archive into `file`, which need not be able to seek; only `finish` makes it one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED)
        self._members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        with suppress(OSError):  # the disk may be full, which was said already
            self._zip.close()

    def table(self, name: str, lines: Iterable[bytes]) -> None:
        """Add a table; each line is one row as JSON, without its end."""
        rows, digest = 0, hashlib.sha256()
        with self._zip.open(member_of(name), "w", force_zip64=True) as member:
            for line in lines:
                member.write(line + b"\n")
                digest.update(line + b"\n")
                rows += 1
        self._members[member_of(name)] = Member(sha256=digest.hexdigest(), rows=rows)

    def config(self, text: bytes) -> None:
        """Add the configuration, as it is."""
        self._zip.writestr(CONFIG, text)
        self._members[CONFIG] = Member(sha256=hashlib.sha256(text).hexdigest())

    def finish(self, *, version: str, revision: str, created: datetime, database: str) -> Manifest:
        """Add the manifest: only now is it an archive."""
        manifest = Manifest(
            version=version, revision=revision, created=created, database=database, members=self._members
        )
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        self._zip.close()
        return manifest


class Reader:
    """Reads an archive from a file that can seek.

    Raises:
        NotABackup: it is none, it was cut short, or a newer version wrote it in another form.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = ZipFile(file)
            self.manifest = Manifest.model_validate_json(self._zip.read(MANIFEST))
        except _BROKEN as error:
            raise NotABackup(str(error)) from error

    def check(self) -> Self:
        """Read everything once and compare the checksums.

        Raises:
            Damaged: a member is not what was written.
        """
        for name, expected in self.manifest.members.items():
            digest = hashlib.sha256()
            try:
                with self._zip.open(name) as member:
                    while block := member.read(_BLOCK):
                        digest.update(block)
            except _BROKEN as error:
                raise Damaged(name) from error
            if digest.hexdigest() != expected.sha256:
                raise Damaged(name)
        return self

    def table(self, name: str) -> Iterator[bytes]:
        """The rows of a table, one line of JSON each."""
        with self._zip.open(member_of(name)) as member:
            yield from member

    def config(self) -> bytes | None:
        """The configuration, where there is one."""
        return self._zip.read(CONFIG) if CONFIG in self.manifest.members else None
