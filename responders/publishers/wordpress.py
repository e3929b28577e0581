"""Answers and moderates the comments of one WordPress site by its REST interface, as one user of it.

WordPress reads comments as HTML, so our text travels with `&`, `<` and `>` written as entities and is read as it was
previewed. It stores such a text untouched, which is what lets a reply be found again, and lets WordPress itself refuse
the same text twice (409).
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from config.guard import Forbidden
from config.wordpress import Answer, WordPressApi, comment_name
from models.errors import AccessLost, Refused, RetryLater, Unclear
from models.network import rules
from responders.drafting import drafted
from responders.publisher import Act, Manner, PostRef, Preview, ProblemCode, Receipt, Standing

_NETWORK: Final = "wordpress"
_PATIENCE: Final = timedelta(seconds=15)
_FLOOD: Final = timedelta(seconds=20)
"""WordPress lets one person comment every 15 s (wp_check_comment_flood, 6.1)."""
_SKEW: Final = timedelta(minutes=2)
"""How far the site's clock and ours may differ when we look for a reply by its date."""
_PAGE: Final = 100
_UNREADABLE: Final = "JSON?"
_UNSENT: Final = re.compile("[\\x00-\\x08\\x0b-\\x1f]")
"""Control characters: WordPress drops them (wp_kses_no_null), so they are not previewed either."""

_ACTS: Final = {
    Act.APPROVE: Standing.APPROVED,
    Act.HOLD: Standing.HELD,
    Act.SPAM: Standing.SPAM,
    Act.BIN: Standing.BINNED,
}

_CONNECT_FAILURES: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Raised before one byte of the request has left."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Content(_Said):
    raw: str = ""


class _Comment(_Said):
    id: int
    post: int
    author: int = 0
    date_gmt: datetime
    content: _Content = _Content()
    link: str = ""
    status: str

    @property
    def at(self) -> datetime:
        """Aware; WordPress writes UTC without saying so."""
        return self.date_gmt.replace(tzinfo=UTC)


class _User(_Said):
    id: int
    capabilities: dict[str, Any] = {}


_Kind = TypeVar("_Kind", bound=_Said)


def _now() -> datetime:
    return datetime.now(UTC)


