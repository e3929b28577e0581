"""Answers and moderates as one account of one Mastodon server. `docs/networks/mastodon.md` tells what is sent.

The key of a reply travels as `Idempotency-Key`, which Mastodon keeps for an hour and GoToSocial not at all: nothing
here relies on it. After an unclear try our own statuses are read (`find_reply`). Language, content warning and
visibility are always said, for servers differ in what they assume.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import httpx
import regex
from mastodon import Mastodon
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from config.guard import Forbidden
from config.mastodon import Answered, MastodonApi, Moved, Unreadable, plain
from models.errors import AccessLost, NetworkError, Refused, RetryLater, Unclear
from models.limits import Limits, Unlimited
from models.network import rules
from responders.drafting import drafted
from responders.publisher import PLAIN, Act, Image, Manner, PostRef, Preview, ProblemCode, Receipt, Standing

_NETWORK: Final = "mastodon"
_PATIENCE: Final = timedelta(seconds=15)
_SKEW: Final = timedelta(minutes=2)
"""How far the server's clock and ours may differ when we look for a reply by its date."""
_PAGE: Final = 40
_LINK_COUNTS: Final = 23
"""characters_reserved_per_url, the same on every Mastodon."""
_LINK: Final = re.compile(r"https?://[^\s/?#.@:]+(?:\.[^\s/?#.@:]+)+(?::\d+)?(?:[/?#][^\s<>«»]*)?")
_AFTER_LINK: Final = re.compile(r"[.,;:!?…)\]'\"»]+$")
_HANDLE: Final = re.compile(r"(?<![\w/])@(\w+)@[\w.-]+\w", re.ASCII)
_OF_A_SERVER: Final = re.compile(r"[0-9A-Za-z]+")
_CONNECT_FAILURES: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Raised before one byte of the request has left."""
_GONE: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})
_DOORS: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})

_ACTS: Final = {Act.MUTE: "mutes", Act.UNMUTE: "", Act.BLOCK: "blocks", Act.UNBLOCK: "", Act.REPORT: "reports"}
_AFTER: Final = {Act.MUTE: Standing.MUTED, Act.BLOCK: Standing.BLOCKED}

_Found = TypeVar("_Found")
_Kind = TypeVar("_Kind", bound="_Said")


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Account(_Said):
    id: str


class _Status(_Said):
    id: str = Field(min_length=1)
    uri: str = Field(min_length=1)
    url: str | None = None
    created_at: AwareDatetime
    account: _Account
    in_reply_to_id: str | None = None

    def receipt(self) -> Receipt:
        return Receipt(external_id=self.uri, url=self.url or self.uri, at=self.created_at.astimezone(UTC))


class _Source(_Said):
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Local:
    """A post by its id on our server, and its author's."""

    id: str
    account: str


def _now() -> datetime:
    return datetime.now(UTC)


