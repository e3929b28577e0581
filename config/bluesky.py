"""Bluesky's XRPC interface as both sides need it: the session of an app password, one request, names of things.

Facts: https://docs.bsky.app and the lexicons of atproto, read 2026-11-22. Why not the atproto library: decision 0057.
"""

import contextlib
import hashlib
import hmac
import json
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import httpx
from pydantic import SecretStr

POST: Final = "app.bsky.feed.post"
CREATE_SESSION: Final = "com.atproto.server.createSession"
_REFRESH_SESSION: Final = "com.atproto.server.refreshSession"
_STALE: Final = frozenset({"ExpiredToken", "InvalidToken"})
_LONGEST_WAIT: Final = timedelta(days=1)
_SALT: Final = 16
_MAC: Final = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are, and the two tokens: one lasts minutes, the other two months and buys the next pair."""

    did: str
    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a server said. `body` is {} where it was no JSON object; `error` is the protocol's name of a refusal.

    `logging_in`: it is the answer to our log-in; what we wanted was not asked.
    """

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    logging_in: bool

    @property
    def error(self) -> str:
        """Such as `ExpiredToken`; "" where none is named."""
        return str(self.body.get("error") or "")

    @property
    def said(self) -> str:
        """Status and error, in no language: `HTTP 400 InvalidSwap`."""
        return f"HTTP {self.status} {self.error}".strip()

    def wait(self, now: datetime) -> timedelta | None:
        """How long to leave it alone, a day at most; None where it does not say.

        A PDS says `ratelimit-reset` (seconds since 1970) with each answer, others Retry-After.
        """
        reset, after = self.headers.get("ratelimit-reset", ""), self.headers.get("retry-after", "")
        if after.isdecimal():
            return min(timedelta(seconds=int(after[:6])), _LONGEST_WAIT)
        if reset.isdecimal():
            return max(timedelta(0), min(datetime.fromtimestamp(int(reset[:11]), UTC) - now, _LONGEST_WAIT))
        return None


