"""Slack's rate limits: one bucket per method, and per channel for messages."""

import math
from collections.abc import Callable

from sandbox.slack.rules import rules


class Limits:
    """Token buckets that refill with the clock."""

    def __init__(self, now: Callable[[], float], *, enabled: bool) -> None:
        self.enabled = enabled
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, method: str, channel: str) -> int:
        """Whole seconds until `method` may be called again (`Retry-After`); 0 takes one call and lets it pass."""
        if not self.enabled:
            return 0
        rates = rules()["rates"]
        if method in rates["per_channel"]["methods"]:
            rate, key = rates["per_channel"], f"{method} {channel}"
        else:
            rate = next((tier for tier in rates["tiers"].values() if method in tier["methods"]), None)
            key = method
        if rate is None:
            return 0
        now, most, calls = self._now(), float(rate.get("at_once", rate["calls"])), float(rate["calls"])
        left, since = self._left.get(key, (most, now))
        left = min(most, left + (now - since) * calls / 60)
        if left < 1:
            self._left[key] = (left, now)
            return math.ceil((1 - left) * 60 / calls)
        self._left[key] = (left - 1, now)
        return 0
