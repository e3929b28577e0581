"""Answers on X as one account, and hides answers below its posts. `docs/networks/x.md` tells the rules and the prices.

X knows no key that makes a request idempotent, and cannot be asked reliably whether a post stands: so there is no
`find_reply`, an answer that may have left is `unclear`, and only a person sends it again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import httpx

from config.sources import XOptions
from config.x import Answered, NoAnswer, NotOurs, XApi, said_at
from models.errors import AccessLost, NotYet, Refused, RetryLater, Unclear
from models.limits import MICROS, Limits, Unlimited
from models.network import rules
from responders.drafting import drafted
from responders.publisher import Act, Manner, PostRef, Preview, ProblemCode, Receipt, Standing
from responders.publishers.x_text import UNSENT, has_link, weighted

if TYPE_CHECKING:
    import tweepy

_NETWORK: Final = "x"
_PATIENCE: Final = timedelta(seconds=30)
_UNREADABLE: Final = "JSON?"
_CAP: Final = "cap: ${spent:.2f} + ${price} > ${cap}"
"""Reasons here are the same in every language: X's own words, or figures."""
_OURS_TO_MEND: Final = frozenset(
    {
        "client-forbidden",
        "client-not-enrolled",
        "oauth1-permissions",
        "unsupported-authentication",
        "not-authorized-for-resource",
    }
)
"""Problems of X's (docs.x.com, “Response codes and errors”, read 2026-11-22) that no other text would spare us."""
_SUSPENDED: Final = frozenset({32, 64, 89, 261, 326})
"""Codes of its older parts for the same: keys that are wrong, an account or app that is suspended or locked."""


def _now() -> datetime:
    return datetime.now(UTC)


