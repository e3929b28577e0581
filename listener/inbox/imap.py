"""A mailbox by IMAP (RFC 3501, 4315), read with the standard library's client. Looks without marking, unless told."""

import imaplib
import re
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final

from config.guard import trusted_authorities
from config.i18n import Words
from config.sources import MailOptions
from models.errors import AccessLost, RetryLater

MOST_BYTES: Final = 2_000_000
"""Bytes of one mail that are read: alerts have a hundredth of it, and what is cut off is cut off."""
_PATIENCE: Final = timedelta(minutes=2)
_TURNS: Final = 3
"""Time-outs that one reading may last in all: a server that sends a byte a second never ends by itself."""
_PASSING: Final = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[EXPUNGEISSUED]")
"""RFC 5530: refusals that say nothing about the password."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Mailbox:
    """The folder of one source, while `open_mailbox` lasts."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client

    def number(self, name: str) -> int:
        """`UIDVALIDITY` or `UIDNEXT`, as the server said them when the folder was opened; 0 where it did not."""
        _, said = self._client.response(name)
        return int(said[-1]) if said and said[-1] else 0

    def since(self, day: date) -> list[int]:
        """The mails that came on `day` or later, by rising UID."""
        return self._search("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def after(self, uid: int) -> list[int]:
        """The mails after `uid`; `n:*` gives the last one even where it is before n."""
        return [found for found in self._search("UID", f"{uid + 1}:*") if found > uid]

    def fetch(self, uid: int) -> bytes | None:
        """The mail, or None where it is gone meanwhile."""
        said = self._ask("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        return next((bytes(part[1]) for part in said if isinstance(part, tuple)), None)

    def mark_read(self, uids: Sequence[int]) -> None:
        """Set the flag that mail programs show as read."""
        if uids:
            self._ask("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Seen)")

    def _search(self, *criteria: str) -> list[int]:
        said = self._ask("SEARCH", *criteria)
        return sorted({int(uid) for line in said if isinstance(line, bytes) for uid in line.split()})

    def _ask(self, command: str, *arguments: str) -> Sequence[Any]:
        status, said = self._client.uid(command, *arguments)
        if status != "OK":
            raise imaplib.IMAP4.error(status)
        return said


@contextmanager
def open_mailbox(
    options: MailOptions, password: str, clock: Callable[[], datetime], t: Words, seconds: float
) -> Iterator[Mailbox]:
    """Log in, open the folder, and hang up in the end, at the latest after a few time-outs of `seconds`.

    Raises:
        RetryLater: the server is away, slow, or says something that cannot be read.
        AccessLost: it does not know the password, or there is no such folder.
    """

    def later(reason: str) -> RetryLater:
        return RetryLater(clock() + _PATIENCE, reason)

    try:
        client = _connected(options, seconds)
        try:
            with _hung_up_after(client, seconds * _TURNS):
                _log_in(client, options, password, t, later)
                status, said = client.select(_quoted(options.folder), readonly=not options.mark_read)
                if status != "OK":
                    raise _refused(said, t("The mailbox has no folder {name}", name=options.folder), later, t)
                yield Mailbox(client)
        finally:
            _hang_up(client)
    except (imaplib.IMAP4.abort, OSError) as error:
        raise later(t("The mail server does not answer ({error})", error=type(error).__name__)) from error
    except (imaplib.IMAP4.error, ValueError) as error:
        raise later(t("The mail server's answer cannot be read")) from error


def _connected(options: MailOptions, seconds: float) -> imaplib.IMAP4:
    if options.security == "tls":
        return imaplib.IMAP4_SSL(options.host, options.port, ssl_context=_authorities(), timeout=seconds)
    client = imaplib.IMAP4(options.host, options.port, timeout=seconds)
    if options.security == "starttls":
        client.starttls(_authorities())
    return client


def _authorities() -> ssl.SSLContext:
    return trusted_authorities()


def _log_in(
    client: imaplib.IMAP4, options: MailOptions, password: str, t: Words, later: Callable[[str], RetryLater]
) -> None:
    try:
        if "AUTH=PLAIN" in client.capabilities:  # takes any character; LOGIN takes ASCII only
            client.authenticate("PLAIN", lambda _: f"\0{options.username}\0{password}".encode())
        else:
            client.login(options.username, password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        mend = t("The mail server refuses {name}: put a new password into .env", name=options.username)
        raise _refused(error.args, mend, later, t) from error


def _refused(
    said: Sequence[object], lost: str, later: Callable[[str], RetryLater], t: Words
) -> RetryLater | AccessLost:
    """`lost`, unless the server says that it passes."""
    written = " ".join(part.decode("ascii", "replace") if isinstance(part, bytes) else str(part) for part in said)
    if any(code in written.upper() for code in _PASSING):
        return later(t("The mail server asks for patience"))
    return AccessLost(lost)


def _hang_up(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (imaplib.IMAP4.error, OSError):
        client.shutdown()  # it hung up first


@contextmanager
def _hung_up_after(client: imaplib.IMAP4, seconds: float) -> Iterator[None]:
    def cut() -> None:
        try:
            client.socket().shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it ended in the same moment

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3), between quotes."""

    def shifted(found: re.Match[str]) -> str:
        packed = b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    encoded = re.sub(r"[^\x20-\x7e]+", shifted, folder.replace("&", "&-"))
    escaped = encoded.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
