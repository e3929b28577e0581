"""Measure a folder of weights and write what calibrates them: `python -m models.ml.training.measure FOLDER ...`.

Prints the tables of docs/model/card.md and, with `--write`, the `repartie` part of the folder's `config.json`. Nothing
here is learnt from: UMSAB's validation tweets, 600 French rows labelled twice, and invented lines held apart. Only what
is fitted for calibration is fitted on them, in folds, and never on sets that serve evaluation only.
"""

import argparse
import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.ml.agreement import agreement
from models.ml.classifier import Classifier
from models.ml.evaluation import Numbers, confusion, macro_f1
from models.ml.manner import ANY, EMOTIONS, Manner, Scale
from models.ml.training.calibrate import curve, error_of, fit, folded, threshold_for
from models.ml.training.sources import READERS, UMSAB_LANGUAGES, Example, fingerprint, own, umsab
from models.ml.training.tasks import INTENT, SENTIMENT

EVALUATION_ONLY = frozenset({"es", "it"})
"""Languages whose validation tweets came under terms for research alone: measured, never fitted on."""
_PRECISION = 0.9
_KAPPA, _F1 = 0.6, 0.5
_BETTER = 0.1  # accuracy that the sentiment towards a brand must gain over the plain one to ship
_YES_NO = (*EMOTIONS, "irony", "offensive", "danger")
Raw = Mapping[str, NDArray[np.float32]]


def sentiment(classifier: Classifier, root: Path) -> dict[str, object]:
    """Calibrate on UMSAB's validation tweets; prints a line a language. The `temperature` and `sure` of a Manner."""
    temperatures, sure = {}, {}
    pooled: list[tuple[NDArray[np.float64], Numbers]] = []
    all_folded, all_labels = [], []
    print("| | macro-F1 | temperature (95%) | ECE | negatives: sure from | precision | kept | coverage |")
    print("|---|---|---|---|---|---|---|---|")
    for language, code in UMSAB_LANGUAGES.items():
        rows = list(umsab(root, "val", (language,)))
        logits = classifier.raw([row.text for row in rows], [None] * len(rows))["sentiment"].astype(np.float64)
        labels = np.array([row.targets[SENTIMENT.name] for row in rows], dtype=np.int64)
        score = macro_f1(confusion(labels, logits.argmax(axis=1)))
        found = fit(logits, labels)
        even = folded(logits, labels)
        all_folded.append(even)
        all_labels.append(labels)
        points = curve(even, labels)
        point = threshold_for(points, _PRECISION) or points[-1]
        print(
            f"| {code} | {100 * score:.1f} | {found.temperature:.2f} ({found.low:.2f}-{found.high:.2f})"
            f" | {found.error:.3f} | {point.threshold:.2f} | {point.precision:.2f} | {point.kept:.2f}"
            f" | {point.coverage:.2f} |"
        )
        if code not in EVALUATION_ONLY:
            temperatures[code] = round(found.temperature, 3)
            sure[code] = (round(point.threshold, 2), 0.5, 0.5)
            pooled.append((logits, labels))
    together = np.concatenate([one for one, _ in pooled]), np.concatenate([one for _, one in pooled])
    temperatures[ANY] = round(fit(*together).temperature, 3)
    points = curve(folded(*together), together[1])
    point = threshold_for(points, _PRECISION) or points[-1]
    sure[ANY] = (round(point.threshold, 2), 0.5, 0.5)
    error = error_of(np.concatenate(all_folded), np.concatenate(all_labels))
    print(f"\npooled ECE, six languages, five folds: {error:.3f}; every language together from {point.threshold:.2f}\n")
    return {"temperature": temperatures, "sure": sure}


class Twice(NamedTuple):
    """A row, and what each of two passes said of it."""

    example: Example
    first: Mapping[str, str]
    second: Mapping[str, str]


