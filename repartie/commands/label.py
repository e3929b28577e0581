"""`repartie label`: label texts in the terminal, compare two people's labels, take labels out of the store."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from models.backup import whole_or_nothing
from models.database import Database
from models.migrate import NewerSchema, OlderSchema, prepare
from models.ml.agreement import agreement
from models.ml.evaluation import Measured
from models.store.corrections import corrections
from repartie.classifying import as_json
from repartie.commands.classify import Encoding, Format, Lossy, TextColumn, texts_of
from repartie.commands.db import NEWER, OLDER
from repartie.commands.judging import say, told
from repartie.labelling import Answers, session
from repartie.labels import fingerprint, label_of
from repartie.lines import STDIN, Texts
from repartie.shell import ENV, WRONG_INPUT, EnvFile, fail, out, read_credentials, t


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("label", help=t("Label texts in the terminal, one key each; compare labels; export corrections."))(
        _label
    )


def _label(
    file: Annotated[Path | None, typer.Option("--in", help=t("The texts to label: .jsonl, .csv or .txt."))] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help=t("Where the answers go; given again, it goes on after the last one."))
    ] = None,
    who: Annotated[str, typer.Option("--as", help=t("Who labels; your login name otherwise."))] = "",
    compared: Annotated[
        tuple[Path, Path] | None, typer.Option("--agreement", help=t("Two people's answers: how much they agree."))
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--from-store", help=t("Write the sentiments that people corrected in Slack to this file.")),
    ] = None,
    labels: Annotated[str, typer.Option("--labels", help=t("The column of the label, to compare."))] = "label",
    form: Format = None,
    text: TextColumn = "text",
    encoding: Encoding = "utf-8",
    lossy: Lossy = False,
    env_file: EnvFile = ENV,
) -> None:
    with told():
        if compared:
            _compare(*(texts_of(one, form, text, encoding=encoding, lossy=lossy, needed=(labels,)) for one in compared),
                     column=labels)  # fmt: skip
        elif export:
            _export(export, env_file)
        elif file is None or target is None:
            fail(t("Say what to label and where the answers go: --in FILE --out FILE."), WRONG_INPUT)
        elif file == STDIN:
            fail(t("Keys are read from the standard input: give the texts as a file."), WRONG_INPUT)
        else:
            rows = texts_of(file, form, text, encoding=encoding, lossy=lossy).rows()
            with Answers(target, who or getpass.getuser()) as answers:
                session(rows, answers, typer.getchar, out.print, t)
                said = t.plural(
                    "{count} answer in {file}.", "{count} answers in {file}.", len(answers.given), file=target
                )
            say(said)


def _compare(one: Texts, other: Texts, *, column: str) -> None:
    left, right = _said(one, column), _said(other, column)
    both = [key for key in left if key in right]
    if not both:
        fail(t("{one} and {other} label no text in common.", one=one.name, other=other.name), WRONG_INPUT)
    found = agreement([left[key] for key in both], [right[key] for key in both])
    texts = t.plural("{count} text", "{count} texts", found.texts)
    out.print(t("{texts} labelled by both; they agree on {share}.", texts=texts, share=t.percent(found.share)))
    out.print(t("Cohen's kappa: {kappa}", kappa=_kappa(found.kappa)))
    for name, kappa in found.labels.items():
        out.print(f"  {name}: {_kappa(kappa)}")


def _said(texts: Texts, column: str) -> dict[tuple[str, str], str]:
    """Id and words of each text -> its label; ours are read whichever way they are written."""
    return {
        (str(row.id), fingerprint(row.text)): ours.value if (ours := label_of(written)) else written
        for row in texts.rows()
        if (written := row.cell(column)) is not None
    }


def _kappa(found: Measured | None) -> str:
    if found is None:
        return t("says nothing: there is only one label")
    value, low, high = (t.number(round(one, 2)) for one in found)
    return f"{value} [{low} - {high}]"


def _export(target: Path, env_file: Path) -> None:
    database = Database(read_credentials(env_file).database)
    count = 0
    try:
        prepare(database)
        with whole_or_nothing(target) as file, database.read() as session:
            for row in corrections(session):
                said = {"id": fingerprint(row.text), "text": row.text, "brand": row.brand, "lang": row.language}
                file.write(as_json({**said, "label": row.label.value}))
                count += 1
    except NewerSchema:
        fail(t(NEWER), WRONG_INPUT)
    except OlderSchema as behind:
        fail(t(OLDER, at=behind.at, wanted=behind.wanted), WRONG_INPUT)
    except FileExistsError:
        fail(t("{file} is there already: delete it, or choose another name.", file=target), WRONG_INPUT)
    finally:
        database.close()
    say(t.plural("{count} answer in {file}.", "{count} answers in {file}.", count, file=target))
