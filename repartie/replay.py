"""Posts of an export (CSV or JSON Lines) through the whole listening side, with the times the export gives."""

import csv
import dataclasses
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from config.i18n import Words, mark
from listener.ears import Brands
from listener.pipeline import Listening
from models.post import Author, Post
from models.store import sources
from models.store.hearing import Heard, sentiment_of, store

SOURCE = "replay"
NETWORK = "export"
FIELDS = ("text", "author", "at", "url", "id", "title", "lang")
CHUNK = 256
"""Rows of one transaction: what a kill makes us read again."""
_NO_TIME = mark("“{detail}” is not a time: write 2026-11-22T08:00:00+01:00, or seconds since 1970")
RULE = mark("replayed from an export")
_EPOCH_MILLISECONDS = 10_000_000_000  # a number above is milliseconds: as seconds it would be after the year 2286
_LONGEST_FIELD = 10_000_000  # characters
_FORMATS = ("%Y-%m-%d %H:%M:%S %Z", "%a %b %d %H:%M:%S %z %Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")


class BadMapping(Exception):
    """`--map` or the file cannot be read as asked; the message says which part and what would do."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message.format(**values))
        self.message, self.values = message, values


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read: its line in the file and why (a key of the catalogues, and what fills it)."""

    line: int
    message: str
    detail: str = ""

    def why(self, t: Words) -> str:
        """Why, in the reader's language."""
        return t(self.message, detail=self.detail)


@dataclass(slots=True)
class Tally:
    """What a replay did. `skipped` rows were taken in by an earlier replay of the same file.

    `sentiment` counts all mentions of the brand from this file, those of earlier replays too.
    """

    rows: int = 0
    skipped: int = 0
    unmatched: int = 0
    stored: int = 0
    sentiment: dict[str, int] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Export:
    """A file of posts and how its columns are called: our field -> its column."""

    file: Path
    columns: Mapping[str, str]
    timezone: str

    def posts(self) -> Iterator[tuple[int, Post | BadRow]]:
        """Each row with its line number in the file (1-based), as a Post or as why it is none.

        Raises:
            BadMapping: a mapped column does not exist, or the file is neither CSV nor JSON Lines.
        """
        rows = self._json_lines() if self.file.suffix.lower() in {".jsonl", ".ndjson"} else self._csv()
        for line, row in rows:
            yield line, row if isinstance(row, BadRow) else self._post(line, row)

    def lines(self) -> int:
        """How many lines the file has, for a progress bar."""
        with self.file.open("rb") as opened:
            return sum(block.count(b"\n") for block in iter(lambda: opened.read(1 << 20), b""))

    def _csv(self) -> Iterator[tuple[int, Mapping[str, str] | BadRow]]:
        csv.field_size_limit(_LONGEST_FIELD)
        with self.file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
            sample = opened.read(64_000)
            opened.seek(0)
            first = sample.partition("\n")[0]
            delimiter = max(",;\t", key=first.count)
            reader = csv.DictReader(opened, delimiter=delimiter)
            self._check(reader.fieldnames or [])
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield reader.line_num, BadRow(reader.line_num, mark("not CSV: {detail}"), str(error))
                    continue
                yield reader.line_num, {key: value or "" for key, value in row.items() if key is not None}

    def _json_lines(self) -> Iterator[tuple[int, Mapping[str, str] | BadRow]]:
        with self.file.open(encoding="utf-8-sig", errors="replace") as opened:
            for line, text in enumerate(opened, 1):
                if not text.strip():
                    continue
                try:
                    row = json.loads(text)
                except (ValueError, RecursionError) as error:
                    yield line, BadRow(line, mark("not JSON: {detail}"), str(error))
                    continue
                if not isinstance(row, dict):
                    yield line, BadRow(line, mark("not a JSON object"))
                    continue
                if line == 1:
                    self._check(row)
                yield line, {key: "" if value is None else str(value) for key, value in row.items()}

    def _check(self, names: object) -> None:
        known = list(names)  # type: ignore[call-overload] # any iterable of names
        for ours, theirs in self.columns.items():
            if theirs not in known:
                raise BadMapping(
                    mark("{file} has no column {column} (mapped to {field}); it has: {columns}"),
                    file=self.file,
                    column=theirs,
                    field=ours,
                    columns=", ".join(map(str, known)) or "-",
                )

    def _post(self, line: int, row: Mapping[str, str]) -> Post | BadRow:
        values = {ours: row.get(theirs, "").strip() for ours, theirs in self.columns.items()}
        if not values.get("text"):
            return BadRow(line, mark("no text"))
        try:
            at = read_time(values["at"], self.timezone)
        except ValueError:
            return BadRow(line, _NO_TIME, values["at"])
        author = values.get("author") or "?"
        own_id = values.get("id") or values.get("url") or _digest(author, at.isoformat(), values["text"])
        try:
            return Post(
                network=NETWORK,
                external_id=own_id,
                url=values.get("url", ""),
                title=values.get("title", ""),
                text=values["text"],
                author=Author(handle=author, name=author),
                at=at,
                language=values.get("lang") or None,
                place=self.file.name,
            )
        except ValidationError as error:
            return BadRow(line, "{detail}", "; ".join(problem["msg"] for problem in error.errors()))


