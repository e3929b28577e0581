"""Reads the practice ground's square. Its API is described in `sandbox/social/README.md`."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from config.guard import Forbidden
from config.i18n import Words, words
from listener.collector import Batch, Cursor, Refreshed
from models.errors import AccessLost, RetryLater
from models.post import Author, Engagement, Post

_PATIENCE: Final = timedelta(seconds=15)
"""How long we leave a square that is away and does not say for how long."""
_PAGE: Final = 100
_GONE: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")  # the square may say more one day


class _Author(_Answer):
    handle: str
    name: str = ""
    url: str = ""
    followers: int | None = None


class _Post(_Answer):
    id: str
    uri: str
    url: str
    text: str
    author: _Author
    at: AwareDatetime
    lang: str | None = None
    in_reply_to_uri: str | None = None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    edited_at: AwareDatetime | None = None
    closed: bool = False


class _Page(_Answer):
    posts: list[_Post]
    next: int = Field(ge=0)
    more: bool
    run: str = ""


_Kind = TypeVar("_Kind", bound=_Answer)


def _now() -> datetime:
    return datetime.now(UTC)


class SandboxCollector:
    """The whole public timeline, from the last `seq` on. An edited post gets a new seq and is given again.

    The cursor also keeps which life of the square it belongs to: its memory ends with it, and its seqs start again.
    """

    def __init__(
        self, url: str, client: httpx.Client, clock: Callable[[], datetime] = _now, t: Words | None = None
    ) -> None:
        self._posts = url.rstrip("/") + "/posts"
        self._client = client
        self._clock = clock
        self._t = t or words("en")

    def collect(self, cursor: Cursor | None) -> Batch:
        """One page of what is new since `cursor`, oldest first.

        Raises:
            RetryLater: the square asks for patience, does not answer, or its answer was cut.
            AccessLost: it does not know our token (401), forbids reading (403), or is elsewhere.
        """
        seq, run = (cursor["seq"], cursor["run"]) if cursor else (0, "")
        page = self._page(seq)
        if run not in ("", page.run):
            page = self._page(0)
        return Batch(
            posts=[_post(said) for said in page.posts],
            cursor={"seq": page.next, "run": page.run},
            more=page.more,
        )

    most: Final = 20
    """Ids of one `refresh`: each is a request."""

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """The numbers of these posts now, and which of them are gone.

        Raises:
            RetryLater, AccessLost: as `collect`.
        """
        engagement, deleted = {}, []
        for uri in external_ids:
            response = self._ask(f"{self._posts}/{uri.rpartition('/')[2]}", {})
            if response.status_code in _GONE:
                deleted.append(uri)
            else:
                engagement[uri] = _engagement(self._read(_Post, response))
        return Refreshed(engagement, deleted)

    def _page(self, after: int) -> _Page:
        return self._read(_Page, self._ask(self._posts, {"after": after, "limit": _PAGE}))

    def _ask(self, url: str, params: dict[str, int]) -> httpx.Response:
        """What the square answers, or that a post is not there; everything else is raised."""
        try:
            response = self._client.get(url, params=params)
        except Forbidden as error:
            raise AccessLost(self._t("{host} is not an address we may call", host=error.host)) from error
        except httpx.RequestError as error:
            reason = self._t("The square does not answer ({error})", error=type(error).__name__)
            raise RetryLater(self._clock() + _PATIENCE, reason) from error
        if response.status_code != httpx.codes.OK and (response.status_code not in _GONE or url == self._posts):
            raise self._refusal(response)
        return response

    def _read(self, kind: type[_Kind], response: httpx.Response) -> _Kind:
        try:
            return kind.model_validate_json(response.content)
        except ValidationError as error:
            raise RetryLater(self._clock() + _PATIENCE, self._t("The square's answer cannot be read")) from error

    def _refusal(self, response: httpx.Response) -> RetryLater | AccessLost:
        status = response.status_code
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return RetryLater(
                self._clock() + self._wait(response), self._t("The square asks for patience ({status})", status=status)
            )
        return AccessLost(self._t("The square does not let us in ({status})", status=status))

    def _wait(self, response: httpx.Response) -> timedelta:
        """Retry-After, in seconds or as a date (RFC 9110 section 10.2.3)."""
        asked = response.headers.get("retry-after", "")
        if asked.isdecimal():
            return timedelta(seconds=min(int(asked[:6]), 86_400))
        try:
            return max(timedelta(0), parsedate_to_datetime(asked) - self._clock())
        except (ValueError, TypeError):
            return _PATIENCE


def _post(said: _Post) -> Post:
    words = said.text.split()
    return Post(
        network="sandbox",
        external_id=said.uri,
        url=said.url,
        text=said.text,
        author=Author(
            handle=said.author.handle,
            name=said.author.name,
            url=said.author.url,
            external_id=said.author.handle,
            followers=said.author.followers,
        ),
        at=said.at,
        edited_at=said.edited_at,
        language=said.lang,
        parent_id=said.in_reply_to_uri,
        links=tuple(word for word in words if word.startswith(("https://", "http://"))),
        accounts=tuple(word.strip(".,;:!?…)»\"'") for word in words if word.startswith("@") and len(word) > 1),
        engagement=_engagement(said),
        thread={"id": said.id} | ({"locked": "1"} if said.closed else {}),
    )


def _engagement(said: _Post) -> Engagement:
    return Engagement(likes=said.likes, replies=said.replies, reposts=said.reposts)
