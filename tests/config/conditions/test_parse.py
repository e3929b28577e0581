"""The `when:` language is read as it is documented, or refused at the character that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.conditions import FIELDS, Condition, ConditionError, Field, Kind, parse
from config.conditions.lexer import MAX_LENGTH
from config.conditions.parser import MAX_DEPTH, MAX_PARTS
from config.conditions.tree import Comparison
from config.i18n import words


@pytest.mark.parametrize("field", FIELDS.values(), ids=list(FIELDS))
def test_the_example_of_each_field_is_a_condition_on_it(field) -> None:
    assert field.name in str(parse(field.example))


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ("sentiment==Negative", "sentiment == negative"),
        ("SENTIMENT == negative OR addressed", "sentiment == negative or addressed"),
        ("addressed == yes", "addressed"),
        ("addressed == False", "addressed == no"),
        ("not not reply", "not not reply"),
        ("reply and (addressed and hour < 9)", "reply and addressed and hour < 9"),
        ("reply or addressed and hour < 9", "reply or (addressed and hour < 9)"),
        ("(reply or addressed) and hour < 9", "(reply or addressed) and hour < 9"),
        ("not (reply or addressed)", "not (reply or addressed)"),
        ("followers not in (1, 2)", "not followers in (1, 2)"),
        ("text not contains 'grève'", "not text contains grève"),
        ("text contains « service client »", 'text contains "service client"'),
        ("text contains l'avion", 'text contains "l\'avion"'),
        ("author == lea_m@social.example", "author == lea_m@social.example"),
        ("place == R&D", 'place == "R&D"'),
        ("weekday == Monday", "weekday == monday"),
        ("language == FR", "language == FR"),
        ("text contains and", None),
        ('text contains "and"', 'text contains "and"'),
        ("followers is unknown", "followers is unknown"),
        ("\n  followers\n  >=\n  100k", "followers >= 100k"),
    ],
)
def test_read_and_written(source: str, canonical: str | None) -> None:
    if canonical is None:
        with pytest.raises(ConditionError):
            parse(source)
        return
    assert str(parse(source)) == canonical
    assert parse(canonical) == parse(source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("followers >= 100k", 100_000),
        ("followers >= 1.2M", 1_200_000),
        ("followers >= 0.5k", 500),
        ("followers >= 3.3k", 3_300),
        ("confidence > 80%", 0.8),
        ("confidence > 0.8", 0.8),
        ("confidence > .8", 0.8),
        ("confidence <= 1", 1.0),
    ],
)
def test_numbers(source: str, value: float) -> None:
    root = parse(source).root
    assert isinstance(root, Comparison)
    assert root.values[0].value == value


@pytest.mark.parametrize(
    ("source", "at", "message", "hint"),
    [
        ("", 0, "empty", "sentiment == negative"),
        ("sentimnt == negative", 0, "no field sentimnt", "mean sentiment?"),
        ("reply and langue == fr", 10, "no field langue", "mean language?"),
        ("urgency >= 0.8", 0, "no field urgency", "fields are: sentiment"),
        ("risque >= 0.8", 0, "no field risque", "risk"),
        ("portée >= 100k", 0, "no field portée", "reach"),
        ("intent == plainte", 10, "never plainte", "complaint"),
        ("negative == sentiment", 0, "no field", "sentiment == negative"),
        ("sentiment = negative", 10, "means nothing", "mean ==?"),
        ("reply && addressed", 6, "means nothing", "mean and?"),
        ("followers => 3", 10, "means nothing", "mean >=?"),
        ("followers ≥ 3", 10, "means nothing", "mean >=?"),
        ("reply § addressed", 6, "Nothing joins", "and or or"),
        ("sentiment == negatif", 13, "never negatif", "mean negative?"),
        ("weekday == lundi", 11, "never lundi", "mean monday?"),
        ("weekday == mon", 11, "never mon", "mean monday?"),
        ("network == twitter", 11, "never twitter", "It is one of: "),
        ("brand == Aeroplouff", 9, "never Aeroplouff", "mean Aéroplouf?"),
        ("source in (presse, blog)", 19, "never blog", "mean blogs?"),
        ("followers >= many", 13, "is a number", "1.2M"),
        ("followers >= 1,2M", 14, "Nothing joins", "with a point"),
        ("followers >= 100 000", 17, "Nothing joins", "without spaces"),
        ("followers >= -3", 13, "is a number", "1.2M"),
        ("confidence > 90", 13, "between 0 and 1", "80%"),
        ("confidence > 150%", 13, "between 0 and 1", "80%"),
        ("hour == 24", 8, "from 0 to 23", "8 or 20"),
        ("hour == 8.5", 8, "from 0 to 23", "8 or 20"),
        ("age < 2", 6, "is a duration", "2h"),
        ("language == french", 12, "not the code", "fr, en"),
        ("reply == maybe", 9, "yes or no", "reply alone"),
        ("sentiment < negative", 10, "cannot be compared with <", "== != in"),
        ("followers contains 3", 10, "cannot be compared", ">= in"),
        ("sentiment in negative", 13, "A list must stand", "sentiment in"),
        ("sentiment in", 10, "A list must stand", "sentiment in"),
        ("sentiment in ()", 13, "Nothing stands after", "sentiment == negative"),
        ("sentiment in (negative positive)", 23, "comma is missing", ""),
        ("sentiment in (negative", 13, "never closed", "Put )"),
        ("text ==", 5, "Nothing stands after ==", "Write a value"),
        ("text", 0, "compared with nothing", "text contains"),
        ("addressed and", 10, "Nothing stands after and", ""),
        ("and reply", 0, "Nothing stands before and", ""),
        (">= 3", 0, "Nothing stands before >=", ""),
        ("(reply", 0, "never closed", "Put )"),
        ("reply)", 5, "closes nothing", ""),
        ("()", 1, "nothing between", ""),
        ("text contains 'abc", 14, "never closed", "second quote"),
        ('text contains " "', 14, "nothing between these quotes", ""),
        ("reply addressed", 6, "Nothing joins", "and or or"),
        ("place == Le Monde", 12, "Nothing joins", "Le Monde"),
        ("reply et addressed", 6, "not understood", "write and"),
        ("text contient avion", 5, "not understood", "contains"),
        ("followers is 0", 13, "known or unknown", "=="),
        ("followers not >= 3", 10, "not cannot stand", "not followers"),
        ("not " * (MAX_DEPTH + 1) + "reply", 4 * MAX_DEPTH, "too deep", "several rules"),
        ("(" * (MAX_DEPTH + 1), MAX_DEPTH, "too deep", "several rules"),
        ("reply or " * (MAX_PARTS + 1), 9 * MAX_PARTS, "too many", "several rules"),
        ("x" * (MAX_LENGTH + 1), MAX_LENGTH, "too long", "several rules"),
    ],
)
def test_refused_at_its_character(source: str, at: int, message: str, hint: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse(source, {"brand": ("Aéroplouf", "Voloair"), "source": ("presse", "blogs")})
    t = words("en")
    lines = refused.value.render(t).splitlines()
    assert refused.value.position == at
    assert message in lines[0]
    assert hint in lines[-1]
    assert "{" not in "".join(lines)


def test_names_of_the_file_are_taken_with_their_spelling() -> None:
    assert str(parse("brand == AEROPLOUF", {"brand": ("Aéroplouf",)})) == "brand == Aéroplouf"
    assert str(parse("brand == anything")) == "brand == anything"


def _literal(field: Field) -> st.SearchStrategy[str]:
    quoted = st.text(st.characters(exclude_characters="\"“”„«»'", categories=("L", "N", "P", "S")), min_size=1)
    return {
        Kind.CHOICE: st.sampled_from(field.choices or ("x",)),
        Kind.NAME: quoted.map(lambda text: f'"{text}"'),
        Kind.TEXT: quoted.map(lambda text: f"'{text}'"),
        Kind.LANGUAGE: st.sampled_from(["fr", "en"]),
        Kind.COUNT: st.sampled_from(["0", "12", "3k", "1.5M"]),
        Kind.SHARE: st.sampled_from(["0", "0.25", "80%", "1"]),
        Kind.HOUR: st.integers(0, 23).map(str),
        Kind.DURATION: st.sampled_from(["30s", "2h"]),
        Kind.YES_NO: st.sampled_from(["yes", "no"]),
    }[field.kind]


@st.composite
def _comparisons(draw) -> str:
    field = draw(st.sampled_from(list(FIELDS.values())))
    operator = draw(st.sampled_from([*field.kind.operators, "is"]))
    if operator == "is":
        return f"{field.name} is {draw(st.sampled_from(['known', 'unknown']))}"
    if operator == "in":
        return f"{field.name} in ({', '.join(draw(st.lists(_literal(field), min_size=1, max_size=3)))})"
    return f"{field.name} {operator} {draw(_literal(field))}"


def _sources() -> st.SearchStrategy[str]:
    return st.recursive(
        _comparisons(),
        lambda inner: st.one_of(
            inner.map(lambda part: f"not ({part})"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: " and ".join(f"({part})" for part in parts)),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: " or ".join(f"({part})" for part in parts)),
        ),
        max_leaves=6,
    )


@given(_sources())
def test_what_is_written_reads_the_same(source: str) -> None:
    condition = parse(source)
    assert parse(str(condition)) == condition
    assert str(parse(str(condition))) == str(condition)


@given(st.text(st.sampled_from("ntex()=!<>,'\"«» \n08k%§&|aéyor")))
def test_anything_is_read_or_refused_inside_it(source: str) -> None:
    try:
        found: Condition | ConditionError = parse(source)
    except ConditionError as refused:
        found = refused
    if isinstance(found, ConditionError):
        assert 0 <= found.position <= len(source)
        assert found.render(words("fr"))
    else:
        assert parse(str(found)) == found
