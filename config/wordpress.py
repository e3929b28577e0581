"""WordPress's REST interface as both sides need it: where it stands on a site, and what came back.

Facts: https://developer.wordpress.org/rest-api/ and WordPress 6.1's own code, read 2026-11-22.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

_ELSEWHERE: Final = frozenset({200, 301, 302, 303, 307, 308, 403, 404, 405, 410})
"""What a site says at an address where its REST interface is not."""
_LONGEST_WAIT: Final = timedelta(days=1)
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site said. `body` is None where it was no JSON; `code` is WordPress's own name of a refusal."""

    status: int
    body: Any
    headers: Mapping[str, str]
    url: str

    @property
    def code(self) -> str:
        """Such as `rest_forbidden`; "" where the site names none."""
        return str(self.body.get("code") or "") if isinstance(self.body, dict) else ""

    @property
    def said(self) -> str:
        """Status and code, in no language: `HTTP 403 rest_comment_closed`."""
        return f"HTTP {self.status} {self.code}".strip()

    @property
    def is_redirect(self) -> bool:
        """Whether the site sends us elsewhere."""
        return httpx.codes.is_redirect(self.status)

    @property
    def home(self) -> str:
        """Where a redirect leads: scheme and host of another site, or "" where it stays on this one."""
        here = httpx.URL(self.url)
        try:
            there = here.join(self.headers.get("location", ""))
        except httpx.InvalidURL:
            return ""
        return "" if _origin(here) == _origin(there) else f"{there.scheme}://{there.netloc.decode()}"

    def wait(self, now: datetime) -> timedelta | None:
        """Retry-After, in seconds or as a date (RFC 9110 section 10.2.3), a day at most; None where it is not said."""
        asked = self.headers.get("retry-after", "")
        if asked.isdecimal():
            return min(timedelta(seconds=int(asked[:6])), _LONGEST_WAIT)
        try:
            at = parsedate_to_datetime(asked)
        except (ValueError, TypeError):
            return None
        return max(timedelta(0), min(at.astimezone(UTC) - now, _LONGEST_WAIT))


class WordPressApi:
    """Asks one site. `/wp-json/` is its usual door; with plain permalinks only `?rest_route=` is open.

    Redirects are not followed: the credential would stay behind, and a POST would become a GET.
    """

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url = url.rstrip("/")
        self._client = client
        self._pretty: bool | None = None

    def get(self, path: str, **params: str | int) -> Answer:
        """Ask for `path` under `wp/v2`.

        Raises:
            httpx.RequestError: no answer, or none that could be taken.
        """
        if self._pretty is not None:
            return self._answer("GET", path, params, pretty=self._pretty)
        usual, here = self._try(path, params, pretty=True)
        if here or usual.status not in _ELSEWHERE or usual.home:
            return usual
        plain, here = self._try(path, params, pretty=False)
        return plain if here else usual

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send `body` to `path`. Ask something before: it is what finds the door.

        Raises:
            httpx.RequestError: no answer, or none that could be taken.
        """
        return self._answer("POST", path, {}, pretty=self._pretty is not False, body=body)

    def _try(self, path: str, params: Mapping[str, str | int], *, pretty: bool) -> tuple[Answer, bool]:
        """The answer at one door, and whether REST speaks there."""
        answer = self._answer("GET", path, params, pretty=pretty)
        here = "json" in answer.headers.get("content-type", "")
        if here:
            self._pretty = pretty
        return answer, here

    def _answer(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int],
        *,
        pretty: bool,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        address = f"{self._url}/wp-json/wp/v2/{path}" if pretty else f"{self._url}/"
        query = {**params} if pretty else {"rest_route": f"/wp/v2/{path}", **params}
        response = self._client.request(method, address, params=query, json=body, follow_redirects=False)
        try:
            said = response.json()
        except ValueError:  # a page, or half an answer
            said = None
        return Answer(response.status_code, said, response.headers, str(response.request.url))


def comment_name(url: str, comment: int) -> str:
    """The global id of a comment: `blog.example#comment-12`, the same over http and https, with any permalinks."""
    place = url.partition("://")[2].rstrip("/").casefold()
    return f"{place}#comment-{comment}"


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)
