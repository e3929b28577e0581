"""One card for a burst of mentions: the channel is not flooded, the team works through a list. Pure drawing."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock, Option, StaticSelectElement

from config.i18n import Words, mark
from models.status import MentionStatus, ReplyStatus
from models.verdict import Sentiment
from responders.seen import MentionSeen
from responders.slack import ids, kit, state
from responders.slack.kit import Message, Mrkdwn, foreign, join, own, say
from responders.slack.mention import judged
from responders.slack.mention import view as mention

LISTED: Final = 15
"""Mentions with a paragraph of their own: 15 of up to 460 characters, and as many dates, keep under 13,000."""
MAX_WEIGHT: Final = 13_000
_WAITS: Final = (MentionStatus.OPEN, MentionStatus.TAKEN)
_FIRST: Final = {Sentiment.NEGATIVE: 0, Sentiment.NEUTRAL: 1, Sentiment.POSITIVE: 2}


def card(group: Sequence[MentionSeen], t: Words, *, short: bool = False) -> Message:
    """The mentions that still wait, worst first, and how many are handled. `group` is not empty.

    As listed ones are handled, others take their place at the next redraw. `short` lists half as many.
    """
    waiting = sorted((seen for seen in group if _waits(seen)), key=_urgency)
    listed = waiting[: LISTED // 2 if short else LISTED]
    while True:
        message = Message(_headline(group, t), _blocks(group, waiting, listed, t))
        if kit.weight(message.blocks) <= MAX_WEIGHT or not listed:
            return message
        listed = listed[:-1]


def _blocks(
    group: Sequence[MentionSeen], waiting: Sequence[MentionSeen], listed: Sequence[MentionSeen], t: Words
) -> list[Block]:
    title = t.plural(
        "{count} new mention of {brand}", "{count} new mentions of {brand}", len(group), brand=group[0].brand
    )
    blocks: list[Block] = [HeaderBlock(text=kit.plain(title, 150)), kit.context(_counts(group, waiting, t))]
    for seen in listed:
        blocks += [DividerBlock(), _item(seen, t)]
    more = len(waiting) - len(listed)
    if more:
        blocks.append(kit.context(own(t.plural("and {count} other that waits", "and {count} others that wait", more))))
    if not waiting:
        blocks.append(kit.context(own(t("☑️ All handled"))))
    blocks.append(ActionsBlock(elements=[_menu(waiting or group, t)]))
    return blocks


def _item(seen: MentionSeen, t: Words) -> Block:
    first = join((mention.who(seen), foreign(seen.network_label, 30), kit.moment(seen.at, "{ago}")))
    text = kit.link(seen.url, foreign(f"{seen.title} {seen.text}", 280))
    thought = join((judged.verdict(seen, t), judged.risk(seen, t), _holder(seen, t)))
    lines = join((judged.danger(seen, t), first, text, thought), "\n")
    reply = None
    if seen.eligibility.possible and (seen.answer is None or seen.answer.status is ReplyStatus.CANCELLED):
        reply = kit.button(t("Reply"), ids.MENTION_REPLY, state.OfMention(mention=seen.mention_id).packed())
    return kit.section(Mrkdwn(lines), reply)


def _holder(seen: MentionSeen, t: Words) -> Mrkdwn:
    if seen.writing:
        return say(t, mark("✍️ {name} is writing an answer"), name=foreign(seen.writing.name))
    if seen.answer is not None and seen.answer.status is ReplyStatus.UNCLEAR:
        return own(t("❓ published or not? Open it"))
    if seen.answer is not None and seen.answer.status in (ReplyStatus.APPROVED, ReplyStatus.SENDING):
        return say(t, mark("⏳ {name} answers"), name=foreign(seen.answer.by.name))
    return say(t, mark("🙋 Taken by {name}"), name=foreign(seen.owner.name)) if seen.owner else own("")


def _menu(offered: Sequence[MentionSeen], t: Words) -> StaticSelectElement:
    options = [
        Option(
            text=kit.plain(f"{seen.author_name or seen.author_handle} : {seen.text}", kit.BUTTON),
            value=state.OfMention(mention=seen.mention_id).packed(),
        )
        for seen in offered[:100]
    ]
    return StaticSelectElement(action_id=ids.MENTION_SHOW, placeholder=kit.plain(t("Open one…"), 150), options=options)


def _headline(group: Sequence[MentionSeen], t: Words) -> Mrkdwn:
    brand = foreign(group[0].brand)
    return own(t.plural("{count} new mention of {brand}", "{count} new mentions of {brand}", len(group), brand=brand))


def _counts(group: Sequence[MentionSeen], waiting: Sequence[MentionSeen], t: Words) -> Mrkdwn:
    negative = sum(seen.label is Sentiment.NEGATIVE for seen in group)
    handled = len(group) - len(waiting)
    return join(
        (
            own(t.plural("{count} negative", "{count} negative ones", negative)),
            own(t.plural("{count} waits", "{count} wait", len(waiting))),
            own(t.plural("{count} handled", "{count} handled ones", handled)) if handled else own(""),
        )
    )


def _waits(seen: MentionSeen) -> bool:
    return seen.status in _WAITS and (seen.answer is None or seen.answer.status is not ReplyStatus.SENT)


def _urgency(seen: MentionSeen) -> tuple[bool, float, int, float, int]:
    return not seen.judged.danger, -(seen.judged.risk or 0.0), _FIRST[seen.label], -seen.confidence, seen.mention_id
