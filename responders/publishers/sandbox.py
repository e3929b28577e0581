"""Answers on the practice ground's square. Its API is described in `sandbox/social/README.md`.

The square has no idempotency key, but reads its own writes: after an unclear try, `find_reply` tells.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from config.guard import Forbidden
from models.errors import AccessLost, Refused, RetryLater, Unclear
from models.network import rules
from responders.drafting import drafted
from responders.publisher import Manner, PostRef, Preview, ProblemCode, Receipt

_NETWORK: Final = "sandbox"
_PATIENCE: Final = timedelta(seconds=15)
_SKEW: Final = timedelta(minutes=2)
"""How far the square's clock and ours may differ when we look for a reply by its date."""

_UNREADABLE: Final = "JSON?"
"""Reasons here are the network's own words or codes, the same in every language; sentences are made where they show."""

_CONNECT_FAILURES: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Raised before one byte of the request has left."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Author(_Answer):
    handle: str


class _Post(_Answer):
    uri: str
    url: str
    text: str
    author: _Author
    at: AwareDatetime

    def receipt(self) -> Receipt:
        return Receipt(external_id=self.uri, url=self.url, at=self.at.astimezone(UTC))


class _Page(_Answer):
    posts: list[_Post]
    next: int = Field(ge=0)
    more: bool


def _now() -> datetime:
    return datetime.now(UTC)


def _same_account(one: str, other: str) -> bool:
    return one.removeprefix("@").casefold() == other.removeprefix("@").casefold()


class SandboxPublisher:
    """Speaks as `account`; `client` carries its token and a time-out under the network's `settle`."""

    network = _NETWORK
    dry_run = False

    def __init__(self, url: str, account: str, client: httpx.Client, clock: Callable[[], datetime] = _now) -> None:
        self.account = account
        self._posts = url.rstrip("/") + "/posts"
        self._client = client
        self._clock = clock

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """What would be public: the text without the blanks around it, counted in code points."""
        return drafted(rules(_NETWORK), self.account, text, to, manner, forbidden=_forbidden(to))

    def publish(self, preview: Preview, key: str) -> Receipt:  # noqa: ARG002 - the square knows no such key
        """Send what was previewed, once.

        Raises:
            RetryLater: nothing was published: no connection, or 429 or 503 with Retry-After, which the square says
                before it takes anything.
            AccessLost: the token is worthless (401), the account may not post (403), or we never call that address.
            Refused: the preview has problems, the post is gone (404, 410), or the text is not wanted (422).
            Unclear: time-out, cut connection, any other server error, or an answer that cannot be read.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        body = {"text": preview.text, "in_reply_to": preview.to.thread["id"]}
        try:
            response = self._client.post(self._posts, json=body)
        except Forbidden as error:
            raise AccessLost(str(error)) from error
        except _CONNECT_FAILURES as error:
            raise RetryLater(self._clock() + _PATIENCE, type(error).__name__) from error
        except httpx.RequestError as error:
            raise Unclear(type(error).__name__) from error
        if response.status_code == httpx.codes.CREATED:
            try:
                return _Post.model_validate_json(response.content).receipt()
            except ValidationError as error:
                raise Unclear(_UNREADABLE) from error
        raise self._refusal(response)

    def find_reply(self, preview: Preview, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - no such key
        """Our reply with this text under the post, published at or after `since` (less two minutes of clock skew).

        Raises:
            RetryLater: the square does not answer for now, or its answer was cut.
            AccessLost: the token is worthless.
        """
        for post in self._replies(preview.to.thread.get("id", "")):
            ours = _same_account(post.author.handle, self.account) and post.text == preview.text
            if ours and post.at >= since - _SKEW:
                return post.receipt()
        return None

    def retract(self, receipt: Receipt) -> None:
        """Take our reply away; one that is gone already is well.

        Raises:
            RetryLater: the square does not answer for now, or does not say.
            AccessLost: the token is worthless, or we never call that address.
            Refused: it is not ours.
        """
        try:
            response = self._client.delete(f"{self._posts}/{receipt.external_id.rpartition('/')[2]}")
        except Forbidden as error:
            raise AccessLost(str(error)) from error
        except httpx.RequestError as error:
            raise RetryLater(self._clock() + _PATIENCE, type(error).__name__) from error
        if response.status_code in (httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND, httpx.codes.GONE):
            return
        trouble = self._refusal(response)
        raise RetryLater(self._clock() + _PATIENCE, trouble.reason) if isinstance(trouble, Unclear) else trouble

    def _replies(self, post_id: str) -> Iterator[_Post]:
        after, more = 0, True
        while more:
            try:
                response = self._client.get(f"{self._posts}/{post_id}/replies", params={"after": after, "limit": 100})
            except Forbidden as error:
                raise AccessLost(str(error)) from error
            except httpx.RequestError as error:
                raise RetryLater(self._clock() + _PATIENCE, type(error).__name__) from error
            if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
                return
            if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                reason = f"HTTP {response.status_code}"
                raise AccessLost(reason)
            if response.status_code != httpx.codes.OK:
                raise RetryLater(self._clock() + self._wait(response), f"HTTP {response.status_code}")
            try:
                page = _Page.model_validate_json(response.content)
            except ValidationError as error:
                raise RetryLater(self._clock() + _PATIENCE, _UNREADABLE) from error
            yield from page.posts
            after, more = page.next, page.more

    def _refusal(self, response: httpx.Response) -> RetryLater | AccessLost | Refused | Unclear:
        status = response.status_code
        said = f"HTTP {status}"
        match status:
            case 401 | 403:
                return AccessLost(said)
            case 429:
                return RetryLater(self._clock() + self._wait(response), said)
            case 503 if "retry-after" in response.headers:
                return RetryLater(self._clock() + self._wait(response), said)
            case _ if httpx.codes.is_client_error(status):
                return Refused(said)
            case _:
                return Unclear(said)

    def _wait(self, response: httpx.Response) -> timedelta:
        asked = response.headers.get("retry-after", "")
        return timedelta(seconds=min(int(asked[:6]), 86_400)) if asked.isdecimal() else _PATIENCE


def _forbidden(to: PostRef) -> ProblemCode | None:
    if to.network != _NETWORK or not to.thread.get("id"):
        return ProblemCode.CANNOT_REPLY
    return ProblemCode.LOCKED if to.thread.get("locked") else None
