"""How fast we may speak to Slack: a message a second and channel, about fifty updates a minute and workspace.

https://docs.slack.dev/apis/web-api/rate-limits (read 2026-11-22): chat.postMessage "1 per second per channel",
chat.update tier 3.
"""

from dataclasses import dataclass, field
from typing import Final

POST_EVERY: Final = 1.05
"""Seconds between two messages in one channel, a little over the limit since clocks differ."""
UPDATES_PER_SECOND: Final = 45 / 60
BURST: Final = 15.0
KEPT_FOR_PEOPLE: Final = 5.0
"""Updates of the burst that only a card somebody just touched may use."""


@dataclass
class Pace:
    """When the next message or update may leave. Times are seconds of a clock that only goes forward."""

    _posts: dict[str, float] = field(default_factory=dict)
    _room: float = BURST
    _filled_at: float = 0.0
    _updates_from: float = 0.0

    def post_wait(self, channel: str, now: float) -> float:
        """Seconds until a message may be posted there; 0 for now."""
        return max(0.0, self._posts.get(channel, 0.0) - now)

    def posted(self, channel: str, now: float, after: float = POST_EVERY) -> None:
        """A message went there, or Slack asked for `after` seconds of patience."""
        self._posts[channel] = now + after

    def update_wait(self, now: float, *, hurried: bool) -> float:
        """Seconds until a card may be redrawn."""
        self._room = min(BURST, self._room + (now - self._filled_at) * UPDATES_PER_SECOND)
        self._filled_at = now
        missing = (1.0 if hurried else 1.0 + KEPT_FOR_PEOPLE) - self._room
        return max(self._updates_from - now, missing / UPDATES_PER_SECOND, 0.0)

    def updated(self) -> None:
        """A card was redrawn."""
        self._room -= 1.0

    def slow_updates(self, now: float, after: float) -> None:
        """Slack asked for patience."""
        self._updates_from = now + after
