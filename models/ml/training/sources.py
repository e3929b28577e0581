"""Reads each public set (docs/model/data.md says whose it is) into examples. Nothing of a text is ever written back."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from models.ml.classifier import prepare
from models.ml.training.tasks import EMOTION, INTENT, SENTIMENT

NAN = float("nan")
UMSAB_LANGUAGES = {
    "french": "fr",
    "english": "en",
    "german": "de",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
}
_DEFT = {"negative": 0, "neutral": 1, "positive": 2}
_SEMEVAL = _DEFT
# GoEmotions' 28 labels by number: the ones that say anger, joy, sadness or fear (its own Ekman grouping, joy narrowed
# to what is felt: admiration, approval, desire and relief judge or wish, and are left out of both sides).
_GO = {
    "anger": {2, 3, 10},
    "joy": {1, 13, 15, 17, 18, 20, 21},
    "sadness": {9, 12, 16, 24, 25},
    "fear": {14, 19},
}
_GO_SILENT = {0, 4, 5, 8, 23}
# XED: Plutchik's eight by number.
_XED = {"anger": 1, "joy": 5, "sadness": 6, "fear": 4}
_OFFENSIVE_WORDS = {"offensive", "abusive", "hateful", "disrespectful"}


@dataclass(frozen=True)
class Example:
    """One labelled text. `targets`: task name -> class number (one of) or a float a class (any of)."""

    text: str
    targets: dict[str, int | tuple[float, ...]]
    language: str
    source: str
    row: int
    brand: str | None = None
    """Asked about this brand: the second segment."""


@dataclass(frozen=True)
class Corpus:
    """One set's training rows and its share of the batches."""

    name: str
    weight: float
    examples: list[Example] = field(repr=False)


def fingerprint(text: str) -> str:
    """Which text this is, without the text: 16 hex digits of SHA-256 over its prepared, lower-case form."""
    return hashlib.sha256(prepare(text).lower().encode()).hexdigest()[:16]


def umsab(root: Path, part: str, languages: Iterable[str] = tuple(UMSAB_LANGUAGES)) -> Iterator[Example]:
    """UMSAB (cardiffnlp/xlm-t): `part` is train or val."""
    for language in languages:
        folder = root / "umsab" / language
        texts = (folder / f"{part}_text.txt").read_text("utf-8").split("\n")
        labels = (folder / f"{part}_labels.txt").read_text("utf-8").split()
        for row, (text, label) in enumerate(zip(texts, labels, strict=False)):
            yield Example(
                text, {SENTIMENT.name: int(label)}, UMSAB_LANGUAGES[language], f"umsab/{language}/{part}", row
            )


def semeval(root: Path) -> Iterator[Example]:
    """SemEval 2013-2016 task 4A, English."""
    for row, line in enumerate(_tsv(root / "semeval2013-16_en/train.tsv")):
        yield Example(line["text"], {SENTIMENT.name: _SEMEVAL[line["label"]]}, "en", "semeval", row)


def deft(root: Path) -> Iterator[Example]:
    """DEFT 2017 task 1, French, without the rows UMSAB took."""
    for row, line in enumerate(_tsv(root / "deft2017_fr/extra_not_in_umsab.tsv")):
        yield Example(line["text"], {SENTIMENT.name: _DEFT[line["label"]]}, "fr", "deft", row)


def goemotions(root: Path) -> Iterator[Example]:
    """GoEmotions, English; rows that only name a feeling outside our four are left out half the time by weight."""
    for row, line in enumerate((root / "goemotions/train.tsv").read_text("utf-8").split("\n")):
        if not line:
            continue
        text, labels, _ = line.split("\t")
        numbers = {int(number) for number in labels.split(",")}
        said = tuple(float(bool(numbers & _GO[name])) for name in EMOTION.classes)
        if numbers & _GO_SILENT and not any(said):
            continue
        yield Example(text, {EMOTION.name: said}, "en", "goemotions", row)


