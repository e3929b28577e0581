"""`repartie classify`: judge the texts of a file, any number of them."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from models.backup import whole_or_nothing
from models.ml.language import LanguageReader
from repartie.classifying import as_json, verdicts
from repartie.commands.judging import reader_of, say, told
from repartie.lines import Kind, Texts
from repartie.shell import ENV, HELD_ELSEWHERE, HERE, WRONG_INPUT, WRONG_OUTSIDE, ConfigFile, EnvFile, fail, t

STDOUT = Path("-")
_SAY_EVERY = 10.0  # seconds

File = Annotated[Path, typer.Option("--in", help=t("The texts: .jsonl, .csv or .txt; - is the standard input."))]
Format = Annotated[Kind | None, typer.Option("--format", help=t("How they are written, if the name does not say it."))]
TextColumn = Annotated[str, typer.Option("--text", help=t("The column of the text."))]
Encoding = Annotated[str, typer.Option("--encoding", help=t("How the file is encoded: utf-8, cp1252, utf-16."))]
Lossy = Annotated[bool, typer.Option("--lossy", help=t("Put � for bytes that are no text, and go on."))]


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("classify", help=t("Judge the texts of a file: one line of JSON each, in the same order."))(_classify)


def _classify(
    file: File,
    target: Annotated[Path, typer.Option("--out", help=t("Where to write; - is the standard output."))],
    form: Format = None,
    text: TextColumn = "text",
    id_: Annotated[str, typer.Option("--id", help=t("The column of the id; the line number where there is none."))] = (
        "id"
    ),
    encoding: Encoding = "utf-8",
    lossy: Lossy = False,
    embeddings: Annotated[
        bool, typer.Option("--embeddings", help=t("Add the embedding of each text, a list of numbers."))
    ] = False,
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
) -> None:
    texts = texts_of(file, form, text, id_=id_, encoding=encoding, lossy=lossy)
    written, began, said_at = 0, 0.0, 0.0
    with told(), _target(target) as out:
        reader = reader_of(config, env_file)
        for row, said in verdicts(texts.rows(), reader, LanguageReader(), embeddings=embeddings):
            if embeddings and said["embedding"] is None and written == 0:
                say(t("The model “{model}” has no embeddings: they are null.", model=reader.name))
            out.write(as_json(said))
            written += 1
            now = time.monotonic()
            if written == 1:  # the model is loaded by now
                began = said_at = now
            if now - said_at > _SAY_EVERY:
                said_at = now
                say(t("Line {line}: {rate} texts a second.", line=row.line, rate=t.number(_rate(written, now - began))))
    done = t.plural("{count} text judged by {model}.", "{count} texts judged by {model}.", written, model=reader.name)
    say(done)


def texts_of(
    file: Path,
    form: Kind | None,
    text: str,
    *,
    encoding: str,
    lossy: bool,
    id_: str = "id",
    needed: tuple[str, ...] = (),
) -> Texts:
    """The file as the options describe it; an encoding nobody knows ends the command."""
    try:
        "".encode(encoding)
    except LookupError:
        fail(t("No encoding is called {name}: try utf-8, cp1252 or utf-16.", name=encoding), WRONG_INPUT)
    return Texts(file, form, text, id_, needed, encoding, lossy)


def _rate(done: int, seconds: float) -> int:
    return round(done / max(seconds, 0.001))


@contextmanager
def _target(target: Path) -> Iterator[IO[bytes]]:
    """The output, which has its name only when it is complete."""
    if target == STDOUT:
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # `| head`: nobody reads on
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(WRONG_OUTSIDE) from None
        return
    try:
        with whole_or_nothing(target) as out:
            yield out
    except FileExistsError:
        fail(t("{file} is there already: delete it, or choose another name.", file=target), WRONG_INPUT)
    except BlockingIOError:
        fail(t("Another process is writing {file}.", file=target), HELD_ELSEWHERE)
