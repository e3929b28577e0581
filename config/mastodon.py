"""How we speak with a Mastodon server: the client library over our own guarded client, and one kind of error each.

The library (Mastodon.py) talks through `requests`; `_WayOut` makes that one of our clients, so that addresses, time,
size and the one host a token goes to are guarded as everywhere. Limits are read there too: the library drops the
headers of a refusal, and counts by its own clock.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any, Final, TypeVar

import httpx
import requests
from mastodon import Mastodon
from mastodon.errors import MastodonAPIError, MastodonError, MastodonNetworkError
from pydantic import BaseModel, ConfigDict
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from config.clients import user_agent
from models.errors import NetworkError, RetryLater
from models.limits import Limits

TOKEN: Final = "MASTODON_TOKEN"  # noqa: S105 - the variable's name
READ, WRITE, MEDIA, DELETE = "read", "write", "media", "delete"
"""What a server counts apart: 300 requests in 5 minutes, 30 uploads and 30 deletions in 30 (docs.joinmastodon.org)."""
_PATIENCE: Final = timedelta(minutes=5)
"""The window of most limits, for a refusal that names no moment."""
_LONGEST: Final = timedelta(days=1)
_OURS_TO_READ: Final = ("deprecation", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit")
"""Headers the library would warn or trip over (a reset it cannot read ends the request in an error)."""
_VERSION: Final = "4.4.0"
"""Told to the library, which else asks each server for its own, and recurses to the end of the stack (2.3.3) where
none answers."""

_Found = TypeVar("_Found")


class Answered(Exception):
    """The server understood and did not do it: `status` of HTTP, `said` in its own words."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"HTTP {status}: {said}" if said else f"HTTP {status}")
        self.status = status


class Unreadable(Exception):
    """The server's answer is no answer: cut, no JSON, or another shape."""


class Moved(Exception):
    """The server is elsewhere, at `where`; nothing was sent there."""

    def __init__(self, where: str) -> None:
        super().__init__(f"-> {where}")
        self.where = where


class Stopped(Exception):
    """A stream was hung up by us."""


class About(BaseModel):
    """What a server says of itself. `domain` ends the handles of its people; `streaming` is where its streams are."""

    model_config = ConfigDict(extra="ignore")

    domain: str = ""
    streaming: str = ""
    max_characters: int | None = None


