"""Slack's mrkdwn, Markdown blocks and rich text as one small tree the page draws without ever trusting a text.

A node is a string, or {"t": kind, "c": nodes, ...}. Kinds: p quote pre ul ol li h b i s code a user channel broadcast
date emoji. https://docs.slack.dev/messaging/formatting-message-text (read 2026-11-22).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from sandbox.slack.emoji import EMOJI
from sandbox.slack.team import JSON

Node = str | JSON
Names = Callable[[str], str]
"""A person's or a channel's id -> what the page calls them."""

_FENCE: Final = re.compile(r"```\n?(.*?)```", re.DOTALL)
_INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<control>[^<>\n]+)>"
    r"|(?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)»”’'\"])"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
    r"|(?<![\w*])\*(?P<b>(?=\S)[^*\n]+(?<=\S))\*(?![\w*])"
    r"|(?<![\w_])_(?P<i>(?=\S)[^_\n]+(?<=\S))_(?![\w_])"
    r"|(?<![\w~])~(?P<s>(?=\S)[^~\n]+(?<=\S))~(?![\w~])"
)
_EMOJI: Final = re.compile(r":([a-z0-9_+-]+):")
_MARKDOWN: Final = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<url>https?://[^\s)]+)\)"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
    r"|\*\*(?P<b>[^\n]+?)\*\*"
    r"|~~(?P<s>[^\n]+?)~~"
    r"|(?<![\w*])[*_](?P<i>(?=\S)[^*_\n]+(?<=\S))[*_](?![\w*])"
)


def _plain(text: str) -> str:
    """The three escapes undone, once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _emoji(name: str) -> Node:
    character = EMOJI.get(name)
    return {"t": "emoji", "name": name, "text": character} if character else f":{name}:"


def plain_text(text: str, *, emoji: bool = True) -> list[Node]:
    """A plain_text object: nothing is formatting but the emoji."""
    if not emoji:
        return [text]
    parts = _EMOJI.split(text)
    return [part if number % 2 == 0 else _emoji(part) for number, part in enumerate(parts) if part]


def mrkdwn(text: str, names: Names, *, verbatim: bool = False) -> list[Node]:
    """A message's text or a mrkdwn object. `verbatim` leaves bare addresses as text."""
    found: list[Node] = []
    for number, part in enumerate(_FENCE.split(text)):
        if number % 2:
            found.append({"t": "pre", "c": [_plain(part.rstrip("\n"))]})
        elif part.strip("\n") or (part and number == 0):
            found.extend(_lines(part.strip("\n") if number else part.rstrip("\n"), names, verbatim=verbatim))
    return found


def _lines(text: str, names: Names, *, verbatim: bool) -> Iterator[Node]:
    """Paragraphs and quotes; a line break inside one stays a line break."""
    gathered: list[str] = []
    quoted = rest = False
    for line in [*text.split("\n"), None]:
        said = _plain(line[:12]) if line is not None else ""
        if said.startswith(">>>"):
            rest = True
        quote = line is not None and (rest or said.startswith(">"))
        if gathered and (line is None or quote != quoted):
            yield {"t": "quote" if quoted else "p", "c": _inline("\n".join(gathered), names, verbatim=verbatim)}
            gathered = []
        quoted = quote
        if line is not None:
            gathered.append(re.sub(r"^(?:>|&gt;){1,3} ?", "", line) if quote else line)


def _inline(text: str, names: Names, *, verbatim: bool) -> list[Node]:
    found: list[Node] = []
    last = 0
    for match in _INLINE.finditer(text):
        if match.start() > last:
            found.append(_plain(text[last : match.start()]))
        kind, inner = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "code":
            found.append({"t": "code", "c": [_plain(inner)]})
        elif kind == "control":
            found.append(_control(inner, names))
        elif kind == "url":
            found.append(_plain(inner) if verbatim else {"t": "a", "href": _plain(inner), "c": [_plain(inner)]})
        elif kind == "emoji":
            found.append(_emoji(inner))
        else:
            found.append({"t": kind, "c": _inline(inner, names, verbatim=verbatim)})
        last = match.end()
    return [*found, _plain(text[last:])] if last < len(text) else found


