"""The card of one mention: what a person needs to answer, hand on or put aside in one minute. Pure drawing."""

from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement, InputBlock, Option, RadioButtonsElement
from slack_sdk.models.views import View

from config.conditions import rules
from config.i18n import Words, mark
from models.network import written
from models.status import MentionStatus, ReplyStatus
from responders.publisher import ProblemCode
from responders.seen import AnswerSeen, Eligibility, MentionSeen
from responders.slack import ids, kit, state
from responders.slack.hosting import view as hosting
from responders.slack.kit import Message, Mrkdwn, bold, foreign, join, own, say
from responders.slack.mention import judged

_CLOSED: Final = (MentionStatus.DONE, MentionStatus.IRRELEVANT)
_WAITS: Final = (MentionStatus.OPEN, MentionStatus.TAKEN)
_ON_ITS_WAY: Final = (ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.UNCLEAR, ReplyStatus.RETRACTING)
_SHORT: Final = 200
_ANSWER: Final = 600
_RULE: Final = 120


def card(seen: MentionSeen, t: Words, *, problem: str = "", short: bool = False) -> Message:
    """A mention in its channel.

    `problem` is what stands in the way of its answer, in a sentence. `short` cuts the quotation, for a Slack that found
    the card too big.
    """
    closed = seen.status in _CLOSED and not seen.follows  # what came after our answer is there to be read
    quoted = _SHORT if closed or short else kit.QUOTED
    warning = own("") if closed else judged.danger(seen, t)
    blocks: list[Block] = [
        *([kit.section(warning)] if warning else []),
        kit.section(join((who(seen), where(seen, t)), "\n")),
        kit.quote(seen.text, quoted, title=seen.title, url=seen.url, more=t("See the original")),
    ]
    if not closed:
        blocks.append(
            kit.context(
                judged.line(seen, t), join((words(seen, t), rule(seen, t))), repeated(seen, t), *_chances(seen, t)
            )
        )
    blocks += _state(seen, problem, t)
    blocks += kit.actions(_buttons(seen, t))
    blocks += kit.actions(hosting.moderation(seen, t))
    return Message(headline(seen, t), blocks)


def modal(seen: MentionSeen, t: Words, *, problem: str = "") -> View:
    """The same card over the channel, for a mention that stands in a group."""
    packed = state.OfMention(mention=seen.mention_id).packed()
    return kit.modal(t, ids.MENTION_CARD, t("Mention"), card(seen, t, problem=problem).blocks, state=packed)


def ask_sentiment(seen: MentionSeen, t: Words) -> View:
    """What is the sentiment really?"""
    options = [
        Option(
            text=kit.plain(f"{judged.DOTS[label]} {t(name).capitalize()}", kit.BUTTON, emoji=True), value=label.value
        )
        for label, name in judged.SENTIMENTS.items()
    ]
    chosen = next(option for option in options if option.value == seen.label.value)
    choice = RadioButtonsElement(action_id=ids.SENTIMENT_CHOICE, options=options, initial_option=chosen)
    blocks: list[Block] = [
        kit.quote(seen.text, _SHORT, title=seen.title),
        InputBlock(
            block_id=ids.SENTIMENT_BLOCK,
            label=kit.plain(t("What does this person feel about {brand}?", brand=seen.brand), kit.WORD * 2),
            element=choice,
        ),
    ]
    packed = state.OfMention(mention=seen.mention_id).packed()
    return kit.modal(
        t, ids.SENTIMENT_MODAL, t("Sentiment"), blocks, state=packed, submit=t("Correct"), close=t("Cancel")
    )


def headline(seen: MentionSeen, t: Words) -> Mrkdwn:
    """One line for a notification."""
    if seen.judged.danger:
        return say(t, mark("🆘 A person may be in danger: {said}"), said=_headline(seen, t))
    return _headline(seen, t)


def _headline(seen: MentionSeen, t: Words) -> Mrkdwn:
    name = foreign(seen.author_name or seen.author_handle)
    place = foreign(seen.network_label)
    return say(t, mark("{name} on {place}: {text}"), name=name, place=place, text=foreign(seen.title or seen.text, 150))


def who(seen: MentionSeen) -> Mrkdwn:
    """Name and handle, leading to the author's page."""
    name = bold(kit.link(seen.author_url, foreign(seen.author_name or seen.author_handle)))
    return join((name, foreign(written(seen.network, seen.author_handle)) if seen.author_name else own("")), "  ")


def where(seen: MentionSeen, t: Words) -> Mrkdwn:
    """Network, place, audience, history, when."""
    followers = own("")
    if seen.followers is not None:
        followers = own(t.plural("{count} follower", "{count} followers", seen.followers))
    history = own("")
    if seen.exchanges:
        history = own(t.plural("{count} earlier exchange with us", "{count} earlier exchanges with us", seen.exchanges))
    place = foreign(seen.place) if seen.place != seen.network_label else own("")
    return join((foreign(seen.network_label), place, followers, history, kit.moment(seen.at, "{ago}")))


