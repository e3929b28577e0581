"""What must not stand in public, and what must never stop anybody."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from responders.guard import Guard, Shown
from responders.publisher import ProblemCode

PHONE, MAIL, IBAN, CARD, ORDER = (
    ProblemCode.SHOWS_PHONE,
    ProblemCode.SHOWS_MAIL,
    ProblemCode.SHOWS_IBAN,
    ProblemCode.SHOWS_CARD,
    ProblemCode.SHOWS_ORDER,
)
GUARD = Guard(contacts=("service@aeroplouf.example", "+33 1 23 45 67 89"), orders=("AP-######", "@@@###"))
NBSP, NARROW, HYPHEN, ZERO_WIDTH = "\u00a0", "\u202f", "\u2011", "\u200b"


def kinds(text: str, guard: Guard = GUARD) -> list[ProblemCode]:
    return [found.code for found in guard.look(text)]


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("Appelez le 06 12 34 56 78.", PHONE, "06 12 34 56 78"),
        ("Appelez le 0612345678", PHONE, "0612345678"),
        ("tél. 06.12.34.56.78 merci", PHONE, "06.12.34.56.78"),
        ("06-12-34-56-78", PHONE, "06-12-34-56-78"),
        (f"06{NBSP}12{NARROW}34{HYPHEN}56 78", PHONE, f"06{NBSP}12{NARROW}34{HYPHEN}56 78"),
        (f"06{ZERO_WIDTH}12345678", PHONE, f"06{ZERO_WIDTH}12345678"),
        ("٠٦١٢٣٤٥٦٧٨", PHONE, "٠٦١٢٣٤٥٦٧٨"),  # Arabic-Indic
        ("０６１２３４５６７８", PHONE, "０６１２３４５６７８"),  # full width
        ("+33 6 12 34 56 78", PHONE, "+33 6 12 34 56 78"),
        ("+33 (0)6 12 34 56 78", PHONE, "+33 (0)6 12 34 56 78"),
        ("0033612345678", PHONE, "0033612345678"),
        ("call +44 20 7946 0958 now", PHONE, "+44 20 7946 0958"),
        ("call (555) 010-4477", PHONE, "(555) 010-4477"),
        ("Le 12 au 06 12 34 56 78", PHONE, "06 12 34 56 78"),
        ("écrivez à lea.martin@courrier.example", MAIL, "lea.martin@courrier.example"),
        ("lea (at) courrier.example", MAIL, "lea (at) courrier.example"),
        ("lea [arobase] courrier.example", MAIL, "lea [arobase] courrier.example"),
        ("lea＠courrier.example", MAIL, "lea＠courrier.example"),
        ("FR76 3000 6000 0112 3456 7890 189", IBAN, "FR76 3000 6000 0112 3456 7890 189"),
        ("iban fr7630006000011234567890189.", IBAN, "fr7630006000011234567890189"),
        (f"DE89{NBSP}3704{NBSP}0044{NBSP}0532{NBSP}0130{NBSP}00", IBAN, None),
        ("Carte 4111 1111 1111 1111", CARD, "4111 1111 1111 1111"),
        ("5500-0000-0000-0004", CARD, "5500-0000-0000-0004"),
        ("3782 822463 10005", CARD, "3782 822463 10005"),
        ("Votre dossier AP-123456 est là", ORDER, "AP-123456"),
        ("ap123456", ORDER, "ap123456"),
        ("AP 123 456", ORDER, "AP 123 456"),
        ("dossier XKQ204", ORDER, "XKQ204"),
    ],
)
def test_what_is_private_is_found(text: str, code: ProblemCode, shown: str | None):
    assert GUARD.look(text) == (Shown(code, text if shown is None else shown),)


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour Léa, trois heures, ce n'est pas acceptable.",
        "Remboursement de 1 234 567,89 € sous 14 jours",
        "1 200 000 000 € d'investissement, soit 2 000 000 000 km",
        "Le 22/11/2026 à 08:30, puis le 23.11.2026 à 18h45",
        "01/02/2026 - 03/04/2026",
        "Entre 2019 et 2026, 2024-2025 inclus",
        "Vol AP1234 du 2026-11-22, porte B12, siège 14C",
        "#Aeroplouf2026 #vol20261122 @lea_75 @lea@social.example @lea.bsky.social",
        "Bonjour @lea.bsky.social et merci",
        "https://aeroplouf.example/aide?id=20261122",
        "Règlement (CE) 261/2004, article 7",
        "Service client : service@aeroplouf.example ou 01 23 45 67 89",
        "SERVICE@Aeroplouf.example, +33123456789, 0033 1 23 45 67 89",
        "3635 ou 39 49",
        "12 345 passagers, 99,9 % à l'heure, 0,5 % d'annulations",
        "10 000 000 de voyageurs depuis 1998",
        "✈️ 5/5, 10/10 ! 3-0",
        "FR12 vols par jour, AB12 sièges",
        "Attente : 00:45:12. Altitude 11 000 m, 850 km/h",
    ],
)
def test_what_everybody_writes_stops_nobody(text: str):
    assert GUARD.look(text) == ()


def test_an_iban_or_a_card_with_a_slip_is_only_a_number():
    assert kinds("FR76 3000 6000 0112 3456 7890 188") == []
    assert CARD not in kinds("4111 1111 1111 1112")


def test_everything_is_told_and_nothing_twice():
    text = "06 12 34 56 78, lea@courrier.example, AP-123456 et FR76 3000 6000 0112 3456 7890 189"
    assert kinds(text) == [MAIL, ORDER, IBAN, PHONE]


GAPS = st.sampled_from(["", " ", ".", "-", NBSP, NARROW, HYPHEN, "/", f" {ZERO_WIDTH}"])
ZEROS = st.sampled_from(["0", "٠", "۰", "०", "０"])


@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True), st.lists(GAPS, min_size=4, max_size=4), ZEROS)
def test_a_french_number_is_found_however_it_is_spaced(number: str, gaps: list[str], zero: str):
    pairs = [number[start : start + 2] for start in range(0, 10, 2)]
    written = pairs[0] + "".join(gap + pair for gap, pair in zip(gaps, pairs[1:], strict=True))
    written = "".join(chr(ord(zero) + int(sign)) if sign.isdecimal() else sign for sign in written)
    dated = re.search(r"(?:19|20)\d\d", number) is not None and len(set(gaps)) > 1
    assert dated or PHONE in kinds(f"Au {written} !", Guard())


@given(st.from_regex(r"[A-Z0-9]{23}", fullmatch=True), st.integers(1, 5))
@example("30006000011234567890189", 4)
def test_a_french_iban_is_found_however_it_is_cut(account: str, every: int):
    rest = int("".join(str(int(sign, 36)) for sign in account + "FR00")) % 97
    iban = f"FR{98 - rest:02}{account}"
    written = " ".join(iban[start : start + every] for start in range(0, len(iban), every))
    assert IBAN in kinds(f"Voici : {written}.", Guard())


@given(st.text(max_size=300))
def test_any_text_is_read_and_what_is_shown_stands_in_it(text: str):
    for found in GUARD.look(text):
        assert found.text
        assert found.text in text


def test_a_long_text_costs_little():
    for sign in ("1", "a", "1 ", "A1", "+0 ", "a@", "a.a@a."):
        GUARD.look(sign * 20_000)