def labelled(file: Path, root: Path) -> list[Twice]:
    """The rows labelled twice, with their texts looked up by set and row. `file` holds no text.

    Raises:
        ValueError: a set is not the one that was labelled.
    """
    texts: dict[tuple[str, int], Example] = {}
    for reader in ("umsab-fr", "deft", "mlma-fr", "xed-fr"):
        texts |= {(one.source, one.row): one for one in READERS[reader](root)}
    rows = []
    with file.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            example = texts[line["source"], int(line["row"])]
            if fingerprint(example.text) != line["hash"]:
                msg = f"{file}: row {line['row']} of {line['source']} is another text than the one labelled"
                raise ValueError(msg)
            first, second = ({key[2:]: value for key, value in line.items() if key[:2] == who} for who in ("a_", "b_"))
            rows.append(Twice(example, first, second))
    return rows


def said(labels: Mapping[str, str], head: str) -> bool:
    """Whether one pass found `head` in the text."""
    return head in labels["emotion"].split(",") if head in EMOTIONS else labels[head] == "1"


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Cohen's kappa of two passes; NaN where it says nothing."""
    found = agreement(first, second).kappa
    return found.value if found else float("nan")


def f1(wanted: NDArray[np.bool_], guessed: NDArray[np.bool_]) -> float:
    """2 tp / (2 tp + fp + fn), in [0, 1]."""
    hit = int((wanted & guessed).sum())
    return 2 * hit / (int(wanted.sum()) + int(guessed.sum())) if hit else 0.0


def column(raw: Raw, head: str) -> NDArray[np.float64]:
    """The logits of one yes-or-no head, shape (texts,)."""
    found = raw["emotion"][:, EMOTIONS.index(head)] if head in EMOTIONS else raw[head][:, 0]
    return found.astype(np.float64)


def heads(classifier: Classifier, twice: Sequence[Twice], lines: Sequence[Example]) -> dict[str, Scale]:
    """Threshold and worth of each yes-or-no head.

    The threshold maximises F1 on the invented lines and every second labelled row; F1 is told on the other rows where
    both passes agree, which the threshold has not seen.
    """
    raw = classifier.raw([row.example.text for row in twice], [None] * len(twice))
    invented = classifier.raw([row.text for row in lines], [None] * len(lines))
    found = {}
    print("| head | kappa | rows that have it | F1 French rows | F1 invented | recall invented | ships |")
    print("|---|---|---|---|---|---|---|")
    for head in _YES_NO:
        first, second = [said(row.first, head) for row in twice], [said(row.second, head) for row in twice]
        agreed = np.array([a == b for a, b in zip(first, second, strict=True)])
        wanted = np.array(first)
        logits, ours = column(raw, head), column(invented, head)
        truth = np.array([_target(line, head) for line in lines])
        half = np.arange(len(wanted)) % 2 == 0
        known = ~np.isnan(truth)
        fitted = np.concatenate([logits[agreed & half], ours[known]])
        right = np.concatenate([wanted[agreed & half], truth[known] == 1])
        weight = 4.0 if head == "danger" else 1.0  # a danger missed is worse than one too many
        at = best_threshold(fitted, right, weight)
        judged = agreed & ~half
        french = f1(wanted[judged], logits[judged] >= at)
        own_f1 = f1(truth[known] == 1, ours[known] >= at)
        recall = float((ours[known][truth[known] == 1] >= at).mean())
        worth = kappa([str(one) for one in first], [str(one) for one in second])
        on = worth >= _KAPPA and (french >= _F1 if head != "danger" else own_f1 >= _F1)
        found[head] = Scale(temperature=1.0, at=round(at, 3), on=bool(on))
        print(
            f"| {head} | {worth:.2f} | {int(wanted[agreed].sum())} | {french:.2f} | {own_f1:.2f} | {recall:.2f}"
            f" | {'yes' if on else 'experimental'} |"
        )
    return found


