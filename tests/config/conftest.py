"""A right file, and a way to look at a wrong one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.load import Examination, examine

FINE = """\
brands:
  - name: Aéroplouf
    query: aeroplouf
    sources: [presse]
    slack: {mentions: "#mentions"}
sources:
  presse: {kind: rss, feeds: [https://blog.example/feed]}
"""


@pytest.fixture
def fine() -> str:
    return FINE


@dataclass
class _QueryError(ValueError):
    """What the keyword language raises, as far as the file reader looks at it."""

    message: str
    values: Mapping[str, object]
    position: int
    hint: str


def _parse(source: str) -> object:
    if "§" in source:
        raise _QueryError("strange character {sign}", {"sign": "§"}, source.index("§"), "delete {sign}")
    return source


Look = Callable[..., Examination]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    monkeypatch.chdir(tmp_path)

    def examined(content: str | bytes, environment: Mapping[str, str] | None = None) -> Examination:
        path = Path("repartie.yaml")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return examine(path, environment or {}, _parse)

    return examined
