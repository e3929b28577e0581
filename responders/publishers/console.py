"""The console twin: shows what any publisher would publish, prints it, and publishes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from models.errors import Refused
from responders.publisher import PostRef, Preview, Publisher, Receipt


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


def _tame(text: str) -> str:
    """Without control signs: what a stranger wrote must not colour, move or hide a line of the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
