"""The modal where an answer is written, previewed and published. Pure drawing."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from config.i18n import Words, mark
from models.network import NETWORKS, written
from models.status import ReplyStatus
from responders.publisher import Manner, Preview
from responders.seen import AnswerSeen, MentionSeen, Person
from responders.slack import ids, kit, state
from responders.slack.kit import Mrkdwn, bold, foreign, join, own, say
from responders.slack.mention import view as mention

LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "nl")
_VISIBILITIES = {
    "public": mark("everybody"),
    "unlisted": mark("everybody, outside the timelines"),
    "private": mark("our followers"),
    "direct": mark("only those we mention"),
}
MAX_TYPED = 2400
"""Characters of the input. A longer text would not travel in a modal's 3,000 characters of private metadata."""


def opening(t: Words) -> View:
    """Shown at once, since Slack forgets a click after 3 s; the next view takes its place."""
    return kit.notice(t, t("Reply in public"), t("One moment…"))


def write(
    seen: MentionSeen, text: str, t: Words, manner: Manner | None = None, *, block: str = ids.REPLY_TEXT_BLOCK
) -> View:
    """The original, who will speak, and where to type.

    Slack counts down in the input where the network counts as Slack does; elsewhere the preview counts as the network
    does, and says under the input by how much a text is too long.
    """
    account = written(seen.network, seen.eligibility.account)
    blocks: list[Block] = [
        kit.context(join((own(t("In reply to")), mention.who(seen)), " "), mention.where(seen, t)),
        kit.quote(seen.text, 600, title=seen.title, url=seen.url, more=t("See the original")),
        InputBlock(
            block_id=block,
            label=kit.plain(t("Your answer, in the name of {account}", account=account), 150),
            element=PlainTextInputElement(
                action_id=ids.REPLY_TEXT, multiline=True, initial_value=text or None, max_length=_most(seen),
                focus_on_load=True,
            ),
            hint=kit.plain(_hint(seen, t), 300),
        ),
        *_manners(seen, manner or seen.eligibility.manner, t),
        *_warning(seen, t),
    ]  # fmt: skip
    return kit.modal(
        t, ids.REPLY_WRITE, t("Reply in public"), blocks, state=state.OfMention(mention=seen.mention_id).packed(),
        submit=t("Preview"), close=t("Cancel"), tell_closed=True,
    )  # fmt: skip


def confirm(seen: MentionSeen, shown: Preview, t: Words) -> View:
    """Exactly what will be public, where and as whom. Submitting it publishes."""
    draft = state.Draft(mention=seen.mention_id, text=shown.text, manner=shown.manner).packed()
    back = kit.button(t("Back to the text"), ids.REPLY_BACK, state.OfMention(mention=seen.mention_id).packed())
    blocks: list[Block] = [
        kit.section(bold(own(t("Exactly what will be published:")))),
        kit.exactly(shown.text),
        kit.context(
            say(t, mark("as {account}, in reply to {name} on {place}"),
                account=foreign(written(seen.network, shown.account)),
                name=foreign(written(seen.network, seen.author_handle) or seen.author_name),
                place=foreign(seen.network_label)),
            join((length(shown, t), price(shown, t))),
            *spoken_of(shown.manner, t),
        ),
        *_warning(seen, t),
        ActionsBlock(elements=[back]),
    ]  # fmt: skip
    submit = t("Publish (dry run)") if seen.eligibility.dry_run else t("Publish")
    return kit.modal(
        t, ids.REPLY_CONFIRM, t("Preview"), blocks, state=draft, submit=submit, close=t("Cancel"), tell_closed=True
    )


def length(shown: Preview, t: Words) -> Mrkdwn:
    """How long the text is, as the network counts."""
    if shown.limit is None:
        return own(t.plural("{count} character", "{count} characters", shown.length))
    return own(t("{length} / {limit} characters", length=t.number(shown.length), limit=t.number(shown.limit)))


def price(shown: Preview, t: Words) -> Mrkdwn:
    """What publishing it costs."""
    if shown.price is None:
        return own("")
    return say(t, mark("costs about ${price}"), price=own(t.number(float(shown.price))))