def words(seen: MentionSeen, t: Words) -> Mrkdwn:
    """Why it is here."""
    if not seen.words:
        return own("")
    return say(t, mark("here for: {words}"), words=join((foreign(word, 40) for word in seen.words[:8]), ", "))


def repeated(seen: MentionSeen, t: Words) -> Mrkdwn:
    """How many others say the same."""
    if seen.story is None:
        return own("")
    if seen.story.places > 1:
        return own(t.plural("🔁 also in {count} other place", "🔁 also in {count} other places", seen.story.places - 1))
    if seen.story.authors > 1:
        return own(t.plural("🔁 also by {count} other", "🔁 also by {count} others", seen.story.authors - 1))
    return own(t.plural("🔁 said {count} time", "🔁 said {count} times", seen.story.copies))


def rule(seen: MentionSeen, t: Words) -> Mrkdwn:
    """Which rule of the configuration put it here; nothing where every recent mention is shown."""
    named = rules.read(seen.rule)
    if named is None:
        return own("")
    number = own(t.number(named.number))
    if not named.condition:
        return say(t, mark("here by rule {number}"), number=number)
    condition = foreign(named.condition, _RULE)
    return say(t, mark("here by rule {number}: {condition}"), number=number, condition=condition)


def chance(possible: Eligibility, t: Words) -> Mrkdwn:
    """Whether it can be answered in public, said before anyone types."""
    if possible.reason is not None:
        return say(t, mark("🚫 no reply possible: {why}"), why=own(why(possible.reason, t)))
    if possible.limit is None:
        length = own(t("✅ reply possible"))
    else:
        length = own(
            t.plural("✅ reply possible ({count} character)", "✅ reply possible ({count} characters)", possible.limit)
        )
    price = own("")
    if possible.price is not None:
        price = say(t, mark("about ${price} a reply"), price=own(t.number(float(possible.price))))
    rehearsal = own(t("🧪 dry run: nothing will be published")) if possible.dry_run else own("")
    return join((join((length, price)), rehearsal), "\n")


def why(reason: ProblemCode, t: Words) -> str:
    """Why nobody can answer."""
    return t(_REASONS.get(reason, _REASONS[ProblemCode.CANNOT_REPLY]))


_REASONS: Final = {
    ProblemCode.CANNOT_REPLY: mark("this place takes no answers from us"),
    ProblemCode.EMPTY: mark("the text is empty"),
    ProblemCode.TOO_LONG: mark("the text is too long"),
    ProblemCode.NOT_ADDRESSED: mark("this network lets us answer only those who mention or quote us"),
    ProblemCode.ANSWERED_ONCE: mark("this network lets us answer a post once, and it was done"),
    ProblemCode.LOCKED: mark("this conversation is closed to new answers"),
    ProblemCode.ARCHIVED: mark("this conversation is archived"),
    ProblemCode.GATED: mark("its author chose who may answer"),
    ProblemCode.LIMITED: mark("its author, or their server, does not let our account through"),
}


def _chances(seen: MentionSeen, t: Words) -> list[Mrkdwn]:
    if seen.answer is not None and seen.answer.status in (*_ON_ITS_WAY, ReplyStatus.SENT):
        return [own(t("🧪 dry run: nothing will be published"))] if seen.answer.dry_run else []
    return [chance(seen.eligibility, t), _waiting(seen, t)]


def _waiting(seen: MentionSeen, t: Words) -> Mrkdwn:
    if seen.status not in _WAITS:
        return own("")
    return say(t, mark("⏱ waiting since {moment}"), moment=kit.moment(seen.waiting_since))


def _state(seen: MentionSeen, problem: str, t: Words) -> list[Block]:
    blocks: list[Block] = []
    if seen.answer is not None:
        blocks += _answer(seen.answer, seen.network, problem, t)
    if seen.went_on is not None:
        name, moment = foreign(seen.went_on.name), kit.moment(seen.went_on.at, "{ago}")
        blocks.append(
            kit.section(say(t, mark("💬 {name} answered us {moment}, see the thread"), name=name, moment=moment))
        )
        blocks.append(kit.quote(seen.went_on.text, _SHORT))
    if seen.writing is not None:
        blocks.append(kit.section(say(t, mark("✍️ {name} is writing an answer"), name=foreign(seen.writing.name))))
    if seen.gone:
        blocks.append(
            kit.section(own(t("🗑 The network no longer shows this post: what it said and who said it are not kept")))
        )
    blocks += hosting.stands(seen, t)
    line = _standing(seen, t)
    if line:
        blocks.append(kit.section(line))
    return blocks


def _standing(seen: MentionSeen, t: Words) -> Mrkdwn:
    if seen.status is MentionStatus.TAKEN and seen.owner:
        return say(t, mark("🙋 Taken by {name}"), name=foreign(seen.owner.name))
    if seen.status is MentionStatus.DONE:
        return own(t("☑️ Done"))
    if seen.status is MentionStatus.IRRELEVANT:
        return own(t("🗑 Not relevant"))
    return own("")


