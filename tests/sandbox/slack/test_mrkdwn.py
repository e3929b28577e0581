"""Slack's formatting as a tree the page draws."""

from typing import Any

import pytest

from sandbox.slack.mrkdwn import markdown, mrkdwn, plain_text, rich_text


def flat(nodes: list[Any]) -> str:
    """A tree in one line: b(gras), a[href](label)."""
    said = []
    for node in nodes:
        if isinstance(node, str):
            said.append(node)
        elif node["t"] == "emoji":
            said.append(node["text"])
        else:
            more = f"[{node['href']}]" if node.get("href") else f"[{node['shape']}]" if "shape" in node else ""
            said.append(f"{node['t']}{more}({flat(node['c'])})")
    return "".join(said)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("un *gras* _italique_ ~barré~ `code *nu*`", "p(un b(gras) i(italique) s(barré) code(code *nu*))"),
        ("*gras _et italique_*", "p(b(gras i(et italique)))"),
        ("3*4*5 snake_case_name 2 ~ 3", "p(3*4*5 snake_case_name 2 ~ 3)"),
        ("a &lt;b&gt; &amp;amp;", "p(a <b> &amp;)"),
        ("&gt; cité\n&gt; encore\npuis", "quote(cité\nencore)p(puis)"),
        ("> cité", "quote(cité)"),
        (">>> tout\nle reste", "quote(tout\nle reste)"),
        ("avant ```\nx < *y*\n``` après", "p(avant )pre(x < *y*)p( après)"),
        ("<https://blog.example/a_b_c|lire> ici", "p(a[https://blog.example/a_b_c](lire) ici)"),
        ("voir https://blog.example/a, merci", "p(voir a[https://blog.example/a](https://blog.example/a), merci)"),
        ("<mailto:a@b.example>", "p(a[mailto:a@b.example](a@b.example))"),
        ("<javascript:alert(1)|clic>", "p(<javascript:alert(1)|clic>)"),
        ("<@U1> <#C1|lieu> <!here>", "p(user(@Léa) channel(#lieu) broadcast(@here))"),
        ("<!date^1392734382^{date_num} {time_secs}|hier>", "p(date[{date_num} {time_secs}](hier))"),
        (":white_check_mark: :nope: 10:30:00", "p(✅ :nope: 10:30:00)"),
    ],
)
def test_mrkdwn(text: str, drawn: str):
    assert flat(mrkdwn(text, {"U1": "Léa"}.__getitem__)) == drawn


def test_verbatim_links_nothing_by_itself():
    assert flat(mrkdwn("*a* https://blog.example/a", str, verbatim=True)) == "p(b(a) https://blog.example/a)"


def test_plain_text_formats_nothing_but_emoji():
    assert flat(plain_text("*a* &amp; <b> :fire:")) == "*a* &amp; <b> 🔥"
    assert plain_text(":fire:", emoji=False) == [":fire:"]


def test_markdown():
    drawn = flat(markdown("# Titre\n- **un**\n- [deux](https://blog.example)\n> cité\nfin ~~non~~"))
    assert drawn == "h(Titre)ul(li(b(un))li(a[https://blog.example](deux)))quote(cité)p(fin s(non))"


def test_rich_text():
    leaves = [
        {"type": "text", "text": "gras", "style": {"bold": True, "italic": True}},
        {"type": "link", "url": "https://blog.example", "text": "lien"},
        {"type": "link", "url": "javascript:alert(1)", "text": "piège"},
        {"type": "emoji", "name": "fire"},
        {"type": "user", "user_id": "U1"},
    ]
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": "un"}]}]
    elements = [
        {"type": "rich_text_section", "elements": leaves},
        {"type": "rich_text_list", "style": "ordered", "elements": items},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "<!channel>"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
    ]
    drawn = flat(rich_text({"type": "rich_text", "elements": elements}, {"U1": "Léa"}.__getitem__))
    assert drawn == ("p(i(b(gras))a[https://blog.example](lien)piège🔥user(@Léa))ol(li(p(un)))quote(<!channel>)pre(x)")