def spoken_of(manner: Manner, t: Words) -> list[Mrkdwn]:
    """What is sent besides the words, each on a line of its own."""
    found = [
        say(t, mark("language: {name}"), name=foreign(manner.language)) if manner.language else own(""),
        say(t, mark("⚠️ content warning: {text}"), text=foreign(manner.warning, 300)) if manner.warning else own(""),
        say(t, mark("seen by: {who}"), who=own(_seen_by(manner.visibility, t))) if manner.visibility else own(""),
    ]
    if manner.image:
        found.append(say(t, mark("🖼 image: {url}"), url=foreign(manner.image.url, 300)))
        found.append(say(t, mark("described as: {text}"), text=foreign(manner.image.alt, 600)))
    return [line for line in found if line]


def guarded(seen: MentionSeen, draft: state.Draft, sentence: str, offered: str, t: Words) -> View:
    """The text would show something private: why, and what could be said instead."""
    line = join((own("🛡"), foreign(sentence, 600)), " ")
    private = kit.button(t("Say this instead"), ids.REPLY_PRIVATE, draft_of(seen), style="primary")
    back = kit.button(t("Back to the text"), ids.REPLY_BACK, draft_of(seen))
    blocks: list[Block] = [
        kit.section(line),
        kit.section(own(t("What could be said instead:"))),
        kit.exactly(offered),
        ActionsBlock(elements=[private, back]),
    ]
    return kit.modal(
        t, ids.REPLY_GUARDED, t("Not in public"), blocks, state=draft.packed(), close=t("Cancel"), tell_closed=True
    )


def draft_of(seen: MentionSeen) -> str:
    """Which mention a button is about."""
    return state.OfMention(mention=seen.mention_id).packed()


def ask_retract(seen: MentionSeen, carried: state.OfReply, t: Words) -> View:
    """Are you sure, and why? The reason stays in the audit."""
    blocks: list[Block] = [
        kit.section(own(t("The answer leaves the network at once, for everybody. It is never sent again."))),
        *([kit.quote(seen.answer.text, 600)] if seen.answer else []),
        InputBlock(
            block_id=ids.REPLY_REASON_BLOCK,
            label=kit.plain(t("Why?"), 150),
            element=PlainTextInputElement(action_id=ids.REPLY_REASON, multiline=True, max_length=500),
            hint=kit.plain(t("Kept in the audit."), 150),
        ),
    ]
    return kit.modal(
        t, ids.REPLY_RETRACT_MODAL, t("Take the answer back"), blocks,
        state=carried.packed(), submit=t("Take back"), close=t("Cancel"),
    )  # fmt: skip


def occupied(seen: MentionSeen, other: Person, t: Words) -> View:
    """Somebody else is writing: look, do not type."""
    line = say(t, mark("✍️ {name} is answering this message right now."), name=bold(foreign(other.name)))
    rest = own(t("You can read along; nothing is published twice."))
    return kit.modal(
        t, ids.NOTICE, t("Already being answered"), [kit.section(join((line, rest), "\n")), *_look(seen, t)]
    )


def answered(seen: MentionSeen, answer: AnswerSeen, t: Words) -> View:
    """The message has its answer, or one on its way."""
    name, account = bold(foreign(answer.by.name)), foreign(written(seen.network, answer.account))
    if answer.status is ReplyStatus.SENT:
        line = say(t, mark("✅ {name} already answered as {account}."), name=name, account=account)
    else:
        line = say(t, mark("⏳ {name} already answers as {account}."), name=name, account=account)
    link = kit.link(answer.url, own(t("see the answer"))) if answer.url else own("")
    blocks: list[Block] = [kit.section(join((line, link), "\n")), kit.quote(answer.text, 1000), *_look(seen, t)]
    return kit.modal(t, ids.NOTICE, t("Already answered"), blocks)


def impossible(seen: MentionSeen, t: Words) -> View:
    """Nobody can answer there."""
    return kit.modal(
        t, ids.NOTICE, t("No reply possible"), [kit.section(mention.chance(seen.eligibility, t)), *_look(seen, t)]
    )


