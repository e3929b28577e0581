"""Who may speak in public: one rule, asked when a person approves and again in the transaction that claims."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.schema import Config
from models.database import Database
from models.post import clean
from models.store import switches
from responders.registry import Publishers
from responders.seen import Person


class Silence(StrEnum):
    """Why an answer may not leave. The words for people are in `responders/wording.py`."""

    PAUSED = "paused"
    UNKNOWN_BRAND = "unknown_brand"
    NOT_LISTED = "not_listed"
    NO_PUBLISHER = "no_publisher"
    OTHER_MODE = "other_mode"
    OTHER_ACCOUNT = "other_account"
    OWN_POST = "own_post"


@dataclass(frozen=True, slots=True)
class Speech:
    """One answer about to be public: for which brand, where, to whom (`author`, a handle), by whom, as whom.

    `account` and `dry_run` are what the row says, or at approval what the publisher says; a payload says neither.
    """

    brand: str
    network: str
    author: str
    person_id: str
    account: str
    dry_run: bool


def why_silent(  # noqa: PLR0911 - one reason, one return, in the order they are told
    speech: Speech, config: Config, publishers: Publishers, *, paused: bool
) -> Silence | None:
    """The first reason why this may not be public now, or None. A rehearsal obeys the same rule."""
    try:
        brand = config.brand(speech.brand)
    except KeyError:
        return Silence.UNKNOWN_BRAND
    publisher = publishers.of(speech.brand, speech.network)
    if paused:
        return Silence.PAUSED
    if speech.person_id not in brand.publishers:
        return Silence.NOT_LISTED
    if publisher is None:
        return Silence.NO_PUBLISHER
    # Three must agree: what was approved, what would speak now, and what the file says now.
    if not speech.dry_run == publisher.dry_run == (not config.is_live(speech.brand)):
        return Silence.OTHER_MODE
    if speech.account != publisher.account:
        return Silence.OTHER_ACCOUNT
    if is_ours(speech.author, speech.network, config):
        return Silence.OWN_POST
    return None


def is_ours(handle: str, network: str, config: Config) -> bool:
    """Whether `handle` is an account of one of our brands on that network: never answered."""
    ours = {_bare(brand.accounts[network]) for brand in config.brands if network in brand.accounts}
    return _bare(handle) in ours


def _bare(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()


def pause(database: Database, person: Person, reason: str, clock: Callable[[], datetime]) -> None:
    """Publish nothing more, for any brand, until `resume`. What is approved waits."""
    with database.write() as session:
        switches.pause(session, who=person, reason=clean(reason), at=clock())


def resume(database: Database, person: Person, clock: Callable[[], datetime]) -> None:
    """Publish again, beginning with what waited."""
    with database.write() as session:
        switches.resume(session, who=person, at=clock())
