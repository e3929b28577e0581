"""Reddit as both sides need it: praw, unmodified, over our guarded client; what came back; what is left of the limit.

praw would repeat a request after a time-out or a 5xx, also one that publishes, and sleep up to ten minutes inside a
call where the limit is used up (praw 8.0.3 with prawcore 4.0.0, read 2026-11-22). So whatever is not a good answer is
raised before it sees it, and the headers of the limit go into `models.limits` instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx

from config.carrier import carried
from config.clients import user_agent
from config.credentials import Credential
from config.guard import Forbidden
from models.limits import Limits

if TYPE_CHECKING:
    import praw

DELETED: Final = "[deleted]"
REMOVED: Final = "[removed]"
BUCKET: Final = "api"
"""Reddit counts all requests of an application together: 100 a minute, over ten minutes (Data API wiki, 2026-11-22)."""
_LIMIT: Final = frozenset({"x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-used"})
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Keys:
    """An application of Reddit's (type “script”) and the account it speaks as; without one, it only reads.

    `url` is where the API is, `login` where the token comes from: the secrets are sent there only.
    """

    url: str
    login: str
    client_id: Credential
    client_secret: Credential
    username: str = ""
    password: Credential | None = None


class Answered(Exception):
    """Reddit said no. `reason` is its own word for it, such as `private`; `wait` is None where it names no time."""

    def __init__(self, status: int, reason: str, wait: timedelta | None) -> None:
        super().__init__(f"HTTP {status} {reason}".strip())
        self.status, self.reason, self.wait = status, reason, wait


class NoAnswer(Exception):
    """Nothing came, or nothing that can be read. `sent`: whether the request may have arrived."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class NotOurs(Exception):
    """An address we do not call."""


class NoToken(Exception):
    """Reddit gives this application no token: its secrets or its approval are gone."""


class RedditApi:
    """Asks Reddit as one application. Not for two threads at once: praw is not."""

    def __init__(self, keys: Keys, client: httpx.Client, clock: Callable[[], datetime], limits: Limits) -> None:
        self._keys, self._client, self._clock, self._limits = keys, client, clock, limits
        self._reddit: praw.Reddit | None = None

    def get(self, path: str, **params: str | int) -> Any:  # noqa: ANN401 - JSON has no type
        """What stands at `path`.

        Raises:
            NotYet: the limit is used up.
            Answered: anything but a good answer.
            NoAnswer: no answer, or none that can be read.
            NoToken: the application is not let in.
            NotOurs: an address we never call.
        """
        return self._ask("GET", path, params=params)

    def post(self, path: str, **data: str) -> Any:  # noqa: ANN401 - JSON has no type
        """Send `data` once.

        Raises:
            NotYet: the limit is used up.
            Answered: anything but a good answer.
            NoAnswer: no answer, or none that can be read.
            NoToken: the application is not let in.
            NotOurs: an address we never call.
        """
        return self._ask("POST", path, data=data)

    def _ask(self, method: str, path: str, **said: Mapping[str, str | int]) -> Any:  # noqa: ANN401 - JSON has no type
        fresh = self._reddit is None
        try:
            return self._once(method, path, said)
        except Answered as error:
            if error.status != httpx.codes.UNAUTHORIZED or fresh:
                raise
        self._reddit = None  # a token lives for a day at most; nothing was done with one that is over
        return self._once(method, path, said)

    def _once(self, method: str, path: str, said: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON has no type
        from prawcore.exceptions import OAuthException, PrawcoreException, RequestException  # noqa: PLC0415 - see _open
        from requests.exceptions import RequestException as RequestsError  # noqa: PLC0415 - see _open

        self._limits.check(self._keys.client_id.key, BUCKET)
        self._reddit = self._reddit or self._open()
        try:
            return self._reddit.request(method=method, path=path, **said)
        except OAuthException as error:
            raise NoToken(str(error.error)) from error
        except RequestException as error:
            raise _meant(error.original_exception) from error
        except (PrawcoreException, RequestsError, KeyError) as error:  # half an answer, or half a token
            raise NoAnswer(type(error).__name__, sent=True) from error

    def _open(self) -> "praw.Reddit":
        """Asks nobody yet. Every setting is given, so that no `praw.ini` and no variable says another."""
        import praw  # noqa: PLC0415 - opens a socket when imported, as requests does (see config.carrier)

        keys = self._keys
        ours = user_agent().split()[0].replace("/", ":").lower()
        name = f" (by /u/{keys.username})" if keys.username else ""
        return praw.Reddit(
            "DEFAULT",
            client_id=keys.client_id.for_url(keys.login),
            client_secret=keys.client_secret.for_url(keys.login),
            username=keys.username or None,
            password=keys.password.for_url(keys.login) if keys.password else None,
            user_agent=f"python:{ours}{name}",
            reddit_url=keys.login,
            oauth_url=keys.url.rstrip("/") + "/",
            refresh_token=None,
            redirect_uri=None,
            check_for_updates=False,
            check_for_async=False,
            ratelimit_seconds=0,
            requestor_kwargs={"session": carried(self._client, self._look)},
        )

    def _look(self, answer: httpx.Response) -> frozenset[str]:
        """Keep what Reddit says of its limit, and raise whatever is no good answer."""
        now = self._clock()
        reset = _seconds(answer.headers.get("x-ratelimit-reset"))
        remaining = _seconds(answer.headers.get("x-ratelimit-remaining"))
        if reset is not None and remaining is not None:
            self._limits.note(self._keys.client_id.key, BUCKET, int(remaining.total_seconds()), now + reset)
        if answer.is_success:
            return _LIMIT
        wait = _seconds(answer.headers.get("retry-after"))
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            wait = wait or reset
            self._limits.note(self._keys.client_id.key, BUCKET, 0, now + (wait or timedelta(minutes=1)))
        if answer.status_code == httpx.codes.UNAUTHORIZED and answer.request.url.path.endswith("access_token"):
            raise NoToken(_reason(answer) or "401")
        scope = "insufficient_scope" if "insufficient_scope" in answer.headers.get("www-authenticate", "") else ""
        raise Answered(answer.status_code, scope or _reason(answer), wait)


def _meant(error: Exception) -> Exception:
    """What prawcore wrapped."""
    if isinstance(error, Forbidden):
        return NotOurs(str(error))
    if isinstance(error, httpx.RequestError):
        return NoAnswer(type(error).__name__, sent=not isinstance(error, _NEVER_SENT))
    return error


def _seconds(said: str | None) -> timedelta | None:
    """A header's number: seconds, or requests; Reddit writes some with a point."""
    try:
        return timedelta(seconds=min(float(said), 86_400.0)) if said else None
    except ValueError:
        return None


def _reason(answer: httpx.Response) -> str:
    """Reddit's own word: `private`, `banned`, `quarantined`, `invalid_grant`."""
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("reason") or said.get("error_type") or "")[:100] if isinstance(said, dict) else ""
