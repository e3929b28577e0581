"""What the catalogues lack: every message of the code against every translation. `tests/test_catalogues.py` asks.

Messages are found with Babel in Python and Jinja templates: `t("...")` (or `self._t`), `t.plural("one", "many", n)`,
`mark("...")`, `mark_plural("one", "many")`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import Formatter
from typing import IO, Final

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

KEYWORDS: Final = {"t": None, "_t": None, "mark": None, "plural": (1, 2), "mark_plural": (1, 2)}
"""The functions whose literal arguments are messages, as Babel writes them."""

# French typography: these signs follow a no-break space, never one where a line may end.
_LOOSE: Final = re.compile(r" [?!;:»%]|« ")


_METHODS: Final = [
    ("**.py", "config.catalogue:from_python"),
    ("**.html", "config.catalogue:from_template"),
    ("**.j2", "config.catalogue:from_template"),
]
Found = tuple[int, str, tuple[str | None, ...], list[str]]
"""Line, function, literal arguments and comments, as Babel wants them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the code says it, and where: `file:line`."""

    english: str
    plural: str
    place: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The names the code fills."""
        return placeholders(self.english) | placeholders(self.plural)


@dataclass(frozen=True, slots=True)
class Translation:
    """One entry of a catalogue, and where it stands: `file:line`."""

    english: str
    plural: str
    forms: tuple[str, ...]
    fuzzy: bool
    place: str


def from_template(
    fileobj: IO[bytes], keywords: Iterable[str], comment_tags: object, options: object
) -> Iterator[Found]:  # the names are Babel's
    """Babel's way to read one Jinja template; Jinja's own extractor overlooks methods, hence `t.plural`."""
    del comment_tags, options
    for call in Environment(autoescape=True).parse(fileobj.read().decode()).find_all(nodes.Call):
        name = call.node.attr if isinstance(call.node, nodes.Getattr) else getattr(call.node, "name", "")
        if name in keywords and call.args:
            texts = tuple(arg.value if isinstance(arg, nodes.Const) else None for arg in call.args)
            yield call.lineno, name, texts, []


def from_python(
    fileobj: IO[bytes], keywords: Iterable[str], comment_tags: object, options: object
) -> Iterator[Found]:  # the names are Babel's
    """Babel's way to read one module; its own reads tokens, and before 3.12 those inside f-strings are hidden."""
    del comment_tags, options
    for call in ast.walk(ast.parse(fileobj.read())):
        if isinstance(call, ast.Call) and call.args and (name := _called(call)) in keywords:
            choices = [_literals(arg) for arg in call.args[:2]]
            for texts in product(*choices):
                yield call.lineno, name, texts, []


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literals(arg: ast.expr) -> list[str | None]:
    """The texts `arg` may be: `"a" if x else "b"` is both."""
    if isinstance(arg, ast.IfExp):
        return [*_literals(arg.body), *_literals(arg.orelse)]
    return [arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else None]


def placeholders(message: str) -> frozenset[str]:
    """The names between braces of `message`: of "{name:>5}" and "{name.first}", name.

    Raises:
        ValueError: a brace is not closed.
    """
    return frozenset(re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(message) if name is not None)


def extract(root: Path, folders: Iterable[str]) -> dict[str, Message]:
    """Every message said in `folders` of `root`, by its English text."""
    found: dict[str, Message] = {}
    for folder in folders:
        for file, line, said, _, _ in extract_from_dir(str(root / folder), _METHODS, keywords=KEYWORDS):
            one, many = said if isinstance(said, tuple) else (said, "")
            place = f"{folder}/{Path(file).as_posix()}:{line}"
            if one not in found or (many and not found[one].plural):
                found[one] = Message(one, many, place)
    return found


def translations(root: Path, folder: str) -> list[Translation]:
    """Every entry of the catalogues of `folder` in `root`, in the order of the files."""
    found = []
    for path in sorted((root / folder).glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, abort_invalid=True):
                ids = (entry.id, "") if isinstance(entry.id, str) else tuple(entry.id)
                forms = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
                if ids[0]:
                    place = f"{path.relative_to(root).as_posix()}:{entry.lineno}"
                    found.append(Translation(ids[0], ids[1], forms, entry.fuzzy, place))
    return found


def gaps(root: Path, folders: Iterable[str], catalogue: str) -> list[str]:
    """What keeps the French of `folders` from being whole, one line each; `catalogue` is where its `.po` files are."""
    folders = list(folders)
    messages = extract(root, folders)
    said = translations(root, catalogue)
    known = {entry.english: entry for entry in said if not entry.fuzzy and entry.forms and all(entry.forms)}
    found = [f"{m.place}: no French for “{m.english}”" for m in messages.values() if m.english not in known]
    for entry in said:
        found += [f"{entry.place}: {wrong} “{entry.english}”" for wrong in _wrong(entry, messages.get(entry.english))]
        kept = known.get(entry.english, entry)
        if kept.forms != entry.forms and not entry.fuzzy:
            found.append(f"{entry.place}: {kept.place} says otherwise: “{entry.english}”")
    return found + [gap for folder in folders for gap in unfilled(root, folder)]


def _wrong(entry: Translation, message: Message | None) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy, a person must read it again:"
    if message is None:
        yield "nobody says this any more:"
        return
    if message.plural != entry.plural:
        yield f"the code's plural is “{message.plural}” here:"
    named = placeholders(message.english) & placeholders(message.plural or message.english)
    for form in filter(None, entry.forms):
        try:
            names = placeholders(form)
        except ValueError:
            yield f"“{form}” has a brace too many for"
            continue
        if not named <= names <= message.placeholders:
            yield f"“{form}” does not fill the same names as"
        if loose := _LOOSE.search(form):
            yield f"“{form}” wants a no-break space at “{loose[0]}” for"


def unfilled(root: Path, folder: str) -> Iterator[str]:
    """Calls that name no value for a placeholder of their own message: they would show braces to a person."""
    for path in sorted((root / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
                continue
            name = _called(node)
            texts = [text for arg in node.args[:2] for text in _literals(arg) if text is not None]
            if name not in {"t", "_t", "plural"} or not texts:
                continue
            given = {keyword.arg for keyword in node.keywords} | ({"count"} if name == "plural" else set())
            for missing in sorted(frozenset().union(*map(placeholders, texts)) - given):
                yield f"{path.relative_to(root).as_posix()}:{node.lineno}: no value for {{{missing}}} in “{texts[0]}”"
