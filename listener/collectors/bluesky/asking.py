"""Asks a server of Bluesky: keeps to its limits, and says what a refusal means for the reading."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from config.bluesky import Said, Xrpc
from config.guard import Forbidden
from listener.collectors.bluesky.posts import author_of
from listener.registry import Means
from models.errors import AccessLost, NetworkError, RetryLater
from models.post import Author

AT_ONCE: Final = 25
"""Posts or profiles of one request (lexicons app.bsky.feed.getPosts and app.bsky.actor.getProfiles)."""
_PATIENCE: Final = timedelta(minutes=1)
_BUCKET: Final = "xrpc"
_REMEMBERED: Final = 5_000


class Asking:
    """One server, as `username` or as nobody. `credential` is what its limits are kept under."""

    def __init__(self, url: str, client: httpx.Client, means: Means, credential: str, username: str = "") -> None:
        self._api, self._means = Xrpc(url, client), means
        self._credential, self._username = credential, username

    def get(self, nsid: str, params: Mapping[str, str | int | list[str]]) -> Mapping[str, Any]:
        """What it answers.

        Raises:
            RetryLater: it is away, asks for patience, or its answer was cut.
            NotYet: our limit is used up.
            AccessLost: it does not let us in, or is an address we may not call.
        """
        t, now = self._means.t, self._means.clock()
        self._means.limits.check(self._credential, _BUCKET)
        try:
            said = self._api.query(nsid, params)
        except Forbidden as error:
            raise AccessLost(t("{host} is not an address we may call", host=error.host)) from error
        except httpx.RequestError as error:
            reason = t("Bluesky does not answer ({error})", error=type(error).__name__)
            raise RetryLater(now + _PATIENCE, reason) from error
        self._note(said)
        if said.status == httpx.codes.OK and said.body:
            return said.body
        raise self._refusal(said, now)

    def _note(self, said: Said) -> None:
        left, reset = said.headers.get("ratelimit-remaining", ""), said.headers.get("ratelimit-reset", "")
        if left.isdecimal() and reset.isdecimal():
            at = datetime.fromtimestamp(int(reset[:11]), UTC)
            self._means.limits.note(self._credential, _BUCKET, int(left[:9]), at)

    def _refusal(self, said: Said, now: datetime) -> NetworkError:
        t = self._means.t
        if said.status == httpx.codes.OK:
            return RetryLater(now + _PATIENCE, t("Bluesky's answer cannot be read"))
        if said.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN} or said.error in LOCKED_OUT:
            return AccessLost(
                t(
                    "Bluesky does not let {username} in ({said}). On bsky.app, under “Settings”, “Privacy and"
                    " security”, “App passwords”, make a new one and put it into .env",
                    username=self._username,
                    said=said.said,
                )
            )
        return RetryLater(now + (said.wait(now) or _PATIENCE), t("Bluesky asks for patience ({said})", said=said.said))


LOCKED_OUT: Final = frozenset(
    {"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired"}
    | {"AccountTakedown", "AccountDeactivated", "AccountSuspended"}
)
"""What a server says of a session or an account that is gone, whatever the status."""


class People:
    """Who a DID is: the network's posts do not say. The last thousands are remembered."""

    def __init__(self, asking: Asking, web: str) -> None:
        self._asking, self._web = asking, web
        self._known: OrderedDict[str, Author] = OrderedDict()

    def authors(self, dids: Iterable[str]) -> dict[str, Author]:
        """Each with handle, name and followers; whom nobody knows yet is called by the DID.

        Raises:
            RetryLater, NotYet, AccessLost: as `Asking.get`.
        """
        wanted = list(dict.fromkeys(dids))
        unknown = [did for did in wanted if did not in self._known]
        found = {did: self._known[did] for did in wanted if did in self._known}
        for start in range(0, len(unknown), AT_ONCE):
            asked = unknown[start : start + AT_ONCE]
            profiles = self._asking.get("app.bsky.actor.getProfiles", {"actors": asked}).get("profiles")
            for profile in profiles if isinstance(profiles, list) else ():
                if isinstance(profile, dict) and (did := profile.get("did")) in asked:
                    self._known[did] = found[did] = author_of(profile, did, self._web)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return {did: found.get(did) or author_of({}, did, self._web) for did in wanted}
