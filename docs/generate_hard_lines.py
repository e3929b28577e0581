# ruff: noqa: INP001 - a script beside the pages it writes
"""Writes docs/model/hard-lines.md: what the bundled model says of 60 invented lines chosen to be hard.

PYTHONPATH=. python docs/generate_hard_lines.py
"""

import csv
from collections import Counter
from pathlib import Path

from models.ml.classifier import Classifier
from models.verdict import Sentiment

FOLDER = Path(__file__).parent / "model"
HEAD = """# Sixty hard lines

Invented lines, French and English, of the kinds that models get wrong. What the bundled model says of each, failures
included. Written by `docs/generate_hard_lines.py`; nothing was learnt from these lines. For two brands, the question is
what the line says of the brand named.

"""


def page() -> str:
    """The whole page."""
    with (FOLDER / "hard-lines.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = Classifier().read(
        [row["text"] for row in rows], [row["brand"] or None for row in rows], [row["language"] for row in rows]
    )
    said = [list(Sentiment)[int(scores.argmax())].value for scores in found.sentiment]
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    right: Counter[str] = Counter()
    for row, label in zip(rows, said, strict=True):
        right[row["kind"]] += row["expected"] == label
    total = Counter(row["kind"] for row in rows)
    parts = [HEAD, f"Right: {right.total()} of {len(rows)}.\n\n| kind | right |\n|---|---|\n"]
    parts += [f"| {kind} | {right[kind]} of {total[kind]} |\n" for kind in kinds]
    for kind in kinds:
        parts.append(f"\n## {kind.capitalize()}\n\n| line | of | expected | said | sure |\n|---|---|---|---|---|\n")
        for row, label, scores, unsure in zip(rows, said, found.sentiment, found.unsure, strict=True):
            if row["kind"] != kind:
                continue
            mark = "" if label == row["expected"] else " ✗"
            sure = f"{scores.max():.0%}" + (", unsure" if unsure else "")
            text = row["text"].replace("|", "\\|")
            parts.append(f"| {text} | {row['brand']} | {row['expected']} | {label}{mark} | {sure} |\n")
    return "".join(parts)


if __name__ == "__main__":
    (FOLDER / "hard-lines.md").write_text(page(), encoding="utf-8")
