"""The report of `repartie evaluate`: figures of the whole and of each language, as a page people read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.i18n import Words, mark
from models.ml.classifier import Reading
from models.ml.evaluation import Bin, Evaluation, Measured, Numbers
from models.ml.manner import Floats
from models.verdict import Sentiment

ALL: Final = "*"
FEWEST: Final = 30
"""Texts of a language from which its figures are shown."""
NAMES: Final = {
    Sentiment.NEGATIVE: mark("negative"),
    Sentiment.NEUTRAL: mark("neutral"),
    Sentiment.POSITIVE: mark("positive"),
}
_ORDER: Final = list(Sentiment)
Part = tuple[Floats, Numbers, NDArray[np.bool_]]


@dataclass(slots=True)
class Judged:
    """What was said of each text, and what is right; a few numbers a text, not the text."""

    labels: list[int] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    _sentiment: list[Floats] = field(default_factory=list)
    _unsure: list[NDArray[np.bool_]] = field(default_factory=list)

    def add(self, labels: Sequence[Sentiment], languages: Sequence[str], found: Reading) -> None:
        """Some texts more."""
        self.labels += [_ORDER.index(label) for label in labels]
        self.languages += languages
        self._sentiment.append(found.sentiment)
        self._unsure.append(found.unsure)

    def arrays(self) -> Part:
        """Probabilities, labels, and who is unsure."""
        return np.concatenate(self._sentiment), np.array(self.labels, dtype=np.int64), np.concatenate(self._unsure)


def parts(judged: Judged) -> dict[str, Part]:
    """Everything under `ALL`, then each language of `FEWEST` texts or more, the largest first."""
    sentiment, labels, unsure = judged.arrays()
    found = {ALL: (sentiment, labels, unsure)}
    spoken = np.array(judged.languages)
    counted = Counter(judged.languages).most_common()
    for language, count in counted:
        if count >= FEWEST and len(counted) > 1:
            rows = spoken == language
            found[language] = (sentiment[rows], labels[rows], unsure[rows])
    return found


def report(measured: Mapping[str, Evaluation], model: str, t: Words) -> str:
    """The page, in Markdown."""
    whole = measured[ALL]
    texts = t.plural("{count} text", "{count} texts", whole.texts)
    lines = [f"# {t('{model} on {texts}', model=model, texts=texts)}", ""]
    head = [t("language"), t("texts"), t("macro-F1"), t("macro-recall"), t("calibration error (ECE)")]
    lines += _table(
        [*head, t("sure"), t("precision of sure negatives")],
        [
            [
                t("all") if name == ALL else name,
                t.number(one.texts),
                _interval(one.macro_f1, t),
                _interval(one.macro_recall, t),
                _interval(one.calibration_error, t),
                t.percent(one.sure.coverage),
                _share(one.sure.precision, t),
            ]
            for name, one in measured.items()
        ],
    )
    lines += ["", t("In brackets: the interval of 95% (bootstrap). Sure: what is not marked unsure."), ""]
    lines += _table(
        [t("label"), t("texts"), t("precision"), t("recall"), t("F1")],
        [
            [
                t(NAMES[label]),
                t.number(one.texts),
                _share(one.precision, t),
                _share(one.recall, t),
                t.percent(one.f1),
            ]
            for label, one in zip(_ORDER, whole.classes, strict=True)
        ],
    )
    names = [t(NAMES[label]) for label in _ORDER]
    lines += ["", t("What people said (rows), what the model said (columns):"), ""]
    rows = whole.confusion.tolist()
    lines += _table(["", *names], [[name, *map(t.number, row)] for name, row in zip(names, rows, strict=True)])
    return "\n".join(lines)


def plot(found: Sequence[Bin], file: Path, t: Words) -> None:
    """Draw how far what the model says of its guesses is from what is right, as a PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import

    figure = Figure(figsize=(5, 5), layout="constrained")  # no window: pyplot would want one
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot([one.said for one in found], [one.right for one in found], marker="o")
    axes.set(
        xlim=(0.3, 1),
        ylim=(0, 1),
        xlabel=t("Probability the model gives its guess"),
        ylabel=t("Share of guesses that are right"),
    )
    figure.savefig(file, format="png", dpi=150)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(line[at]) for line in (head, *rows)) for at in range(len(head))]
    written = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (head, *rows)
    ]
    rule = "-|-".join("-" * width for width in widths)
    return [f"| {line} |" for line in (written[0], rule, *written[1:])]


def _interval(figure: Measured, t: Words) -> str:
    value, low, high = (t.number(round(100 * one, 1)) for one in figure)
    return f"{value} [{low} - {high}]"


def _share(share: float | None, t: Words) -> str:
    return "-" if share is None else t.percent(share)
