"""A mail as bytes to what matters of it: who sent it, whether that is believed, what it says. Never trusts a header."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import blake2b
from typing import Final

from listener.html import one_line

_COMMENT: Final = re.compile(r"\([^()]*\)")
_RESULT: Final = re.compile(r"^\s*(dkim|dmarc)\s*=\s*pass\b(.*)$", re.IGNORECASE | re.DOTALL)
_PROPERTY: Final = re.compile(r"header\.(?:d|i|from)\s*=\s*\"?@?([\w.-]+)", re.IGNORECASE)
_MOST_PARTS: Final = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """What is read of a mail. `sender` is "" where it names none, or several; `html` and `text` may both be ""."""

    id: str
    sender: str
    sender_name: str
    subject: str
    at: datetime | None
    html: str
    text: str
    results: tuple[str, ...] = ()
    """Its Authentication-Results headers."""

    def is_from(self, senders: Sequence[str]) -> bool:
        """Whether one of `senders` sent it, as it says itself: whole addresses, or domains as @alerts.example."""
        allowed = {each.casefold() for each in senders}
        return bool(self.sender) and bool({self.sender, f"@{self.domain}"} & allowed)

    def is_vouched_for(self, authserv: str) -> bool:
        """Whether the server `authserv` found a DKIM signature or DMARC of the sender's own domain good (RFC 8601)."""
        return any(_passes(result, authserv, self.domain) for result in self.results)

    @property
    def domain(self) -> str:
        """The sender's."""
        return self.sender.rpartition("@")[2]


def read_mail(raw: bytes) -> Mail:
    """Read what can be read: unknown charsets, broken headers and cut bodies cost what they hold, and no more."""
    message = message_from_bytes(raw)
    senders = [address for header in message.get_all("From", []) for address in getaddresses([_decoded(header)])]
    name, sender = senders[0] if len(senders) == 1 else ("", "")
    html, text = _bodies(message)
    mark = blake2b(raw, digest_size=16).hexdigest()
    return Mail(
        id=one_line(str(message.get("Message-ID", ""))).strip("<>") or mark,
        sender=sender.casefold().strip(),
        sender_name=one_line(name),
        subject=one_line(_decoded(message.get("Subject", ""))),
        at=_moment(str(message.get("Date", ""))),
        html=html,
        text=text,
        results=tuple(str(header) for header in message.get_all("Authentication-Results", [])),
    )


def _bodies(message: Message) -> tuple[str, str]:
    """The first HTML and the first plain text that are no attachments."""
    found = {"text/html": "", "text/plain": ""}
    for index, part in enumerate(message.walk()):
        kind = part.get_content_type()
        if index >= _MOST_PARTS:
            break
        if kind in found and not found[kind] and part.get_content_disposition() != "attachment":
            found[kind] = _text(part)
    return found["text/html"], found["text/plain"]


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset("utf-8"), "strict")
    except (LookupError, UnicodeDecodeError, ValueError):
        pass  # no such charset, or not that one
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def _decoded(header: object) -> str:
    written = str(header)
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, UnicodeDecodeError, ValueError):  # HeaderParseError is a ValueError
        return written


def _moment(written: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(written)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _passes(result: str, authserv: str, domain: str) -> bool:
    server, *verdicts = _COMMENT.sub(" ", result).split(";")
    if not domain or server.split()[:1] != [authserv]:
        return False
    passed = [found[2] for verdict in verdicts if (found := _RESULT.match(verdict))]
    return any(_are_aligned(signer.casefold(), domain) for said in passed for signer in _PROPERTY.findall(said))


def _are_aligned(signer: str, domain: str) -> bool:
    """Relaxed alignment, without the list of public suffixes: the same, or one below the other."""
    return "." in signer and (signer == domain or domain.endswith(f".{signer}") or signer.endswith(f".{domain}"))
