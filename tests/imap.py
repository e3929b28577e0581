"""A strict IMAP server on loopback (the part of RFC 3501 that reading needs), which misbehaves when told."""

import base64
import re
import socketserver
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Stored:
    """One mail of the folder."""

    raw: bytes
    day: date
    flags: set[str] = field(default_factory=set)


class Session(socketserver.StreamRequestHandler):
    """One connection. Anything that is not as the RFC writes it is answered BAD."""

    server: "_Server"

    def handle(self) -> None:
        imap = self.server.imap
        imap.connections += 1
        self.user, self.folder, self.writes = "", "", False
        if imap.greeting:
            self.say(imap.greeting.popleft())
            return
        self.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
        while line := self.rfile.readline().decode("ascii").rstrip("\r\n"):
            tag, command, rest = [*line.split(" ", 2), ""][:3]
            imap.commands.append(line.partition(" ")[2])
            if not self.obey(tag, command.upper(), rest):
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def obey(self, tag: str, command: str, rest: str) -> bool:
        imap = self.server.imap
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
        elif command == "LOGOUT":
            self.say(f"* BYE\r\n{tag} OK done")
            return False
        elif command == "AUTHENTICATE" and rest == "PLAIN":
            self.say("+ ")
            _, user, password = base64.b64decode(self.rfile.readline()).decode().split("\0")
            if imap.refusal or (user, password) != imap.account:
                self.say(f"{tag} NO {imap.refusal or '[AUTHENTICATIONFAILED] no'}")
                return True
            self.user = user
        elif command in {"EXAMINE", "SELECT"} and self.user:
            if rest != f'"{imap.folder}"':
                self.say(f"{tag} NO [NONEXISTENT] no such folder")
                return True
            self.folder, self.writes = rest, command == "SELECT"
            self.say(f"* {len(imap.mails)} EXISTS\r\n* OK [UIDVALIDITY {imap.validity}] ok")
            self.say(f"* OK [UIDNEXT {imap.next}] ok")
        elif command == "UID" and self.folder:
            return self.uid(tag, *rest.split(" ", 1))
        else:
            self.say(f"{tag} BAD what?")
            return True
        self.say(f"{tag} OK done")
        return True

    def uid(self, tag: str, command: str, rest: str) -> bool:
        imap = self.server.imap
        if command == "SEARCH":
            self.say("* SEARCH" + "".join(f" {uid}" for uid in self.found(rest)))
        elif command == "FETCH" and (asked := re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)):
            mail = imap.mails.get(int(asked[1]))
            if mail:
                raw = mail.raw[: int(asked[2])]
                if imap.mischief:
                    return imap.mischief.popleft()(self, raw)
                self.wfile.write(f"* 1 FETCH (UID {asked[1]} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        elif command == "STORE" and self.writes and (asked := re.fullmatch(r"([\d,]+) \+FLAGS\.SILENT \((.+)\)", rest)):
            for uid in asked[1].split(","):
                imap.mails[int(uid)].flags.add(asked[2])
        else:
            self.say(f"{tag} BAD what?")
            return True
        self.say(f"{tag} OK done")
        return True

    def found(self, criteria: str) -> list[int]:
        mails = self.server.imap.mails
        if since := re.fullmatch(r"SINCE (\d+)-(\w+)-(\d+)", criteria):
            day = date(int(since[3]), _MONTHS.index(since[2]) + 1, int(since[1]))
            return [uid for uid, mail in mails.items() if mail.day >= day]
        first = int(re.fullmatch(r"UID (\d+):\*", criteria)[1])
        # `n:*` always holds the last mail, whichever is the smaller (RFC 3501, 6.4.8).
        return [uid for uid in mails if uid >= min(first, max(mails))]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    imap: "ImapServer"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


class ImapServer:
    """One account with one folder. `greeting` and `mischief` hold what comes instead of the next good answer."""

    def __init__(self, account: tuple[str, str] = ("alertes", "mot de passe é"), folder: str = "INBOX") -> None:
        self.account, self.folder = account, folder
        self.mails: dict[int, Stored] = {}
        self.validity, self.next = 7, 1
        self.refusal = ""
        self.connections = 0
        self.commands: list[str] = []
        self.greeting: deque[str] = deque()
        self.mischief: deque[Callable[[Session, bytes], bool]] = deque()
        self.over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Session)
        self._server.imap = self
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def deliver(self, raw: bytes, at: datetime | None = None) -> int:
        """Put a mail into the folder; its UID."""
        uid, self.next = self.next, self.next + 1
        self.mails[uid] = Stored(raw, (at or datetime(2026, 11, 22, tzinfo=UTC)).date())
        return uid

    def rebuild(self) -> None:
        """The folder was made anew: all UIDs are others."""
        mails, self.mails, self.validity, self.next = list(self.mails.values()), {}, self.validity + 1, 1
        for mail in mails:
            self.mails[self.next] = mail
            self.next += 1

    def cut(self) -> None:
        """The next mail ends in the middle of its literal."""

        def half(session: Session, raw: bytes) -> bool:
            session.wfile.write(f"* 1 FETCH (UID 1 BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw[: len(raw) // 2])
            return False

        self.mischief.append(half)

    def drip(self, pause: float) -> None:
        """The next mail comes byte by byte."""

        def slowly(session: Session, raw: bytes) -> bool:
            session.wfile.write(f"* 1 FETCH (UID 1 BODY[]<0> {{{len(raw)}}}\r\n".encode())
            for byte in raw:
                session.wfile.write(bytes([byte]))
                if self.over.wait(pause):
                    break
            return False

        self.mischief.append(slowly)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
