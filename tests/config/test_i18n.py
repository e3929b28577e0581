from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.i18n import Words, mark, mark_plural, read_messages, words

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
THIN, HARD = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def test_a_message_is_translated_and_filled() -> None:
    t = Words("fr", {"Taken by {name}": ("Pris par {name}",)})
    assert t("Taken by {name}", name="Léa") == "Pris par Léa"


def test_a_value_is_never_read_as_a_message() -> None:
    assert Words("en", {})("By {name}", name="{evil}") == "By {evil}"


def test_an_untranslated_message_is_said_in_english() -> None:
    assert Words("fr", {})("Taken by {name}", name="Léa") == "Taken by Léa"


@pytest.mark.parametrize("english", ["Hello {name}", "Hello {", "{0} of {1}", "{name.first}", "{name:.1f}"])
def test_a_missing_value_never_breaks_the_screen(english: str, caplog: pytest.LogCaptureFixture) -> None:
    assert words("fr")(english) == english
    assert caplog.records


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    forms = {"{count} mention": ("{count} évocation", "{count} évocations")}
    french = [Words("fr", forms).plural("{count} mention", "{count} mentions", n) for n in (0, 1, 2, 1_000_000)]
    assert french == ["0 évocation", "1 évocation", "2 évocations", f"1{THIN}000{THIN}000 évocations"]
    english = [words("en").plural("{count} mention", "{count} mentions", n) for n in (0, 1, 2, 1240)]
    assert english == ["0 mentions", "1 mention", "2 mentions", "1,240 mentions"]


def test_numbers_are_written_as_each_language_writes_them() -> None:
    fr, en = words("fr"), words("en")
    assert (fr.number(1240), en.number(1240)) == (f"1{THIN}240", "1,240")
    assert (fr.percent(0.934), en.percent(0.934)) == (f"93{HARD}%", "93%")
    assert (fr.compact(1900), en.compact(1900)) == (f"1,9{HARD}k", "1.9K")


def test_moments_are_told_in_the_time_zone_of_the_team() -> None:
    fr, en = words("fr"), words("en")
    assert (fr.moment(NOW, PARIS), en.moment(NOW, PARIS)) == ("22 nov. 2026, 08:05", "22 Nov 2026, 08:05")
    assert (fr.day(NOW, PARIS), fr.clock(NOW, PARIS)) == ("22 nov. 2026", "08:05")


def test_how_long_ago() -> None:
    earlier = NOW - timedelta(minutes=4)
    assert (words("fr").ago(earlier, NOW), words("en").ago(earlier, NOW)) == (f"il y a 4{HARD}min", "4 min ago")
    assert (words("fr").ago(NOW, NOW), words("en").ago(NOW, NOW)) == ("à l’instant", "just now")


def test_durations_are_told_whole() -> None:
    lengths = [timedelta(seconds=15), timedelta(minutes=90), timedelta(hours=2), timedelta(days=3)]
    assert [words("en").length(each) for each in lengths] == ["15 secs", "90 mins", "2 hrs", "3 days"]
    assert words("fr").length(lengths[0]) == f"15{THIN}s"


def test_lists_are_joined_as_people_do() -> None:
    assert words("fr").listing(["a", "b", "c"]) == "a, b et c"
    assert words("fr").listing(["a", "b"], either=True) == "a ou b"


def test_fuzzy_and_empty_translations_are_not_shown(tmp_path: Path) -> None:
    po = '#, fuzzy\nmsgid "A"\nmsgstr "Ah"\n\nmsgid "B"\nmsgstr ""\n\nmsgid "C"\nmsgstr "Cé"\n'
    (tmp_path / "x.po").write_text(po, encoding="utf-8")
    assert read_messages(tmp_path) == {"C": ("Cé",)}


def test_mark_changes_nothing() -> None:
    assert mark("Later") == "Later"
    assert words("en").plural(*mark_plural("{count} day", "{count} days"), 2) == "2 days"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError):
        words("tlh")
