"""How a numbered rule is written beside what it decided, and read again: "rule 2: sentiment == negative"."""

import re
from typing import Final, NamedTuple

from config.conditions.tree import Condition

_LONGEST: Final = 300
"""Characters of a condition that are kept."""
_WRITTEN: Final = re.compile(r"rule (\d{1,6})(?:: (.+))?", re.DOTALL)


class RuleNamed(NamedTuple):
    """A rule by its number in the file, from 1, and its condition; empty where it always holds."""

    number: int
    condition: str


def written(number: int, when: Condition | None) -> str:
    """The text that is stored, in no language: `rule 2: sentiment == negative`."""
    condition = str(when) if when else ""
    shown = condition if len(condition) <= _LONGEST else condition[: _LONGEST - 1] + "…"
    return f"rule {number}: {shown}" if shown else f"rule {number}"


def read(rule: str) -> RuleNamed | None:
    """The rule that `written` made a text of; None for what another reason decided."""
    found = _WRITTEN.fullmatch(rule)
    return RuleNamed(int(found[1]), found[2] or "") if found else None
