"""Where words end and what they are folded to, for every character there is."""

import sys

import pytest

from listener.text import addresses, exact, fold, haystack, read, words

CHARACTERS = [
    chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000 and not 0x20000 <= code < 0xE0000
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("L'Aéroplouf d’Aéroplouf qu`Aéroplouf", ["l", "aeroplouf", "d", "aeroplouf", "qu", "aeroplouf"]),
        ("Aujourd’hui, quelqu'une ; jusqu'hui", ["aujourd'hui", "quelqu'une", "jusqu", "hui"]),
        ("Aéroplouf's it’s s's", ["aeroplouf", "it", "s"]),
        ("aéro-plouf_air 8h30 3,5", ["aero", "plouf", "air", "8h30", "3", "5"]),
        ("cœur Straße ﬁn ＡＥＲＯ Łódź İıI", ["coeur", "strasse", "fin", "aero", "lodz", "iii"]),
        ("Ae\u0301ro Aéro\u200bplouf so\u00adft \u202babc\u202c", ["aero", "aeroplouf", "soft", "abc"]),
        ("東京タワー と 서울", ["東", "京", "タ", "ワ", "ー", "と", fold("서울")]),
        ("a😡b 👍🏽👍 👩\u200d💻 ❤️❤ 🇫🇷🇧🇪 1️⃣ ©™", ["a", "😡", "b", "👍", "👍", "👩💻", "❤", "❤", "🇫🇷", "🇧🇪", "1"]),
        ("شَركة שָׁלוֹם हिन्दी", [fold("شركة"), fold("שלום"), fold("हिन्दी")]),
    ],
)
def test_words(text: str, found: list[str]):
    assert [folded for folded, _, _ in read(text).tokens] == found
    assert [folded for folded, _, _ in words(text)] == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#Aéro_Plouf, ＃air #1", ["#aero_plouf", "#air", "#1"]),
        ("C# a#b &#39; ##x #", ["#x"]),
        ("@Lea. @lea.bsky.example: @léa@social.example,", ["@lea", "@lea.bsky.example", "@lea@social.example"]),
        ("contact@aeroplouf.example a@b", []),
        ("https://x.example/#tag @air", ["@air"]),
    ],
)
def test_names(text: str, names: list[str]):
    assert list(read(text).names) == names


def test_addresses_hold_no_words():
    text = "Lire https://news.example/aeroplouf, WWW.plouf.example et aeroplouf.example"
    assert [folded for folded, _, _ in read(text).tokens] == ["lire", "et", "aeroplouf", "example"]
    assert addresses(text) == ["https://news.example/aeroplouf,", "WWW.plouf.example"]


def test_reading_and_searching_cut_words_at_the_same_characters():
    text = " ".join(f"a{character}b" for character in CHARACTERS)
    read_so = [part for folded, _, _ in words(text) for part in folded.replace("'", " ").split()]
    assert read_so == haystack(text).decode().split()


def test_folding_twice_changes_nothing():
    once = fold("".join(CHARACTERS))
    assert fold(once).split() == once.split()


def test_exact_keeps_case_and_accents_however_they_are_encoded():
    assert exact("The\u0301") == exact("Thé") == "Thé"
    assert exact("Thé") != exact("Thè") != exact("thè")
    assert exact("aujourd’hui") == "aujourd'hui"
