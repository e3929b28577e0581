import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from config.i18n import words
from config.query import parse
from config.schema import Brand
from listener.matching import Matcher
from listener.pipeline import Listening
from models.database import Database
from models.ml.judge import Ask
from models.post import Post
from models.tables import MentionRow, PostRow
from models.verdict import Sentiment, Verdict
from repartie.replay import CHUNK, BadMapping, BadRow, Export, Tally, read_mapping, read_time, replay

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
BRANDS = (Brand(name="Aéroplouf", query="aeroplouf", sources=("presse",)),)


class Cut(Exception):
    pass


@dataclass
class WordJudge:
    """Negative where a post says so; may break off after some batches, as a killed process does."""

    batches: int = 1000
    judged: list[str] = field(default_factory=list)

    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        self.batches -= bool(asks)
        if self.batches < 0:
            raise Cut
        self.judged += [ask.post.external_id for ask in asks]
        return [self._one(ask.post.text) for ask in asks]

    def _one(self, text: str) -> Verdict:
        bad = "retard" in text
        label = Sentiment.NEGATIVE if bad else Sentiment.POSITIVE
        return Verdict(language="fr", label=label, negative=float(bad), neutral=0, positive=1 - float(bad), model="t")


def listening(database: Database, judge: WordJudge) -> Listening:
    return Listening(database, BRANDS, Matcher({b.name: parse(b.query) for b in BRANDS}), judge, lambda: NOW)


def export(tmp_path: Path, rows: int = 1000) -> Export:
    file = tmp_path / "export.csv"
    lines = ["Body,User,Date,Link,Id"]
    for row in range(rows):
        mood = "en retard" if row % 4 == 0 else "merci"
        lines.append(f'"Aéroplouf {mood} {row}",lea{row % 7},2026-10-0{row % 9 + 1} 10:00,,n{row}')
    file.write_text("\n".join(lines), encoding="utf-8")
    return Export(file, read_mapping("text=Body,author=User,at=Date,url=Link,id=Id"), "Europe/Paris")


def run(listening: Listening, export: Export, *, every_row: bool = False) -> Tally:
    return replay(listening, export, "Aéroplouf", every_row=every_row, progress=lambda _: None)


def test_every_row_goes_through_with_its_own_time(database: Database, tmp_path: Path) -> None:
    tally = run(listening(database, WordJudge()), export(tmp_path))
    assert (tally.rows, tally.stored, tally.unmatched, tally.bad) == (1000, 1000, 0, [])
    assert tally.sentiment == {"negative": 250, "positive": 750}
    with database.read() as session:
        first = session.exec(select(PostRow).where(PostRow.external_id == "n0")).one()
        assert first.at == datetime(2026, 10, 1, 8, tzinfo=UTC)  # 10:00 in Paris, summer time
        assert (first.author_handle, first.place, first.network) == ("lea0", "export.csv", "export")
        assert not any(session.exec(select(MentionRow.shown)))


def test_a_second_replay_stores_and_judges_nothing(database: Database, tmp_path: Path) -> None:
    run(listening(database, WordJudge()), export(tmp_path))
    judge = WordJudge()
    again = run(listening(database, judge), export(tmp_path))
    assert (again.stored, again.skipped, judge.judged) == (0, 1000, [])
    assert again.sentiment == {"negative": 250, "positive": 750}


def test_goes_on_where_it_was_cut(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Cut):
        run(listening(database, WordJudge(batches=2)), export(tmp_path))
    judge = WordJudge()
    rest = run(listening(database, judge), export(tmp_path))
    assert rest.skipped == 2 * CHUNK
    assert len(judge.judged) == 1000 - 2 * CHUNK
    with database.read() as session:
        assert len(session.exec(select(MentionRow.id)).all()) == 1000


def test_only_what_the_query_says_unless_told_otherwise(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    rows = [{"t": "Aéroplouf merci", "d": 1760000000}, {"t": "la météo", "d": 1760000000500}]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    mixed = Export(file, read_mapping("text=t,at=d"), "UTC")
    tally = run(listening(database, WordJudge()), mixed)
    assert (tally.stored, tally.unmatched) == (1, 1)
    assert run(listening(database, WordJudge()), mixed, every_row=True).stored == 1


def test_rows_that_cannot_be_read_are_named_and_the_rest_goes_on(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    good = '{"t": "Aéroplouf", "d": "2026-10-01"}'
    file.write_text(good + '\n{oops\n[1]\n{"t": "", "d": "2026-10-01"}\n{"t": "a", "d": "hier"}\n')
    tally = run(listening(database, WordJudge()), Export(file, read_mapping("text=t,at=d"), "UTC"))
    assert tally.stored == 1
    assert [row.line for row in tally.bad] == [2, 3, 4, 5]
    assert tally.bad[0].why(words("en")).startswith("not JSON: ")
    assert tally.bad[3].why(words("fr")).startswith("«\u00a0hier\u00a0» n’est pas une date")


def test_cells_over_several_lines_keep_their_line_numbers(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text('\ufefft;d\n"un\ndeux";2026-10-01\ntrois;jamais\n', encoding="utf-8")
    found = list(Export(file, read_mapping("text=t,at=d"), "UTC").posts())
    assert isinstance(found[0][1], Post)
    assert found[0][1].text == "un\ndeux"
    assert isinstance(found[1][1], BadRow)
    assert found[1][1].line == 4


def test_rows_without_an_id_keep_one_of_their_own(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "noid.csv"
    file.write_text("t,d,a\nAéroplouf,2026-10-01,lea\nAéroplouf,2026-10-01,lea\nAéroplouf,2026-10-01,max\n")
    tally = run(listening(database, WordJudge()), Export(file, read_mapping("text=t,at=d,author=a"), "UTC"))
    assert tally.stored == 2


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("text", "text is not field=column"),
        ("text=a,at=b,mood=c", "mood=c is not field=column; the fields are text, author"),
        ("author=a,at=b", "text=COLUMN is missing"),
        ("text=a", "at=COLUMN is missing"),
    ],
)
def test_a_bad_mapping_is_explained(written: str, complaint: str) -> None:
    with pytest.raises(BadMapping, match=complaint):
        read_mapping(written)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match=r"no column Texte \(mapped to text\); it has: Body, User"):
        list(Export(export(tmp_path).file, {"text": "Texte", "at": "Date"}, "UTC").posts())


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-01T10:00:00+02:00",
        "2026-07-01T08:00:00Z",
        "2026-07-01 10:00",
        "01/07/2026 10:00",
        "1782892800",
        "1782892800000",
        "Wed Jul 01 08:00:00 +0000 2026",
    ],
)
def test_reads_times_as_exports_write_them(written: str) -> None:
    assert read_time(written, "Europe/Paris") == datetime(2026, 7, 1, 8, tzinfo=UTC)
