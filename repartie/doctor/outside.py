"""Credentials, Slack and the clock."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

import httpx
from slack_sdk import WebClient

from config.clients import open_client, private_place
from config.credentials import CredentialMissing, Credentials
from config.i18n import Words
from config.schema import Config
from config.sources import RssOptions, WebhookOptions
from repartie.access import given_to
from repartie.doctor.diagnosis import Diagnosis, fine, warning, wrong
from responders.slack import trial
from responders.slack.app import build_client
from responders.slack.errors import SlackTrouble, asking

SKEW, FAR_OFF = 30.0, 300.0
"""Seconds between our clock and another's: the first is odd, the second makes times and leases wrong."""


def tokens(config: Config, credentials: Credentials, t: Words) -> Iterator[Diagnosis]:
    """Every credential the configuration needs and nobody set."""
    missing: set[str] = set()
    for needed in _needed(config, credentials):
        try:
            needed()
        except CredentialMissing as error:
            if error.variable in missing:
                continue
            missing.add(error.variable)
            yield wrong(error.variable, t("not set"), error.render(t))
    if not missing:
        yield fine(t("Tokens"), t("all that the configuration needs are set"))


def slack(config: Config, credentials: Credentials, now: datetime, t: Words) -> Iterator[Diagnosis]:
    """The bot's token, scopes and channels, the app-level token, and Slack's clock. Nothing is posted."""
    channels = [brand.slack.mentions for brand in config.brands if brand.slack]
    api = config.slack.api
    if not channels:
        yield warning("Slack", t("no brand has a channel: mentions are shown to nobody"), t("Name one under “slack:”."))
        return
    try:
        client = build_client(api, credentials.slack_bot(config.slack).for_url(api))
        app_token = credentials.slack_app(config.slack).for_url(api)
    except CredentialMissing:  # said by `tokens`
        return
    for one in trial.check(client, channels, t):
        what = f"Slack {one.where}"
        mend = t("See docs/slack.md, “When something is wrong”.")
        yield wrong(what, one.wrong, mend) if one.wrong else fine(what, t("ready"))
    yield from socket_mode(client, app_token, now, t)


def socket_mode(client: WebClient, app_token: str, now: datetime, t: Words) -> Iterator[Diagnosis]:
    """Whether the app-level token opens Socket Mode, and Slack's clock."""
    try:
        with asking():
            answer = client.apps_connections_open(app_token=app_token)
    except SlackTrouble as trouble:
        mend = t("Make an app-level token with connections:write, and switch Socket Mode on.")
        yield wrong("SLACK_APP_TOKEN", t("Slack refuses it: {code}", code=trouble.code), mend)
        return
    yield fine("SLACK_APP_TOKEN", t("opens Socket Mode"))
    date = next((value for name, value in answer.headers.items() if name.lower() == "date"), None)
    yield from clock(date[0] if isinstance(date, list) else date, now, t)


def feeds_clock(config: Config, now: datetime, t: Words) -> Iterator[Diagnosis]:
    """Our clock beside that of the first feed's server; nothing where it does not answer."""
    for options in config.sources.values():
        if isinstance(options, RssOptions):
            private = private_place(options.feeds[0]) if options.allow_private else frozenset[str]()
            try:
                with open_client(allow_private=private) as client:
                    date = client.get(options.feeds[0]).headers.get("Date")
            except (httpx.HTTPError, httpx.InvalidURL):
                return
            yield from clock(date, now, t)
            return


def doors(config: Config, t: Words) -> Iterator[Diagnosis]:
    """Whether each webhook takes posts on this machine; through the reverse proxy it is for a person to try."""
    for name, options in config.sources.items():
        if isinstance(options, WebhookOptions):
            here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104 - asked, not bound
            url = f"http://[{here}]:{options.port}/" if ":" in here else f"http://{here}:{options.port}/"
            what = f"{name} {url}"
            try:
                with open_client(allow_private=private_place(url)) as client:
                    said = client.get(url).text
            except httpx.HTTPError:
                yield warning(
                    what, t("nobody takes posts there"), t("`repartie run` opens it; see its log if it works.")
                )
                continue
            if said == '{"repartie":"webhook"}':
                yield fine(what, t("takes posts"))
            else:
                yield wrong(what, t("another program answers there"), t("Write another port into the file."))


def clock(date: str | None, now: datetime, t: Words) -> Iterator[Diagnosis]:
    """How far our clock (`now`, aware) is from a `Date` header; nothing without one."""
    try:
        theirs = parsedate_to_datetime(date or "").astimezone(UTC)
    except ValueError:
        return
    off = (now - theirs).total_seconds()
    said = t("{seconds} s beside that of others", seconds=t.number(round(off)))
    if abs(off) < SKEW:
        yield fine(t("Clock"), said)
    else:
        mend = t("Let the machine set its clock by the network (NTP).")
        yield (wrong if abs(off) > FAR_OFF else warning)(t("Clock"), said, mend)


def _needed(config: Config, credentials: Credentials) -> list[Callable[[], object]]:
    needed: list[Callable[[], object]] = []
    if any(brand.slack for brand in config.brands):
        needed += [partial(credentials.slack_bot, config.slack), partial(credentials.slack_app, config.slack)]
    return needed + [partial(given_to, source, config, credentials) for source in config.sources]
