"""One thing that was looked at, how it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from rich.table import Table
from rich.text import Text

from config.i18n import Words


class Health(StrEnum):
    """How it is. `wrong` needs a person; `warning` may."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


SIGNS = {Health.FINE: ("✓", "green"), Health.WARNING: ("!", "yellow"), Health.WRONG: ("✗", "red")}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`what` was looked at, what came out, and the mend, all in the reader's language."""

    health: Health
    what: str
    said: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        """The same for programs; only `health` is fixed."""
        return {name: str(value) for name, value in asdict(self).items()}


def fine(what: str, said: str) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(Health.FINE, what, said)


def warning(what: str, said: str, mend: str) -> Diagnosis:
    """Works, but look at it."""
    return Diagnosis(Health.WARNING, what, said, mend)


def wrong(what: str, said: str, mend: str) -> Diagnosis:
    """Does not work until somebody mends it."""
    return Diagnosis(Health.WRONG, what, said, mend)


def table(found: Iterable[Diagnosis], t: Words) -> Table:
    """Every diagnosis, its mend beside it."""
    shown = Table("", t("What"), t("Result"), t("Mend"), box=None, pad_edge=False, header_style="bold")
    for one in found:
        sign, colour = SIGNS[one.health]
        shown.add_row(Text(sign, colour), Text(one.what), Text(one.said), Text(one.mend))
    return shown
