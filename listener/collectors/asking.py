"""Asks a site that answers in JSON: what each refusal means for a collector, in words for people."""

from datetime import timedelta
from typing import Any, Final

import httpx

from config.guard import Forbidden
from listener.registry import Means
from models.errors import AccessLost, RetryLater

_PATIENCE: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(days=1)


class JsonSite:
    """One site, read by `client`."""

    def __init__(self, url: str, client: httpx.Client, means: Means) -> None:
        self._url, self._client, self._means = url.rstrip("/"), client, means

    def get(self, path: str, *, hidden: bool = False, **params: str | int) -> Any:  # noqa: ANN401 - JSON has no type
        """What stands at `path`; None where nothing does (404, 410), or, where it may be `hidden`, not for us (403).

        Raises:
            RetryLater: the site asks for patience, is away, or its answer was cut.
            AccessLost: it does not let us in, or is elsewhere.
        """
        t = self._means.t
        try:
            answer = self._client.get(f"{self._url}/{path}", params=params, follow_redirects=False)
        except Forbidden as error:
            raise AccessLost(t("{host} is not an address we may call", host=error.host)) from error
        except httpx.RequestError as error:
            raise self.later(t("The site does not answer ({error})", error=type(error).__name__)) from error
        absent = {httpx.codes.NOT_FOUND, httpx.codes.GONE, *((httpx.codes.FORBIDDEN,) if hidden else ())}
        if answer.status_code in absent:
            return None
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            asked = answer.headers.get("retry-after", "")
            wait = min(timedelta(seconds=int(asked[:6])), _LONGEST) if asked.isdecimal() else _PATIENCE
            raise self.later(t("The site asks for patience ({status})", status=answer.status_code), wait)
        if not answer.is_success:
            raise AccessLost(
                t(
                    "The site does not let itself be read ({said}): check its address, and the key if it wants one, in"
                    " the configuration",
                    said=f"HTTP {answer.status_code}",
                )
            )
        try:
            return answer.json()
        except ValueError as error:
            raise self.unreadable() from error

    def unreadable(self) -> RetryLater:
        """What came is not what the site documents, or half of it."""
        return self.later(self._means.t("The site's answer cannot be read"))

    def later(self, reason: str, wait: timedelta = _PATIENCE) -> RetryLater:
        """`reason`, and when to ask again."""
        return RetryLater(self._means.clock() + wait, reason)
