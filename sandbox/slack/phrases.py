"""What the page's script says; it gets them translated."""

from typing import Final

from sandbox.i18n import mark

PHRASES: Final = (
    mark("Today"),
)
