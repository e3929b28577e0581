"""X as both sides need it: tweepy, unmodified, over our guarded client; who asks; what came back; what is left to ask.

tweepy 4.17 names its host in the middle of a method and knows no time-out: our carrier, mounted on its session, sends
what it asks to the address of the options. tweepy never holds a secret: it says whether an application or a person
asks, and `XAuth`, bound to one host, puts the token or the signature there (read 2026-11-22).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx

from config.carrier import carried
from config.guard import Forbidden
from config.x_auth import XAuth
from models.limits import Limits, credential_key

if TYPE_CHECKING:
    import tweepy

LONGEST_WINDOW: Final = timedelta(minutes=15)
"""X counts most requests over this long (docs.x.com, “Rate limits”, read 2026-11-22)."""
_TWEEPYS: Final = "https://api.twitter.com"
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_SECRETS_ELSEWHERE: Final = "held by XAuth"
_EPOCH: Final = 1_288_834_974_657
"""Milliseconds of Unix time at which X's ids begin; the 22 low bits are no time."""


class Answered(Exception):
    """X said no. `kind` is the last word of the problem's type, `code` its number, `said` its own sentence."""

    def __init__(
        self, status: int, *, kind: str = "", code: int = 0, said: str = "", wait: datetime | None = None
    ) -> None:
        self.status, self.kind, self.code, self.said, self.wait = status, kind, code, said, wait
        super().__init__(f"HTTP {status} {kind} {said}".strip())

    @property
    def words(self) -> str:
        """Status and X's sentence, in no language of ours."""
        return f"HTTP {self.status} {self.said or self.kind}".strip()


class NoAnswer(Exception):
    """Nothing came, or nothing that can be read. `sent`: whether the request may have arrived."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class NotOurs(Exception):
    """An address we do not call."""


class XApi:
    """Asks X as one application. Not for two threads at once: it remembers which limit the answer tells of."""

    def __init__(self, url: str, client: httpx.Client, clock: Callable[[], datetime], limits: Limits) -> None:
        auth = client.auth
        self.key = auth.key if isinstance(auth, XAuth) else credential_key("X_BEARER_TOKEN", httpx.URL(url).host)
        self.client, self._url = client, url.rstrip("/")
        self._clock, self._limits, self._bucket = clock, limits, ""
        self._x: tweepy.Client | None = None

    def ask(self, bucket: str, how: "Callable[[tweepy.Client], Any]") -> dict[str, Any]:
        """What X answers to `how`, whose requests count in `bucket`.

        Raises:
            NotYet: the limit is used up.
            Answered: anything but a good answer.
            NoAnswer: no answer, or none that can be read.
            NotOurs: an address we never call.
        """
        self._limits.check(self.key, bucket)
        self._bucket = bucket
        self._x = self._x or _opened(self._url, self.client, self._look)
        try:
            said = how(self._x).json()
        except Forbidden as error:
            raise NotOurs(str(error)) from error
        except httpx.RequestError as error:
            raise NoAnswer(type(error).__name__, sent=not isinstance(error, _NEVER_SENT)) from error
        except ValueError as error:
            raise NoAnswer("JSON?", sent=True) from error
        if not isinstance(said, dict):
            raise NoAnswer("JSON?", sent=True)
        return said

    def _look(self, answer: httpx.Response) -> frozenset[str]:
        """Keep what X says of its limits, and raise whatever is no good answer before tweepy reads it."""
        left, reset = (_number(answer.headers.get(f"x-rate-limit-{name}")) for name in ("remaining", "reset"))
        refused = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
        until = datetime.fromtimestamp(reset, UTC) if reset else self._clock() + LONGEST_WINDOW
        if refused or (left is not None and reset):
            self._limits.note(self.key, self._bucket, 0 if refused else left or 0, until)
        if answer.is_success:
            return frozenset()
        raise _refusal(answer, until if refused else None)


def _opened(base: str, client: httpx.Client, look: Callable[[httpx.Response], frozenset[str]]) -> "tweepy.Client":
    """tweepy, whose requests to its own host go to `base`; asks nobody yet."""
    # Only here: urllib3 tries IPv6 by a socket when it is imported.
    import requests  # noqa: PLC0415 - see above
    import tweepy  # noqa: PLC0415 - see above

    session = carried(client, look)
    carrier = session.get_adapter(_TWEEPYS)

    class Rebased(requests.adapters.BaseAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - requests' own
            request.url = (request.url or "").replace(_TWEEPYS, base, 1)
            return carrier.send(request, *args, **kwargs)

        def close(self) -> None:
            """Nothing of ours."""

    session.mount(_TWEEPYS, Rebased())
    placeholders = [_SECRETS_ELSEWHERE] * 5
    opened = tweepy.Client(*placeholders, return_type=requests.Response)
    opened.session = session
    return opened


def said_at(post_id: str) -> datetime:
    """When a post was made, as its id tells (aware UTC, milliseconds)."""
    return datetime.fromtimestamp(((int(post_id) >> 22) + _EPOCH) / 1000, UTC)


def _refusal(answer: httpx.Response, wait: datetime | None) -> Answered:
    """X answers with a problem (RFC 9457), its older parts with a list of errors; proxies with neither."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    said: Mapping[str, Any] = body if isinstance(body, dict) else {}
    errors = said.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return Answered(
        answer.status_code,
        kind=str(said.get("type") or "").rpartition("/")[2],
        code=_number(first.get("code")) or 0,
        said=str(said.get("detail") or first.get("message") or said.get("title") or "")[:300],
        wait=wait,
    )


def _number(said: object) -> int | None:
    text = str(said)
    return int(text) if text.isdecimal() and len(text) <= len(str(2**40)) else None