class WordPressPublisher:
    """Speaks as the user `account`; `client` carries its application password and a time-out under `settle`.

    The user must be allowed to moderate comments (role Editor): else our own replies could wait, unseen by us, for
    somebody to approve them.
    """

    network = _NETWORK
    dry_run = False

    def __init__(self, url: str, account: str, client: httpx.Client, clock: Callable[[], datetime] = _now) -> None:
        self.account = account
        self._url = url
        self._api = WordPressApi(url, client)
        self._clock = clock
        self._id: int | None = None

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """What would be public: the text without the blanks around it. Its length is that of what is sent, in bytes."""
        return drafted(
            rules(_NETWORK), self.account, _UNSENT.sub("", text.replace("\r\n", "\n")), to, manner,
            length=lambda counted: len(_as_html(counted).encode()), forbidden=self._forbidden(to),
        )  # fmt: skip

    def publish(self, preview: Preview, key: str) -> Receipt:  # noqa: ARG002 - WordPress knows no such key
        """Send what was previewed, once.

        Raises:
            RetryLater: nothing was published: the site is away or busy, or holds our comments back as a flood.
            AccessLost: the password is worthless (401), the user may not moderate, or we never call that address.
            Refused: the preview has problems, the comment is gone or not public, comments are closed, or the text is
                not wanted there.
            Unclear: time-out, cut connection, any other server error, or an answer that cannot be read.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        self._me()
        parent = self._comment(preview.to)
        if parent.status != Standing.APPROVED:
            reason = f"status: {parent.status}"
            raise Refused(reason)
        body = {"post": parent.post, "parent": parent.id, "content": _as_html(preview.text)}
        try:
            answer = self._api.post("comments", body)
        except Forbidden as error:
            raise AccessLost(str(error)) from error
        except _CONNECT_FAILURES as error:
            raise RetryLater(self._clock() + _PATIENCE, type(error).__name__) from error
        except httpx.RequestError as error:
            raise Unclear(type(error).__name__) from error
        if answer.status == httpx.codes.CREATED:
            return self._receipt(_readable(_Comment, answer.body, Unclear(_UNREADABLE)))
        if answer.status == httpx.codes.CONFLICT and answer.code == "comment_duplicate":
            return self._standing_already(preview)
        raise self._refusal(answer)

    def find_reply(self, preview: Preview, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - no such key
        """Our reply with this text under the comment, published at or after `since` (less two minutes of clock skew).

        Raises:
            RetryLater: the site does not answer for now, or its answer was cut.
            AccessLost: the password is worthless, or the user may not moderate.
        """
        found = self._find(preview, "all", since - _SKEW)
        return self._receipt(found) if found else None

    def retract(self, receipt: Receipt) -> None:
        """Put our reply into the bin of the site; one that is gone or there already is well.

        Raises:
            RetryLater: the site does not answer for now, or does not say.
            AccessLost: the password is worthless, or the user may not moderate.
        """
        number = receipt.external_id.rpartition("-")[2]
        mine = PostRef(_NETWORK, receipt.external_id, receipt.url, self.account, {"id": number})
        try:
            self.moderate(mine, Act.BIN)
        except Refused as error:
            if "rest_comment_invalid_id" not in error.reason:
                raise

    def standing(self, to: PostRef) -> Standing | None:
        """How the comment stood when it was last heard."""
        said = to.thread.get("status", "")
        return Standing(said) if to.network == _NETWORK and said in set(Standing) else None

    def actions(self, to: PostRef) -> tuple[Act, ...]:
        """Everything but what is so already."""
        now = self.standing(to)
        return () if now is None else tuple(act for act, standing in _ACTS.items() if standing is not now)

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:  # noqa: ARG002 - nobody reads a note
        """Approve the comment, hold it, mark it as spam or put it into the bin.

        Raises:
            RetryLater: the site does not answer for now.
            AccessLost: the password is worthless, or the user may not moderate.
            Refused: the comment is gone, or WordPress knows no such act.
        """
        standing = _ACTS.get(act)
        if standing is None:
            raise Refused(act.value)
        comment = self._comment(to)  # asked first: WordPress answers 500 to what is so already
        if comment.status != standing:
            try:
                answer = self._api.post(f"comments/{comment.id}", {"status": standing.value})
            except Forbidden as error:
                raise AccessLost(str(error)) from error
            except httpx.RequestError as error:
                raise RetryLater(self._clock() + _PATIENCE, type(error).__name__) from error
            if answer.status != httpx.codes.OK:
                trouble = self._refusal(answer)
                raise RetryLater(self._clock() + _PATIENCE, trouble.reason) if isinstance(trouble, Unclear) else trouble
        return {**to.thread, "status": standing.value}

    def _forbidden(self, to: PostRef) -> ProblemCode | None:
        public = self.standing(to) in {None, Standing.APPROVED}
        if to.network != _NETWORK or not to.thread.get("id", "").isdecimal() or not public:
            return ProblemCode.CANNOT_REPLY
        # False where comments were closed when the comment was heard.
        return ProblemCode.LOCKED if to.thread.get("comments") == "closed" else None

    def _standing_already(self, preview: Preview) -> Receipt:
        """WordPress has this very text of ours under that comment; only the bin does not count."""
        found = self._find(preview, "all") or self._find(preview, Standing.SPAM.value)
        if found is None:
            reason = "comment_duplicate"
            raise Unclear(reason)
        return self._receipt(found)

    def _receipt(self, comment: _Comment) -> Receipt:
        if comment.status in {Standing.SPAM, Standing.BINNED}:
            reason = f"status: {comment.status}"
            raise Refused(reason)
        return Receipt(external_id=comment_name(self._url, comment.id), url=comment.link, at=comment.at)

    def _find(self, preview: Preview, status: str, since: datetime | None = None) -> _Comment | None:
        me = self._me()
        for comment in self._below(preview.to, status):
            ours = comment.author == me and _as_text(comment.content.raw) == _as_text(_as_html(preview.text))
            if ours and (since is None or comment.at >= since):
                return comment
        return None

    def _below(self, to: PostRef, status: str) -> Iterator[_Comment]:
        page, pages = 1, 1
        while page <= pages:
            answer = self._ask(
                "comments", context="edit", status=status, parent=to.thread.get("id", "0"), per_page=_PAGE, page=page,
                orderby="id", order="asc",
            )  # fmt: skip
            said = answer.body if isinstance(answer.body, list) else [answer.body]
            for each in said:
                yield _readable(_Comment, each, RetryLater(self._clock() + _PATIENCE, _UNREADABLE))
            told = answer.headers.get("x-wp-totalpages", "")
            page, pages = page + 1, int(told) if told.isdecimal() else page + (len(said) == _PAGE)

    def _comment(self, to: PostRef) -> _Comment:
        """The comment as it is now."""
        answer = self._ask(f"comments/{to.thread.get('id', '0')}", context="edit")
        return _readable(_Comment, answer.body, RetryLater(self._clock() + _PATIENCE, _UNREADABLE))

    def _me(self) -> int:
        """Our user's id, asked once."""
        if self._id is None:
            answer = self._ask("users/me", context="edit", _fields="id,capabilities")
            user = _readable(_User, answer.body, RetryLater(self._clock() + _PATIENCE, _UNREADABLE))
            if not user.capabilities.get("moderate_comments"):
                reason = "moderate_comments?"
                raise AccessLost(reason)
            self._id = user.id
        return self._id

    def _ask(self, path: str, **params: str | int) -> Answer:
        """A good answer. Reading changes nothing, so whatever is unclear may be asked again."""
        try:
            answer = self._api.get(path, **params)
        except Forbidden as error:
            raise AccessLost(str(error)) from error
        except httpx.RequestError as error:
            raise RetryLater(self._clock() + _PATIENCE, type(error).__name__) from error
        if answer.status == httpx.codes.OK and answer.body is not None:
            return answer
        trouble = self._refusal(answer)
        if isinstance(trouble, Unclear):
            raise RetryLater(self._clock() + (answer.wait(self._clock()) or _PATIENCE), trouble.reason)
        raise trouble

    def _refusal(  # noqa: PLR0911 - one meaning, one return
        self, answer: Answer
    ) -> RetryLater | AccessLost | Refused | Unclear:
        now = self._clock()
        match answer.status, answer.code:
            case _, "comment_flood":
                return RetryLater(now + _FLOOD, answer.said)
            case 429, _:
                return RetryLater(now + (answer.wait(now) or _PATIENCE), answer.said)
            case 503, _ if answer.wait(now) is not None:
                return RetryLater(now + (answer.wait(now) or _PATIENCE), answer.said)
            case (401, _) | (403, "rest_forbidden_context" | "rest_cannot_edit" | "rest_cannot_read"):
                return AccessLost(answer.said)
            case status, _ if httpx.codes.is_redirect(status):
                return AccessLost(f"{answer.said} -> {answer.home or '?'}")
            case status, _ if httpx.codes.is_client_error(status):
                return Refused(answer.said)
            case _:
                return Unclear(answer.said)


def _readable(kind: type[_Kind], said: object, otherwise: Exception) -> _Kind:
    """`said` as `kind`; raises `otherwise` where it is not."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise otherwise from error


def _as_html(text: str) -> str:
    """`text` as WordPress wants it: read by a browser, it is `text` again."""
    return escape(text, quote=False)


def _as_text(raw: str) -> str:
    """What a stored comment says, whatever WordPress did to its entities and blanks."""
    return " ".join(unescape(raw).split())
