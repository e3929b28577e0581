"""Is Slack ready for us? Asks, posts nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from slack_sdk import WebClient

from config.i18n import Words
from responders.slack.channels import Channels
from responders.slack.errors import SlackTrouble, asking
from responders.slack.manifest import BOT_SCOPES


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing Slack was asked: its name and what is wrong with it, in words; empty when nothing is."""

    where: str
    wrong: str


def check(client: WebClient, channels: Iterable[str], t: Words) -> list[Tried]:
    """The token and its scopes, then each channel: does it exist, are we in it."""
    try:
        with asking():
            answer = client.auth_test()
    except SlackTrouble as trouble:
        return [Tried(str(client.base_url), t("Slack refuses the bot's token: {code}", code=trouble.code))]
    granted = str(answer.headers.get("x-oauth-scopes") or "")
    missing = [scope for scope in BOT_SCOPES if granted and scope not in granted.split(",")]
    wrong = t("install the app again from the manifest; it lacks {scopes}", scopes=", ".join(missing))
    found = [Tried(str(answer["team"]), wrong if missing else "")]
    names = Channels(client)
    return found + [Tried(channel, _channel(client, names, channel, t)) for channel in dict.fromkeys(channels)]


def _channel(client: WebClient, names: Channels, channel: str, t: Words) -> str:
    try:
        with asking():
            info = client.conversations_info(channel=names.resolve(channel))
    except SlackTrouble as trouble:
        return t("no such channel, or the app may not see it ({code}): invite it there", code=trouble.code)
    if not info["channel"].get("is_member"):
        return t("the app is not in this channel: type /invite @Repartie there")
    return ""
