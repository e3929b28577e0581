"""Some of the posts that a backtest adds or drops, each with the reason, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from config.i18n import Words
from config.query import And, Or
from listener.ears import Ears
from listener.explanation import Reason
from models.post import Post
from models.store import candidates, past
from repartie.backtest import Change

_REASONS: Final = 3
_PARTS: Final = 4
_LENGTH: Final = 160
"""Characters of a post that are shown."""


@dataclass(frozen=True, slots=True)
class Example:
    """One post: what it says in a line, who said it where and when, and why it is added or dropped."""

    text: str
    author: str
    place: str
    url: str
    at: datetime
    why: str


def added(session: Session, change: Change, ears: Ears, most: int, t: Words) -> list[Example]:
    """The newest posts the brand would find, with the words that match."""
    found = []
    for post in _newest(session, change.added, most):
        words = next((match.words for match in ears.matcher.match(post) if match.name == change.brand), ())
        found.append(_example(post, t.listing(t("“{words}”", words=word) for word in words[:_PARTS])))
    return found


def dropped(session: Session, change: Change, ears: Ears, most: int, t: Words) -> list[Example]:
    """The newest posts the brand would no longer find, with what stops them."""
    return [_example(post, _why_not(post, change, ears, t)) for post in _newest(session, change.dropped, most)]


def _newest(session: Session, refs: Iterable[int], most: int) -> list[Post]:
    """Candidates and stored posts by turns, each from the newest on."""
    stored = sorted((ref for ref in refs if ref > 0), reverse=True)[:most]
    passed_over = sorted(-ref for ref in refs if ref < 0)[::-1][:most]
    found = [candidates.one(session, id_) for id_ in passed_over] + [past.post(session, id_) for id_ in stored]
    return sorted((post for post in found if post), key=lambda post: post.at, reverse=True)[:most]


def _why_not(post: Post, change: Change, ears: Ears, t: Words) -> str:
    if change.gone:
        return t("nobody watches this brand any more")
    if ears.is_ours(change.brand, post):
        return t("our own account said it")
    explanation = ears.matcher.explain(change.brand, post)
    if explanation.matched:
        return t("the brand does not listen to that source any more")
    return "; ".join(stoppers(explanation.reason, t)[:_REASONS])


def stoppers(reason: Reason, t: Words) -> list[str]:
    """The parts of a query that keep it from holding, a phrase each."""
    if isinstance(reason.node, And):
        return [phrase for part in reason.parts if not part.holds for phrase in stoppers(part, t)]
    if isinstance(reason.node, Or):
        named = [str(part.node) for part in reason.parts[:_PARTS]]
        if len(reason.parts) > _PARTS:
            named.append("…")
        return [t("neither {parts}", parts=t.listing(named, either=True))]
    return [reason.lines(t)[0].removeprefix("✗ ")]


def _example(post: Post, why: str) -> Example:
    said = f"{post.title} - {post.text}" if post.title else post.text
    return Example(one_line(said), one_line(post.author.handle), one_line(post.place), post.url, post.at, why)


def one_line(text: str, most: int = _LENGTH) -> str:
    """Foreign text on one line that cannot move a cursor or turn the writing direction."""
    flat = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * most])
    flat = " ".join(flat.split())
    return flat if len(flat) <= most and len(text) <= 4 * most else flat[: most - 1] + "…"
