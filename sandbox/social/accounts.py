"""Who is on the square, and which token speaks for whom."""

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One invented person, or a brand's own account (`official`, shown with a badge).

    `figure` tells how their face is drawn: "woman", "man", or "" for either; another `face` number draws another one.
    """

    handle: str
    name: str
    followers: int = 0
    language: str = "fr"
    bio: str = ""
    official: bool = False
    figure: str = ""
    face: int = 0


class Accounts:
    """Every account by its handle, in the order given."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._accounts = {account.handle: account for account in accounts}
        self._tokens: dict[str, str] = {}
        self._suspended: set[str] = set()
        self._lock = threading.Lock()

    def __getitem__(self, handle: str) -> Account:
        """The account of that handle; KeyError where there is none."""
        return self._accounts[handle]

    def __contains__(self, handle: object) -> bool:
        return handle in self._accounts

    def add(self, account: Account) -> None:
        """Let somebody in, or change what is known of them."""
        with self._lock:
            self._accounts[account.handle] = account

    def people(self) -> list[Account]:
        """Everybody a visitor may be: the official accounts speak from elsewhere."""
        return sorted((one for one in self._accounts.values() if not one.official), key=lambda one: one.name)

    def official(self) -> list[Account]:
        """The brands."""
        return [one for one in self._accounts.values() if one.official]

    def grant(self, handle: str) -> str:
        """A new token that speaks as `handle`.

        Raises:
            KeyError: no such account.
        """
        token = f"square-sandbox-{secrets.token_hex(12)}"
        with self._lock:
            self._tokens[token] = self._accounts[handle].handle
        return token

    def revoke(self, token: str) -> None:
        """Make a token worthless."""
        with self._lock:
            self._tokens.pop(token, None)

    def behind(self, token: str) -> Account | None:
        """Who speaks with this token; None where nobody does."""
        handle = self._tokens.get(token)
        return None if handle is None else self._accounts[handle]

    def suspend(self, handle: str, *, suspended: bool = True) -> None:
        """Forbid an account to post, or allow it again."""
        with self._lock:
            (self._suspended.add if suspended else self._suspended.discard)(handle)

    def is_suspended(self, handle: str) -> bool:
        """Whether the account may read only."""
        return handle in self._suspended
