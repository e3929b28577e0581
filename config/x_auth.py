"""Who asks X: an application by its token, or an account by its signature; each for one host and no other."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import httpx

from config.credentials import Credential

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class UserKeys:
    """An application's key and the access token of the account that it speaks as (OAuth 1.0a): they never run out."""

    key: Credential
    secret: Credential
    token: Credential
    token_secret: Credential


class XAuth(httpx.Auth):
    """Signs what tweepy asks, for one host and no other.

    `key` is what limits and money are counted under: the application, whoever it speaks as.
    """

    def __init__(self, url: str, bearer: Credential, user: UserKeys | None = None) -> None:
        self.key = bearer.key
        self._url, self._bearer, self._user = url, bearer, user
        bearer.for_url(url)  # refuses a way that others could read

    @property
    def speaks(self) -> bool:
        """Whether it can ask as an account, too."""
        return self._user is not None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put our credential where tweepy put its placeholder; elsewhere, such as an upload, nothing is sent."""
        wanted = request.headers.pop("Authorization", "")
        if _origin(request.url) == _origin(httpx.URL(self._url)):
            if self._user and wanted.startswith("OAuth"):
                request.headers["Authorization"] = self._signature(self._user, request)
            elif wanted:
                request.headers["Authorization"] = f"Bearer {self._bearer.for_url(str(request.url))}"
        yield request

    def _signature(self, user: UserKeys, request: httpx.Request) -> str:
        """Of the address that is really asked; a JSON body is not signed (RFC 5849, section 3.4.1.3.1)."""
        url = str(request.url)
        from oauthlib import oauth1  # noqa: PLC0415 - not loaded where nobody speaks on X

        signer = oauth1.Client(
            user.key.for_url(url), user.secret.for_url(url), user.token.for_url(url), user.token_secret.for_url(url)
        )
        _, headers, _ = signer.sign(url, http_method=request.method)
        return str(headers["Authorization"])


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)
