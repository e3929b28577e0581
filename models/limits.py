"""What a credential may still ask of a network, and what it has spent. Networks say it; everybody who asks keeps to it.

Collectors and publishers are handed a `Limits`; `models.store.limits` keeps it in the store, so that it outlives the
process and is shared by all that use the credential.
"""

import hashlib
from datetime import UTC, datetime
from typing import Final, Protocol

MICROS: Final = 1_000_000
"""Millionths in one unit of money: $0.005 is 5,000."""


class Limits(Protocol):
    """`credential` is a `credential_key`; `bucket` is whatever the network counts apart (`search`, `write`)."""

    def check(self, credential: str, bucket: str) -> None:
        """Take one request of what is left; call it before each one.

        Raises:
            NotYet: nothing is left until the network's reset.
        """
        ...

    def note(self, credential: str, bucket: str, remaining: int, resets_at: datetime) -> None:
        """The network said that so many requests are left until `resets_at` (aware); 0 after a refusal (429)."""
        ...

    def spend(self, credential: str, micros: int, cap: int) -> None:
        """Set money aside before it is spent: the cap (micros a month) is never passed, whoever else spends.

        Raises:
            NotYet: it would pass the cap; until next month, UTC.
        """
        ...

    def give_back(self, credential: str, micros: int) -> None:
        """Less was spent than was set aside."""
        ...

    def spent(self, credential: str) -> int:
        """Micros of this month."""
        ...


class Unlimited:
    """Keeps no account: for what has no limits, and for tests."""

    def check(self, credential: str, bucket: str) -> None:
        """Always passes."""

    def note(self, credential: str, bucket: str, remaining: int, resets_at: datetime) -> None:
        """Forgets it."""

    def spend(self, credential: str, micros: int, cap: int) -> None:
        """Always passes."""

    def give_back(self, credential: str, micros: int) -> None:
        """Forgets it."""

    def spent(self, credential: str) -> int:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return 0


def credential_key(name: str, host: str) -> str:
    """What the store calls a credential: a hash of its variable's name and its host, never of the secret."""
    return hashlib.blake2b(f"{name}\0{host.casefold()}".encode(), digest_size=12).hexdigest()


def month_of(at: datetime) -> str:
    """`2026-11`, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m}"


def next_month(at: datetime) -> datetime:
    """When the month after that of `at` begins, in UTC."""
    at = at.astimezone(UTC)
    return datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
