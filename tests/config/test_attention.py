"""`attention:` in the file: each mistake at its character, all at once, in the reader's language."""

import pytest

from config.i18n import words

RULE = "attention:\n  - {when: %s, do: card}\n"


@pytest.mark.parametrize(
    ("when", "column", "said"),
    [
        ('"sentimnt == negative"', 13, "There is no field sentimnt."),
        ("sentiment == negatif", 25, "sentiment is never negatif."),
        ("'text contains ''x'' et reply'", 33, "et is not understood."),
        ('"brand == Aeroplouff"', 22, "brand is never Aeroplouff."),
        ('"source == blog"', 23, "source is never blog."),
        ('"reply and"', 19, "Nothing stands after and."),
    ],
)
def test_a_wrong_condition_is_told_at_its_character(look, fine: str, when: str, column: int, said: str) -> None:
    found = look(RULE % when + fine)
    assert found.config is None
    assert [(each.line, each.column, each.code, each.said(words("en"))) for each in found.problems] == [
        (2, column, "bad_condition", said)
    ]


def test_in_a_block_the_line_is_right(look, fine: str) -> None:
    found = look(fine + "attention:\n  - do: card\n    when: >\n      sentiment == negative\n      or folowers > 3\n")
    assert [(each.line, each.column) for each in found.problems] == [(fine.count("\n") + 5, 10)]
    assert "Vouliez-vous dire followers" in found.problems[0].advice(words("fr"))


def test_every_wrong_rule_is_told_at_once(look, fine: str) -> None:
    rules = "attention:\n  - {when: mood > 1, do: card}\n  - {do: cards}\n  - {when: hour == 25, do: store}\n"
    assert [each.code for each in look(rules + fine).problems] == [
        "bad_condition",
        "rules_after_always",
        "not_choice_close",
        "bad_condition",
    ]


def test_right_rules_are_in_the_configuration(look, fine: str) -> None:
    found = look(RULE % '"source == presse and brand == AEROPLOUF"' + "  - {do: store}\n" + fine)
    assert found.problems == ()
    assert [(rule.when, rule.do) for rule in found.config.attention] == [
        ("source == presse and brand == AEROPLOUF", "card"),
        (None, "store"),
    ]


@pytest.mark.parametrize(("written", "days"), [("0d", 0), ("7d", 7), ("30d", 30)])
def test_how_long_candidates_are_kept(look, fine: str, written: str, days: int) -> None:
    assert look(f"keep_candidates: {written}\n" + fine).config.keep_candidates.days == days
    assert look(fine).config.keep_candidates.days == 30
    assert [each.code for each in look("keep_candidates: 31d\n" + fine).problems] == ["out_of_bounds"]
