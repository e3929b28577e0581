"""The Home tab: what waits, what is mine, and whether anything is really published. Pure drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from config.i18n import Words, mark
from responders.seen import MentionSeen
from responders.slack import ids, kit, state
from responders.slack.kit import Mrkdwn, bold, foreign, join, own, say
from responders.slack.mention import view as mention

MINE: Final = 20
"""Mentions of mine that are listed; a Home tab holds 100 blocks."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What one person's Home tab says. `waiting`: brand -> open mentions; `live`: brand -> whether replies are real.

    `paused_by`: who stopped all publication, or None.
    """

    waiting: Mapping[str, int]
    live: Mapping[str, bool]
    mine: Sequence[MentionSeen]
    paused_by: str | None


def home(overview: Overview, t: Words) -> View:
    """The whole tab."""
    blocks: list[Block] = [HeaderBlock(text=kit.plain(t("Waiting for an answer"), 150))]
    blocks += [kit.section(line) for line in brand_lines(overview, t)[:30]]
    blocks.append(kit.context(pause_line(overview.paused_by, t)))
    blocks += [DividerBlock(), HeaderBlock(text=kit.plain(t("What you have taken"), 150))]
    if not overview.mine:
        blocks.append(kit.context(own(t("Nothing for now."))))
    for seen in overview.mine[:MINE]:
        blocks.append(_mine(seen, t))
    more = len(overview.mine) - MINE
    if more > 0:
        blocks.append(kit.context(own(t.plural("and {count} other", "and {count} others", more))))
    return View(type="home", blocks=blocks)


def brand_lines(overview: Overview, t: Words) -> list[Mrkdwn]:
    """One line a brand; the slash command says the same."""
    return [
        join(
            (
                bold(foreign(brand)),
                own(t.plural("{count} open mention", "{count} open mentions", count)),
                own(t("🟢 live") if overview.live[brand] else t("🧪 dry run: nothing is published")),
            )
        )
        for brand, count in overview.waiting.items()
    ]


def pause_line(paused_by: str | None, t: Words) -> Mrkdwn:
    """Whether anything is published at all."""
    if paused_by is None:
        return own(t("▶️ Publication is on."))
    return say(t, mark("⏸ Publication is paused by {name}."), name=foreign(paused_by))


def _mine(seen: MentionSeen, t: Words) -> Block:
    line = join((mention.who(seen), kit.link(seen.url, foreign(seen.title or seen.text, 200))), "\n")
    packed = state.OfMention(mention=seen.mention_id).packed()
    return kit.section(line, kit.button(t("See"), ids.MENTION_SHOW, packed))
