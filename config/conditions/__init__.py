"""The `when:` language: `parse` makes a frozen Condition, asked about one mention. Described in docs/rules.md."""

from config.conditions.errors import ConditionError
from config.conditions.facts import facts_of
from config.conditions.fields import FIELDS, Field, Kind
from config.conditions.parser import parse
from config.conditions.tree import Condition, Facts

__all__ = ["FIELDS", "Condition", "ConditionError", "Facts", "Field", "Kind", "facts_of", "parse"]
