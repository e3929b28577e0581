"""The console twin: shows what any publisher would publish, prints it, and publishes nothing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from rich.console import Console
from rich.text import Text

from models.errors import Refused
from responders.publisher import (
    Act,
    HandsOver,
    Manner,
    Moderates,
    PostRef,
    Preview,
    Publisher,
    Receipt,
    Retracts,
    Standing,
)


def _now() -> datetime:
    return datetime.now(UTC)


class ConsolePublisher:
    """Stands in for `twin_of` until its brand is live: the same preview, the same problems, and no network at all.

    `label` opens each printed reply, in the operator's language.
    """

    dry_run = True

    def __init__(
        self,
        twin_of: Publisher,
        console: Console | None = None,
        label: str = "dry run",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.network = twin_of.network
        self.account = twin_of.account
        self._twin_of = twin_of
        self._console = console or Console(stderr=True)
        self._label = label
        self._clock = clock

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """Exactly what the real publisher would show."""
        return self._twin_of.preview(text, to, manner)

    def publish(self, preview: Preview, key: str) -> Receipt:
        """Print what would have been public. The receipt has no address, for there is nothing to see.

        Raises:
            Refused: the preview has problems.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        lines = "".join(f"\n  | {_tame(line)}" for line in preview.text.splitlines())
        self._say(f"-> {_tame(preview.to.author)} {_tame(preview.to.url)}{lines}")
        return Receipt(external_id=f"dry-run:{key}", url="", at=self._clock())

    def _say(self, what: str) -> None:
        said = f" {self.network} · {self.account} {what}\n"
        self._console.print(Text.assemble((self._label, "bold yellow"), said), end="", soft_wrap=True)


class _Moderating(ConsolePublisher):
    """The twin's say in what others' posts are shown: none."""

    def standing(self, to: PostRef) -> Standing | None:
        """As the real one."""
        return cast("Moderates", self._twin_of).standing(to)

    def actions(self, to: PostRef) -> Sequence[Act]:
        """As the real one."""
        return cast("Moderates", self._twin_of).actions(to)

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:  # noqa: ARG002 - nobody reads it
        """Print what would have been done; the post stays as it is."""
        self._say(f"· {_tame(to.author)} {_tame(to.url)} -> {act.value}")
        return to.thread


class _Retracting(ConsolePublisher):
    """What was never published is easily taken back."""

    def retract(self, receipt: Receipt) -> None:
        """Print that it would have been taken back."""
        self._say(f"· {_tame(receipt.external_id)} -> -")


class _HandingOver(ConsolePublisher):
    """A browser is a browser."""

    def browser_address(self, to: PostRef) -> str:
        """As the real one."""
        return cast("HandsOver", self._twin_of).browser_address(to)


_POWERS: Final = {Moderates: _Moderating, Retracts: _Retracting, HandsOver: _HandingOver}
"""A power of the real publisher -> the twin's. A rehearsal is never looked for, so the twin finds no reply."""


def console_twin(real: Publisher, console: Console | None = None, label: str = "dry run") -> ConsolePublisher:
    """The twin of `real`, with the powers that it has."""
    powers = tuple(twin for power, twin in _POWERS.items() if isinstance(real, power))
    made: ConsolePublisher = type("ConsoleTwin", powers or (ConsolePublisher,), {})(real, console, label)
    return made


def _tame(text: str) -> str:
    """Without control signs: what a stranger wrote must not colour, move or hide a line of the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
