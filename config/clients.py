"""Ready HTTP clients: guard, limits, name and credential. Everything that leaves the machine leaves through one."""

from base64 import b64encode
from collections.abc import Generator, Iterable
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata
from ssl import SSLContext
from typing import Final

import httpx
from pydantic import SecretStr

from config.decoding import ACCEPTED
from config.guard import GuardedTransport, Limits, Resolve, trusted_authorities

_PORTS: Final = {"http": 80, "https": 443}


def user_agent() -> str:
    """How we present ourselves to every server: name, version, what we are."""
    try:
        version = metadata.version("repartie")
    except metadata.PackageNotFoundError:  # run from a checkout that nobody installed
        version = "0"
    return f"Repartie/{version} (+self-hosted social listening)"


class BearerToken(httpx.Auth):
    """Sends a token to one host and to no other, whatever address the request or a redirect names.

    `base_url` is the account's: scheme, host and port must all be the same for the token to leave. It is sent over
    http only where the base URL itself says http.
    """

    def __init__(self, base_url: str, token: SecretStr) -> None:
        self._origin = _origin(httpx.URL(base_url))
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header where it belongs; httpx drops it again when a redirect leaves the origin."""
        if _origin(request.url) == self._origin:
            request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        yield request


class BasicPassword(httpx.Auth):
    """Sends a user name and a password (RFC 7617) to one host and to no other, as `BearerToken` does."""

    def __init__(self, base_url: str, username: str, password: SecretStr) -> None:
        self._origin = _origin(httpx.URL(base_url))
        self._pair = SecretStr(f"{username}:{password.get_secret_value()}")

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header where it belongs; httpx drops it again when a redirect leaves the origin."""
        if _origin(request.url) == self._origin:
            packed = b64encode(self._pair.get_secret_value().encode()).decode()
            request.headers["Authorization"] = f"Basic {packed}"
        yield request


def open_client(  # noqa: PLR0913 - all by name, each with a default that is safe
    *,
    allow_private: Iterable[str] = (),
    auth: httpx.Auth | None = None,
    limits: Limits | None = None,
    agent: str | None = None,
    resolve: Resolve | None = None,
    tls: SSLContext | None = None,
) -> httpx.Client:
    """A client that is safe to point at an address somebody else wrote. Opens nothing yet; threads may share it.

    Args:
        allow_private: hosts, `host:port`s or networks to call although they are not public (`config.addresses`).
        auth: a credential bound to its host, such as `BearerToken`. Never put one in the client's headers.
        limits: time, size and redirects; see `config.guard.Limits`.
        agent: another `User-Agent`.
        resolve: another resolver than the machine's.
        tls: other authorities than the machine's and Mozilla's.
    """
    limits = limits or Limits()
    return httpx.Client(
        transport=GuardedTransport(allow_private, limits, resolve=resolve, tls=tls or _authorities()),
        auth=auth,
        headers={"User-Agent": agent or user_agent(), "Accept-Encoding": ACCEPTED},
        follow_redirects=True,
        max_redirects=limits.redirects,
        timeout=limits.total,
        trust_env=False,  # a proxy of the environment would resolve names out of our sight
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # feeds and APIs need none; trackers do
    )


def private_place(url: str) -> frozenset[str]:
    """The `host:port` of `url`, for `allow_private`: that door and no other of the private network."""
    _, host, port = _origin(httpx.URL(url))
    return frozenset({f"[{host}]:{port}" if ":" in host else f"{host}:{port}"})


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


@cache
def _authorities() -> SSLContext:
    """Read once: hundreds of feeds share it (each reading takes 20 ms)."""
    return trusted_authorities()
