"""What each source may use: its credential, its secrets, the brands that listen to it."""

import hashlib

import httpx

from config.bluesky import shared_login
from config.clients import BasicPassword, BearerToken
from config.credentials import Credential, Credentials
from config.schema import Config
from config.sources import (
    BlueskyOptions,
    MastodonOptions,
    SandboxOptions,
    WordPressOptions,
    XOptions,
)
from config.x_auth import UserKeys, XAuth
from listener.registry import Given, hearers


def given_to(source: str, config: Config, credentials: Credentials) -> Given:
    """Everything a source may use beside its options.

    Raises:
        CredentialMissing: a secret that it needs is not set.
    """
    secrets = secrets_of(source, config, credentials)
    auth = auth_of(source, config, credentials)
    return Given(source, hearers(config.brands, source), auth, secrets, _mark(source, config, credentials))


def auth_of(source: str, config: Config, credentials: Credentials) -> httpx.Auth | None:
    """The credential of a source that wants one, bound to its host.

    Raises:
        CredentialMissing: nobody set it.
    """
    credential = _credential(source, config, credentials)
    match config.sources[source]:
        case MastodonOptions(instance=url, account=str()):
            token = secrets_of(source, config, credentials)["MASTODON_TOKEN"]
            return BearerToken(url, token.secret)
        case BlueskyOptions(url=url, username=str(username)):
            password = secrets_of(source, config, credentials)["BLUESKY_PASSWORD"]
            password.for_url(url)  # refuses a way that others could read
            return shared_login(url, username, password.secret)
        case SandboxOptions(url=url) if credential:
            return BearerToken(url, credential.secret)
        case WordPressOptions(url=url, username=str(username)) if credential:
            return BasicPassword(url, username, credential.secret)
        case XOptions(url=url):
            held = secrets_of(source, config, credentials)
            user = [held.get(name) for name in ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET")]
            keys = [credential for credential in user if credential]
            return XAuth(url, held["X_BEARER_TOKEN"], UserKeys(*keys) if len(keys) == len(user) else None)
    return None


def secrets_of(source: str, config: Config, credentials: Credentials) -> dict[str, Credential]:
    """The secrets that the options of a source name, by the variable they name; what is optional may be missing.

    Raises:
        CredentialMissing: nobody set one that is needed.
    """
    found = {}
    for secret in config.sources[source].secrets():
        only = sum(secret.variable in _names(name, config) for name in config.sources) == 1
        credential = credentials.of_source(source, secret, only=only)
        if credential:
            found[secret.variable] = credential
    return found


def _names(source: str, config: Config) -> set[str]:
    return {secret.variable for secret in config.sources[source].secrets()}


def _credential(source: str, config: Config, credentials: Credentials) -> Credential | None:
    match config.sources[source]:
        case SandboxOptions(url=url):
            credential = credentials.sandbox(url)
        case WordPressOptions(url=url, username=str()):
            credential = credentials.wordpress(source, url, only=_wordpress_sites(config) == 1)
        case _:
            return None
    credential.for_url(url)  # refuses a way that others could read
    return credential


def _wordpress_sites(config: Config) -> int:
    """How many WordPress sites we log in to."""
    return sum(isinstance(options, WordPressOptions) and bool(options.username) for options in config.sources.values())


def _mark(source: str, config: Config, credentials: Credentials) -> str:
    """Changes when a person changes the options of a source or its credential.

    32 bits of a hash, kept in the store: enough to see a change, too few to find a secret by trying.
    """
    known = [_credential(source, config, credentials), *secrets_of(source, config, credentials).values()]
    said = [credential.secret.get_secret_value() for credential in known if credential]
    said.append(config.sources[source].model_dump_json())
    return hashlib.blake2b("\0".join(said).encode(), digest_size=4).hexdigest()
