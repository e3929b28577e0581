"""Edits of the configuration file while we work: a good one is taken over, a broken one is refused and said.

The file's bytes are compared every few seconds, so every editor, mount and copy is noticed alike. What two looks in a
row find is an edit; a file half written is not judged.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from config.credentials import CredentialMissing
from config.i18n import Words, words
from config.load import examine
from config.problems import ConfigErrors, ConfigProblem
from config.schema import Config
from repartie.app import App, build
from responders.slack.edit import view
from responders.slack.errors import SlackTrouble
from responders.slack.kit import Message

log = logging.getLogger(__name__)

EVERY: Final = 2.0
"""Seconds between two looks at the file."""


class Working(Protocol):
    """What goes on while the file is edited (`repartie.running.Parts`)."""

    app: App

    def change(self, app: App) -> None:
        """Go on with `app`."""

    def tell(self, message: Message) -> None:
        """Say something to the team."""


@dataclass
class Edits:
    """Notices what was saved in `file` and hands it to `parts`. `seconds` is a clock that only goes forward."""

    file: Path
    parts: Working
    seconds: Callable[[], float] = time.monotonic
    _next: float = 0.0
    _seen: str | None = None
    _judged: str | None = None
    _refused: bool = field(default=False)

    def look(self) -> None:
        """Compare the file with what it was, at most every few seconds; act on what was saved since."""
        if self.seconds() < self._next:
            return
        self._next = self.seconds() + EVERY
        found = _fingerprint(self.file)
        settled, self._seen = found == self._seen, found
        if settled and found != self._judged:
            self._judged = found
            self._judge()

    def _judge(self) -> None:
        t = words(self.parts.app.config.language)
        found = examine(self.file)
        if found.config is None:
            self._refuse(ConfigErrors(found.problems).render(t), [_said(problem, t) for problem in found.problems], t)
            return
        for warning in found.problems:
            log.warning("%s", warning.render(t))
        try:
            self._take_over(found.config)
        except CredentialMissing as error:
            advice = t("Tokens are read at the start: once it is set, start Repartie again.")
            self._refuse(f"{error.render(t)} {advice}", [(error.render(t), advice)], t)
        except SlackTrouble as trouble:
            said = t("The Slack of the new configuration refuses us: {code}", code=trouble.code)
            self._refuse(said, [(said, "")], t)
        else:
            if self._refused:
                self._refused = False
                self.parts.tell(view.restored(self.file.name, words(found.config.language)))

    def _take_over(self, config: Config) -> None:
        before = self.parts.app
        if config == before.config:  # a comment, or an edit taken back
            return
        self.parts.change(build(config, before.credentials, clock=before.clock, after=before))
        log.info("%s was edited: the new configuration is in force", self.file)

    def _refuse(self, why: str, wrong: Sequence[tuple[str, str]], t: Words) -> None:
        log.error("%s was edited and is refused; the configuration of before goes on", self.file)
        for line in filter(str.strip, why.splitlines()):  # the log has one line a record
            log.error("%s", line)
        self._refused = True
        self.parts.tell(view.refused(self.file.name, wrong, t))


def _said(problem: ConfigProblem, t: Words) -> tuple[str, str]:
    """Where and what, as the terminal says it but for the folder, which is nobody's business in a channel; the mend."""
    where = f"{problem.file.name}:{problem.line}:{problem.column}: " if problem.line else ""
    return f"{where}{problem.said(t)}", problem.advice(t)


def _fingerprint(file: Path) -> str:
    try:
        return hashlib.blake2b(file.read_bytes(), digest_size=16).hexdigest()
    except OSError as error:
        return f"unreadable {error.errno}"
