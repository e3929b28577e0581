"""What the model thinks of a mention, in one line of its card, and what must be read before all else. Pure drawing."""

from typing import Final

from config.i18n import Words, mark
from models.ml.risk import Because, Signal
from models.verdict import Intent, Sentiment
from responders.seen import Judgement, MentionSeen
from responders.slack.kit import Mrkdwn, foreign, join, own, say

SENTIMENTS: Final = {
    Sentiment.NEGATIVE: mark("negative"),
    Sentiment.NEUTRAL: mark("neutral"),
    Sentiment.POSITIVE: mark("positive"),
}
DOTS: Final = {Sentiment.NEGATIVE: "🔴", Sentiment.NEUTRAL: "⚪", Sentiment.POSITIVE: "🟢"}
_LABELS: Final = {
    "anger": mark("anger"),
    "joy": mark("joy"),
    "sadness": mark("sadness"),
    "fear": mark("fear"),
    "irony": mark("irony"),
    "offensive": mark("offensive words"),
}
_REASONS: Final = {
    Signal.ANGER: _LABELS["anger"],
    Signal.OFFENSIVE: _LABELS["offensive"],
    Signal.DANGER: mark("person in danger"),
}
_INTENTS: Final = {
    Intent.COMPLAINT: mark("complaint"),
    Intent.QUESTION: mark("question"),
    Intent.SUGGESTION: mark("suggestion"),
    Intent.PRAISE: mark("praise"),
}
_MOST: Final = 3
"""Reasons and words that are told: a line, not a report."""
_MORE: Final = 1.5
"""From how many times the usual audience on it is worth a word."""
_FEW: Final = 10
"""Below, times are told with one decimal."""


def verdict(seen: MentionSeen, t: Words) -> Mrkdwn:
    """The sentiment and how sure the model is of it, or what a person said instead."""
    label = own(t(SENTIMENTS[seen.label]))
    if seen.corrected_by:
        said = say(t, mark("{label}, corrected by {name}"), label=label, name=foreign(seen.corrected_by))
    elif seen.judged.unsure:
        said = say(t, mark("{label} {share} (not sure)"), label=label, share=own(t.percent(seen.confidence)))
    else:
        said = say(t, mark("{label} {share}"), label=label, share=own(t.percent(seen.confidence)))
    return join((own(DOTS[seen.label]), said), " ")


def line(seen: MentionSeen, t: Words) -> Mrkdwn:
    """Sentiment, labels, risk and why, reach: "🔴 négatif 93 % · risque 0,71 : colère · portée ~ 1 900"."""
    return join((verdict(seen, t), _labels(seen.judged, t), risk(seen, t), _reach(seen.judged, t)))


def danger(seen: MentionSeen, t: Words) -> Mrkdwn:
    """A person may be in danger: said first and in bold, or nothing."""
    if not seen.judged.danger:
        return own("")
    return own("🆘 *" + t("A person may be in danger") + "* · " + t("to be read by someone now"))


def risk(seen: MentionSeen, t: Words) -> Mrkdwn:
    """The risk and its main reasons; nothing where nobody weighed it."""
    if seen.judged.risk is None:
        return own("")
    number, because = own(t.number(round(seen.judged.risk, 2))), seen.judged.because
    told = [_reason(signal, because, seen, t) for signal in because.reasons] if because else []
    reasons = [reason for reason in told if reason][:_MOST]
    if not reasons:
        return say(t, mark("risk {risk}"), risk=number)
    return say(t, mark("risk {risk}: {reasons}"), risk=number, reasons=join(reasons, ", "))


def _reason(signal: Signal, because: Because, seen: MentionSeen, t: Words) -> Mrkdwn:
    """One reason; nothing for what the card says already."""
    said = own("")
    if signal in _REASONS:
        said = own(t(_REASONS[signal]))
    elif signal is Signal.WORDS:
        words = [named.word.removesuffix("*") + "…" * named.word.endswith("*") for named in because.words[:_MOST]]
        said = join((say(t, mark("“{word}”"), word=foreign(word, 40)) for word in words), ", ")
    elif signal is Signal.SPREAD:
        times = t.plural("passed on or copied {count} time", "passed on or copied {count} times", because.others)
        said = own(times)
    elif signal is Signal.REACH:
        said = own(_audience(seen, because.times, t))
    return said


def _audience(seen: MentionSeen, times: float | None, t: Words) -> str:
    if times is None:
        return t("large audience, with nothing yet to compare it to")
    if times < _MORE:
        return ""
    shown = t.number(round(times, 1 if times < _FEW else None))
    # Followers or views: whichever made the larger part of it.
    if seen.followers and seen.judged.reach and 2 * seen.followers >= seen.judged.reach:
        return t("account with {times} times the usual audience", times=shown)
    return t("seen {times} times more than usual", times=shown)


def _labels(judged: Judgement, t: Words) -> Mrkdwn:
    reasons = (
        {signal.value for signal in judged.because.reasons} if judged.because and judged.risk is not None else set()
    )
    said = [own(t(_LABELS[name])) for name in judged.labels if name in _LABELS and name not in reasons]
    if judged.intent in _INTENTS:
        said.append(own(t(_INTENTS[judged.intent])))
    if judged.spam:
        said.append(own(t("looks like spam")))
    return join(said, ", ")


def _reach(judged: Judgement, t: Words) -> Mrkdwn:
    if judged.risk is None:
        return own("")
    if judged.reach is None:
        return own(t("reach unknown"))
    return say(t, mark("reach ~ {count}"), count=own(t.number(_rounded(judged.reach))))


def _rounded(count: int) -> int:
    """Two digits that mean something: 1,938 -> 1,900."""
    return round(count, 2 - len(str(count))) if count else 0
