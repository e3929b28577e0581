"""Secrets and switches from the environment and `.env`; every secret is bound to the one host it may be sent to."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.base import fold, host, is_private_way
from config.i18n import Words, mark, words
from config.schema import SlackSettings
from config.secrets import Secret
from models.limits import credential_key

_WHERE: Final = {
    "SLACK_BOT_TOKEN": mark(
        "It starts with xoxb-. 1. Run “repartie slack manifest”. 2. On api.slack.com/apps choose “Create New App”, then"
        " “From a manifest”, and paste it. 3. Choose “Install to Workspace”. 4. Under “OAuth & Permissions” copy the"
        " “Bot User OAuth Token”. 5. Put SLACK_BOT_TOKEN=… into .env."
    ),
    "SLACK_APP_TOKEN": mark(
        "It starts with xapp-. 1. Open your app on api.slack.com/apps. 2. Under “Basic Information” find “App-Level"
        " Tokens”. 3. Generate one with the scope connections:write. 4. Copy it. 5. Put SLACK_APP_TOKEN=… into .env."
    ),
    "SANDBOX_TOKEN": mark("The practice ground prints it when it starts; “repartie demo” sets it by itself."),
    "WORDPRESS_PASSWORD": mark(
        "1. Log in to the site as that user. 2. Open “Users”, then “Profile”. 3. Under “Application Passwords” enter"
        " Repartie and choose “Add New Application Password”. 4. Copy the 24 characters. 5. Put {variable}=… into .env."
    ),
}
_EXPECTED: Final = {
    "SLACK_BOT_TOKEN": mark("a bot token starts with xoxb-"),
    "SLACK_APP_TOKEN": mark("an app-level token starts with xapp-"),
    "REPARTIE_PUBLISH": mark("write on or off"),
    "REPARTIE_DATABASE": mark("write the address of a database, as in sqlite:///var/repartie.db"),
    "SANDBOX_TOKEN": mark("write the token the practice ground printed"),
    "WORDPRESS_PASSWORD": mark("write the application password as the site showed it"),
}
_PORTS: Final = {"https": 443, "http": 80}
_SWITCH: Final = {
    "on": True,
    "true": True,
    "yes": True,
    "1": True,
    "off": False,
    "false": False,
    "no": False,
    "0": False,
}


class CredentialMissing(Exception):
    """Nobody set the variable of a credential that is needed."""

    def __init__(self, variable: str, where: str = "") -> None:
        self.variable = variable
        self._where = where or _WHERE.get(variable, _WHERE["WORDPRESS_PASSWORD"])  # the one whose name has an ending
        super().__init__(self.render(words("en")))

    def render(self, t: Words) -> str:
        """Which variable, and where its value is found."""
        return f"{t('{variable} is not set.', variable=self.variable)} {t(self._where, variable=self.variable)}"


class WrongHost(Exception):
    """A credential was about to be sent to a host it is not meant for. Nothing was sent."""

    def __init__(self, variable: str, meant: str, asked: str) -> None:
        self.variable, self.meant, self.asked = variable, meant, asked
        super().__init__(self.render(words("en")))

    def render(self, t: Words) -> str:
        """Which credential, and both hosts."""
        return t(
            "{variable} is only for {meant}: it was not sent to {asked}.",
            variable=self.variable,
            meant=self.meant,
            asked=self.asked,
        )


class SettingsWrong(Exception):
    """Variables of the environment hold what cannot be; `variables` names them. Their values are never shown."""

    def __init__(self, variables: tuple[str, ...]) -> None:
        self.variables = variables
        super().__init__(self.render(words("en")))

    def render(self, t: Words) -> str:
        """One line for each variable."""
        return "\n".join(f"{name}: {t(_EXPECTED[name])}" for name in self.variables)


@dataclass(frozen=True, slots=True)
class Credential:
    """One secret, the variable it came from and the only host (with its port, if any) it goes to."""

    variable: str
    secret: SecretStr
    address: str

    @property
    def key(self) -> str:
        """What `models.limits` calls it: tells its name and host, not the secret."""
        return credential_key(self.variable, host(self.address) or "")

    def for_url(self, url: str) -> str:
        """The secret, to be sent to `url`.

        Raises:
            WrongHost: `url` is of another host or port, or would carry the secret unencrypted over a network.
        """
        if _origin(url) is None or _origin(url) != _origin(self.address) or not is_private_way(url):
            raise WrongHost(self.variable, host(self.address) or "?", host(url) or "?")
        return self.secret.get_secret_value()


def _origin(url: str) -> tuple[str, int] | None:
    name = host(url)
    return (name.rstrip("."), urlsplit(url).port or _PORTS[urlsplit(url).scheme]) if name else None


def _starting(prefix: str) -> AfterValidator:
    def check(secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not secret.get_secret_value().startswith(prefix):
            raise ValueError
        return secret

    return AfterValidator(check)


def _switch(value: object) -> object:
    return _SWITCH.get(value.strip().lower(), value) if isinstance(value, str) else value


def _database(address: SecretStr) -> SecretStr:
    if "://" not in address.get_secret_value():
        raise ValueError
    return address


class Credentials(BaseSettings):
    """What the environment says. Make one with `read`; an empty variable is an absent one."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True, env_file_encoding="utf-8"
    )

    slack_bot_token: Annotated[SecretStr | None, _starting("xoxb-")] = None
    slack_app_token: Annotated[SecretStr | None, _starting("xapp-")] = None
    sandbox_token: SecretStr | None = None
    wordpress_password: SecretStr | None = None
    repartie_database: Annotated[SecretStr, AfterValidator(_database)] = SecretStr("sqlite:///var/repartie.db")
    repartie_publish: Annotated[bool, BeforeValidator(_switch)] = True
    _by_source: dict[str, SecretStr] = PrivateAttr(default_factory=dict)
    """Every variable, by its whole name: those of sources, such as `WORDPRESS_PASSWORD_<SOURCE>`, are found here."""

    @classmethod
    def read(cls, env_file: Path | None = None) -> Self:
        """The environment's, over those of `env_file`; without one, no file is read.

        Raises:
            SettingsWrong: a variable holds what it cannot; its value is not shown.
        """
        try:
            found = cls(_env_file=env_file)
        except ValidationError as error:
            names = tuple(str(each["loc"][0]).upper() for each in error.errors(include_input=False))
            raise SettingsWrong(names) from None
        found._by_source.update(_written(env_file))
        return found

    @property
    def database(self) -> str:
        """The database's address; it may hold a password: never print it."""
        return self.repartie_database.get_secret_value()

    @property
    def may_publish(self) -> bool:
        """Whether `REPARTIE_PUBLISH` lets replies leave; it does unless it says off."""
        return self.repartie_publish

    def slack_bot(self, slack: SlackSettings) -> Credential:
        """The bot's token, for the host of `slack.api` only.

        Raises:
            CredentialMissing: nobody set it.
        """
        return _bound("SLACK_BOT_TOKEN", self.slack_bot_token, slack.api)

    def slack_app(self, slack: SlackSettings) -> Credential:
        """The token that opens Socket Mode, for the host of `slack.api` only.

        Raises:
            CredentialMissing: nobody set it.
        """
        return _bound("SLACK_APP_TOKEN", self.slack_app_token, slack.api)

    def sandbox(self, url: str) -> Credential:
        """The practice network's token, for the host of `url` only.

        Raises:
            CredentialMissing: nobody set it.
        """
        return _bound("SANDBOX_TOKEN", self.sandbox_token, url)

    def wordpress(self, source: str, url: str, *, only: bool) -> Credential:
        """The application password of one WordPress site, for the host of `url` only.

        It stands in `WORDPRESS_PASSWORD_<SOURCE>`; where this is the `only` site with a user, `WORDPRESS_PASSWORD`
        serves too: with several, nobody could tell which site it is meant for.

        Raises:
            CredentialMissing: nobody set it.
        """
        own = f"WORDPRESS_PASSWORD_{_shouted(source)}"
        if only and own not in self._by_source:
            return _bound("WORDPRESS_PASSWORD", self.wordpress_password, url)
        return _bound(own, self._by_source.get(own), url)

    def of_source(self, source: str, secret: Secret, *, only: bool) -> Credential | None:
        """A secret of `source`; `only`: no other source asks for it, so the variable without an ending serves too.

        None where it is optional and missing.

        Raises:
            CredentialMissing: nobody set it.
        """
        own = f"{secret.variable}_{_shouted(source)}"
        name = secret.variable if only and own not in self._by_source else own
        value = self._by_source.get(name)
        if value is None and not secret.optional:
            raise CredentialMissing(name, secret.where)
        return Credential(name, value, secret.address) if value else None


def _shouted(name: str) -> str:
    """`name` as part of a variable's name: `blog-été` is BLOG_ETE."""
    return re.sub(r"[^A-Z0-9]+", "_", fold(name).upper()).strip("_")


def _written(env_file: Path | None) -> dict[str, SecretStr]:
    """All variables that are not empty; the environment's over the file's."""
    written = dotenv_values(env_file, encoding="utf-8") if env_file else {}
    return {name: SecretStr(value) for name, value in {**written, **os.environ}.items() if value}


def _bound(variable: str, secret: SecretStr | None, address: str) -> Credential:
    if secret is None:
        raise CredentialMissing(variable)
    return Credential(variable, secret, address)
