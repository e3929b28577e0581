from pathlib import Path

import pytest
from sqlmodel import select

from models.database import Database
from models.ml.classifier import Classifier, ModelMissing
from models.ml.embedding import pack
from models.store import embeddings
from models.store.hearing import store
from models.tables import EmbeddingRow, PostRow
from models.verdict import Embedding
from repartie import rereading
from repartie.rereading import Rereading
from tests.models.store.test_embeddings import NOW, PACKED, heard
from tests.tiny import tiny_model


@pytest.fixture
def reader(tmp_path: Path) -> Classifier:
    return Classifier(tiny_model(tmp_path / "tiny"))


def test_every_post_is_read_again_once(database: Database, reader: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "AT_ONCE", 4)
    with database.write() as session:
        store(session, "presse", [heard(number, "Voloair", model="older") for number in range(10)], NOW)
    again = Rereading(database, reader)
    assert [again.turn() for _ in range(4)] == [4, 4, 2, 0]
    with database.read() as session:
        found = session.exec(select(PostRow.text, EmbeddingRow.model, EmbeddingRow.vector).join(EmbeddingRow)).all()
    assert {model for _, model, _ in found} == {reader.encoder}
    texts = [text for text, *_ in found]
    expected = reader.read(texts, ["Voloair"] * 10).embeddings
    assert expected is not None
    assert [vector for *_, vector in found] == pack(expected)


def test_what_was_read_meanwhile_stays(database: Database, reader: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write() as session:
        store(session, "presse", [heard(1, "Voloair", model="older")], NOW)
    read = reader.read

    def edited_meanwhile(*asked: object) -> object:
        with database.write() as session:
            embeddings.keep(session, {1: Embedding(reader.encoder, PACKED[9])})
        return read(*asked)  # type: ignore[arg-type]  # passed on as it came

    with database.write() as session:
        (post_id,) = session.exec(select(PostRow.id)).all()
    assert post_id == 1
    monkeypatch.setattr(reader, "read", edited_meanwhile)
    Rereading(database, reader).turn()
    with database.read() as session:
        assert session.exec(select(EmbeddingRow.vector)).all() == [PACKED[9]]


def test_it_ends_by_itself_and_when_told(database: Database, reader: Classifier) -> None:
    with database.write() as session:
        store(session, "presse", [heard(1, "Voloair", model="older")], NOW)
    again = Rereading(database, reader)
    again.start()
    assert again.stop(30)


def test_a_missing_model_is_no_crash(database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tiny_model(tmp_path / "gone")
    reader = Classifier(folder)
    assert reader.encoder
    (folder / "config.json").unlink()
    with database.write() as session:
        store(session, "presse", [heard(1, "Voloair", model="older")], NOW)
    again = Rereading(database, reader)
    with pytest.raises(ModelMissing):
        again.turn()
    again.start()
    assert again.stop(30)
    assert "no post is read again" in caplog.text
