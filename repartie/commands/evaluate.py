"""`repartie evaluate`: how good the model is on texts that people labelled."""

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from models.ml.evaluation import bins, evaluate
from models.ml.language import LanguageReader
from repartie.classifying import read, windows
from repartie.commands.classify import Encoding, Format, Lossy, TextColumn, texts_of
from repartie.commands.judging import reader_of, told
from repartie.evaluating import Judged, parts, plot, report
from repartie.labels import labelled
from repartie.shell import ENV, HERE, WRONG_INPUT, ConfigFile, EnvFile, fail, out, t

Labels = Annotated[
    str, typer.Option("--labels", help=t("The column of the label: negative, neutral, positive; 0, 1, 2."))
]


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("evaluate", help=t("Measure the model on texts that people labelled."))(_evaluate)


def _evaluate(
    file: Annotated[Path, typer.Option("--data", help=t("The labelled texts: .jsonl, .csv or .txt; - is the input."))],
    labels: Labels = "label",
    text: TextColumn = "text",
    lang: Annotated[
        str, typer.Option("--lang", help=t("The column of the language; the text tells it where there is none."))
    ] = "lang",
    report_to: Annotated[
        Path | None, typer.Option("--report", help=t("A folder for the report, its figures and the calibration plot."))
    ] = None,
    plotted: Annotated[bool, typer.Option("--plot/--no-plot", help=t("Whether to draw the calibration plot."))] = True,
    form: Format = None,
    encoding: Encoding = "utf-8",
    lossy: Lossy = False,
    config: ConfigFile = HERE,
    env_file: EnvFile = ENV,
) -> None:
    if report_to and plotted and find_spec("matplotlib") is None:
        fail(t("The plot needs matplotlib: pip install 'repartie[evaluate]', or add --no-plot."), WRONG_INPUT)
    texts = texts_of(file, form, text, encoding=encoding, lossy=lossy, needed=(labels,))
    with told():
        reader, languages = reader_of(config, env_file), LanguageReader()
        judged = Judged()
        pairs = labelled(texts, labels)
        for window in windows(pairs):
            rows = [row for row, _ in window]
            tongues, found = read(rows, reader, languages, lang)
            judged.add([label for _, label in window], tongues, found)
        if not judged.labels:
            fail(t("{file}: no row has a label in the column “{column}”.", file=texts.name, column=labels), WRONG_INPUT)
        measured = {name: evaluate(*part) for name, part in parts(judged).items()}
        said = report(measured, reader.name, t)
        out.print(said, soft_wrap=True)
        if report_to:
            report_to.mkdir(parents=True, exist_ok=True)
            (report_to / "report.md").write_text(said + "\n", encoding="utf-8")
            figures = {name: asdict(one) for name, one in measured.items()}
            written = json.dumps({"model": reader.name, "parts": figures}, default=np.ndarray.tolist, indent=1)
            (report_to / "report.json").write_text(written, encoding="utf-8")
            if plotted:
                sentiment, known, _ = judged.arrays()
                plot(bins(sentiment.max(axis=1), sentiment.argmax(axis=1) == known), report_to / "calibration.png", t)
