"""The first `repartie.yaml` of a team, commented in their language, and the `.env.example` beside it."""

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from config.base import fold
from config.edit import in_yaml
from config.i18n import Words, words

USUAL_ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` was told. `feeds`: address -> its title, "" where nobody asked it."""

    brand: str
    query: str
    feeds: dict[str, str]
    language: str
    channel: str = ""
    allow_private: bool = False
    timezone: str = USUAL_ZONE


def configuration(said: Answers) -> str:
    """The text of the file."""
    t = words(said.language)
    name, source = in_yaml(said.brand), t("press")
    hidden = "" if said.channel else "# "
    channel = said.channel or f"#{slug(said.brand)}-mentions"
    feeds = "".join(f"      - {in_yaml(url)}{_remark(title)}\n" for url, title in said.feeds.items())
    private = (
        f"    allow_private: true # {t('these feeds may stand on your own network')}\n" if said.allow_private else ""
    )
    return f"""\
# {t("Repartie reads this file. After an edit: repartie check. “repartie run” takes a saved edit over by itself.")}
# {t("No token stands here: they go into .env, see .env.example.")}

language: {said.language} # {t("the interface: fr or en")}
timezone: {said.timezone} # {t("the hours people read")}

brands:
  - name: {name}
    # {t("Capitals and accents make no difference; words side by side stand between double quotes.")}
    # {t("To leave something out, add at the end: AND NOT (word OR other). Try it: repartie check --explain “a text”")}
    query: {in_yaml(said.query)}
    sources: [{source}]
    # {t("Slack: where mentions are shown, and who may publish (profile, ⋮, “Copy member ID”).")}
    {hidden}slack: {{mentions: {in_yaml(channel)}}}
    # publishers: [U012ABCDEF]

sources:
  {source}: # {t("a name of your choice")}
    kind: rss
    every: 10m # 30s, 10m, 2h, 1d
{private}    feeds: # {t("one more: repartie add feed https://site.example")}
{feeds}
publish:
  {name}: dry-run # {t("live when you are ready: until then, nothing leaves")}
"""


def environment(t: Words) -> str:
    """The text of `.env.example`."""
    return f"""\
# {t("Copy this file to .env, fill it in, and keep it to yourself: chmod 600 .env")}
# {t("Both come from your app on api.slack.com/apps; see `repartie slack manifest`.")}
SLACK_BOT_TOKEN=
SLACK_APP_TOKEN=
# {t("Where mentions are stored:")}
# REPARTIE_DATABASE=sqlite:///var/repartie.db
# {t("off publishes nothing, whatever the configuration says:")}
# REPARTIE_PUBLISH=on
"""


def slug(name: str) -> str:
    """`name` as a Slack channel or a source may be called: aeroplouf-air."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60] or "repartie"


def local_zone() -> str:
    """The time zone of this machine where it names a place; servers mostly say UTC, which is nobody's office."""
    told = os.environ.get("TZ", "") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return told if "/" in told and not told.startswith("Etc/") and told in available_timezones() else USUAL_ZONE


def _remark(title: str) -> str:
    """A feed's own title as a comment: one line, whatever it holds."""
    seen = "".join(sign for sign in title if unicodedata.category(sign)[0] not in "CZ" or sign == " ")
    return f" # {' '.join(seen.split())[:60]}" if seen.strip() else ""
