"""The doors of webhooks: which are open, as the configuration in force says. Each stands in a thread of its own."""

import logging
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from config.sources import WebhookOptions
from listener.inbox.door import Door
from listener.inbox.reception import Reception
from listener.inbox.signing import SHORTEST
from listener.inbox.spool import Spool
from repartie.access import secrets_of
from repartie.app import App

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a door is made of; another one stands in its place when any of it changes."""

    options: WebhookOptions
    secret: SecretStr
    language: str


class Doors:
    """All doors of a process."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[_Wanted, Door]] = {}

    def change(self, app: App) -> None:
        """Open what `app` wants and close the rest; a door that stays as it is stays open."""
        wanted = {
            name: _Wanted(options, _secret(name, app), app.means.t.language)
            for name, options in app.config.sources.items()
            if isinstance(options, WebhookOptions)
        }
        for name in [name for name, (before, _) in self._open.items() if wanted.get(name) != before]:
            self._open.pop(name)[1].close()
        for name, want in wanted.items():
            if name in self._open:
                continue
            if len(want.secret.get_secret_value()) < SHORTEST:
                log.error("%s: its secret is shorter than %d characters: the door stays closed", name, SHORTEST)
                continue
            self._open[name] = (want, self._door(name, want, app))

    def stop(self) -> None:
        """Take nothing more."""
        for _, door in self._open.values():
            door.close()
        self._open.clear()

    def _door(self, name: str, want: _Wanted, app: App) -> Door:
        options = want.options
        spool = Spool(Path(options.folder), name)
        reception = Reception(
            options.networks, want.secret, spool, app.clock, app.means.t, per_minute=options.per_minute
        )
        return Door(name, options.host, options.port, reception)


def _secret(source: str, app: App) -> SecretStr:
    return secrets_of(source, app.config, app.credentials)["WEBHOOK_SECRET"].secret
