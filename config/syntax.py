"""What a YAML error means for somebody who does not know YAML: its usual cause, and where that stands."""

import re
from collections.abc import Iterator

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from config.document import Flaw, Scalar


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
    elif text[at : at + 1] in {"]", "}"}:
        yield Flaw("extra_bracket", at)
    elif "could not find expected ':'" in problem:
        yield from _glued(text, begun)
    elif "mapping values are not allowed" in problem:
        first, line = _line(text, at)
        if first:
            yield from _glued(text, first - 1)
        if len(re.findall(r":(?:\s|$)", line)) > 1:
            yield Flaw("colon_in_text", at)
        else:
            yield Flaw("indentation", first + len(line) - len(line.lstrip()))
    elif "found '<scalar>'" in problem and text[:at].rstrip(" ").endswith(("'", '"')):
        yield Flaw("text_after_quote", at)
    elif "<block end>" in problem or "<block mapping start>" in problem:
        yield Flaw("indentation", at)


def _glued(text: str, at: int) -> Iterator[Flaw]:
    """`key:value` on the line of `at`, which YAML takes for one word."""
    first, line = _line(text, at)
    if found := re.match(r"\s*(?:- )?([\w-]+):(?=[^\s/])", line):
        yield Flaw("glued_colon", first + found.end() - 1, {"key": found[1]})


def swallowed(scalar: Scalar, text: str) -> Iterator[Flaw]:
    """A quotation mark that was not closed and so took the keys of the next lines for its text."""
    if scalar.style in {"'", '"'} and re.compile(r"\n\s*(?:- )?[\w-]+:\s").search(text, scalar.start, scalar.end):
        yield Flaw("open_quote", scalar.start)


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
