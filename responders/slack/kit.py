"""The one place where foreign text enters Slack's markup, and Slack's limits.

Slack reads `<!channel>`, `<@U1>` and `<https://evil|https://bank>` in any mrkdwn text as commands, so whatever we did
not write ourselves passes `foreign()`, `plain()` or `quote()`. `Mrkdwn` is the type of text that did: the blocks below
accept nothing else, and mypy keeps it so.
Escaping: https://docs.slack.dev/messaging/formatting-message-text (read 2026-11-22).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, NewType
from urllib.parse import quote as percent
from urllib.parse import urlsplit, urlunsplit

import regex
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.blocks.block_elements import BlockElement, RichTextElement
from slack_sdk.models.views import View

from config.i18n import Words
from responders.slack import ids

Mrkdwn = NewType("Mrkdwn", str)
"""Text in Slack's markup in which everything foreign is escaped."""

SECTION: Final = 3000
BUTTON: Final = 75
URL: Final = 3000
LINK: Final = 900
"""Characters of a link inside a text, so that three of them and their words fit one section."""
TITLE: Final = 24
WORD: Final = 80
"""Characters we give a name, a handle or a place: more is noise on a phone."""
QUOTED: Final = 1200
"""Characters of a post on its card; the original is one tap away."""
ELLIPSIS: Final = "…"


class Message(NamedTuple):
    """One message: `text` is what notifications and screen readers say, `blocks` what is seen.

    Always both: an update without blocks would remove them (chat.update's page, read 2026-11-22).
    """

    text: Mrkdwn
    blocks: list[Block]


# Orders of writing direction (they would turn our own words around), invisible fillers, and control characters; zero
# width joiners stay, since emoji are made with them.
_UNSEEN: Final = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\uffff]"
    "|[\\U000e0000-\\U000e007f]|[\\ud800-\\udfff]"
)
_BLANK: Final = re.compile(r"\s+")
_MANY_LINES: Final = re.compile(r"\n\s*\n\s*")
_MARK: Final = re.compile(r"(?<!\w)[*_~`]|[*_~`](?!\w)")
_LOOKALIKE: Final = {"*": "\u2217", "_": "\uff3f", "~": "\u223c", "`": "\u02cb"}
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")
_GRAPHEME: Final = regex.compile(r"\X")
_LONGEST_GRAPHEME: Final = 16


def clean(text: str, limit: int, *, lines: bool = False, cost: Callable[[str], int] = len) -> str:
    """At most `limit` (as `cost` counts) of what can be seen of `text`, cut between graphemes, with an ellipsis.

    Whitespace becomes single spaces; with `lines`, line breaks stay.
    """
    seen = _UNSEEN.sub("", text[: 4 * limit + 64])
    seen = _MANY_LINES.sub("\n\n", seen) if lines else _BLANK.sub(" ", seen)
    seen = seen.strip()
    if cost(seen) <= limit and len(text) <= 4 * limit + 64:
        return seen
    kept: list[str] = []
    room = limit - 1
    for grapheme in _GRAPHEME.findall(seen):
        shown = grapheme[:_LONGEST_GRAPHEME]  # stacks of combining marks paint over our own lines
        room -= cost(shown)
        if room < 0:
            break
        kept.append(shown)
    return "".join(kept).rstrip() + ELLIPSIS


def _escaped(text: str) -> str:
    marked = _MARK.sub(lambda found: _LOOKALIKE[found[0]], text)
    return "".join(_ESCAPES.get(character, character) for character in marked)


def foreign(text: str, limit: int = WORD) -> Mrkdwn:
    """Somebody else's words on one line: no command, link or formatting; at most `limit` characters once escaped."""
    return Mrkdwn(_escaped(clean(text, limit, cost=lambda part: len(_escaped(part)))))


def say(t: Words, message: str, /, **values: Mrkdwn) -> Mrkdwn:
    """Our own message in the language of `t`, filled with text that is already safe."""
    return Mrkdwn(t(message, **values))


def own(text: str) -> Mrkdwn:
    """Words from our own catalogue or numbers we formatted: never anything foreign."""
    return Mrkdwn(text)


def join(parts: Iterable[Mrkdwn], between: str = " · ") -> Mrkdwn:
    """Safe parts side by side; empty ones are left out."""
    return Mrkdwn(between.join(part for part in parts if part))


def bold(text: Mrkdwn) -> Mrkdwn:
    """In bold."""
    return Mrkdwn(f"*{text}*") if text else text


def safe_url(url: str) -> str | None:
    """`url` where it is a web address Slack can open, with nothing in it that ends a link early; else None."""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    path, query, fragment = (percent(part, safe="%/:?#[]@!$&'()*+,;=~-._") for part in parts[2:])
    address = urlunsplit((parts.scheme, host, path, query, fragment))
    return address if len(address) <= URL else None