def _control(inner: str, names: Names) -> Node:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return {"t": "user", "id": target[1:], "c": [f"@{names(target[1:])}"]}
    if target.startswith("#"):
        return {"t": "channel", "id": target[1:], "c": [f"#{label or names(target[1:])}"]}
    if target.startswith("!date^"):
        _, moment, shape, *link = target.split("^")
        return {"t": "date", "at": int(moment), "shape": shape, "href": link[0] if link else "", "c": [_plain(label)]}
    if target.startswith("!"):
        return {"t": "broadcast", "c": [label or f"@{target[1:].partition('^')[0]}"]}
    if re.match(r"(?:https?|mailto):", target):
        return {"t": "a", "href": _plain(target), "c": [_plain(label or target.removeprefix("mailto:"))]}
    return f"<{_plain(inner)}>"


def markdown(text: str) -> list[Node]:
    """A markdown block: headings, lists, quotes, fences and the usual inline marks."""
    found: list[Node] = []
    for number, part in enumerate(_FENCE.split(text)):
        if number % 2:
            found.append({"t": "pre", "c": [part.rstrip("\n")]})
            continue
        for line in part.strip("\n").split("\n"):
            if heading := re.match(r"#{1,6} +(.*)", line):
                found.append({"t": "h", "c": _marked(heading[1])})
            elif item := re.match(r"\s*[-*+] +(.*)", line):
                _add_item(found, _marked(item[1]))
            elif line.startswith(">"):
                found.append({"t": "quote", "c": _marked(line.lstrip("> "))})
            elif line:
                found.append({"t": "p", "c": _marked(line)})
    return found


def _add_item(found: list[Node], item: list[Node]) -> None:
    if not (found and isinstance(found[-1], dict) and found[-1]["t"] == "ul"):
        found.append({"t": "ul", "c": []})
    last = found[-1]
    if isinstance(last, dict):
        last["c"].append({"t": "li", "c": item})


def _marked(text: str) -> list[Node]:
    found: list[Node] = []
    last = 0
    for match in _MARKDOWN.finditer(text):
        found.append(text[last : match.start()])
        kind = str(match.lastgroup)
        if kind == "url":
            found.append({"t": "a", "href": match["url"], "c": [match["label"]]})
        elif kind == "emoji":
            found.append(_emoji(match["emoji"]))
        else:
            inner = match[kind]
            found.append({"t": kind, "c": [inner] if kind == "code" else _marked(inner)})
        last = match.end()
    return [node for node in (*found, text[last:]) if node]


def rich_text(block: JSON, names: Names) -> list[Node]:
    """A rich_text block."""
    return [_rich_part(part, names) for part in block["elements"]]


def _rich_part(part: JSON, names: Names) -> Node:
    inner = part.get("elements") or []
    kind = part["type"]
    if kind == "rich_text_list":
        items: list[Node] = [{"t": "li", "c": [_rich_part(item, names)]} for item in inner]
        return {"t": "ol" if part.get("style") == "ordered" else "ul", "c": items}
    tag = {"rich_text_quote": "quote", "rich_text_preformatted": "pre"}.get(kind, "p")
    return {"t": tag, "c": [_leaf(leaf, names) for leaf in inner]}


def _leaf(leaf: JSON, names: Names) -> Node:
    kind: str = leaf["type"]
    simple: dict[str, Callable[[], Node]] = {
        "link": lambda: _link(leaf),
        "user": lambda: {"t": "user", "id": leaf["user_id"], "c": [f"@{names(leaf['user_id'])}"]},
        "channel": lambda: {"t": "channel", "id": leaf["channel_id"], "c": [f"#{names(leaf['channel_id'])}"]},
        "emoji": lambda: _emoji(leaf["name"]),
        "broadcast": lambda: {"t": "broadcast", "c": [f"@{leaf['range']}"]},
        "date": lambda: {
            "t": "date",
            "at": int(leaf["timestamp"]),
            "shape": leaf["format"],
            "href": leaf.get("url", ""),
            "c": [leaf.get("fallback", "")],
        },
    }
    node: Node = simple[kind]() if kind in simple else str(leaf.get("text") or leaf.get("value") or "")
    styles: dict[str, Any] = leaf.get("style") or {}
    for name, tag in (("code", "code"), ("bold", "b"), ("italic", "i"), ("strike", "s")):
        if styles.get(name):
            node = {"t": tag, "c": [node]}
    return node


def _link(leaf: JSON) -> Node:
    url = str(leaf["url"])
    label = str(leaf.get("text") or url)
    return {"t": "a", "href": url, "c": [label]} if re.match(r"(?:https?|mailto):", url) else label
