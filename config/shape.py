"""What pydantic refuses, told for people: the place in the file, words of ours, and what was probably meant."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from config.base import closest
from config.document import Flaw, Node, Scalar, Sequence, Table
from config.json_schema import homes, section
from config.phrases import PHRASES, Value
from config.schema import Config
from config.syntax import hash_comment

_CODES: Final = {
    "missing": "missing",
    "string_type": "not_text",
    "string_too_short": "empty_text",
    "string_too_long": "long_text",
    "tuple_type": "not_list",
    "too_short": "empty_list",
    "dict_type": "not_section",
    "model_type": "not_section",
    "model_attributes_type": "not_section",
    "bool_type": "not_yes_no",
    "bool_parsing": "not_yes_no",
    "literal_error": "not_choice",
    "enum": "not_choice",
    "union_tag_invalid": "not_choice",
    "union_tag_not_found": "no_kind",
    "extra_forbidden": "unknown_key",
}
"""pydantic's error types -> ours (docs.pydantic.dev/latest/errors/validation_errors, read 2026-11)."""


def validate(root: Table, text: str) -> tuple[Config | None, list[Flaw]]:
    """The configuration `root` describes, or everything that is wrong with its shape and values."""
    try:
        return Config.model_validate(root.plain()), []
    except ValidationError as refused:
        return None, [flaw for error in refused.errors() if (flaw := _flaw(error, root, text))]


def _flaw(error: Any, root: Table, text: str) -> Flaw | None:  # noqa: ANN401 - pydantic's ErrorDetails, a dict
    loc, context = error["loc"], error.get("ctx", {})
    node, key, at = _place(root, loc)
    code = error["type"] if error["type"] in PHRASES else _CODES.get(error["type"], "invalid")
    name = str(loc[-1]) if code == "missing" else key.text if key else ""
    written = node.text if isinstance(node, Scalar) else ""
    values: dict[str, Value] = {"key": name, "written": written, "reason": error["msg"], **context}
    if code == "unknown_key" and key:
        return _unknown(loc, key.start)
    if code == "no_kind" and isinstance(node, Table) and "kind" in node.items:
        at, node, values["key"] = node.keys["kind"].start, node.items["kind"], "kind"
    if code not in {"missing", "empty_list"} and isinstance(node, Scalar) and node.plain() is None:
        return next(taken_for_comments(node, text), Flaw("no_value", at, values))
    if code == "empty_list" and isinstance(node, Sequence) and node.items:
        return None  # its items are wrong, and each is told
    if code == "long_text":
        values["limit"] = context["max_length"]
    if code == "no_kind":
        values["choices"] = tuple(section(loc)["discriminator"]["mapping"])
    if code == "not_choice":
        return _choice(error, node, at, values)
    return Flaw(code, at, values)


def _place(root: Table, loc: tuple[str | int, ...]) -> tuple[Node, Scalar | None, int]:
    """What stands at `loc` or nearest above it, the key it is under, and the offset to point at."""
    node: Node = root
    key: Scalar | None = None
    at = root.start
    for part in loc:
        if isinstance(node, Table) and part in node.items:
            key, node = node.keys[str(part)], node.items[str(part)]
            at = key.start if isinstance(node, Table) or node.plain() is None else node.start
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
            at = node.start
        # Otherwise `part` is the kind of a source, which pydantic names and the file does not, or is missing.
    return node, key, at


def _unknown(loc: tuple[str | int, ...], at: int) -> Flaw:
    written = str(loc[-1])
    known = list(section(loc[:-1]).get("properties", {}))
    if places := homes(written):
        return Flaw("unknown_key_elsewhere", at, {"written": written, "places": places})
    if close := closest(written, known):
        return Flaw("unknown_key_close", at, {"written": written, "close": close})
    return Flaw("unknown_key", at, {"written": written, "keys": ", ".join(known)})


def _choice(error: Any, node: Node, at: int, values: dict[str, Value]) -> Flaw:  # noqa: ANN401 - as above
    expected = error["ctx"].get("expected_tags") or error["ctx"]["expected"]
    choices = tuple(re.findall(r"'([^']*)'", expected))
    if error["type"] == "union_tag_invalid" and isinstance(node, Table):
        at, node, values["key"] = node.items["kind"].start, node.items["kind"], "kind"
    written = node.text if isinstance(node, Scalar) else ""
    values |= {"written": written, "choices": choices}
    if close := closest(written, list(choices)):
        return Flaw("not_choice_close", at, {**values, "close": close})
    return Flaw("not_choice", at, values)


def taken_for_comments(node: Scalar, text: str) -> Iterator[Flaw]:
    """`#channel` written without quotes where a value was meant: YAML reads it as a comment and the value as empty."""
    if node.plain() is None and (found := re.compile(r"[ \t]*(#[^\s#,\]}]+)").match(text, node.start)):
        yield hash_comment(found[1], found.start(1))