def link(url: str, label: Mrkdwn) -> Mrkdwn:
    """`label` leading to `url`; only the label where that is no web address."""
    address = safe_url(url)
    target = (address or "").replace("&", "&amp;")
    if not target or len(target) > LINK:
        return label
    return Mrkdwn(f"<{target}|{label.replace('|', '¦')}>")


def moment(at: datetime, form: str = "{date_short_pretty} {time}") -> Mrkdwn:
    """A moment (aware) that each reader's Slack writes in their own language and time zone.

    Date tokens: https://docs.slack.dev/messaging/formatting-message-text#date-formatting (read 2026-11-22).
    """
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{form}|{at:%Y-%m-%d %H:%M} UTC>")


def plain(text: str, limit: int, *, emoji: bool = False) -> PlainTextObject:
    """Text that Slack shows as it is, cut at `limit`."""
    return PlainTextObject(text=clean(text, limit) or " ", emoji=emoji)


def section(text: Mrkdwn, accessory: BlockElement | None = None, block_id: str | None = None) -> SectionBlock:
    """A paragraph."""
    return SectionBlock(
        text=MarkdownTextObject(text=text.strip() or ELLIPSIS, verbatim=True), accessory=accessory, block_id=block_id
    )


def context(*lines: Mrkdwn) -> ContextBlock:
    """Small grey lines, one under the other."""
    return ContextBlock(elements=[MarkdownTextObject(text=join(lines, "\n").strip() or ELLIPSIS, verbatim=True)])


def quote(text: str, limit: int = QUOTED, *, title: str = "", url: str = "", more: str = "") -> RichTextBlock:
    """What somebody wrote, literally, as a quotation; `more` is the words of the link to `url` after it."""
    parts: list[RichTextElement] = []
    if heading := clean(title, 200):
        parts.append(_text(heading + "\n", RichTextElementParts.TextStyle(bold=True)))
    parts.append(_text(clean(text, limit, lines=True) or ELLIPSIS))
    if more and (address := safe_url(url)):
        parts += [_text("  "), RichTextElementParts.Link(url=address, text=more)]
    return RichTextBlock(elements=[RichTextQuoteElement(elements=parts)])


def button(text: str, action_id: str, value: str, *, style: str | None = None, url: str | None = None) -> ButtonElement:
    """A button; `text` is ours."""
    return ButtonElement(text=plain(text, BUTTON, emoji=True), action_id=action_id, value=value, style=style, url=url)


def actions(buttons: Sequence[InteractiveElement]) -> list[Block]:
    """A row of buttons, or nothing."""
    return [ActionsBlock(elements=list(buttons))] if buttons else []


def notice(t: Words, title: str, text: str, *, detail: str = "") -> View:
    """A modal that says one thing; `text` and `detail` may be anybody's words."""
    blocks: list[Block] = [spoken(text)]
    if detail:
        blocks.append(context(foreign(detail, 300)))
    return modal(t, ids.NOTICE, title, blocks)


def modal(  # noqa: PLR0913 - a modal has these parts
    t: Words, callback_id: str, title: str, blocks: Sequence[Block], *,
    state: str = "", submit: str | None = None, close: str | None = None, tell_closed: bool = False,
) -> View:  # fmt: skip
    """A modal; `title`, `submit` and `close` are ours, in the language of `t`."""
    return View(
        type="modal", callback_id=callback_id, title=plain(title, TITLE), blocks=list(blocks), private_metadata=state,
        submit=plain(submit, TITLE) if submit else None, close=plain(close or t("Close"), TITLE),
        notify_on_close=tell_closed,
    )  # fmt: skip


def confirm(t: Words, text: str, yes: str) -> ConfirmObject:
    """Slack asks first; `text` and `yes` are ours."""
    return ConfirmObject(
        title=plain(t("Are you sure?"), 100),
        text=plain(text, 300),
        confirm=plain(yes, 30),
        deny=plain(t("Back"), 30),
    )


def exactly(text: str) -> RichTextBlock:
    """A text to the letter, in a box: nothing is cleaned, cut or read as markup."""
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[_text(text or " ")])])


def spoken(text: str) -> RichTextBlock:
    """A text of ours as a plain paragraph, without markup."""
    return RichTextBlock(elements=[RichTextSectionElement(elements=[_text(text or " ")])])


def bare(text: Mrkdwn) -> Message:
    """A message of one paragraph."""
    return Message(text, [section(text)])


def weight(blocks: Sequence[Block]) -> int:
    """Characters Slack may count against its undocumented total of about 13,200 for a message (bolt-js#2509)."""
    return sum(_letters(block.to_dict()) for block in blocks)


def _letters(value: object) -> int:
    if isinstance(value, dict):
        return sum(
            len(part) if key == "text" and isinstance(part, str) else _letters(part) for key, part in value.items()
        )
    return sum(map(_letters, value)) if isinstance(value, list) else 0


def _text(text: str, style: RichTextElementParts.TextStyle | None = None) -> RichTextElement:
    return RichTextElementParts.Text(text=text, style=style)
