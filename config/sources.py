"""One options class per network; `kind` chooses it. A new network adds its class here."""

from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from config.base import ApiAddress, Duration, Section, WebAddress, between, is_private_way
from config.i18n import mark
from config.phrases import refusal
from config.secrets import Secret

Every = Annotated[Duration, between(timedelta(seconds=1), timedelta(days=30))]
"""How often a source is asked."""
Backfill = Annotated[Duration, between(timedelta(0), timedelta(days=30))]
"""How far back a network is read the first time, and again when a brand's query has changed. 0d: not at all."""
BACKFILL_SAID = "How far back it is read the first time and when a query has changed: 7d; 0d for nothing."


Text = Annotated[str, Field(min_length=1)]

IMAP_PASSWORD: Final = mark(
    "1. Make a mailbox for alerts alone. 2. Where the provider offers “app passwords”, make one for Repartie: the"
    " ordinary password is often refused. 3. Put {variable}=… into .env."
)
WEBHOOK_SECRET: Final = mark(
    "1. Run “openssl rand -hex 32”. 2. Put {variable}=… into .env. 3. Give the same value to the tool that signs."
)


class Source(Section):
    """What the options of every network have in common. A network that can look back adds `backfill: Backfill`."""

    def secrets(self) -> tuple[Secret, ...]:
        """What it needs from the environment, as its other options stand; nothing, unless a network says so."""
        return ()


class RssOptions(Source):
    """RSS, Atom, RDF and JSON feeds."""

    kind: Literal["rss"] = Field(description="Which network: rss reads RSS, Atom, RDF and JSON feeds.")
    every: Every = Field(timedelta(minutes=10), description="How often the feeds are read: 10m, 1h.")
    feeds: tuple[WebAddress, ...] = Field(min_length=1, description="Addresses of the feeds.")
    allow_private: bool = Field(
        default=False, description="Whether these feeds may stand on this machine or a private network."
    )


class SandboxOptions(Source):
    """The practice ground's social network."""

    kind: Literal["sandbox"] = Field(description="Which network: sandbox is the practice ground.")
    every: Every = Field(timedelta(seconds=5), description="How often it is asked: 5s, 1m.")
    url: WebAddress = Field(description="Address of the practice ground.")


HeardNetwork = Literal[
    "app-store",
    "facebook",
    "google-play",
    "google-reviews",
    "instagram",
    "linkedin",
    "quora",
    "threads",
    "tiktok",
    "trustpilot",
    "web",
    "youtube",
]
"""Networks without an interface open to us: others bring what is said there. `web` is everything else."""
Port = Annotated[int, Field(ge=1, le=65_535)]


class MailOptions(Source):
    """A mailbox where alert services send what they find."""

    kind: Literal["mail"] = Field(description="Which network: mail reads alert mails from a mailbox (IMAP).")
    every: Every = Field(timedelta(minutes=2), description="How often the mailbox is read: 2m, 1h.")
    host: Text = Field(description="Name of the IMAP server, as in imap.example.")
    port: Port = Field(993, description="Its port.")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="How the way there is closed to others: tls, starttls; none on this very machine only."
    )
    username: Text = Field(description="The user whose mailbox it is.")
    folder: Text = Field("INBOX", description="The folder that is read.")
    senders: tuple[Text, ...] = Field(
        min_length=1,
        description="Who is believed: whole addresses, or domains as @alerts.example; others are passed over.",
    )
    authserv: Text | None = Field(
        None,
        description="The name your mail server signs its Authentication-Results with; DKIM or DMARC must pass then.",
    )
    backfill: Backfill = Field(timedelta(days=7), description=BACKFILL_SAID)
    mark_read: bool = Field(default=False, description="Whether mails that were read are marked so; none is deleted.")

    @model_validator(mode="after")
    def _closed_way(self) -> Self:
        if self.security == "none" and not is_private_way(self.address):
            raise refusal("open_mail", written=self.host)
        return self

    @property
    def address(self) -> str:
        """Where the password goes, written as credentials are bound: http only for an open way."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.security == 'none' else 'https'}://{name}:{self.port}"

    def secrets(self) -> tuple[Secret, ...]:
        """The mailbox's password."""
        return (Secret("IMAP_PASSWORD", self.address, IMAP_PASSWORD),)


class WebhookOptions(Source):
    """A door where other tools bring posts."""

    kind: Literal["webhook"] = Field(description="Which network: webhook takes signed posts that other tools bring.")
    every: Every = Field(timedelta(seconds=5), description="How often what was brought is looked through: 5s, 1m.")
    networks: tuple[HeardNetwork, ...] = Field(
        min_length=1, description="Where the posts come from: facebook, trustpilot, web…; others are refused."
    )
    host: Text = Field("127.0.0.1", description="The address it listens at; another one only behind a reverse proxy.")
    port: Port = Field(8787, description="The port it listens at.")
    folder: Text = Field("var/webhook", description="Where posts wait on disk until they stand in the store.")
    per_minute: Annotated[int, Field(ge=1, le=60_000)] = Field(600, description="Requests of a minute at most.")

    def secrets(self) -> tuple[Secret, ...]:
        """What posts are signed with; it is sent nowhere."""
        return (Secret("WEBHOOK_SECRET", f"http://127.0.0.1:{self.port}", WEBHOOK_SECRET),)


class WordPressOptions(Source):
    """The comments of one WordPress site."""

    kind: Literal["wordpress"] = Field(
        description="Which network: wordpress reads the comments of a WordPress site, answers and moderates them."
    )
    every: Every = Field(timedelta(minutes=5), description="How often its comments are read: 5m, 1h.")
    url: ApiAddress = Field(description="Address of the site, as in https://blog.example.")
    username: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The user who reads, answers and moderates; without one, approved comments are read."
    )
    allow_private: bool = Field(
        default=False, description="Whether this site may stand on this machine or a private network."
    )


SourceOptions = Annotated[
    MailOptions | RssOptions | SandboxOptions | WebhookOptions | WordPressOptions, Field(discriminator="kind")
]
