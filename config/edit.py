"""Changes of `repartie.yaml` that leave every other byte as the person wrote it: comments, quotes, order, layout.

A change is spliced in where `config.document` says its neighbours stand. A YAML library's round trip would keep the
comments, and reflow what it does not remember: wide spaces, long lines, odd indents. The result is read again and must
say exactly what was there plus the change, so a file too strange for us is refused and never harmed.
"""

import copy
import difflib
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Items
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ruamel.yaml.error import YAMLError

from config.document import Node, Refusal, Scalar, Sequence, Table, read
from config.i18n import Words, mark
from config.load import examine
from config.problems import ConfigErrors

Value = str | Items["Value"] | Mapping[str, "Value"]
"""What can be written: text, a list, or a section."""
Where = tuple[str | int, ...]
"""Keys and positions from the top of the file: ("brands", 0, "sources")."""

_PLAIN: Final = re.compile(r"[^\W\d_](?:[\w -]*\w)?|https?://[\w./~%?=&+@:-]*[\w/=-]")
_MEANS_SOMETHING: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_INDENT: Final = "  "
_WIDE: Final = 100


class CannotEdit(Exception):
    """The file is written in a way we do not change safely; nothing was changed."""

    REASON = mark("{file} is written in a way that cannot be changed safely: make this change by hand.")

    def render(self, t: Words, file: Path) -> str:
        """In words."""
        return t(self.REASON, file=file)


class ChangedMeanwhile(Exception):
    """Somebody else saved the file since it was read; nothing was changed."""


def appended(text: str, where: Where, value: Value) -> str:
    """`text` with `value` at the end of the list at `where`.

    Raises:
        CannotEdit: that is no list, or cannot be done without touching more.
    """
    root = _read(text)
    node = _at(root, where)
    if not isinstance(node, Sequence):
        raise CannotEdit
    if _is_flow(node, text):
        done = _into_flow(text, node, node.items, _flow(value))
    else:
        done = _below(text, node, _listed(value))
    expected = copy.deepcopy(root.plain())
    _plain_at(expected, where).append(_plain(value))
    return _checked(done, expected)


def put(text: str, where: Where, key: str, value: Value) -> str:
    """`text` with a new `key` at the end of the section at `where`.

    Raises:
        CannotEdit: that is no section, or cannot be done without touching more.
    """
    root = _read(text)
    node = _at(root, where)
    if not isinstance(node, Table) or key in node.items:
        raise CannotEdit
    if _is_flow(node, text):
        done = _into_flow(text, node, list(node.items.values()), f"{_scalar(key)}: {_flow(value)}")
    else:
        done = _below(text, node, _section({key: value}))
    expected = copy.deepcopy(root.plain())
    _plain_at(expected, where)[key] = _plain(value)
    return _checked(done, expected)


def rewritten(text: str, where: Where, value: str) -> str:
    """`text` with another text at `where`, between the same quotes.

    Raises:
        CannotEdit: that is no text, or cannot be done without touching more.
    """
    root = _read(text)
    node = _at(root, where)
    if not isinstance(node, Scalar):
        raise CannotEdit
    write = {'"': _escaped, None: _scalar}.get(node.style, _quoted)
    end = "\n" if text[node.start : node.end].endswith("\n") else ""
    expected = copy.deepcopy(root.plain())
    _plain_at(expected, where[:-1])[where[-1]] = value
    return _checked(text[: node.start] + write(value) + end + text[node.end :], expected)


@dataclass(frozen=True, slots=True)
class Draft:
    """A file and what it shall say. `raw` is what it says now, byte for byte."""

    file: Path
    raw: bytes
    before: str
    after: str

    @classmethod
    def of(cls, file: Path) -> "Draft":
        """Nothing changed yet.

        Raises:
            OSError, UnicodeDecodeError: the file cannot be read; `config.load.examine` says why in words.
        """
        raw = file.read_bytes()
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        return cls(file, raw, text, text)

    def saying(self, text: str) -> "Draft":
        """The same file with another text."""
        return replace(self, after=text)

    def diff(self) -> str:
        """What changes, as `diff -u` shows it; empty where nothing does."""
        lines = difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), self.file.name, self.file.name, n=2, lineterm=""
        )
        return "\n".join(lines)

    def save(self) -> None:
        """Put it in the place of the file at once, with the same rights, if it is right.

        Raises:
            ConfigErrors: it would be wrong; the file is as it was.
            ChangedMeanwhile: somebody saved the file since it was read.
            OSError: the folder cannot be written to.
        """
        target = self.file.resolve()  # a link stays a link

        def unchanged() -> None:
            if target.read_bytes() != self.raw:
                raise ChangedMeanwhile

        _put_in_place(self._encoded(), target, self.file, target.stat().st_mode & 0o7777, unchanged)

    def _encoded(self) -> bytes:
        text = self.after.replace("\n", "\r\n") if b"\r\n" in self.raw else self.after
        return text.encode("utf-8-sig" if self.raw.startswith(b"\xef\xbb\xbf") else "utf-8")


