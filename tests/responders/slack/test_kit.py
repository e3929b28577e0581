import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import words
from responders.slack import kit

HOSTILE = (
    "<!channel> <!here> <!everyone> <@U012AB3CD> <#C0AB> <!subteam^S01>",
    "<https://evil.example|https://bank.example>",
    "@here @channel @everyone",
    "*bold* _it_ ~no~ `code` ```block```",
    "a &lt;!channel&gt; b &amp;lt;",
    "\u202eenilno\u2066 \u200b<\u200b!channel> \ufeff",
    "Z" + "\u0301" * 5000,
    "x" * 1_000_000,
    "<" * 1_000_000,
    "\x00\x1b[31m\r\n\n\n\n",
    "\ud800",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("limit", [10, 80, 3000])
def test_foreign_text_commands_nothing(text: str, limit: int):
    shown = kit.foreign(text, limit)
    assert "<" not in shown
    assert ">" not in shown
    assert re.sub(r"&(amp|lt|gt);", "", shown).count("&") == 0
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\r\n\x00]", shown)
    assert len(shown) <= limit


@given(st.text(), st.integers(min_value=5, max_value=200))
def test_foreign_text_of_any_kind_keeps_its_limit(text: str, limit: int):
    shown = kit.foreign(text, limit)
    assert not set(shown) & {"<", ">", "\n", "\u202e"}
    assert len(shown) <= limit


def test_what_is_harmless_stays():
    assert kit.foreign("Léa d'Aéroplouf & Cie 👩‍👩‍👧 lea_m@social.example 2 < 3") == (
        "Léa d'Aéroplouf &amp; Cie 👩‍👩‍👧 lea_m@social.example 2 &lt; 3"
    )


def test_a_cut_says_so_and_keeps_graphemes_whole():
    assert kit.clean("👩‍👩‍👧" * 10, 12) == "👩‍👩‍👧👩‍👩‍👧…"
    assert kit.clean("un deux", 7) == "un deux"
    assert kit.clean("un deux trois", 7) == "un deux"[:6].rstrip() + "…"


def test_formatting_marks_inside_words_stay():
    assert kit.foreign("lea_m") == "lea_m"
    assert kit.foreign("*fort*") == "∗fort∗"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "https://", "ftp://social.example/x", "https://bank.example@evil.example/",
        "https://social.example|x/", "http://[bad", "x" * 5000, "https://social.example/" + "a" * 4000, "",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_not_linked(url: str):
    assert kit.safe_url(url) is None
    assert kit.link(url, kit.own("here")) == "here"


def test_a_link_ends_where_we_end_it():
    link = kit.link("https://social.example/a>b|c<d é?x=1&y=2", kit.foreign("a|b <!here>"))
    assert link == "<https://social.example/a%3Eb%7Cc%3Cd%20%C3%A9?x=1&amp;y=2|a¦b &lt;!here&gt;>"
    assert kit.safe_url("https://éxample.example/") == "https://xn--xample-9ua.example/"


def test_our_own_markup_stays():
    name = kit.foreign("<!here>")
    assert kit.say(words("en"), "Taken by {name}", name=kit.bold(name)) == "Taken by *&lt;!here&gt;*"