class XPublisher:
    """Speaks as `account`; `client` carries an `XAuth` with that account's keys, and a time-out under `settle`."""

    network = _NETWORK
    dry_run = False

    def __init__(
        self,
        options: XOptions,
        account: str,
        client: httpx.Client,
        clock: Callable[[], datetime] = _now,
        limits: Limits | None = None,
    ) -> None:
        self.account = account
        self._options, self._clock = options, clock
        self._limits: Limits = limits or Unlimited()
        self._api = XApi(options.url, client, clock, self._limits)

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """What would be public: the text without the blanks around it, counted as X does, and what it costs."""
        text = UNSENT.sub("", text.replace("\r\n", "\n"))
        return drafted(
            rules(_NETWORK), self.account, text, to, manner,
            length=weighted, forbidden=self._forbidden(to), price=self._price(text),
        )  # fmt: skip

    def publish(self, preview: Preview, key: str) -> Receipt:  # noqa: ARG002 - X knows no such key
        """Send what was previewed, once.

        Raises:
            RetryLater: nothing was published: no connection, or a limit of X's.
            AccessLost: the keys are worthless, may not write, or the credits are used up.
            Refused: the preview has problems, it would pass the cap, X wants no such answer there, or has this very
                text of ours already.
            Unclear: time-out, cut connection, a server error, or an answer that cannot be read.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        price = self._price(preview.text)

        def how(x: "tweepy.Client") -> Any:  # noqa: ANN401 - what tweepy hands over
            return x.create_tweet(text=preview.text, in_reply_to_tweet_id=preview.to.thread["id"])

        try:
            with self._paid(price):
                said = self._api.ask("create", how)
        except Answered as error:
            raise self._refusal(error) from error
        except NoAnswer as error:
            if error.sent:
                raise Unclear(str(error)) from error
            self._give_back(price)
            raise RetryLater(self._clock() + _PATIENCE, str(error)) from error
        return self._receipt(said)

    def retract(self, receipt: Receipt) -> None:
        """Delete our answer; one that is gone already is well.

        Raises:
            RetryLater: X does not answer for now, or does not say.
            AccessLost: the keys are worthless, or may not write.
            Refused: it is not ours, or it would pass the cap.
        """
        if not receipt.external_id.isdecimal():
            raise Refused(receipt.external_id)
        self._safely(
            "delete", self._options.prices.delete, lambda x: x.delete_tweet(receipt.external_id), gone_is_well=True
        )

    def browser_address(self, to: PostRef) -> str:
        """X's own window for an answer to that post; its text is typed there."""
        return f"https://x.com/intent/post?in_reply_to={to.thread.get('id') or to.external_id}"

    def standing(self, to: PostRef) -> Standing | None:
        """How an answer below a post of ours stood when it was last heard; None elsewhere."""
        if to.network != _NETWORK or not _same(to.thread.get("root", ""), self.account):
            return None
        return Standing.HIDDEN if to.thread.get("hidden") else Standing.APPROVED

    def actions(self, to: PostRef) -> tuple[Act, ...]:
        """Hide it, or show it again."""
        match self.standing(to):
            case Standing.APPROVED:
                return (Act.HIDE,)
            case Standing.HIDDEN:
                return (Act.UNHIDE,)
        return ()

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:  # noqa: ARG002 - nobody reads a note
        """Hide an answer below a post of ours, or show it again.

        Raises:
            RetryLater: X does not answer for now.
            AccessLost: the keys are worthless, or may not moderate.
            Refused: the post is gone, X knows no such act, or it would pass the cap.
        """
        if act not in {Act.HIDE, Act.UNHIDE}:
            raise Refused(act.value)
        number = to.thread.get("id", "")

        def how(x: "tweepy.Client") -> Any:  # noqa: ANN401 - what tweepy hands over
            return x.hide_reply(number) if act is Act.HIDE else x.unhide_reply(number)

        self._safely("hide", self._options.prices.hide, how)
        return {
            **{name: value for name, value in to.thread.items() if name != "hidden"},
            **({"hidden": "1"} if act is Act.HIDE else {}),
        }

    def _forbidden(self, to: PostRef) -> ProblemCode | None:
        """X's rule for who answers by program; what it says of an answer already given is in the store."""
        if to.network != _NETWORK or not to.thread.get("id", "").isdecimal():
            return ProblemCode.CANNOT_REPLY
        mentioned = any(_same(name, self.account) for name in to.accounts)
        summoned = mentioned or _same(to.thread.get("quoted", ""), self.account)
        if self._options.tier != "enterprise" and not summoned:
            return ProblemCode.NOT_ADDRESSED
        return ProblemCode.GATED if to.thread.get("replies") and not mentioned else None

    def _price(self, text: str) -> Decimal:
        return self._options.prices.link if has_link(text) else self._options.prices.reply

    def _set_aside(self, price: Decimal) -> None:
        """An answer that waits for next month is worse than none: the cap refuses it, and a person decides."""
        cap = self._options.cap
        try:
            self._limits.spend(self._api.key, int(price * MICROS), int(cap * MICROS))
        except NotYet as error:
            spent = self._limits.spent(self._api.key) / MICROS
            raise Refused(_CAP.format(spent=spent, price=price, cap=cap)) from error

    @contextmanager
    def _paid(self, price: Decimal) -> Iterator[None]:
        """Money set aside before X is asked; it comes back where X did nothing, but not where nobody can say."""
        self._set_aside(price)
        try:
            yield
        except (Answered, NotYet):
            self._give_back(price)
            raise
        except NotOurs as error:
            self._give_back(price)
            raise AccessLost(str(error)) from error

    def _give_back(self, price: Decimal) -> None:
        self._limits.give_back(self._api.key, int(price * MICROS))

    def _safely(
        self, bucket: str, price: Decimal, how: "Callable[[tweepy.Client], Any]", *, gone_is_well: bool = False
    ) -> None:
        """What may be asked twice."""
        try:
            with self._paid(price):
                self._api.ask(bucket, how)
        except Answered as error:
            if gone_is_well and error.status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
                return
            trouble = self._refusal(error)
            raise (
                RetryLater(self._clock() + _PATIENCE, trouble.reason) if isinstance(trouble, Unclear) else trouble
            ) from error
        except NoAnswer as error:
            raise RetryLater(self._clock() + _PATIENCE, str(error)) from error

    def _receipt(self, said: dict[str, Any]) -> Receipt:
        found = said.get("data")
        number = str(found.get("id", "")) if isinstance(found, dict) else ""
        if not number.isdecimal():
            raise Unclear(_UNREADABLE)
        name = self.account.removeprefix("@")
        return Receipt(external_id=number, url=f"https://x.com/{name}/status/{number}", at=said_at(number))

    def _refusal(self, error: Answered) -> RetryLater | AccessLost | Refused | Unclear:
        """X refuses before it takes anything (4xx); after that nobody knows (5xx).

        A duplicate (187, 403) says that this very text of ours stands somewhere, not that it stands here: refused, in
        X's words.
        """
        if error.status == httpx.codes.TOO_MANY_REQUESTS:
            return RetryLater(error.wait or self._clock() + _PATIENCE, error.words)
        if error.status in {httpx.codes.UNAUTHORIZED, httpx.codes.PAYMENT_REQUIRED}:
            return AccessLost(error.words)
        if error.kind in _OURS_TO_MEND or error.code in _SUSPENDED:
            return AccessLost(error.words)
        return Refused(error.words) if httpx.codes.is_client_error(error.status) else Unclear(error.words)


def _same(one: str, other: str) -> bool:
    return bool(one) and one.removeprefix("@").casefold() == other.removeprefix("@").casefold()
