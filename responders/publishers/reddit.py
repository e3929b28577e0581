"""Answers posts and comments on Reddit as one account, and moderates where it may. See `docs/networks/reddit.md`."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from config.reddit import DELETED, REMOVED, Answered, Keys, NoAnswer, NoToken, NotOurs, RedditApi
from config.sources import RedditOptions
from models.errors import AccessLost, Refused, RetryLater, Unclear
from models.network import rules
from responders.drafting import drafted
from responders.publisher import Act, Manner, PostRef, Preview, ProblemCode, Receipt, Standing
from responders.registry import Given

_NETWORK: Final = "reddit"
_SITE: Final = "https://www.reddit.com"
_PATIENCE: Final = timedelta(minutes=1)
_TOO_MUCH: Final = timedelta(minutes=10)
_SKEW: Final = timedelta(minutes=2)
_UNREADABLE: Final = "an answer that cannot be read"
_FORBIDDEN: Final = {"locked": ProblemCode.LOCKED, "archived": ProblemCode.ARCHIVED, "quarantined": ProblemCode.LIMITED}
_ACTS: Final = {Act.APPROVE: "approve", Act.REMOVE: "remove", Act.LOCK: "lock", Act.UNLOCK: "unlock"}


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Thing(_Said):
    name: str
    author: str | None = None
    body: str | None = None
    selftext: str | None = None
    created_utc: float = 0
    permalink: str = ""
    parent_id: str = ""
    locked: bool | None = None
    archived: bool | None = None
    removed_by_category: str | None = None

    @property
    def gone(self) -> bool:
        """Whether its author or a moderator took it away."""
        words = {self.body, self.selftext} & {DELETED, REMOVED}
        return bool(words) or self.author in {None, DELETED} or bool(self.removed_by_category)

    def receipt(self) -> Receipt:
        """It, as our answer."""
        return Receipt(self.name, f"{_SITE}{self.permalink}", datetime.fromtimestamp(self.created_utc, UTC))


class _Child(_Said):
    data: _Thing


class _Children(_Said):
    children: list[_Child]


class _Listing(_Said):
    data: _Children


class _Things(_Said):
    things: list[_Child] = []


class _Result(_Said):
    errors: list[list[str | None]] = []
    ratelimit: float = 0
    data: _Things = _Things()


def _result(said: Any) -> _Result:  # noqa: ANN401 - JSON has no type
    return _Result.model_validate(said.get("json") if isinstance(said, dict) else said)


class RedditPublisher:
    """Speaks as `options.username`; `given` holds the application's secrets and the account's password."""

    network = _NETWORK
    dry_run = False

    def __init__(self, options: RedditOptions, given: Given) -> None:
        self.account = options.username or ""
        self._clock = given.clock
        secrets = given.secrets
        keys = Keys(
            options.url, options.login, secrets["REDDIT_CLIENT_ID"], secrets["REDDIT_CLIENT_SECRET"], self.account,
            secrets["REDDIT_PASSWORD"],
        )  # fmt: skip
        self._api = RedditApi(keys, given.client, given.clock, given.limits)

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """What would be public: Markdown, sent as it is shown."""
        return drafted(rules(_NETWORK), self.account, text, to, manner, forbidden=_forbidden(to))

    def publish(self, preview: Preview, key: str) -> Receipt:  # noqa: ARG002 - Reddit knows no such key
        """Send what was previewed, once: nothing here asks twice, and praw is kept from it.

        Raises:
            RetryLater: nothing was published: Reddit does not answer the question before, or we write too much.
            AccessLost: no token any more.
            Refused: the preview has problems, or Reddit will not have it: gone, locked, archived, banned.
            Unclear: time-out, cut connection, any server error, or an answer that cannot be read.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        self._see_that_it_stands(preview.to.thread["id"])
        result = self._sent(preview)
        if result.errors:
            code = str(result.errors[0][0])
            if code == "RATELIMIT":
                raise self._later(code, timedelta(seconds=result.ratelimit) or _TOO_MUCH)
            raise Refused(": ".join(part for part in result.errors[0][:2] if part))
        if not result.data.things:  # in a quarantined subreddit Reddit publishes and tells nothing
            raise Unclear(_UNREADABLE)
        return result.data.things[0].data.receipt()

    def _sent(self, preview: Preview) -> _Result:
        try:
            return _result(self._api.post("api/comment", thing_id=preview.to.thread["id"], text=preview.text))
        except NoAnswer as error:
            if error.sent:
                raise Unclear(str(error)) from error
            raise self._later(str(error)) from error
        except ValidationError as error:
            raise Unclear(_UNREADABLE) from error
        except Answered as error:
            if error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
                raise Unclear(str(error)) from error
            self._refuse(error)
        except (NoToken, NotOurs) as error:
            raise AccessLost(str(error)) from error

    def find_reply(self, preview: Preview, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - no such key
        """Our comment with this text under that post, among our newest 100. That it is absent proves nothing.

        Raises:
            RetryLater: Reddit does not answer for now.
            AccessLost: no token any more.
        """
        wanted = (preview.to.thread.get("id"), _plain(preview.text))
        for thing in self._things(f"user/{self.account}/comments", sort="new", limit=100):
            receipt = thing.receipt()
            if (thing.parent_id, _plain(thing.body or "")) == wanted and receipt.at >= since - _SKEW:
                return receipt
        return None

    def retract(self, receipt: Receipt) -> None:
        """Delete our comment. What others answered stays under “[deleted]”.

        Raises:
            RetryLater: Reddit does not answer for now, or does not say.
            AccessLost: no token any more.
            Refused: Reddit keeps it.
        """
        self._do("api/del", id=receipt.external_id)

    def standing(self, to: PostRef) -> Standing | None:
        """As it was last heard, in subreddits where the account moderates."""
        if to.network != _NETWORK or to.thread.get("ours") != "yes":
            return None
        if to.thread.get("removed") == "yes":
            return Standing.REMOVED
        return Standing.LOCKED if to.thread.get("locked") == "yes" else Standing.APPROVED

    def actions(self, to: PostRef) -> tuple[Act, ...]:
        """What changes something."""
        match self.standing(to):
            case Standing.REMOVED:
                return (Act.APPROVE,)
            case Standing.LOCKED:
                return (Act.REMOVE, Act.UNLOCK)
            case Standing.APPROVED:
                return (Act.REMOVE, Act.LOCK)
        return ()

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:  # noqa: ARG002 - nobody reads a note
        """Remove the post, approve it again, lock or unlock it: Reddit takes each twice.

        Raises:
            RetryLater: Reddit does not answer for now.
            AccessLost: no token any more.
            Refused: we do not moderate there, the post is gone, or Reddit knows no such act.
        """
        if act not in _ACTS or self.standing(to) is None:
            raise Refused(act.value)
        more = {"spam": "False"} if act is Act.REMOVE else {}
        self._do(f"api/{_ACTS[act]}", id=to.thread["id"], **more)
        flag, so = ("removed", act is Act.REMOVE) if act in {Act.APPROVE, Act.REMOVE} else ("locked", act is Act.LOCK)
        kept = {name: said for name, said in to.thread.items() if name != flag}
        return {**kept, flag: "yes"} if so else kept

    def _see_that_it_stands(self, name: str) -> None:
        there = next((thing for thing in self._things("api/info", id=name) if thing.name == name), None)
        if there is None or there.gone:
            raise Refused("DELETED")
        if there.locked or there.archived:
            raise Refused("THREAD_LOCKED" if there.locked else "TOO_OLD")

    def _things(self, path: str, **params: str | int) -> list[_Thing]:
        """Reading changes nothing, so whatever is unclear may be asked again."""
        try:
            return [child.data for child in _Listing.model_validate(self._api.get(path, **params)).data.children]
        except (NoAnswer, ValidationError) as error:
            raise self._later(str(error) if isinstance(error, NoAnswer) else _UNREADABLE) from error
        except Answered as error:
            self._refuse(error)
        except (NoToken, NotOurs) as error:
            raise AccessLost(str(error)) from error

    def _do(self, path: str, **data: str) -> None:
        """What may be done twice."""
        try:
            self._api.post(path, **data)
        except NoAnswer as error:
            raise self._later(str(error)) from error
        except Answered as error:
            self._refuse(error)
        except (NoToken, NotOurs) as error:
            raise AccessLost(str(error)) from error

    def _refuse(self, error: Answered) -> NoReturn:
        """What an answer means to a request that may be made again."""
        if error.status == httpx.codes.TOO_MANY_REQUESTS or error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise self._later(str(error), error.wait) from error
        if error.status == httpx.codes.UNAUTHORIZED or error.reason == "insufficient_scope":
            raise AccessLost(str(error)) from error
        raise Refused(str(error)) from error

    def _later(self, reason: str, wait: timedelta | None = None) -> RetryLater:
        return RetryLater(self._clock() + (wait or _PATIENCE), reason)


def _forbidden(to: PostRef) -> ProblemCode | None:
    if to.network != _NETWORK or not to.thread.get("id") or to.thread.get("removed") == "yes":
        return ProblemCode.CANNOT_REPLY
    return next((code for flag, code in _FORBIDDEN.items() if to.thread.get(flag) == "yes"), None)


def _plain(text: str) -> str:
    return " ".join(text.split())