def xed(root: Path, language: str) -> Iterator[Example]:
    """XED film subtitles; other languages than English are projected and noisy."""
    file = "en-annotated.tsv" if language == "en" else f"{language}-projections.tsv"
    for row, line in enumerate((root / "xed" / file).read_text("utf-8").split("\n")):
        text, _, labels = line.rpartition("\t")
        if not text or not labels.replace(",", "").replace(" ", "").isdigit():  # a subtitle broken over two lines
            continue
        numbers = {int(number) for number in labels.split(",")}
        said = tuple(float(_XED[name] in numbers) for name in EMOTION.classes)
        yield Example(text, {EMOTION.name: said}, language, f"xed/{language}", row)


def tweeteval(root: Path, task: str, part: str = "train") -> Iterator[Example]:
    """TweetEval emotion, irony, offensive or hate, English."""
    folder = root / "tweeteval" / task
    texts = (folder / f"{part}_text.txt").read_text("utf-8").split("\n")
    labels = (folder / f"{part}_labels.txt").read_text("utf-8").split()
    for row, (text, label) in enumerate(zip(texts, labels, strict=False)):
        targets = _tweeteval_targets(task, int(label))
        if targets:
            yield Example(text, targets, "en", f"tweeteval/{task}/{part}", row)


def _tweeteval_targets(task: str, label: int) -> dict[str, int | tuple[float, ...]]:
    if task == "emotion":  # nobody was asked about fear
        said = ("anger", "joy", "optimism", "sadness")[label]
        joy = NAN if said == "optimism" else float(said == "joy")
        return {EMOTION.name: (float(said == "anger"), joy, float(said == "sadness"), NAN)}
    if task == "hate":  # hateful is offensive; what is not hateful may be offensive all the same
        return {"offensive": (1.0,)} if label == 1 else {}
    return {task: (float(label == 1),)}


def mlma(root: Path, language: str) -> Iterator[Example]:
    """MLMA hate speech: normal or not, French and English."""
    with (root / f"mlma_hate/{language}_dataset.csv").open(encoding="utf-8", newline="") as file:
        for row, line in enumerate(csv.DictReader(file)):
            said = set(line["sentiment"].split("_"))
            if said & _OFFENSIVE_WORDS and "normal" in said:
                continue  # its annotators did not agree
            offensive = float(bool(said & _OFFENSIVE_WORDS))
            yield Example(line["tweet"], {"offensive": (offensive,)}, language, f"mlma/{language}", row)


def own(folder: Path) -> Iterator[Example]:
    """Lines written for this model: `*.tsv` with the columns language, text, and any of brand and the tasks.

    A cell of an any-of task lists the classes that hold, `-` when none does; an empty cell: nobody said.
    """
    for file in sorted(folder.glob("*.tsv")):
        for row, line in enumerate(_tsv(file)):
            yield Example(
                line["text"], own_targets(line), line["language"], f"own/{file.stem}", row, line.get("brand") or None
            )


def own_targets(line: dict[str, str]) -> dict[str, int | tuple[float, ...]]:
    """What one of our lines says of each task."""
    targets: dict[str, int | tuple[float, ...]] = {}
    for task in (SENTIMENT, INTENT):
        if said := line.get(task.name):
            targets[task.name] = task.classes.index(said)
    if said := line.get(EMOTION.name):
        named = set(said.replace(",", " ").split())
        targets[EMOTION.name] = tuple(float(name in named) for name in EMOTION.classes)
    for name in ("irony", "offensive", "danger"):
        if said := line.get(name):
            targets[name] = (float(said == "1"),)
    return targets


def _tsv(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


READERS: dict[str, Callable[[Path], Iterator[Example]]] = {
    **{
        f"umsab-{code}": partial(umsab, part="train", languages=(language,))
        for language, code in UMSAB_LANGUAGES.items()
    },
    "semeval": semeval,
    "deft": deft,
    "goemotions": goemotions,
    **{f"xed-{language}": partial(xed, language=language) for language in ("en", "fr", "de", "es", "it", "pt")},
    **{f"tweeteval-{task}": partial(tweeteval, task=task) for task in ("emotion", "irony", "offensive", "hate")},
    **{f"mlma-{language}": partial(mlma, language=language) for language in ("fr", "en")},
}
