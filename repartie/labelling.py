"""One person labels texts in a terminal: one key an answer, every answer on the disk at once, undone by one key.

The model's opinion is not shown: two people and the model must not have copied one another.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from config.i18n import Words, mark
from models.verdict import Sentiment
from repartie.labels import fingerprint
from repartie.lines import BadInput, Row

KEYS: Final = {"1": Sentiment.NEGATIVE, "2": Sentiment.NEUTRAL, "3": Sentiment.POSITIVE}
SKIP, UNDO, QUIT = (" ", "s"), ("u", "\x7f", "\b"), ("q", "\x03", "\x04", "\x1b")
HELP: Final = mark("1 negative   2 neutral   3 positive   space: skip   u: undo   q: stop, go on later")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of one text; `label` None: skipped."""

    id: str | int
    label: Sentiment | None


class Answers:
    """The file of answers, one line of JSON each. Open it, add and take back; a kill loses nothing that was answered.

    Raises:
        BadInput: it stands there already and is not such a file.
    """

    def __init__(self, file: Path, who: str) -> None:
        self.file, self.who = file, who
        self._ends: list[int] = []
        self.given: list[Answer] = []

    def __enter__(self) -> Self:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._opened = self.file.open("ab+")
        self._opened.seek(0)
        for number, line in enumerate(self._opened, 1):
            if not line.endswith(b"\n"):  # a kill in the middle of a write
                self._opened.truncate(sum(self._ends[-1:]))
                break
            try:
                said = json.loads(line)
                self.given.append(Answer(said["id"], Sentiment(said["label"]) if said["label"] else None))
            except (ValueError, KeyError, TypeError) as error:
                self._opened.close()
                mend = mark("choose another name for the answers")
                place = f"{self.file}:{number}"
                raise BadInput(place, mark("this is no file of answers"), mend) from error
            self._ends.append(self._opened.tell() if self._opened.seekable() else 0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()

    def add(self, row: Row, label: Sentiment | None) -> None:
        """Keep an answer."""
        said: dict[str, Any] = {
            "id": row.id,
            "text": row.text,
            "label": label.value if label else None,
            "fingerprint": fingerprint(row.text),
            "by": self.who,
        }
        said |= {name: row.cells[name] for name in ("brand", "lang") if row.cell(name) is not None}
        self._opened.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        self._opened.flush()
        os.fsync(self._opened.fileno())
        self._ends.append(self._opened.tell())
        self.given.append(Answer(row.id, label))

    def undo(self) -> Answer | None:
        """Take the last answer back."""
        if not self.given:
            return None
        self._ends.pop()
        self._opened.truncate(self._ends[-1] if self._ends else 0)
        self._opened.seek(0, os.SEEK_END)
        return self.given.pop()


def session(
    rows: Iterable[Row], answers: Answers, keys: Callable[[], str], show: Callable[[str], None], t: Words
) -> None:
    """Ask for each row that has no answer yet, until the last or until the person stops.

    `keys` waits for the next key; `show` prints a line.
    """
    waiting = list(rows)
    place = {row.id: at for at, row in enumerate(waiting)}
    done = {answer.id for answer in answers.given}
    show(t(HELP))
    at = 0
    while at < len(waiting):
        row = waiting[at]
        if row.id in done:
            at += 1
            continue
        show("")
        show(" · ".join(_facts(row, len(done), len(waiting))))
        show(row.text)
        key = _key(keys)
        if key in QUIT:
            return
        if key in UNDO:
            if back := answers.undo():
                done.discard(back.id)
                at = place.get(back.id, at)
            continue
        label = KEYS.get(key)
        answers.add(row, label)
        done.add(row.id)
        show(f"-> {t(label.value) if label else t('skipped')}")


def _facts(row: Row, done: int, total: int) -> Iterator[str]:
    yield f"{done + 1} / {total}"
    yield from (said for name in ("brand", "lang") if (said := row.cell(name)))


def _key(keys: Callable[[], str]) -> str:
    """The next key that means something; the end of the input stops."""
    while True:
        try:
            key = keys()
        except (EOFError, KeyboardInterrupt):
            return QUIT[0]
        if not key:
            return QUIT[0]
        if key.lower() in (*KEYS, *SKIP, *UNDO, *QUIT):
            return key.lower()
