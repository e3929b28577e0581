"""What went wrong with an answer, in words for the person in front of it."""

from collections.abc import Mapping

from config.i18n import Words, mark, words
from config.schema import BrandReplies, Language
from models.errors import AccessLost, NetworkError, Refused, RetryLater, Unclear
from models.status import IllegalMove, MentionStatus, ReplyStatus
from models.store.mentions import NotFound
from responders.moderation import MayNotModerate
from responders.outbox import Trouble
from responders.publisher import Preview, Problem, ProblemCode
from responders.replies import AlreadyAnswered, CannotPublish, MayNotSpeak
from responders.seen import AnswerSeen
from responders.speaking import Silence

_SILENCES: Mapping[Silence, str] = {
    Silence.PAUSED: mark("Publishing is paused."),
    Silence.UNKNOWN_BRAND: mark("The configuration no longer names the brand {brand}."),
    Silence.NOT_LISTED: mark("You are not on the list of people who may publish for {brand} (publishers:)."),
    Silence.NO_PUBLISHER: mark("{brand} has no account that can answer there."),
    Silence.OTHER_MODE: mark("{brand} has switched between dry run and live since this answer was approved."),
    Silence.OTHER_ACCOUNT: mark(
        "The account that speaks for {brand} there has changed since this answer was approved."
    ),
    Silence.OWN_POST: mark("This post is one of ours: it is never answered."),
}
_PROBLEMS: Mapping[ProblemCode, str] = {
    ProblemCode.EMPTY: mark("Write something first."),
    ProblemCode.TOO_LONG: mark("Too long: {length} characters, and the limit is {limit}."),
    ProblemCode.TOO_MANY_BYTES: mark(
        "Too long for the network by {detail} bytes: letters with accents and emoji weigh more."
    ),
    ProblemCode.NO_IMAGE: mark("No image can be published there."),
    ProblemCode.NO_ALT: mark("Describe the image for those who do not see it."),
    ProblemCode.ALT_TOO_LONG: mark("The description of the image is too long by {detail} characters."),
    ProblemCode.SHOWS_PHONE: mark("This answer would show a phone number in public: {detail}."),
    ProblemCode.SHOWS_MAIL: mark("This answer would show a mail address in public: {detail}."),
    ProblemCode.SHOWS_IBAN: mark("This answer would show bank details in public: {detail}."),
    ProblemCode.SHOWS_CARD: mark("This answer would show a card number in public: {detail}."),
    ProblemCode.SHOWS_ORDER: mark("This answer would show a booking number in public: {detail}."),
    ProblemCode.CANNOT_REPLY: mark("This post cannot be answered from here."),
    ProblemCode.NOT_ADDRESSED: mark("The network lets us answer only those who mention or quote us."),
    ProblemCode.ANSWERED_ONCE: mark("The network lets us answer a post once, and it was done."),
    ProblemCode.LOCKED: mark("This conversation is closed to new answers."),
    ProblemCode.ARCHIVED: mark("This conversation is archived: nobody can answer any more."),
    ProblemCode.GATED: mark("The author lets only some people answer, and we are not among them."),
    ProblemCode.LIMITED: mark("The author, or their server, does not let our account through."),
}
_LATER: Mapping[Silence, str] = {
    Silence.NOT_LISTED: mark(
        "{name} is no longer on the list of people who may publish for {brand}; nothing was published."
    ),
}
"""Read by somebody else than who was refused, and later."""
_STALE: Mapping[ProblemCode, str] = {
    ProblemCode.EMPTY: mark("The answer was empty; nothing was published."),
    ProblemCode.TOO_LONG: mark("The network now allows fewer characters; nothing was published."),
    ProblemCode.TOO_MANY_BYTES: mark("The network now allows fewer characters; nothing was published."),
}
_NO_LONGER = mark("This post can no longer be answered; nothing was published.")
_TROUBLES: Mapping[Trouble, str] = {
    Trouble.REFUSED: mark("The network refused this answer; nothing was published."),
    Trouble.ACCESS_LOST: mark(
        "The network no longer accepts our account; nothing was published. Mend its access first."
    ),
    Trouble.RETRY: mark("The network asks us to wait; the answer will leave by itself."),
    Trouble.CANNOT_ASK: mark(
        "Nobody knows whether this answer was published, and the network cannot be asked. Look there."
    ),
    Trouble.NO_ANSWER: mark(
        "Nobody knows whether this answer was published: the network does not respond. Look there."
    ),
    Trouble.ABSENT: mark("The network does not show this answer, but it may still appear. Look there, then decide."),
    Trouble.CANNOT_RETRACT: mark("The network did not take this answer back: it still stands there."),
    Trouble.RETRACT_LATER: mark("The network asks us to wait; the answer will be taken back by itself."),
    Trouble.RESTORED: mark(
        "Repartie was restored from a backup: this answer may have been published since. Look there, then decide."
    ),
}
_ANSWERS: Mapping[ReplyStatus, str] = {
    ReplyStatus.APPROVED: mark("{name} has already answered: it is about to be published."),
    ReplyStatus.SENDING: mark("{name} has already answered: it is being published."),
    ReplyStatus.SENT: mark("{name} has already answered."),
    ReplyStatus.UNCLEAR: mark("{name} has already answered, but nobody knows yet whether it was published."),
    ReplyStatus.RETRACTING: mark("{name} has already answered; that answer is being taken back."),
}
_REPLY_IS: Mapping[ReplyStatus, str] = {
    ReplyStatus.APPROVED: mark("This answer is waiting to be published."),
    ReplyStatus.SENDING: mark("Too late: this answer is being published."),
    ReplyStatus.SENT: mark("Too late: this answer is published."),
    ReplyStatus.RETRACTING: mark("This answer is already being taken back."),
    ReplyStatus.RETRACTED: mark("This answer was already taken back."),
    ReplyStatus.UNCLEAR: mark("Nobody knows yet whether this answer was published."),
    ReplyStatus.REFUSED: mark("This answer was not published."),
    ReplyStatus.CANCELLED: mark("This answer was already cancelled."),
}
_MENTION_IS: Mapping[MentionStatus, str] = {
    MentionStatus.OPEN: mark("This mention is already back in the queue."),
    MentionStatus.TAKEN: mark("Somebody has already taken this mention."),
    MentionStatus.ANSWERED: mark("This mention has already been answered."),
    MentionStatus.DONE: mark("This mention has already been dealt with; reopen it first."),
    MentionStatus.IRRELEVANT: mark("This mention was set aside as not relevant; reopen it first."),
}
_GONE: Mapping[str, str] = {
    "mention": mark("This mention is no longer kept."),
    "reply": mark("This answer is no longer kept."),
}

