"""Slack's limits and error strings, read once from `sandbox/slack_rules.yaml`."""

from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from ruamel.yaml import YAML

PATH: Final = Path(__file__).parent.parent / "slack_rules.yaml"


class Refused(Exception):
    """Slack says no: `error` is its string, `messages` what `response_metadata.messages` tells of it."""

    def __init__(self, error: str, messages: list[str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []


@cache
def rules() -> dict[str, Any]:
    """The whole file; see its head for the shapes."""
    with PATH.open(encoding="utf-8") as file:
        return cast("dict[str, Any]", YAML(typ="safe").load(file))
