"""Secrets that stand in the file. The raw lines are read, comments too, so a file that is not YAML hides nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from config.document import Flaw

VARIABLES: Final = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SANDBOX_TOKEN", "WORDPRESS_PASSWORD", "REPARTIE_DATABASE")
"""The environment variables that hold secrets."""

_TOKENS: Final = (
    # docs.slack.dev/authentication/tokens (read 2026-11): bot, app-level, user and configuration tokens.
    (re.compile(r"\b(?:xoxe\.)?xoxb-[\w-]+"), "secret_slack_bot", "SLACK_BOT_TOKEN"),
    (re.compile(r"\bxapp-[\w-]+"), "secret_slack_app", "SLACK_APP_TOKEN"),
    (re.compile(r"\bxox[a-z](?:\.xox[a-z])?-[\w-]+"), "secret_slack_user", "SLACK_BOT_TOKEN"),
)
_ADDRESS = re.compile(
    r"\b([a-z][a-z0-9+.-]{0,20})://[^\s/@:'\"]{0,200}:([^\s/@'\"]{1,200})@[^\s'\",\]}]*", re.IGNORECASE
)
_KEY = re.compile(
    r"""(?:^|[{,\#]|-[ ])[ \t]*["']?
    (?P<key>[\w-]{0,60}(?:password|passwd|passphrase|mot_?de_?passe|secret|token|api_?key|bearer)[\w-]*)["']?
    [ \t]*[:=][ \t]*["']?(?P<secret>[^\s"'\#,{}\[\]&*|>~][^\s"',}\]]*)""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_HARMLESS: Final = frozenset({"null", "live", "dry-run"})
_LONG = re.compile(r"(?<![\w/#@.:=?&%+-])[A-Za-z0-9_.~+/=-]{32,}")


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret, with what names it, at `start:end` of the text; `hidden` is the span never to show."""

    start: int
    end: int
    hidden: tuple[int, int]
    flaw: Flaw


def find_leaks(text: str, environment: Mapping[str, str]) -> list[Leak]:
    """Every secret of `text`, in order, none twice. `environment` tells which variables are set already."""
    found: list[Leak] = []
    told = bytearray(len(text))
    for leak in _all(text, environment):
        if not any(told[leak.start : leak.end]):
            told[leak.start : leak.end] = b"\x01" * (leak.end - leak.start)
            found.append(leak)
    return sorted(found, key=lambda leak: leak.start)


def hide(text: str, leaks: list[Leak]) -> str:
    """`text` with every secret blotted out, as long as before so that columns stay true."""
    signs = list(text)
    for start, end in (leak.hidden for leak in leaks):
        signs[start:end] = "•" * (end - start)
    return "".join(signs)


def _all(text: str, environment: Mapping[str, str]) -> Iterator[Leak]:
    """The surest first: what overlaps a surer one is dropped."""
    for pattern, code, variable in _TOKENS:
        for match in pattern.finditer(text):
            yield Leak(*match.span(), match.span(), _flaw(code, match.start(), variable, environment))
    for match in _ADDRESS.finditer(text):
        if match[1].lower() in {"http", "https", "feed", "ws", "wss"}:
            flaw = Flaw("secret_address", match.start())
        else:
            flaw = _flaw("secret_database", match.start(), "REPARTIE_DATABASE", environment)
        yield Leak(*match.span(), match.span(2), flaw)
    for match in _KEY.finditer(text):
        if match["secret"] not in _HARMLESS:
            named = _variable(match["key"])
            flaw = _flaw("secret_value", match.start("key"), named, environment, key=match["key"])
            yield Leak(match.start("key"), match.end(), match.span("secret"), flaw)
    for match in _LONG.finditer(text):
        if all(re.search(kind, match[0]) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
            yield Leak(*match.span(), match.span(), _flaw("secret_long", match.start(), None, environment))


def _variable(key: str) -> str | None:
    """The variable whose name resembles `key`, if any: `slack_bot_token` is SLACK_BOT_TOKEN."""
    common = {"TOKEN", "REPARTIE"}
    return next((name for name in VARIABLES if set(name.split("_")) - common <= set(key.upper().split("_"))), None)


def _flaw(code: str, at: int, variable: str | None, environment: Mapping[str, str], **values: str) -> Flaw:
    if variable is None:
        return Flaw(code, at, {**values, "variables": ", ".join(VARIABLES)}, advice="into_some_variable")
    advice = "already_in_variable" if environment.get(variable) else "into_variable"
    return Flaw(code, at, {**values, "variable": variable}, advice=advice)
