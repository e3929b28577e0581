"""The modal where an answer is written, previewed and published. Pure drawing."""

from slack_sdk.models.blocks import ActionsBlock, Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from config.i18n import Words, mark
from models.network import NETWORKS, written
from models.status import ReplyStatus
from responders.publisher import Preview
from responders.seen import AnswerSeen, MentionSeen, Person
from responders.slack import ids, kit, state
from responders.slack.kit import Mrkdwn, bold, foreign, join, own, say
from responders.slack.mention import view as mention

MAX_TYPED = 2400
"""Characters of the input. A longer text would not travel in a modal's 3,000 characters of private metadata."""


def opening(t: Words) -> View:
    """Shown at once, since Slack forgets a click after 3 s; the next view takes its place."""
    return kit.notice(t, t("Reply in public"), t("One moment…"))


def write(seen: MentionSeen, text: str, t: Words) -> View:
    """The original, who will speak, and where to type.

    Slack counts down in the input where the network counts as Slack does; elsewhere the preview counts as the network
    does, and says under the input by how much a text is too long.
    """
    account = written(seen.network, seen.eligibility.account)
    blocks: list[Block] = [
        kit.context(join((own(t("In reply to")), mention.who(seen)), " "), mention.where(seen, t)),
        kit.quote(seen.text, 600, title=seen.title, url=seen.url, more=t("See the original")),
        InputBlock(
            block_id=ids.REPLY_TEXT_BLOCK,
            label=kit.plain(t("Your answer, in the name of {account}", account=account), 150),
            element=PlainTextInputElement(
                action_id=ids.REPLY_TEXT, multiline=True, initial_value=text or None, max_length=_most(seen),
                focus_on_load=True,
            ),
            hint=kit.plain(_hint(seen, t), 300),
        ),
        *_warning(seen, t),
    ]  # fmt: skip
    return kit.modal(
        t, ids.REPLY_WRITE, t("Reply in public"), blocks, state=state.OfMention(mention=seen.mention_id).packed(),
        submit=t("Preview"), close=t("Cancel"), tell_closed=True,
    )  # fmt: skip


def confirm(seen: MentionSeen, shown: Preview, t: Words) -> View:
    """Exactly what will be public, where and as whom. Submitting it publishes."""
    draft = state.Draft(mention=seen.mention_id, text=shown.text).packed()
    back = kit.button(t("Back to the text"), ids.REPLY_BACK, state.OfMention(mention=seen.mention_id).packed())
    blocks: list[Block] = [
        kit.section(bold(own(t("Exactly what will be published:")))),
        kit.exactly(shown.text),
        kit.context(
            say(t, mark("as {account}, in reply to {name} on {place}"),
                account=foreign(written(seen.network, shown.account)),
                name=foreign(written(seen.network, seen.author_handle) or seen.author_name),
                place=foreign(seen.network_label)),
            length(shown, t),
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


def _warning(seen: MentionSeen, t: Words) -> list[Block]:
    return [kit.context(own(t("🧪 Dry run: nothing will be published.")))] if seen.eligibility.dry_run else []