def create(file: Path, text: str) -> None:
    """Write a new file, or one in the place of another, at once and if it is right.

    Raises:
        ConfigErrors: it would be wrong; nothing was written.
        OSError: the folder cannot be written to.
    """
    mode = file.stat().st_mode & 0o7777 if file.exists() else 0o644
    _put_in_place(text.encode(), file.resolve(), file, mode, lambda: None)


def _put_in_place(data: bytes, target: Path, shown_as: Path, mode: int, last_look: Callable[[], None]) -> None:
    """Whoever reads the file finds the old one or the new one, whole, even after a power cut."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        found = examine(fresh)
        if found.config is None:
            raise ConfigErrors(replace(problem, file=shown_as) for problem in found.problems)
        last_look()
        fresh.chmod(mode)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


# Where things stand.


def _read(text: str) -> Table:
    try:
        root, _ = read(text)
    except (YAMLError, Refusal) as error:
        raise CannotEdit from error
    if not isinstance(root, Table):
        raise CannotEdit
    return root


def _at(root: Node, where: Where) -> Node:
    node = root
    for step in where:
        try:
            node = node.items[step]  # type: ignore[union-attr,index] # a wrong step raises one of the errors below
        except (AttributeError, KeyError, IndexError, TypeError) as error:
            raise CannotEdit from error
    return node


def _plain_at(plain: Any, where: Where) -> Any:  # noqa: ANN401 - lists and dicts of any depth
    for step in where:
        plain = plain[step]
    return plain


def _checked(text: str, expected: object) -> str:
    if _read(text).plain() != expected:
        raise CannotEdit
    return text


def _is_flow(node: Sequence | Table, text: str) -> bool:
    return text[node.start] in "[{"


def _end(node: Node, text: str) -> int:
    """Just behind what a person sees of `node`; YAML's own end of a block lies behind the comments that follow."""
    if isinstance(node, Scalar):
        return node.start + len(text[node.start : node.end].rstrip())
    if _is_flow(node, text):
        return node.end
    children = node.items.values() if isinstance(node, Table) else node.items
    return max((_end(child, text) for child in children), default=node.start)


def _into_flow(text: str, node: Sequence | Table, children: list[Node], new: str) -> str:
    at = _end(children[-1], text) if children else node.start + 1
    return f"{text[:at]}{', ' if children else ''}{new}{text[at:]}"


def _below(text: str, node: Sequence | Table, lines: list[str]) -> str:
    """`lines` under the last line of the block `node`, in its column."""
    start = next(iter(node.keys.values())).start if isinstance(node, Table) and node.keys else node.start
    indent = " " * (start - (text.rfind("\n", 0, start) + 1))
    at = text.find("\n", _end(node, text))
    if at < 0:
        text, at = f"{text}\n", len(text)
    # Comments further in speak of what stands above them, as a key that was switched off does.
    while further := re.compile(rf"\n{indent} +#.*(?=\n)").match(text, at):
        at = further.end()
    return text[: at + 1] + "".join(f"{indent}{line}\n" for line in lines) + text[at + 1 :]


# How things are written.


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _MEANS_SOMETHING:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if text.isprintable() else _escaped(text)


def _escaped(text: str) -> str:
    signs = (f"\\{sign}" if sign in '"\\' else sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in text)
    return f'"{"".join(signs)}"'


def _flow(value: Value) -> str:
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(_flow, value)) + "]"


def _section(value: Mapping[str, Value]) -> list[str]:
    lines: list[str] = []
    for key, each in value.items():
        if isinstance(each, Mapping):
            lines += [f"{_scalar(key)}:", *(_INDENT + line for line in _section(each))]
        elif isinstance(each, str) or len(_flow(each)) < _WIDE:
            lines.append(f"{_scalar(key)}: {_flow(each)}")
        else:
            lines += [f"{_scalar(key)}:", *(_INDENT + line for item in each for line in _listed(item))]
    return lines


def _listed(value: Value) -> list[str]:
    first, *rest = _section(value) if isinstance(value, Mapping) else [_flow(value)]
    return [f"- {first}", *(_INDENT + line for line in rest)]


def _plain(value: Value) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value]


def in_yaml(text: str) -> str:
    """`text` as a value of the file: between quotes where it needs them."""
    return _scalar(text)
