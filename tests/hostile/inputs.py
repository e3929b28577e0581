"""What strangers may send. A crash that one of these caused stays here, with what it broke."""

from hypothesis import strategies as st

MEGABYTE = 1_000_000

TEXTS: dict[str, str] = {
    "combining": "Ae\u0301" + "\u0301" * MEGABYTE,  # 1 MB on one letter
    "every letter combined": "e\u0301\u0323" * (MEGABYTE // 3),
    "right to left": "\u202egro.elpmaxe.knab//:sptth\u202c \u2067abc\u2069 שלום aéroplouf",
    "isolates never closed": "\u2066\u2067\u2068" * 5000 + "aéroplouf",
    "zero width": "a\u200bé\u200cr\u200do\u2060p\ufefflouf" * 1000,
    "NUL": "aéro\0plouf\0",
    "broken surrogates": "aéroplouf \ud83d \udc00\ud800",
    "hashtags": "#aéroplouf " * 10_000,
    "handles": "@aeroplouf@social.example " * 10_000,
    "one hashtag": "#" + "a" * MEGABYTE,
    "signs": "#@" * (MEGABYTE // 2),
    "apostrophes": "l'" * (MEGABYTE // 2),
    "flags": "\U0001f1eb" * 300_000,
    "family": "👩\u200d" * 200_000,
    "ideograms": "漢" * MEGABYTE,
    "dense words": "a " * (MEGABYTE // 2),
    "one word": "a" * MEGABYTE,
    "addresses": "https://a.example/" * 50_000,
    "half addresses": "http://[" * 20_000 + "www." * 20_000,
    "spaces": "aéroplouf … " + " " * MEGABYTE + "x",
    "lines": "\n" * MEGABYTE + "aéroplouf",
    "line separators": "\u2028\u2029\x85\x0b\x0c\r" * 1000,
    "ring everybody": "<!channel> <!here> <@U012AB3CD> <!subteam^S01>",
    "a link that lies": "<https://evil.example|https://bank.example>",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;&amp;lt;",
    "deep HTML": "<div>" * 100_000,
    "open tags": "<a " * 100_000,
    "entities": "&amp;" * 200_000 + "&#0;&#xD800;&#x110000;&bogus;",
    "mrkdwn": "*a* _b_ ~c~ `d` ```e``` > f",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b31m\b\b\b rouge \x1b]8;;https://evil.example\x1b\\ici\x1b]8;;\x1b\\",
    "rich markup": "[red]rouge[/red] [/] [link=https://evil.example]ici[/link] [bold :smile:",
    "log lines": "ok\n2026-11-22 08:00:00,000 ERROR repartie: faked\r\nagain",
    "format strings": "{0} {name} %s %(asctime)s ${HOME} {{",
    "SQL": "'; DROP TABLE post; --",
    "numbers": "٣٤٥ ²³ Ⅷ ①",
    "privates": "\ue000\uffff\U0010ffff\ufdd0",
    "tags of languages": "\U000e0001\U000e0065\U000e006e" * 1000,
    "old Hangul": "\u1100\u1161\u11a8" * 100_000,
    "one that grows": "\ufdfa" * 50_000,  # eighteen letters each, once decomposed
    "empty": "",
    "blank": " \u00a0\u3000\u200b\ufeff ",
}

EXAMPLES = tuple(TEXTS.values())
ANY = st.text(st.characters(exclude_categories=()), max_size=200) | st.lists(
    st.sampled_from([text[:40] for text in EXAMPLES]), max_size=6
).map("".join)
"""Any characters at all, halves of pairs too, and mixtures of what we know to hurt."""