class BlueskyAuth(httpx.Auth):
    """Logs in with an app password when it must, goes on with the session as long as it can; threads may share it.

    Nothing is sent to another origin than that of `url`. createSession is rare on purpose: 30 in five minutes and 300 a
    day are all that an account has.
    """

    requires_response_body = True

    def __init__(self, url: str, username: str, password: SecretStr) -> None:
        self.username = username
        self._base = httpx.URL(url.rstrip("/"))
        self._password = password
        self._session: Session | None = None
        self._lock = threading.RLock()
        self._kept: tuple[Session, str] | None = None

    @property
    def session(self) -> Session | None:
        """The one in use; None before the first request."""
        return self._session

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token, after a log-in where there is none; where it is stale, renew it and ask again, once.

        A log-in that fails is the answer: see `Said.logging_in`.
        """
        if _origin(request.url) != _origin(self._base):
            yield request
            return
        if self._session is None and not (yield from self._log_in()):
            return
        used = self._sign(request)
        answer = yield request
        if _said(answer).error in _STALE and (yield from self._renew(used)):
            self._sign(request)
            yield request

    def seal(self) -> str:
        """The session, to be kept: who has it but not the password can do nothing with it. "" where there is none."""
        session = self._session
        if session is None:
            return ""
        if self._kept is None or self._kept[0] != session:
            plain = json.dumps([session.did, session.access, session.refresh]).encode()
            salt = secrets.token_bytes(_SALT)
            pad = self._pad(salt, len(plain))
            hidden = bytes(one ^ other for one, other in zip(plain, pad[_MAC:], strict=True))
            mac = hmac.digest(pad[:_MAC], hidden, "sha256")
            self._kept = session, b64encode(salt + mac + hidden).decode()
        return self._kept[1]

    def restore(self, sealed: str) -> None:
        """Go on with a session that was kept, unless there is one; sealed with another password, it is nothing."""
        if self._session is not None or not sealed:
            return
        with contextlib.suppress(ValueError, TypeError):
            packed = b64decode(sealed)
            salt, mac, hidden = packed[:_SALT], packed[_SALT : _SALT + _MAC], packed[_SALT + _MAC :]
            pad = self._pad(salt, len(hidden))
            if hmac.compare_digest(mac, hmac.digest(pad[:_MAC], hidden, "sha256")):
                plain = bytes(one ^ other for one, other in zip(hidden, pad[_MAC:], strict=True))
                self._session = Session(*json.loads(plain))

    def _pad(self, salt: bytes, length: int) -> bytes:
        """A key for the mark, then as many secret bytes as are to be hidden; new for each `salt`, used once."""
        password = self._password.get_secret_value().encode()
        return hashlib.scrypt(password, salt=salt, n=2**13, r=8, p=1, dklen=_MAC + length)

    def _sign(self, request: httpx.Request) -> str:
        access = self._session.access if self._session else ""
        request.headers["Authorization"] = f"Bearer {access}"
        return access

    def _log_in(self) -> Generator[httpx.Request, httpx.Response, bool]:
        with self._lock:
            if self._session is not None:  # another thread was quicker
                return True
            body = {"identifier": self.username, "password": self._password.get_secret_value()}
            return self._take((yield self._post(CREATE_SESSION, json=body)))

    def _renew(self, used: str) -> Generator[httpx.Request, httpx.Response, bool]:
        with self._lock:
            session = self._session
            if session is not None and session.access != used:
                return True
            if session is not None:
                answer = yield self._post(_REFRESH_SESSION, headers={"Authorization": f"Bearer {session.refresh}"})
                if self._take(answer):
                    return True
                if not httpx.codes.is_client_error(answer.status_code) or answer.status_code == 429:  # noqa: PLR2004 - too many requests
                    return False
            self._session = None
            return (yield from self._log_in())

    def _post(self, nsid: str, **asked: Any) -> httpx.Request:  # noqa: ANN401 - httpx's own arguments
        return httpx.Request("POST", f"{self._base}/xrpc/{nsid}", **asked)

    def _take(self, answer: httpx.Response) -> bool:
        body = _said(answer).body
        try:
            self._session = Session(str(body["did"]), str(body["accessJwt"]), str(body["refreshJwt"]))
        except KeyError:
            return False
        return True


@lru_cache(maxsize=32)
def shared_login(url: str, username: str, password: SecretStr) -> BlueskyAuth:
    """One session a process for an account, whoever listens or answers with it."""
    return BlueskyAuth(url, username, password)


class Xrpc:
    """Asks one server; the session, if any, is in `client`."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._base = url.rstrip("/") + "/xrpc/"
        self._client = client

    def query(self, nsid: str, params: Mapping[str, str | int | list[str]]) -> Said:
        """A method that changes nothing.

        Raises:
            httpx.RequestError: no answer, or none that could be taken.
        """
        return _said(self._client.get(self._base + nsid, params=dict(params)))

    def procedure(self, nsid: str, body: Mapping[str, Any]) -> Said:
        """A method that does something.

        Raises:
            httpx.RequestError: no answer; `is_login` says whether it was the log-in that had none.
        """
        return _said(self._client.post(self._base + nsid, json=dict(body)))


def is_login(error: httpx.RequestError) -> bool:
    """Whether it is the log-in that failed, so that nothing else was asked."""
    return _is_session(error.request.url)


def web_address(web: str, handle: str, uri: str) -> str:
    """Where a person reads the post `at://did/app.bsky.feed.post/rkey`."""
    did, _, rkey = uri.removeprefix("at://").partition(f"/{POST}/")
    return f"{web.rstrip('/')}/profile/{handle or did}/post/{rkey}"


def did_of(uri: str) -> str:
    """Whose record `uri` is."""
    return uri.removeprefix("at://").partition("/")[0]


def _said(answer: httpx.Response) -> Said:
    try:
        body = answer.json()
    except ValueError:
        body = {}
    known = body if isinstance(body, dict) else {}
    return Said(answer.status_code, known, answer.headers, _is_session(answer.request.url))


def _is_session(url: httpx.URL) -> bool:
    return url.path.endswith((CREATE_SESSION, _REFRESH_SESSION))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