class MastodonApi:
    """One server, asked by one thread at a time; `url` without a slash at its end.

    `client` carries the token, if any. `credential` is what `limits` are kept under.
    """

    def __init__(  # noqa: PLR0913 - what asking takes, by name
        self,
        url: str,
        client: httpx.Client,
        clock: Callable[[], datetime],
        *,
        limits: Limits,
        credential: str,
        seconds: float = 20.0,
        streams: Mapping[str, httpx.Client] | None = None,
    ) -> None:
        """`streams`: base address -> the client that reads streams there, without a limit of time."""
        self.url = url
        session = requests.Session()
        session.headers.clear()  # those of our client are sent
        session.adapters.clear()
        way_out = _WayOut(client, clock, limits, credential)
        session.mount("", way_out)
        for base, reader in (streams or {}).items():
            way = _WayOut(reader, clock, limits, credential)
            session.mount(f"{base}/api/v1/streaming", way)
        self.library = Mastodon(
            api_base_url=url,
            ratelimit_method="throw",
            request_timeout=seconds,
            mastodon_version=_VERSION,
            version_check_mode="created",  # the one mode in which it believes what it is told
            session=session,
            user_agent=user_agent(),
        )

    def ask(self, call: Callable[[Mastodon], _Found]) -> _Found:
        """What `call` gets from the library.

        Raises:
            RetryLater: the server asks for patience, before it did anything.
            NotYet: our own limits keep us from asking.
            Answered: it says no.
            Moved: it is elsewhere.
            Unreadable: its answer cannot be read.
            httpx.HTTPError: there was no whole answer.
        """
        try:
            return call(self.library)
        except MastodonNetworkError as error:  # the library wraps whatever ends a request; ours stands behind
            cause = error.__context__
            if isinstance(cause, NetworkError | Answered | Moved | httpx.HTTPError | Stopped):
                raise cause from None
            raise Unreadable(type(cause or error).__name__) from error
        except MastodonAPIError as error:
            match error.args:
                case _, int(status), reason, said:
                    raise Answered(status, str(said or reason or "")) from error
            raise Unreadable("JSON?") from error
        except (MastodonError, RecursionError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unreadable(type(error).__name__) from error  # the library casts what came, and not all of it fits

    def about(self) -> About:
        """What the server says of itself; older ones say less, and elsewhere.

        Raises:
            RetryLater, NotYet, Answered, Moved, Unreadable, httpx.HTTPError: as `ask`.
        """
        try:
            said: Any = self.ask(lambda library: library.instance_v2())
        except Answered as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise
            said = self.ask(lambda library: library.instance_v1())
        settings = _inside(said, "configuration")
        domain = said.get("account_domain") or said.get("domain") or said.get("uri") or ""
        most = _inside(settings, "statuses").get("max_characters")
        return About(
            domain=str(domain).rpartition("://")[2].rstrip("/"),
            streaming=str(
                _inside(settings, "urls").get("streaming") or _inside(said, "urls").get("streaming_api") or ""
            ),
            max_characters=most if isinstance(most, int) else None,
        )


def plain(said: Any) -> dict[str, Any]:  # noqa: ANN401 - what the library made of JSON
    """An answer of the library as it came; empty where it is no object."""
    return dict(said) if isinstance(said, dict) else {}


def _inside(said: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - what the library made of JSON
    return plain(said.get(name)) if isinstance(said, dict) else {}


class _WayOut(BaseAdapter):
    """Sends what `requests` would send through one of our clients, and reads the limits of the answer."""

    def __init__(self, client: httpx.Client, clock: Callable[[], datetime], limits: Limits, credential: str) -> None:
        super().__init__()
        self._client, self._clock, self._limits, self._credential = client, clock, limits, credential

    def send(  # noqa: PLR0913, PLR0917 - as requests calls it
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the same
        timeout: Any = None,  # noqa: ANN401 - the same
        verify: Any = True,  # noqa: ANN401, ARG002, FBT002 - the same; our client has its own
        cert: Any = None,  # noqa: ANN401, ARG002 - the same
        proxies: Any = None,  # noqa: ANN401, ARG002 - the same
    ) -> requests.Response:
        """Ask, and raise what no caller of the library could tell apart.

        Raises:
            RetryLater: 429, or 503 with a moment to come again: nothing was done.
            NotYet: nothing is left of the limit.
            Moved: a redirect of something that writes.
            httpx.HTTPError: there was no whole answer.
        """
        method, url = request.method or "GET", request.url or ""
        bucket = _bucket(method, url)
        self._limits.check(self._credential, bucket)
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        asked = self._client.build_request(
            method,
            url,
            headers={name: str(value) for name, value in request.headers.items()},
            content=_bytes(request.body),
            timeout=httpx.Timeout(read, connect=connect),
        )
        answer = self._client.send(asked, stream=stream, follow_redirects=method == "GET")
        self._note(bucket, answer)
        if stream and not answer.is_success:
            answer.read()  # the library leaves a stream open that it cannot use
            stream = False
        return _as_requests(request, answer, stream=stream)

    def close(self) -> None:
        """The client is its owner's to close."""

    def _note(self, bucket: str, answer: httpx.Response) -> None:
        now = self._clock()
        resets_at = _reset(answer.headers, now)
        left = answer.headers.get("x-ratelimit-remaining", "")
        busy = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "retry-after" in answer.headers
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or busy:
            answer.close()
            until = resets_at or now + _PATIENCE
            if not busy:
                self._limits.note(self._credential, bucket, 0, until)
            raise RetryLater(until, f"HTTP {answer.status_code}")
        if answer.is_redirect:
            answer.close()
            raise Moved(answer.headers.get("location", "?"))
        if left.isdecimal() and resets_at:
            self._limits.note(self._credential, bucket, int(left[:9]), resets_at)


def _bytes(body: Any) -> bytes | None:  # noqa: ANN401 - what requests prepared
    """A body that is at hand as a whole: the library sends no other."""
    return body.encode() if isinstance(body, str) else body


def _bucket(method: str, url: str) -> str:
    if method == "GET":
        return READ
    if method == "DELETE":
        return DELETE
    return MEDIA if "/media" in url else WRITE


def _reset(headers: httpx.Headers, now: datetime) -> datetime | None:
    """When a limit is over, by our clock: an ISO time (Mastodon) or seconds since 1970 (GoToSocial), or Retry-After."""
    said = headers.get("x-ratelimit-reset", "")
    try:
        at = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else datetime.fromisoformat(said)
        wait = at.astimezone(UTC) - _moment(headers.get("date", ""), now)
    except (ValueError, OverflowError, OSError):
        asked = headers.get("retry-after", "")
        if not asked.isdecimal():
            return None
        wait = timedelta(seconds=int(asked[:6]))
    return now + min(max(wait, timedelta(seconds=1)), _LONGEST)


def _moment(date: str, otherwise: datetime) -> datetime:
    """What the server's clock says."""
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, TypeError):
        return otherwise


class _Drip:
    """The body of a stream, in the way `requests` reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    def stream(self, _size: int, *, decode_content: bool) -> Iterator[bytes]:  # noqa: ARG002 - our client decodes
        try:
            yield from self._answer.iter_bytes()
        except httpx.TimeoutException as error:
            raise requests.exceptions.ReadTimeout(str(error)) from error
        except httpx.HTTPError as error:
            raise requests.exceptions.ConnectionError(str(error)) from error

    def close(self) -> None:
        self._answer.close()

    release_conn = close


def _as_requests(request: requests.PreparedRequest, answer: httpx.Response, *, stream: bool) -> requests.Response:
    made = requests.Response()
    made.status_code, made.reason, made.encoding = answer.status_code, answer.reason_phrase, "utf-8"
    made.headers = CaseInsensitiveDict(
        (name, value) for name, value in answer.headers.items() if name.lower() not in _OURS_TO_READ
    )
    made.url, made.request = str(answer.url), request
    made.raw = _Drip(answer) if stream else BytesIO(answer.content)
    return made