class MastodonPublisher:
    """Speaks as `account`; `client` carries its token and a time-out under the network's `settle`.

    `max_characters` is the server's own limit.
    """

    network = _NETWORK
    dry_run = False

    def __init__(  # noqa: PLR0913 - the place, then what tests and limits replace by name
        self,
        instance: str,
        account: str,
        client: httpx.Client,
        clock: Callable[[], datetime] = _now,
        *,
        max_characters: int = 500,
        limits: Limits | None = None,
        credential: str = "",
        seconds: float = 10.0,
    ) -> None:
        self.account = account
        self._instance = instance.rstrip("/")
        self._client, self._clock, self._most = client, clock, max_characters
        self._api = MastodonApi(
            self._instance, client, clock, limits=limits or Unlimited(), credential=credential,
            seconds=seconds,
        )  # fmt: skip
        self._me: str | None = None

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """What would be public. The name of who is answered stands before it: else they would never be told.

        Links count 23, names without their server, a content warning as its own length.
        """
        usual = Manner(
            language=to.language.partition("-")[0],
            warning=to.thread.get("warning", ""),
            visibility=to.thread.get("visibility", ""),
        )
        warning = (usual if manner is None else manner or PLAIN).warning.strip()
        return drafted(
            rules(_NETWORK), self.account, _addressed(text, to.author if to.network == _NETWORK else ""), to, manner,
            usual=usual, length=lambda counted: length(counted) + length(warning), limit=self._most,
            forbidden=_forbidden(to),
        )  # fmt: skip

    def publish(self, preview: Preview, key: str) -> Receipt:
        """Send what was previewed.

        Raises:
            RetryLater: nothing was published: no connection, or the server asks for patience.
            AccessLost: the token is worthless, may not do this, or the server is elsewhere.
            Refused: the preview has problems, the post is gone, or the text is not wanted.
            Unclear: time-out, cut connection, any other server error, or an answer that cannot be read.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        to, manner = self._here(preview.to), preview.manner
        media = [self._upload(manner.image)] if manner.image else None
        said = self._write(
            lambda library: library.status_post(
                preview.text,
                in_reply_to_id=to.id,
                media_ids=media,
                sensitive=bool(manner.warning),
                visibility=manner.visibility,
                spoiler_text=manner.warning or None,
                language=manner.language or None,
                idempotency_key=key,
            ),
        )
        return _readable(_Status, said, Unclear("JSON?")).receipt()

    def find_reply(self, preview: Preview, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - no server tells a key
        """Our reply with this text under the post, published at or after `since` (less two minutes of clock skew).

        Raises:
            RetryLater: the server does not answer for now, or its answer was cut.
            AccessLost: the token is worthless.
            Refused: our server does not know the post, which was heard on another.
        """
        to = self._here(preview.to)
        for status in self._ours(since - _SKEW):
            if status.in_reply_to_id == to.id and self._text_of(status) == _told(preview.text):
                return status.receipt()
        return None

    def retract(self, receipt: Receipt) -> None:
        """Delete our reply; one that is gone already is well.

        Raises:
            RetryLater: the server does not answer for now, or does not say.
            AccessLost: the token is worthless, or may not do this.
            Refused: that was never a status of this server.
        """
        number = receipt.external_id.rstrip("/").rpartition("/")[2]
        if not _OF_A_SERVER.fullmatch(number):
            raise Refused(receipt.external_id)
        self._read(lambda library: library.status_delete(number), let=_GONE)

    def standing(self, to: PostRef) -> Standing | None:
        """What we did to its author from here; a network of many servers tells no more."""
        said = to.thread.get("standing", "")
        if said in {Standing.MUTED, Standing.BLOCKED}:
            return Standing(said)
        return Standing.REPORTED if to.thread.get("reported") else None

    def actions(self, to: PostRef) -> tuple[Act, ...]:
        """Mute or block its author, for our account alone; report the post to the server's moderators."""
        if to.network != _NETWORK or not to.thread.get("id"):
            return ()
        now = to.thread.get("standing", "")
        found = [
            Act.UNMUTE if now == Standing.MUTED else Act.MUTE,
            Act.UNBLOCK if now == Standing.BLOCKED else Act.BLOCK,
        ]
        return (*found, *([] if to.thread.get("reported") else [Act.REPORT]))

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:
        """Do it for our account; a report, with `note`, goes to the moderators of our server and of the author's.

        Raises:
            RetryLater: the server does not answer for now.
            AccessLost: the token is worthless, or may not do this.
            Refused: the post is gone, or nobody does that there.
        """
        if act not in _ACTS:
            raise Refused(act.value)
        status = self._here(to)
        who = status.account
        calls: dict[Act, Callable[[Mastodon], object]] = {
            Act.MUTE: lambda library: library.account_mute(who),
            Act.UNMUTE: lambda library: library.account_unmute(who),
            Act.BLOCK: lambda library: library.account_block(who),
            Act.UNBLOCK: lambda library: library.account_unblock(who),
            Act.REPORT: lambda library: library.report(who, [status.id], comment=note[:1_000], forward=True),
        }
        self._read(calls[act])
        if act is Act.REPORT:
            return {**to.thread, "reported": "1"}
        thread = {name: value for name, value in to.thread.items() if name != "standing"}
        return {**thread, **({"standing": _AFTER[act].value} if act in _AFTER else {})}

    def _here(self, to: PostRef) -> _Local:
        """The post as our server calls it; one that was heard elsewhere is asked for by its name."""
        if to.thread.get("instance") == self._instance:
            return _Local(to.thread["id"], to.thread.get("account", ""))
        answer = self._read(lambda library: library.search_v2(to.external_id, resolve=True, result_type="statuses"))
        found = (plain(each) for each in plain(answer).get("statuses") or [])
        said = next((each for each in found if each.get("uri") == to.external_id), None)
        if said is None:
            reason = f"404 {to.url}"
            raise Refused(reason)
        status = _readable(_Status, said, self._later("JSON?"))
        return _Local(status.id, status.account.id)

    def _ours(self, since: datetime) -> Iterator[_Status]:
        """Our own statuses from the newest down to `since`."""
        if self._me is None:
            me = self._read(lambda library: library.account_verify_credentials())
            self._me = _readable(_Account, me, self._later("JSON?")).id
        below: str | None = None
        while True:
            found = self._read(
                lambda library, below=below: library.account_statuses(  # type: ignore[misc]  # bound to this page
                    self._me, exclude_reblogs=True, max_id=below, limit=_PAGE
                )
            )
            page = [_readable(_Status, each, self._later("JSON?")) for each in found or ()]
            yield from (status for status in page if status.created_at >= since)
            old = [status for status in page if status.created_at < since]
            if not page or len(old) == len(page):
                return  # pinned ones may be old, a whole page is the past
            below = page[-1].id

    def _text_of(self, status: _Status) -> str:
        """What we wrote, as we wrote it."""
        source = self._read(lambda library: library.status_source(status.id), let=_GONE)
        return _told(_readable(_Source, source or {}, self._later("JSON?")).text)

    def _upload(self, image: Image) -> str:
        """The image with its description, as a medium of our server; one that no status uses is dropped by it."""
        try:
            picture = self._client.get(image.url)
        except Forbidden as error:
            raise Refused(str(error)) from error
        except httpx.HTTPError as error:
            raise self._later(type(error).__name__) from error
        kind = picture.headers.get("content-type", "").partition(";")[0].strip()
        if not picture.is_success or not kind.startswith("image/"):
            reason = f"{image.url}: HTTP {picture.status_code} {kind}"
            raise Refused(reason)
        said = plain(
            self._read(lambda library: library.media_post(picture.content, mime_type=kind, description=image.alt))
        )
        number = str(said.get("id") or "")
        if said.get("url") is None and number:  # a large one is still worked on; we come again
            said = plain(self._read(lambda library: library.media(number)))
            if said.get("url") is None:
                raise self._later("media")
        if not number:
            raise self._later("JSON?")
        return number

    def _read(self, call: Callable[[Mastodon], _Found], *, let: frozenset[int] = frozenset()) -> _Found | None:
        """What may be asked again without harm; None where the server said one of `let`."""
        try:
            return self._asked(call, let)
        except Unclear as error:
            raise self._later(error.reason) from error

    def _write(self, call: Callable[[Mastodon], _Found]) -> _Found | None:
        return self._asked(call, frozenset())

    def _asked(self, call: Callable[[Mastodon], _Found], let: frozenset[int]) -> _Found | None:
        try:
            return self._api.ask(call)
        except Forbidden as error:
            raise AccessLost(str(error)) from error
        except _CONNECT_FAILURES as error:
            raise self._later(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise Unclear(type(error).__name__) from error
        except Unreadable as error:
            raise Unclear(str(error)) from error
        except Moved as error:
            raise AccessLost(str(error)) from error
        except Answered as error:
            if error.status in let:
                return None
            raise _refusal(error) from error

    def _later(self, reason: str) -> RetryLater:
        return RetryLater(self._clock() + _PATIENCE, reason)


def length(text: str) -> int:
    """Characters as Mastodon counts them: graphemes, links as 23, names without their server."""
    bare = _HANDLE.sub(r"@\1", _LINK.sub(_counted, text))
    return len(regex.findall(r"\X", bare))


def _counted(link: re.Match[str]) -> str:
    after = _AFTER_LINK.search(link[0])
    return "x" * _LINK_COUNTS + (after[0] if after else "")


def _addressed(text: str, author: str) -> str:
    """`text` with the name of who is answered, unless it is in it."""
    bare, handle = text.strip(), author.removeprefix("@")
    if not bare or not handle or re.search(rf"(?<![\w/])@{re.escape(handle)}(?![\w.@-])", bare, re.IGNORECASE):
        return text
    return f"@{handle} {bare}"


def _forbidden(to: PostRef) -> ProblemCode | None:
    if to.network != _NETWORK or not to.thread.get("id"):
        return ProblemCode.CANNOT_REPLY
    return ProblemCode.GATED if to.thread.get("gated") else None


def _told(text: str) -> str:
    """A text whatever the server did to its blanks."""
    return " ".join(text.split())


def _refusal(error: Answered) -> NetworkError:
    if error.status in _DOORS:
        return AccessLost(str(error))
    return Refused(str(error)) if httpx.codes.is_client_error(error.status) else Unclear(str(error))


def _readable(kind: type[_Kind], said: object, otherwise: Exception) -> _Kind:
    """`said` as `kind`; raises `otherwise` where it is not."""
    try:
        return kind.model_validate(plain(said))
    except ValidationError as error:
        raise otherwise from error