def _answer(answer: AnswerSeen, network: str, problem: str, t: Words) -> list[Block]:
    name, account = foreign(answer.by.name), foreign(written(network, answer.account))
    link = kit.link(answer.url or "", own(t("see the answer"))) if answer.url else own("")
    if answer.status is ReplyStatus.SENT and answer.dry_run:
        line = say(t, mark("🧪 Dry run by {name}: nothing was published"), name=name)
    elif answer.status is ReplyStatus.SENT:
        line = join(
            (
                say(t, mark("✅ {name} answered as {account}"), name=name, account=account),
                kit.moment(answer.sent_at or answer.approved_at),
                link,
            )
        )
    elif answer.status is ReplyStatus.REFUSED:
        line = say(t, mark("⛔ The answer of {name} was not published"), name=name)
    else:
        line = say(t, _LINES[answer.status], name=name, moment=kit.moment(answer.due_at, "{time_secs}"))
    if answer.status in (ReplyStatus.CANCELLED, ReplyStatus.RETRACTED):
        return [kit.context(line)]
    return [kit.section(join((line, foreign(problem, 400)), "\n")), kit.quote(answer.text, _ANSWER)]


_LINES: Final = {
    ReplyStatus.APPROVED: mark("⏳ {name} answers: leaves at {moment}, 15 s to cancel"),
    ReplyStatus.SENDING: mark("📤 The answer of {name} is being sent"),
    ReplyStatus.UNCLEAR: mark(
        "❓ Nobody can say whether the answer of {name} was published.\nLook under the original: is it there?"
    ),
    ReplyStatus.CANCELLED: mark("Answer cancelled ({name})"),
    ReplyStatus.RETRACTING: mark("↩️ The answer of {name} is being taken back"),
    ReplyStatus.RETRACTED: mark("↩️ The answer of {name} was taken back: nobody sees it any more"),
}


def _buttons(seen: MentionSeen, t: Words) -> list[ButtonElement]:
    mention = state.OfMention(mention=seen.mention_id).packed()
    answer = seen.answer
    found: list[ButtonElement] = []
    if answer is not None and answer.status in _ON_ITS_WAY:
        found = _answer_buttons(answer, seen.mention_id, t)
    elif seen.status in _WAITS:
        found = _work_buttons(seen, mention, t)
    else:
        if seen.status is MentionStatus.ANSWERED:
            found.append(kit.button(t("Done"), ids.MENTION_DONE, mention))
        found.append(kit.button(t("Reopen"), ids.MENTION_REOPEN, mention))
    if answer is not None and answer.can_retract:
        packed = state.OfReply(mention=seen.mention_id, reply=answer.reply_id).packed()
        found.append(kit.button(t("Take back…"), ids.REPLY_RETRACT, packed))
    address = kit.safe_url(seen.url)
    if address and all(button.url != address for button in found):
        found.append(kit.button(t("Open"), ids.MENTION_OPEN, mention, url=address))
    return found


def _work_buttons(seen: MentionSeen, mention: str, t: Words) -> list[ButtonElement]:
    answered = seen.answer is not None and seen.answer.status is ReplyStatus.SENT
    found = []
    if seen.eligibility.possible and not answered:
        found.append(kit.button(t("Reply"), ids.MENTION_REPLY, mention, style="primary"))
    elif not answered and (address := kit.safe_url(seen.eligibility.browser)):
        found.append(kit.button(t("Answer in the browser"), ids.MENTION_BROWSER, mention, style="primary", url=address))
        found.append(kit.button(t("I answered"), ids.MENTION_ANSWERED, mention))
    if seen.status is MentionStatus.OPEN:
        found.append(kit.button(t("I take it"), ids.MENTION_TAKE, mention))
    else:
        found.append(kit.button(t("Release"), ids.MENTION_RELEASE, mention))
    return [
        *found,
        kit.button(t("Done"), ids.MENTION_DONE, mention),
        kit.button(t("Not relevant"), ids.MENTION_IRRELEVANT, mention),
        kit.button(t("Sentiment?"), ids.MENTION_SENTIMENT, mention),
    ]


def _answer_buttons(answer: AnswerSeen, mention_id: int, t: Words) -> list[ButtonElement]:
    packed = state.OfReply(mention=mention_id, reply=answer.reply_id).packed()
    if answer.status is ReplyStatus.APPROVED:
        return [kit.button(t("Cancel"), ids.REPLY_CANCEL, packed, style="danger")]
    if answer.status is not ReplyStatus.UNCLEAR:
        return []
    there = kit.button(t("It is there"), ids.REPLY_IS_THERE, packed, style="primary")
    there.confirm = kit.confirm(
        t, t("The answer stands under the original: nothing will be sent again."), t("It is there")
    )
    absent = kit.button(t("It is not there"), ids.REPLY_NOT_THERE, packed)
    absent.confirm = kit.confirm(
        t, t("You looked and the answer is not there: it will be sent again."), t("It is not there")
    )
    return [there, absent]
