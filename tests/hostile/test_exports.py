"""Exports that nobody checked: bytes that are no text, rows that are none, numbers and dates beyond reason."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.i18n import words
from models.post import MOST_TEXT, Post
from repartie.replay import BadMapping, BadRow, Export, read_mapping, read_time
from tests.hostile.inputs import ANY, TEXTS

COLUMNS = {"text": "t", "at": "d", "author": "a", "id": "i", "lang": "l", "url": "u", "title": "h"}


def read(file: Path) -> list[Post | BadRow]:
    rows = [row for _, row in Export(file, COLUMNS, "Europe/Paris").posts()]
    for row in rows:
        if isinstance(row, BadRow):
            assert row.why(words("fr"))
        else:
            row.model_dump_json().encode()
    return rows


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_row_hurts_no_other(tmp_path: Path, name: str) -> None:
    good = {"t": "ok", "d": "2026-11-22", "a": "lea", "i": "1", "l": "fr", "u": "", "h": ""}
    file = tmp_path / "a.jsonl"
    lines = [good, dict.fromkeys(COLUMNS.values(), TEXTS[name]) | {"d": good["d"]}, good | {"d": TEXTS[name]}, good]
    file.write_text("\n".join(map(json.dumps, lines)))
    rows = read(file)
    assert [isinstance(row, Post) for row in rows[::3]] == [True, True]
    assert isinstance(rows[2], BadRow)
    assert all(len(row.text) <= MOST_TEXT for row in rows if isinstance(row, Post))


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"t": ' + b"1" * 5_000 + b"}",
        b'{"t": "a", "d": 1e999}',
        b'{"t": "a", "d": -1}',
        b'{"t": "a", "d": 99999999999999999999}',
        b'{"t": "a", "d": NaN}',
        b'{"t": "a", "d": "\\u00b2"}',
        b'{"t": "a", "d": "0001-01-01T00:00:00+14:00"}',  # ended the replay: OverflowError
        b'{"t": "a", "d": "9999-12-31T23:59:59-14:00"}',
        b'{"t": "a\\u0000\\ud800", "d": "2026-11-22"}',
        b'{"t": {"t": []}, "d": "2026-11-22", "i": "\\ud800"}',
        b"\xff\xfe\x00",
        b"null",
        b'"text"',
    ],
)
def test_lines_of_json(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "a.jsonl"
    first = json.dumps(dict.fromkeys(COLUMNS.values(), "2026-11-22")).encode()
    file.write_bytes(first + b"\n" + line + b"\n" + first)
    rows = read(file)
    assert [isinstance(rows[0], Post), isinstance(rows[-1], Post)] == [True, True]


@pytest.mark.parametrize(
    "rows",
    [
        b'"' + b"a" * 11_000_000,
        b'a\0b,2026-11-22,"\0"\n',
        b"\xff\xfe,2026-11-22\n",
        b'"never closed\n' * 50,
        b",,,,,,,,,,,,,,,,,,,,\n",
        b"\r\r\n\n\r",
        ("\u2028,\u2029\n" * 10).encode(),
    ],
)
def test_lines_of_csv(tmp_path: Path, rows: bytes) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(",".join(COLUMNS.values()).encode() + b"\nok,2026-11-22,lea,1,fr,,\n" + rows)
    assert isinstance(read(file)[0], Post)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl"]))
def test_any_bytes(tmp_path: Path, raw: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(raw)
    with suppress(BadMapping):
        read(tmp_path / name)


@given(ANY)
def test_any_date_and_mapping(text: str) -> None:
    with suppress(ValueError):
        assert read_time(text, "Europe/Paris").tzinfo is not None
    with suppress(BadMapping):
        read_mapping(text)