def best_threshold(logits: NDArray[np.float64], right: NDArray[np.bool_], weight: float) -> float:
    """The threshold with the best F-measure, recall counting `weight` times as much as precision (van Rijsbergen)."""

    def measure(at: float) -> float:
        guessed = logits >= at
        hit = float((guessed & right).sum())
        return (1 + weight) * hit / (weight * float(right.sum()) + float(guessed.sum())) if hit else 0.0

    return max(np.quantile(logits, np.linspace(0.01, 0.995, 200)).tolist(), key=measure)


def intent(classifier: Classifier, twice: Sequence[Twice], lines: Sequence[Example]) -> bool:
    """Whether intent ships; prints its scores."""
    first, second = [row.first["intent"] for row in twice], [row.second["intent"] for row in twice]
    raw = classifier.raw([row.example.text for row in twice], [None] * len(twice))["intent"]
    agreed = [
        (INTENT.classes.index(a), int(guess.argmax())) for a, b, guess in zip(first, second, raw, strict=True) if a == b
    ]
    ours = classifier.raw([row.text for row in lines], [None] * len(lines))["intent"]
    invented = [(int(str(row.targets["intent"])), int(guess.argmax())) for row, guess in zip(lines, ours, strict=True)]
    worth, french, own_score = kappa(first, second), _macro_f1(agreed), _macro_f1(invented)
    print(f"\nintent: kappa {worth:.2f}, macro-F1 {french:.2f} French rows, {own_score:.2f} invented lines\n")
    return worth >= _KAPPA and french >= _F1


def _macro_f1(pairs: Sequence[tuple[int, int]]) -> float:
    table = np.array(pairs, dtype=np.int64)
    return macro_f1(confusion(table[:, 0], table[:, 1], INTENT.width))


def brands(classifier: Classifier, lines: Iterable[dict[str, str]]) -> tuple[float, float]:
    """Accuracy of the sentiment towards the brand, and of the plain one, on the same lines."""
    rows = list(lines)
    texts = [row["text"] for row in rows]
    wanted = np.array([SENTIMENT.classes.index(row["sentiment"]) for row in rows])
    towards = classifier.raw(texts, [row["brand"] for row in rows])["sentiment"].argmax(axis=1)
    plain = classifier.raw(texts, [None] * len(rows))["sentiment"].argmax(axis=1)
    twice = np.array([texts.count(text) > 1 for text in texts])
    for name, part in (("all", np.ones(len(rows), dtype=bool)), ("two brands", twice)):
        print(f"{name} ({int(part.sum())}): brand {(towards == wanted)[part].mean():.3f}", end=", ")
        print(f"plain {(plain == wanted)[part].mean():.3f}")
    return float((towards == wanted).mean()), float((plain == wanted).mean())


def _target(line: Example, head: str) -> float:
    if head in EMOTIONS:
        found = line.targets.get("emotion")
        return float(found[EMOTIONS.index(head)]) if isinstance(found, tuple) else float("nan")
    found = line.targets.get(head)
    return float(found[0]) if isinstance(found, tuple) else float("nan")


def main() -> None:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--twice", type=Path, required=True, help="the rows labelled twice")
    parser.add_argument("--lines", type=Path, required=True, help="folder of invented lines held apart")
    parser.add_argument("--brands", type=Path, required=True, help="invented lines about one of their brands")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    classifier = Classifier(asked.folder)
    manner = sentiment(classifier, asked.data)
    twice, lines = labelled(asked.twice, asked.data), list(own(asked.lines))
    manner["heads"] = heads(classifier, twice, lines)
    manner["intent_on"] = intent(classifier, twice, lines)
    with asked.brands.open(encoding="utf-8", newline="") as file:
        towards, plain = brands(classifier, csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    manner["brands_on"] = towards >= plain + _BETTER
    if asked.write:
        config = json.loads((asked.folder / "config.json").read_text("utf-8"))
        config["repartie"] = Manner.model_validate(manner).model_dump(mode="json")
        (asked.folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
