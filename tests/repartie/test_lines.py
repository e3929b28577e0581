import io
import sys
from pathlib import Path

import pytest

from config.i18n import words
from repartie.lines import KEPT, STDIN, BadInput, Kind, Texts


def read(tmp_path: Path, name: str, content: bytes, **asked: object) -> list[tuple[object, str, int]]:
    (tmp_path / name).write_bytes(content)
    return [(row.id, row.text, row.line) for row in Texts(tmp_path / name, **asked).rows()]  # type: ignore[arg-type]  # as a test asks


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", b"un\r\ndeux\n\nquatre", [(1, "un", 1), (2, "deux", 2), (3, "", 3), (4, "quatre", 4)]),
        ("a.txt", BOM + "é".encode(), [(1, "é", 1)]),
        ("a.txt", "é\nà".encode("utf-16"), [(1, "é", 1), (2, "à", 2)]),
        ("a.txt", "a\u2028b\x85c\x0cd".encode(), [(1, "a\u2028b\x85c\x0cd", 1)]),
        ("a.jsonl", b'{"id": "x", "text": "a"}\n\n{"text": "b"}\n', [("x", "a", 1), (3, "b", 3)]),
        ("a.jsonl", BOM + b'{"id": 0, "text": null}', [(0, "", 1)]),
        ("a.ndjson", b'{"id": "", "text": 12}', [(1, "12", 1)]),
        ("a.csv", b'id,text\n1,"a, ""b""\nc"\n2,d', [("1", 'a, "b"\nc', 2), ("2", "d", 4)]),
        ("a.csv", BOM + "id;text\n1;été".encode(), [("1", "été", 2)]),
        ("a.csv", "id;text\n1;été".encode("utf-16"), [("1", "été", 2)]),
        ("a.tsv", b"text\tid\r\na\t7\r\n\r\nb\t\r\n", [("7", "a", 2), (4, "b", 4)]),
        ("a.csv", b"id|text|more\n1|a", [("1", "a", 2)]),
        ("a.csv", b"id,text\n1", [("1", "", 2)]),
    ],
)
def test_texts_are_read(tmp_path: Path, name: str, content: bytes, expected: list[tuple[object, str, int]]) -> None:
    assert read(tmp_path, name, content) == expected


@pytest.mark.parametrize(
    ("name", "content", "place", "said"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"text": ', "a.jsonl:2", "not JSON"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl:1", "not JSON"),
        ("a.jsonl", b"[1]", "a.jsonl:1", "not a JSON object"),
        ("a.jsonl", b'{"text": "a"}\n{"body": "b"}', "a.jsonl:2", "--text body"),
        ("a.jsonl", b'{"text": ["a"]}', "a.jsonl:1", "is no text"),
        ("a.csv", b"id,body\n1,a", "a.csv:1", "there are: id, body"),
        ("a.csv", b'id,text\n1,"a"\n2,b\xe9', "a.csv:3", "--encoding cp1252"),
        ("a.txt", b"a\n\xff\xfe", "a.txt:2", "not written in UTF-8"),
        ("a.txt", "é".encode("utf-16") + b"\0", "a.txt:1", "not written in"),
        ("a.txt", b"", "a.txt", "no text in it"),
        ("a.csv", b"id,text\n", "a.csv", "no text in it"),
        ("a.csv", b"", "a.csv", "no text in it"),
        ("a.xlsx", b"PK", "a.xlsx", "--format jsonl, csv or txt"),
        ("a.txt", b"x" * 16_000_001, "a.txt:1", "16 million"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_what_cannot_be_read_is_said_with_its_mend(
    tmp_path: Path, name: str, content: bytes, place: str, said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, name, content)
    assert refused.value.place == str(tmp_path / place)
    assert said in refused.value.render(words("en"))
    assert refused.value.render(words("fr")) != refused.value.render(words("en"))


def test_another_encoding_and_broken_bytes_on_demand(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", b"\xe9t\xe9", encoding="cp1252") == [(1, "été", 1)]
    assert read(tmp_path, "b.txt", b"a\xffb", lossy=True) == [(1, "a\ufffdb", 1)]


def test_a_long_text_is_cut_to_what_is_read(tmp_path: Path) -> None:
    ((_, text, _),) = read(tmp_path, "a.txt", b"x" * 100_000)
    assert len(text) == KEPT


def test_other_columns_stay(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,body,brand\n1,a,\n2,b,Voloair\n")
    rows = list(Texts(tmp_path / "a.csv", text="body", id="n").rows())
    assert [(row.id, row.cell("brand"), row.cell("none")) for row in rows] == [
        ("1", None, None),
        ("2", "Voloair", None),
    ]


def test_the_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(BOM + b"a\nb\n"))))
    assert [row.text for row in Texts(STDIN, Kind.TXT).rows()] == ["a", "b"]
    assert not sys.stdin.buffer.closed
