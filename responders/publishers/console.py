"""The console twin: shows what any publisher would publish, prints it, and publishes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from models.errors import Refused
from responders.publisher import Moderates, PostRef, Preview, Publisher, Receipt, Standing


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

    def preview(self, text: str, to: PostRef) -> Preview:
        """Exactly what the real publisher would show."""
        return self._twin_of.preview(text, to)

    def publish(self, preview: Preview, key: str) -> Receipt:
        """Print what would have been public. The receipt has no address, for there is nothing to see.

        Raises:
            Refused: the preview has problems.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        self._console.print(
            Text.assemble(
                (self._label, "bold yellow"),
                f" {self.network} · {preview.account} -> {_tame(preview.to.author)} {_tame(preview.to.url)}\n",
                *(f"  | {_tame(line)}\n" for line in preview.text.splitlines()),
            ),
            end="",
            soft_wrap=True,
        )
        return Receipt(external_id=f"dry-run:{key}", url="", at=self._clock())


class ConsoleModerator(ConsolePublisher):
    """The twin of a publisher that also moderates."""

    def __init__(
        self,
        twin_of: Publisher,
        moderator: Moderates,
        console: Console | None = None,
        label: str = "dry run",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__(twin_of, console, label, clock)
        self._moderator = moderator

    def standing(self, to: PostRef) -> Standing | None:
        """As the real one."""
        return self._moderator.standing(to)

    def moderate(self, to: PostRef, standing: Standing) -> dict[str, str]:
        """Print what would have been done; the post stays as it is."""
        said = f" {self.network} · {self.account} · {_tame(to.author)} {_tame(to.url)} -> {standing.value}\n"
        self._console.print(Text.assemble((self._label, "bold yellow"), said), end="", soft_wrap=True)
        return to.thread


def console_twin(real: Publisher, console: Console | None = None, label: str = "dry run") -> ConsolePublisher:
    """The twin of `real`, with the powers that it has."""
    if isinstance(real, Moderates):
        return ConsoleModerator(real, real, console, label)
    return ConsolePublisher(real, console, label)


def _tame(text: str) -> str:
    """Without control signs: what a stranger wrote must not colour, move or hide a line of the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