def read_mapping(written: str) -> dict[str, str]:
    """`text=Body,at=Date` -> {"text": "Body", "at": "Date"}.

    Raises:
        BadMapping: a part is not field=column, a field is unknown, or text or at is missing.
    """
    columns: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in written.split(","))):
        ours, found, theirs = part.partition("=")
        if not found or not theirs or ours not in FIELDS:
            raise BadMapping(
                mark("--map: {part} is not field=column; the fields are {fields}"), part=part, fields=", ".join(FIELDS)
            )
        columns[ours] = theirs
    for needed in ("text", "at"):
        if needed not in columns:
            raise BadMapping(mark("--map: {field}=COLUMN is missing"), field=needed)
    return columns


def read_time(written: str, timezone: str) -> datetime:
    """A moment as exports write it: ISO 8601, epoch seconds or milliseconds, or a few usual forms. Aware, UTC.

    Without a zone it is read in `timezone`.

    Raises:
        ValueError: not a time we can read.
    """
    if written.replace(".", "", 1).isdigit():
        number = float(written)
        try:
            return datetime.fromtimestamp(number / 1000 if number > _EPOCH_MILLISECONDS else number, UTC)
        except (OverflowError, OSError) as error:
            msg = f"{written!r} is not a time"
            raise ValueError(msg) from error
    at = _parse(written)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
    except OverflowError as error:  # the first or the last day of the calendar, elsewhere on Earth
        msg = f"{written!r} is not a time"
        raise ValueError(msg) from error


def _parse(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return datetime.strptime(written, form)  # noqa: DTZ007 - the caller gives the zone
        except ValueError:
            continue
    msg = f"{written!r} is not a time"
    raise ValueError(msg)


def replay(
    listening: Listening, export: Export, brand: str, *, every_row: bool, progress: Callable[[int], None]
) -> Tally:
    """Take every row in. Interrupted, it goes on where it stopped; complete, it stores nothing a second time.

    `every_row` takes each row as a mention of `brand` whatever its query says. `progress` is told the line reached.

    Raises:
        BadMapping: see `Export.posts`.
    """
    tally = Tally()
    database, clock = listening.database, listening.clock
    place = f"{export.file.resolve()} {brand}"
    with database.write() as session:
        cursor = sources.ensure(session, SOURCE, place, NETWORK, clock()).cursor or {}
    stamp = _digest(str(export.file.stat().st_size), str(sorted(export.columns.items())), str(every_row))
    done = int(cursor["line"]) if cursor.get("stamp") == stamp else 0
    for chunk in _chunks(export.posts()):
        line = chunk[-1][0]
        tally.rows += len(chunk)
        fresh = [row for number, row in chunk if number > done]
        tally.skipped += len(chunk) - len(fresh)
        tally.bad += [row for row in fresh if isinstance(row, BadRow)]
        posts = [row for row in fresh if isinstance(row, Post)]
        heard = listening.hear(posts, _brands(listening, posts, brand, every_row=every_row), clock())
        tally.unmatched += len(posts) - len(heard)
        with database.write() as session:
            now = clock()
            stored = store(session, SOURCE, [_hidden(item) for item in heard], now)
            tally.stored += len(stored.mentions)
            sources.succeeded(
                sources.ensure(session, SOURCE, place, NETWORK, now),
                cursor={"line": max(line, done), "stamp": stamp},
                next_poll_at=now,
                notices=(),
                last_post_at=None,
                now=now,
            )
        progress(line)
    with database.read() as session:
        tally.sentiment = sentiment_of(session, brand, SOURCE, export.file.name)
    return tally


def _brands(listening: Listening, posts: Sequence[Post], brand: str, *, every_row: bool) -> list[Brands]:
    if every_row:
        return [{brand: ()} for _ in posts]
    return [{name: words for name, words in found.items() if name == brand} for found in listening.match(posts)]


def _hidden(item: Heard) -> Heard:
    # An export is history: nobody is rung for it.
    return dataclasses.replace(item, shown=False, rule=RULE)


def _chunks(rows: Iterator[tuple[int, Post | BadRow]]) -> Iterator[list[tuple[int, Post | BadRow]]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
