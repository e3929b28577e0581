"""The browsers that look at the workspace: each is told what to redraw."""

import asyncio
from dataclasses import dataclass, field

from sandbox.slack.team import JSON


@dataclass(eq=False, slots=True)
class Screen:
    """One open page: who is there (`person`) and which page it is (`client`)."""

    person: str
    client: str
    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Queue[JSON] = field(default_factory=asyncio.Queue)


class Screens:
    """Every open page. `tell` may be called from any thread."""

    def __init__(self) -> None:
        self._open: list[Screen] = []

    def add(self, screen: Screen) -> None:
        """A page was opened."""
        self._open.append(screen)

    def remove(self, screen: Screen) -> None:
        """A page was closed."""
        self._open.remove(screen)

    def tell(self, event: JSON, *, to: str | None = None, client: str | None = None) -> None:
        """Tells every page, those of one person, or one page alone."""
        for screen in list(self._open):
            if to in (None, screen.person) and client in (None, screen.client) and not screen.loop.is_closed():
                screen.loop.call_soon_threadsafe(screen.waiting.put_nowait, event)