_MODERATION: Mapping[type[NetworkError], str] = {
    RetryLater: mark("The site does not answer for now ({reason}). Please try again."),
    Unclear: mark("The site does not answer for now ({reason}). Please try again."),
    AccessLost: mark("The site does not let our account do that ({reason}). Mend its access first."),
    Refused: mark("The site did not do that ({reason}). Is the comment still there?"),
}

Explained = MayNotModerate | NetworkError | MayNotSpeak | AlreadyAnswered | CannotPublish | IllegalMove | NotFound
"""What the use cases raise for a person to read."""


def explain(error: Explained, t: Words) -> str:  # noqa: PLR0911 - one error, one sentence
    """One sentence, or one per problem of a text."""
    match error:
        case MayNotSpeak():
            return t(_SILENCES[error.code], brand=error.brand)
        case MayNotModerate():
            return t(_SILENCES[error.code], brand=error.brand)
        case NetworkError():
            kind = next(kind for kind in _MODERATION if isinstance(error, kind))
            return t(_MODERATION[kind], reason=error.reason)
        case AlreadyAnswered():
            return t(_ANSWERS[error.answer.status], name=error.answer.by.name)
        case CannotPublish():
            return " ".join(explain_problem(problem, error.preview, t) for problem in error.preview.problems)
        case IllegalMove(noun="reply"):
            return t(_REPLY_IS[ReplyStatus(error.now)])
        case IllegalMove():
            return t(_MENTION_IS[MentionStatus(error.now)])
        case NotFound():
            return t(_GONE[error.noun])


def explain_problem(problem: Problem, preview: Preview, t: Words) -> str:
    """Why this text cannot be public as it stands."""
    limit = "" if preview.limit is None else t.number(preview.limit)
    said = _PROBLEMS[problem.code]
    return t(said, length=t.number(preview.length), limit=limit, detail=problem.detail)


GUARDED = frozenset(
    {
        ProblemCode.SHOWS_PHONE,
        ProblemCode.SHOWS_MAIL,
        ProblemCode.SHOWS_IBAN,
        ProblemCode.SHOWS_CARD,
        ProblemCode.SHOWS_ORDER,
    }
)
"""What somebody could do harm with: the answer is stopped, and `in_private` offered in its place."""
_IN_PRIVATE = mark(
    "Hello, to keep your details safe, let us continue in private: send us a message and we will answer you."
)


def in_private(language: str, replies: BrandReplies) -> str:
    """Said in public instead of something private, in the language of whom we answer; else in English."""
    spoken: Language = "fr" if language.casefold().startswith("fr") else "en"
    return replies.private.get(spoken) or words(spoken)(_IN_PRIVATE)


def explain_answer(answer: AnswerSeen, brand: str, t: Words) -> str:
    """What stands in the way of an approved answer (its `problem`), with the network's own words; "" if nothing."""
    code, _, reason = answer.problem.partition(": ")
    if not code:
        return ""
    if code in set(Trouble):
        said = t(_TROUBLES[Trouble(code)])
    elif code in set(Silence):
        said = t(_LATER.get(Silence(code), _SILENCES[Silence(code)]), brand=brand, name=answer.by.name)
    else:
        said = t(_STALE.get(ProblemCode(code), _NO_LONGER))
    return t("{sentence} ({reason})", sentence=said, reason=reason) if reason else said
