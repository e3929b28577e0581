"""What a network's refusal means for the caller: one class per thing to do next."""

from datetime import datetime


class NetworkError(Exception):
    """A network did not do what was asked. Catch a subclass: each names what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(NetworkError):
    """Nothing was done; ask again at `at` (aware, UTC), not before."""

    def __init__(self, at: datetime, reason: str) -> None:
        super().__init__(reason)
        if at.tzinfo is None:
            msg = "RetryLater.at must be timezone-aware"
            raise ValueError(msg)
        self.at = at


class NotYet(RetryLater):
    """Our own manners, not the network's failure: nobody was asked, ask at `at`. Counts as no failure."""


class AccessLost(NetworkError):
    """The credential or the place is gone (401, 403, 410): stop asking and tell a person how to mend it."""


class Refused(NetworkError):
    """The network understood and said no to this one request: asking again will not help."""


class Unclear(NetworkError):
    """Nobody can say whether the request was carried out (time-out, cut connection): look before asking again."""
