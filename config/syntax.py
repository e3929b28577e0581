"""What a YAML error means for somebody who does not know YAML: its usual cause, and where that stands."""

import re
from collections.abc import Iterator

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from config.document import Flaw


def explain(error: YAMLError, text: str) -> Flaw:
    """The likeliest cause of `error` in `text`."""
    if isinstance(error, ReaderError):
        return Flaw("control_character", int(error.position))
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Flaw("syntax", 0, {"reason": str(error)})
    at = error.problem_mark.index
    begun = error.context_mark.index if error.context_mark else at
    causes = (*_signs(error, text, at, begun), *_structure(error, text, at, begun))
    return next(iter(causes), Flaw("syntax", at, {"reason": str(error.problem)}))


def _signs(error: MarkedYAMLError, text: str, at: int, begun: int) -> Iterator[Flaw]:
    """Single signs YAML gives a meaning of its own."""
    problem, context = str(error.problem), str(error.context)
    if "found character '\\t'" in problem:
        yield Flaw("tab", at)
    elif "cannot start any token" in problem:
        yield _needs_quotes(text, at)
    elif "expected alphabetic or numeric" in problem or "expected chomping" in problem:
        yield _needs_quotes(text, begun)
    elif "quoted scalar" in context and "end of stream" in problem:
        yield Flaw("open_quote", begun)
    elif "escape character" in problem or "expected escape sequence" in problem:
        yield Flaw("bad_escape", at)


def _structure(error: MarkedYAMLError, text: str, at: int, begun: int) -> Iterator[Flaw]:
    """Brackets, colons and indentation."""
    problem, context = str(error.problem), str(error.context)
    if "flow" in context:
        opened = begun if text[begun : begun + 1] in {"[", "{"} else max(text.rfind("[", 0, at), text.rfind("{", 0, at))
        if hidden := re.compile(r"(?<=[\[,\s])#[^\s\],}]+").search(text, opened, at):
            yield hash_comment(hidden[0], hidden.start())
        yield Flaw("open_bracket", opened)
    elif "mapping values are not allowed" in problem:
        first, line = _line(text, at)
        above, before = _line(text, max(0, first - 1))
        glued = re.match(r"\s*(?:- )?(\w+):(?=[^\s/])", before)
        if glued and above != first:
            yield Flaw("glued_colon", above + glued.end() - 1, {"key": glued[1]})
        elif len(re.findall(r":(?:\s|$)", line)) > 1:
            yield Flaw("colon_in_text", at)
        else:
            yield Flaw("indentation", first + len(line) - len(line.lstrip()))
    elif "found '<scalar>'" in problem and text[:at].rstrip(" ").endswith(("'", '"')):
        yield Flaw("text_after_quote", at)
    elif "<block end>" in problem or "<block mapping start>" in problem:
        yield Flaw("indentation", at)


def hash_comment(written: str, at: int, whole: str | None = None) -> Flaw:
    """`written`, which starts with #, was taken for a comment; `whole` is the value that was meant."""
    return Flaw("hash_comment", at, {"written": written, "quoted": quoted(whole or written)})


def quoted(value: str) -> str:
    """`value` between the quotes that need the fewest changes."""
    return f'"{value}"' if '"' not in value and "\\" not in value else "'" + value.replace("'", "''") + "'"


def _needs_quotes(text: str, at: int) -> Flaw:
    inside = text.count("[", 0, at) > text.count("]", 0, at)
    found = re.compile(r"[^\n,\]}]*" if inside else r"[^\n]*?(?= #|\n|$)").match(text, at)
    value = found[0].strip() if found else text[at]
    return Flaw("at_sign", at, {"written": text[at], "quoted": quoted(value)})


def _line(text: str, at: int) -> tuple[int, str]:
    """Where the line of `at` starts, and the line."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, text[start : end if end >= 0 else len(text)]
