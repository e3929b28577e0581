import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.base import Section, TimeOfDay, written_duration
from config.json_schema import COMMITTED, generate, homes, section
from config.load import examine
from config.sources import RssOptions

ROOT = Path(__file__).parents[2]


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    written = json.dumps(generate(), ensure_ascii=False, indent=2) + "\n"
    assert COMMITTED.read_text(encoding="utf-8") == written, "write config.json_schema.generate() into it"


def _fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in {"Config": generate(), **generate()["$defs"]}.items():
        for field, described in part.get("properties", {}).items():
            yield f"{name}.{field}", described


@pytest.mark.parametrize(("name", "described"), list(_fields()))
def test_an_editor_can_help_with_every_key(name: str, described: dict[str, Any]) -> None:
    assert described.get("description", "").endswith("."), name


def test_durations_are_written_as_people_write_them() -> None:
    every = section(("sources", "presse", "rss", "every"))
    assert every["default"] == "10m"
    assert all(re.fullmatch(every["pattern"], example) for example in every["examples"])
    assert not re.fullmatch(every["pattern"], "25:00")
    assert [written_duration(timedelta(seconds=n)) for n in (0, 90, 7200)] == ["0s", "90s", "2h"]


def test_what_was_read_is_written_back_as_it_stood() -> None:
    options = RssOptions.model_validate({"kind": "rss", "every": "30 m", "feeds": ["https://blog.example/"]})
    assert json.loads(options.model_dump_json())["every"] == "30m"


def test_a_key_is_found_in_the_sections_that_know_it() -> None:
    assert homes("feeds") == ("sources",)
    assert set(homes("query")) == {"brands", "brands.competitors"}
    assert homes("nothing") == ()


def test_the_example_loads_and_says_nothing_wrong() -> None:
    found = examine(ROOT / "repartie.example.yaml", {}, parse=str)
    assert found.problems == ()
    assert found.config is not None
    assert not found.config.is_live("Aéroplouf")


def test_the_example_names_only_invented_hosts() -> None:
    text = (ROOT / "repartie.example.yaml").read_text(encoding="utf-8")
    assert all(host.endswith(".example") for host in re.findall(r"https?://([^/\s\]]+)", text))


class _Plan(Section):
    at: TimeOfDay


@pytest.mark.parametrize(("written", "meant"), [("08:00", "08:00:00"), ("8h30", "08:30:00"), ("23:59", "23:59:00")])
def test_times_of_day(written: str, meant: str) -> None:
    assert _Plan.model_validate({"at": written}).at.isoformat() == meant


@pytest.mark.parametrize("written", ["25:00", "8", "24:00", "12:60", "noon", ""])
def test_a_bad_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day"):
        _Plan.model_validate({"at": written})
