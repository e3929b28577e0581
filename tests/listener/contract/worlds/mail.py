"""An alert service that writes a mail a post, into a real IMAP server on loopback."""

from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self

from pydantic import SecretStr

from config.credentials import Credential
from config.sources import MailOptions
from listener.registry import Given
from tests.imap import ImapServer
from tests.listener.contract.world import SECONDS, Clock, World

_REFUSALS = {401: "[AUTHENTICATIONFAILED] no", 403: "[AUTHORIZATIONFAILED] not you"}


class Mailing(World):
    kind = "mail"
    usual = frozenset({"troubles"})
    powers = frozenset({"pages", "secured"})
    page = 20

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.imap = ImapServer()

    def __enter__(self) -> Self:
        self.imap.__enter__()
        return self

    def __exit__(self, *why: object) -> None:
        self.imap.__exit__(None, None, None)

    def options(self) -> MailOptions:
        return MailOptions(
            kind="mail",
            host="127.0.0.1",
            port=self.imap.port,
            security="none",
            username="alertes",
            senders=("@alertes.example",),
        )

    def given(self) -> Given:
        address = f"http://127.0.0.1:{self.imap.port}"
        return Given(secrets={"IMAP_PASSWORD": Credential("IMAP_PASSWORD", SecretStr(self.imap.account[1]), address)})

    def asked(self) -> int:
        return self.imap.connections

    def publish(self, text: str) -> str:
        mail = EmailMessage()
        name = f"{self.imap.next}@alertes.example"
        mail["Message-ID"], mail["Date"] = f"<{name}>", format_datetime(self.now)
        mail["From"], mail["Subject"] = "Alertes <avis@alertes.example>", "Nouvel avis"
        mail.set_content(f"{text}\nhttps://avis.example/{self.imap.next}\n")
        self.imap.deliver(mail.as_bytes(), self.clock())
        return f"mid:{name}"

    def fail(self, status: int) -> None:
        self.imap.greeting.append(f"* BYE [UNAVAILABLE] {status}")

    def truncate(self) -> None:
        self.imap.cut()

    def slow(self) -> None:
        self.imap.drip(SECONDS / 4)

    def lose_credential(self, status: int) -> None:
        self.imap.refusal = _REFUSALS[status]


WORLD = Mailing
