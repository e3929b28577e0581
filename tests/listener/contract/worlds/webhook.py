"""Other tools that bring posts to a real spool. Nobody is asked, so nobody can be away."""

import json
import tempfile
from http import HTTPStatus
from pathlib import Path

from pydantic import SecretStr

from config.credentials import Credential
from config.i18n import words
from config.sources import WebhookOptions
from listener.inbox.reception import Reception
from listener.inbox.signing import sign
from listener.inbox.spool import Spool
from listener.registry import Given
from tests.listener.contract.world import Clock, World

SECRET = "s" * 64


class Bringing(World):
    kind = "webhook"
    usual = frozenset()
    powers = frozenset({"edits", "deletes"})

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._folder = tempfile.TemporaryDirectory()
        spool = Spool(Path(self._folder.name), "avis")
        self._reception = Reception(("trustpilot",), SecretStr(SECRET), spool, clock, words("en"))
        self._count = 0

    def __exit__(self, *why: object) -> None:
        self._folder.cleanup()

    def options(self) -> WebhookOptions:
        return WebhookOptions(kind="webhook", networks=("trustpilot",), folder=self._folder.name)

    def given(self) -> Given:
        credential = Credential("WEBHOOK_SECRET", SecretStr(SECRET), "http://127.0.0.1:8787")
        return Given("avis", secrets={"WEBHOOK_SECRET": credential})

    def asked(self) -> int:
        return 0

    def publish(self, text: str) -> str:
        self._count += 1
        name = f"avis-{self._count}"
        self.edit(name, text)
        return name

    def edit(self, external_id: str, text: str) -> None:
        self._bring(
            external_id=external_id,
            url=f"https://avis.example/{external_id}",
            text=text,
            author={"handle": "lea"},
            at=self.now.isoformat(),
        )

    def delete(self, external_id: str) -> None:
        self._bring(deleted=[{"external_id": external_id}])

    def _bring(self, **said: object) -> None:
        body = json.dumps(said).encode()
        moment = str(round(self.clock().timestamp()))
        headers = {"repartie-timestamp": moment, "repartie-signature": sign(SECRET, moment, body)}
        answer = self._reception.receive(headers, body)
        assert answer.status == HTTPStatus.ACCEPTED, answer.said


WORLD = Bringing
