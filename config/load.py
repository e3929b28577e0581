"""`repartie.yaml` -> `Config`, or everything that is wrong with it at once."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from ruamel.yaml.error import YAMLError

from config.checks import Parse, cross_check
from config.document import Flaw, Refusal, Scalar, Sequence, read
from config.leaks import Leak, find_leaks, hide
from config.phrases import PHRASES, Value
from config.problems import ConfigErrors, ConfigProblem
from config.schema import Config
from config.shape import validate
from config.syntax import explain

LARGEST: Final = 1_000_000
"""Bytes of the largest file we read: about ten thousand brands."""

_WARNINGS: Final = frozenset({"unused_source"})
_LEAST_HIDDEN: Final = 4  # a shorter secret would blot out common words of other messages


@dataclass(frozen=True, slots=True)
class Examination:
    """What a file says and what is wrong with it. `config` is None where a problem is more than a warning."""

    config: Config | None
    problems: tuple[ConfigProblem, ...]


def load(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """The configuration that stands in `path`. `environment` (default: this process's) only betters the advice.

    Raises:
        ConfigErrors: all that is wrong.
    """
    found = examine(path, environment)
    if found.config is None:
        raise ConfigErrors(found.problems)
    return found.config


def examine(path: Path, environment: Mapping[str, str] | None = None, parse: Parse | None = None) -> Examination:
    """Like `load`, but raises nothing and tells warnings too. `parse` reads queries (default: `config.query.parse`)."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return _whole(path, "missing_file", written=str(path))
    except OSError as error:
        return _whole(path, "unreadable_file", written=str(path), reason=os.strerror(error.errno or 0))
    if len(data) > LARGEST:
        return _whole(path, "too_big", limit=LARGEST // 1_000_000)
    # A byte that is not UTF-8 becomes one sign, so that its place is known and the rest can still be searched.
    text = re.sub(r"\r\n?", "\n", data.decode("utf-8-sig", "surrogateescape"))
    undecodable = re.search("[\udc80-\udcff]", text)
    text = re.sub("[\udc80-\udcff]", "\N{REPLACEMENT CHARACTER}", text)
    leaks = find_leaks(text, os.environ if environment is None else environment)
    if undecodable:
        config, flaws = None, [Flaw("not_utf8", undecodable.start())]
    else:
        config, flaws = _understood(text, parse or _check_query)
    flaws = [flaw for flaw in flaws if not _said_by(leaks, flaw, text)]
    problems = _placed(path, text, [*(leak.flaw for leak in leaks), *flaws], leaks)
    fine = all(problem.warning for problem in problems)
    return Examination(config if fine else None, problems)


def _check_query(source: str) -> object:
    """Reads a query with the keyword language."""
    return import_module("config.query").parse(source)


def _understood(text: str, parse: Parse) -> tuple[Config | None, list[Flaw]]:
    try:
        root, flaws = read(text)
    except YAMLError as error:
        return None, [explain(error, text)]
    except Refusal as refusal:
        return None, [refusal.flaw]
    if root is None:
        return None, [*flaws, Flaw("empty_file", 0)]
    if isinstance(root, Scalar | Sequence):
        return None, [*flaws, Flaw("not_sections", root.start)]
    config, wrong = validate(root, text)
    return config, [*flaws, *wrong, *cross_check(root, text, parse)]


def _said_by(leaks: list[Leak], flaw: Flaw, text: str) -> bool:
    """Whether a leak says all that is worth saying at the place of `flaw`: the secret must go, whatever its shape."""
    behind = bisect_right(leaks, flaw.at, key=lambda leak: leak.start)
    near = leaks[max(0, behind - 1) : behind + 1]
    return any(
        leak.start <= flaw.at < leak.end
        or (
            flaw.at < leak.start
            and re.fullmatch(r"""["']?[\w-]*["']?[ \t]*:?[ \t]*["']?""", text[flaw.at : leak.start])
        )
        for leak in near
    )


def _placed(path: Path, text: str, flaws: Iterable[Flaw], leaks: list[Leak]) -> tuple[ConfigProblem, ...]:
    """The flaws as problems, in the order of the file, each once."""
    lines = hide(text, leaks).split("\n")
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    secrets = {secret for leak in leaks if len(secret := text[slice(*leak.hidden)]) >= _LEAST_HIDDEN}
    own = {id(leak.flaw) for leak in leaks}  # these name variables and keys, never a secret
    found: dict[tuple[int, str], ConfigProblem] = {}
    for flaw in sorted(flaws, key=lambda flaw: flaw.at):
        at = min(flaw.at, len(text))
        line = bisect_right(starts, at)
        column = at - starts[line - 1] + 1
        phrase = flaw.phrase or PHRASES[flaw.code]
        suggestion = PHRASES[flaw.advice].suggestion if flaw.advice else phrase.suggestion
        values = {name: _blotted(value, set() if id(flaw) in own else secrets) for name, value in flaw.values.items()}
        found.setdefault(
            (at, phrase.message),
            ConfigProblem(
                path,
                line,
                column,
                flaw.code,
                phrase.message,
                suggestion,
                values,
                lines[line - 1],
                flaw.code in _WARNINGS,
            ),
        )
    return tuple(found.values())


def _blotted(value: Value, secrets: set[str]) -> Value:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "•" * len(secret))
    return value


def _whole(path: Path, code: str, **values: Value) -> Examination:
    phrase = PHRASES[code]
    return Examination(None, (ConfigProblem(path, 0, 0, code, phrase.message, phrase.suggestion, values),))
