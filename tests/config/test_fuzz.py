"""Whatever stands in the file, it is read or told what is wrong with it: never a stack trace, never another place."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from hypothesis import given, settings
from hypothesis import strategies as st

from config.i18n import words
from config.load import examine
from config.problems import ConfigErrors

EXAMPLE = (Path(__file__).parents[2] / "repartie.example.yaml").read_text(encoding="utf-8")
PIECES = st.sampled_from(
    [
        *(
            "\n",
            "  ",
            "\t",
            "- ",
            ": ",
            "#",
            "@",
            "'",
            '"',
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!x ",
            "|",
            ">",
            "? ",
            "%",
        ),
        *("\\", "brands:", "sources:", "null", "xoxb-1-a", "---\n", "{{", "{name}", "é", "\ud83d", "\x07", "\ufeff"),
        *("\r", "https://a:b@c"),
    ]
)


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    text = EXAMPLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(PIECES) + text[start + draw(st.integers(0, 12)) :]
    return text


def _look(data: bytes) -> None:
    with NamedTemporaryFile(suffix=".yaml") as file:
        file.write(data)
        file.flush()
        found = examine(Path(file.name), {}, str)
    assert (found.config is None) == any(not problem.warning for problem in found.problems)
    lines = data.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in found.problems:
        assert problem.line == 0 or 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    for language in ("en", "fr"):
        assert ConfigErrors(found.problems).render(words(language)).encode()


@settings(max_examples=150, deadline=None)
@given(_damaged())
def test_a_damaged_example(text: str) -> None:
    _look(text.encode("utf-8", "replace"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(text: bytes) -> None:
    _look(text)
