"""What a moderator sees on a card and does from it: how the post stands, buttons, a menu, one modal. Pure drawing."""

from typing import Final

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    InteractiveElement,
    Option,
    OverflowMenuElement,
    PlainTextInputElement,
)
from slack_sdk.models.views import View

from config.i18n import Words, mark
from responders.publisher import Act, Standing
from responders.seen import MentionSeen
from responders.slack import ids, kit, state
from responders.slack.kit import own, say

BUTTONS: Final = {
    ids.COMMENT_APPROVE: Act.APPROVE,
    ids.COMMENT_HOLD: Act.HOLD,
    ids.COMMENT_SPAM: Act.SPAM,
    ids.COMMENT_BIN: Act.BIN,
}
"""What each button does; what has none stands in the menu."""
NAMES: Final = {
    Act.APPROVE: mark("Approve"),
    Act.HOLD: mark("Hold back"),
    Act.SPAM: mark("Spam"),
    Act.BIN: mark("Bin"),
    Act.HIDE: mark("Hide this reply"),
    Act.UNHIDE: mark("Show this reply again"),
    Act.REMOVE: mark("Remove"),
    Act.LOCK: mark("Close the conversation"),
    Act.UNLOCK: mark("Reopen the conversation"),
    Act.CLOSE_REPLIES: mark("Restrict replies"),
    Act.OPEN_REPLIES: mark("Let everybody reply"),
    Act.MUTE: mark("Mute this account"),
    Act.UNMUTE: mark("Hear this account again"),
    Act.BLOCK: mark("Block this account"),
    Act.UNBLOCK: mark("Unblock this account"),
    Act.REPORT: mark("Report…"),
}
SURE: Final = {
    Act.SPAM: mark("The comment leaves the site at once, and its filter learns that it was spam."),
    Act.BIN: mark("The comment leaves the site at once. It can be taken out of the bin for 30 days."),
    Act.HIDE: mark("Readers must ask for hidden replies to see it; its author is not told."),
    Act.REMOVE: mark("Nobody sees it any more but its author and the moderators."),
    Act.LOCK: mark("Nobody can answer there any more, neither can we."),
    Act.CLOSE_REPLIES: mark("Only the people we mention can answer our post from now on."),
    Act.MUTE: mark("We hear nothing more of this account; it is not told."),
    Act.BLOCK: mark("This account no longer sees ours and can no longer write to it. It can notice that."),
    Act.REPORT: mark("The moderators of the network read this report. Say what is wrong."),
}
"""What is asked about first, and what it does."""
_NOTED: Final = (Act.REPORT, Act.REMOVE)
_STANDS: Final = {
    Standing.HELD: mark("⏸ Held back on the site: nobody sees it"),
    Standing.SPAM: mark("🚫 Marked as spam on the site: nobody sees it"),
    Standing.BINNED: mark("🗑 In the bin of the site: nobody sees it"),
    Standing.HIDDEN: mark("🙈 Hidden by us: readers must ask for it"),
    Standing.REMOVED: mark("🗑 Removed by us: nobody sees it"),
    Standing.LOCKED: mark("🔒 The conversation is closed to answers"),
    Standing.MUTED: mark("🔇 We have muted this account"),
    Standing.BLOCKED: mark("⛔ We have blocked this account"),
    Standing.REPORTED: mark("🚩 Reported to the network"),
}
_MENU: Final = 5
"""Options of an overflow menu: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
(read 2026-11-22)."""


def stands(seen: MentionSeen, t: Words) -> list[Block]:
    """How the post stands where we moderate, if that is worth a line."""
    return [kit.section(own(t(_STANDS[seen.standing])))] if seen.standing in _STANDS else []


def moderation(seen: MentionSeen, t: Words) -> list[InteractiveElement]:
    """What can be done there: buttons, and a menu for the rest."""
    mention = state.OfMention(mention=seen.mention_id).packed()
    found: list[InteractiveElement] = []
    for action, act in BUTTONS.items():
        if act in seen.acts:
            button = kit.button(t(NAMES[act]), action, mention)
            if act in SURE:
                button.confirm = kit.confirm(t, t(SURE[act]), t(NAMES[act]))
            found.append(button)
    rest = [act for act in seen.acts if act not in BUTTONS.values()][:_MENU]
    if rest:
        options = [
            Option(
                text=kit.plain(t(NAMES[act]), kit.BUTTON),
                value=state.OfAct(mention=seen.mention_id, act=act).packed(),
            )
            for act in rest
        ]
        found.append(OverflowMenuElement(action_id=ids.MENTION_MODERATE, options=options))
    return found


def ask(seen: MentionSeen, act: Act, t: Words) -> View:
    """Are you sure, and why?"""
    line = say(
        t, mark("{act}: {name}"), act=own(t(NAMES[act])), name=kit.foreign(seen.author_name or seen.author_handle)
    )
    blocks: list[Block] = [
        kit.section(kit.bold(line)),
        kit.section(own(t(SURE[act]))),
        kit.quote(seen.text, 200, title=seen.title),
        InputBlock(
            block_id=ids.ACT_NOTE_BLOCK,
            label=kit.plain(t("Why?"), 150),
            optional=act not in _NOTED,
            element=PlainTextInputElement(action_id=ids.ACT_NOTE, multiline=True, max_length=1000),
        ),
    ]
    packed = state.OfAct(mention=seen.mention_id, act=act).packed()
    return kit.modal(t, ids.ACT_MODAL, t("Moderate"), blocks, state=packed, submit=t("Do it"), close=t("Cancel"))
