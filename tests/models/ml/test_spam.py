"""Spam: precise on invented lines, explained, never by one sign alone."""

import csv
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.ml.spam import LIKELY, SIGNS, Sign, spam, spam_of
from models.post import Author, Post

LINES = Path(__file__).parent / "data" / "spam_lines.tsv"


def test_what_it_finds_is_spam_and_it_finds_most() -> None:
    with LINES.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(lines) == 90
    for language in ("fr", "en"):
        of = [line for line in lines if line["language"] == language]
        called = [line["spam"] for line in of if spam(line["text"]).likelihood >= LIKELY]
        assert called.count("1") / len(called) >= 0.95, f"precision in {language}"
        assert called.count("1") / sum(line["spam"] == "1" for line in of) >= 0.85, f"recall in {language}"


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("Bonjour, à quelle heure ouvre le guichet ?", set()),
        ("À lire : https://carnets-de-vol.example/2026/11/retards", {Sign.LINK}),
        ("#a1 #b2 #c3 #d4 #e5 #f6", {Sign.HASHTAGS}),
        ("@a1 @b2 @c3 @d4 @e5", {Sign.HANDLES}),
        ("🚀🚀🚀🚀🚀🚀", {Sign.EMOJI}),
        ("TROIS SEMAINES SANS INTERNET", {Sign.CAPITALS}),
        ("Appelez le +33 6 00 00 00 00", {Sign.CONTACT}),
        ("win $500 now", {Sign.MONEY}),
        ("free tickets for you", {Sign.GIVEAWAY}),
    ],
)
def test_each_sign(text: str, signs: set[Sign]) -> None:
    assert set(spam(text).because) == signs
    assert spam(text).likelihood < LIKELY


def test_the_same_text_by_many_is_a_sign_where_it_is_known() -> None:
    text = "Votre remboursement en attente"
    alone, crowd = spam(text), spam(text, same_text_authors=30)
    assert spam(text, same_text_authors=1) == alone
    assert Sign.CROWD in crowd.because
    assert alone.likelihood < LIKELY <= crowd.likelihood


def test_a_warning_is_no_scam() -> None:
    scam = "Verify your account, pending refund: https://rf.example/a1b2"
    assert spam(scam).likelihood >= LIKELY > spam(f"Is this real? {scam}").likelihood


def test_title_and_links_are_read_too() -> None:
    post = Post(
        network="sandbox",
        external_id="1",
        title="You won a free iPhone",
        text="Click here",
        author=Author(handle="@x"),
        at=datetime(2026, 11, 20, tzinfo=UTC),
        links=("https://ip.example/w9k",),
    )
    assert {Sign.GIVEAWAY, Sign.BAIT, Sign.SHORT_LINK} <= set(spam_of(post).because)


def test_every_sign_weighs_and_none_is_enough() -> None:
    assert set(SIGNS) == set(Sign)
    assert all(0 < weight < LIKELY for weight in SIGNS.values())


@pytest.mark.parametrize("piece", ["a", "1 ", "gagnez ", "$1", "www.", "@a", "-", "contact a on "])
def test_no_text_takes_long(piece: str) -> None:
    start = time.process_time()
    spam(piece * 100_000)
    assert time.process_time() - start < 0.5
