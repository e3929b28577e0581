"""Asks X for a collector: money is set aside first, and what X says is put into the errors that collectors raise."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import httpx

from config.sources import XOptions
from config.x import Answered, NoAnswer, NotOurs, XApi
from listener.registry import Means
from models.errors import AccessLost, NetworkError, RetryLater
from models.limits import MICROS

if TYPE_CHECKING:
    import tweepy

_PATIENCE: Final = timedelta(minutes=2)
_NO_CREDITS: Final = timedelta(hours=1)


class Asking:
    """One application of X's, its purse and the operator's language."""

    def __init__(self, options: XOptions, client: httpx.Client, means: Means) -> None:
        self.options, self.means = options, means
        self._api = XApi(options.url, client, means.clock, means.limits)

    def ask(
        self, bucket: str, how: "Callable[[tweepy.Client], Any]", *, most: Decimal = Decimal(0), share: int = 100
    ) -> dict[str, Any]:
        """What X answers; `most` dollars are set aside for it, out of `share` percent of the cap.

        What X did not charge for is given back: it charges for good answers only (docs.x.com, “Usage and billing”).

        Raises:
            NotYet: a limit of X's is used up, or the money of this month.
            RetryLater: X is away, busy, or its answer was cut.
            AccessLost: X does not let us in, or not there.
        """
        self.means.limits.spend(self._api.key, micros(most), micros(self.options.cap) * share // 100)
        try:
            return self._api.ask(bucket, how)
        except Answered as error:
            self.give_back(most)
            raise self._meaning(error) from error
        except NotOurs as error:
            self.give_back(most)
            raise AccessLost(self.means.t("{host} is not an address we may call", host=self.options.url)) from error
        except NoAnswer as error:
            if not error.sent:
                self.give_back(most)
            raise self._later(self.means.t("X does not answer ({error})", error=str(error))) from error
        except RetryLater:  # our own limit: nobody was asked
            self.give_back(most)
            raise

    def give_back(self, dollars: Decimal) -> None:
        """Less was spent than was set aside."""
        if dollars:
            self.means.limits.give_back(self._api.key, micros(dollars))

    def spent(self) -> Decimal:
        """Dollars of this month."""
        return Decimal(self.means.limits.spent(self._api.key)) / MICROS

    def carry(self, method: str, url: str, body: bytes | None = None) -> bytes:
        """Put a file where X asked for it, or get one; no credential of ours goes there.

        Raises:
            RetryLater: the file cannot be carried for now.
        """
        headers = {"Content-Type": "text/plain"} if body is not None else {}
        try:
            answer = self._api.client.request(method, url, content=body, headers=headers)
        except httpx.RequestError as error:
            raise self._later(self.means.t("X does not answer ({error})", error=type(error).__name__)) from error
        if not answer.is_success:
            raise self._later(self.means.t("X does not answer ({error})", error=f"HTTP {answer.status_code}"))
        return answer.content

    def unreadable(self) -> RetryLater:
        """What came cannot be read."""
        return self._later(self.means.t("X's answer cannot be read"))

    def _meaning(self, error: Answered) -> NetworkError:
        t = self.means.t
        match error.status:
            case 429 if error.wait:
                return RetryLater(error.wait, t("X asks for patience (429)"))
            case 402:
                said = t("The credits at X are used up: buy some on console.x.com")
                return RetryLater(self.means.clock() + _NO_CREDITS, said)
            case 401:
                said = t("X does not accept the token: make a new one on console.x.com and put it into .env")
                return AccessLost(said)
            case 403:
                return AccessLost(
                    t(
                        "X does not let this app read that ({said}): see its permissions and plan on console.x.com",
                        said=error.said or "403",
                    )
                )
            case status if httpx.codes.is_server_error(status):
                return self._later(t("X does not answer ({error})", error=f"HTTP {status}"))
        return AccessLost(t("X does not take what we ask ({said})", said=error.words))

    def _later(self, reason: str) -> RetryLater:
        return RetryLater(self.means.clock() + _PATIENCE, reason)


def micros(dollars: Decimal) -> int:
    """Millionths of a dollar."""
    return int(dollars * MICROS)