def silenced(seen: MentionSeen, sentence: str, t: Words) -> View:
    """This person, brand or moment may not publish: said before anyone types."""
    line = join((own("🔒"), foreign(sentence, 600)), " ")
    return kit.modal(t, ids.NOTICE, t("No reply possible"), [kit.section(line), *_look(seen, t)])


def stopped(seen: MentionSeen, text: str, sentence: str, t: Words) -> View:
    """It was not published: why, and the text, so that nothing typed is lost."""
    line = join((own("⛔"), foreign(sentence, 600)), " ")
    kept = own(t("Nothing was published. Your text:"))
    blocks: list[Block] = [kit.section(join((line, kept), "\n")), kit.exactly(text), *_look(seen, t)]
    return kit.modal(t, ids.NOTICE, t("Not published"), blocks)


def _look(seen: MentionSeen, t: Words) -> list[Block]:
    return [
        kit.context(mention.who(seen), mention.where(seen, t)),
        kit.quote(seen.text, title=seen.title, url=seen.url, more=t("See the original")),
    ]


def _most(seen: MentionSeen) -> int:
    network = NETWORKS.get(seen.network)
    limit = seen.eligibility.limit
    return min(limit, MAX_TYPED) if limit and network and network.counts_plain else MAX_TYPED


def _hint(seen: MentionSeen, t: Words) -> str:
    limit = seen.eligibility.limit
    if limit is None:
        return t("Nothing is published before you have seen the preview.")
    return t.plural(
        "{count} character at most. Nothing is published before you have seen the preview.",
        "{count} characters at most. Nothing is published before you have seen the preview.",
        limit,
    )


def _manners(seen: MentionSeen, manner: Manner, t: Words) -> list[Block]:
    """An input for each thing that an answer is there besides its words."""
    network = NETWORKS.get(seen.network)
    if network is None:
        return []
    found: list[Block] = []
    if network.warnings:
        element = PlainTextInputElement(
            action_id=ids.REPLY_WARNING, initial_value=manner.warning or None, max_length=200
        )
        found.append(_optional(ids.REPLY_WARNING_BLOCK, t("Content warning"), element))
    if network.languages:
        tags = list(dict.fromkeys(tag for tag in (manner.language, *LANGUAGES) if tag))
        found.append(
            _select(
                ids.REPLY_LANGUAGE_BLOCK, ids.REPLY_LANGUAGE, t("Language"), {tag: tag for tag in tags}, manner.language
            )
        )
    if network.visibilities:
        names = {name: _seen_by(name, t) for name in network.visibilities}
        found.append(_select(ids.REPLY_VISIBILITY_BLOCK, ids.REPLY_VISIBILITY, t("Seen by"), names, manner.visibility))
    if network.images:
        image = manner.image
        url = PlainTextInputElement(
            action_id=ids.REPLY_IMAGE, initial_value=image.url if image else None, max_length=500
        )
        alt = PlainTextInputElement(
            action_id=ids.REPLY_ALT, initial_value=image.alt if image else None, max_length=min(network.max_alt, 600),
            multiline=True,
        )  # fmt: skip
        found.append(_optional(ids.REPLY_IMAGE_BLOCK, t("Address of an image (https://…)"), url))
        found.append(_optional(ids.REPLY_ALT_BLOCK, t("What the image shows, for those who do not see it"), alt))
    return found


def _optional(block_id: str, label: str, element: PlainTextInputElement) -> InputBlock:
    return InputBlock(block_id=block_id, label=kit.plain(label, 150), element=element, optional=True)


def _select(block_id: str, action_id: str, label: str, names: dict[str, str], chosen: str) -> InputBlock:
    options = {value: Option(text=kit.plain(name, kit.BUTTON), value=value) for value, name in names.items()}
    element = StaticSelectElement(
        action_id=action_id, options=list(options.values()), initial_option=options.get(chosen)
    )
    return InputBlock(block_id=block_id, label=kit.plain(label, 150), element=element, optional=True)


def _seen_by(visibility: str, t: Words) -> str:
    return t(_VISIBILITIES[visibility]) if visibility in _VISIBILITIES else visibility


def _warning(seen: MentionSeen, t: Words) -> list[Block]:
    return [kit.context(own(t("🧪 Dry run: nothing will be published.")))] if seen.eligibility.dry_run else []
