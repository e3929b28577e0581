"""What people said of the model's sentiment, or let stand: labelled texts to evaluate on and to learn from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from models.ml.judge import words_of
from models.status import MentionStatus
from models.tables import MentionRow, PostRow, VerdictRow
from models.verdict import Sentiment

_HANDLED: Final = (MentionStatus.ANSWERED.value, MentionStatus.DONE.value)
_MENTIONS: Final = (
    select(VerdictRow, MentionRow.brand, PostRow)
    .join(MentionRow, col(MentionRow.id) == VerdictRow.mention_id)
    .join(PostRow, col(PostRow.id) == MentionRow.post_id)
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A text, the brand it was judged for and what a person says of it. Nobody's name: not the author's either."""

    text: str
    brand: str
    language: str
    label: Sentiment


def corrections(session: Session, most: int | None = None) -> Iterator[Correction]:
    """Every mention whose sentiment a person chose, the last chosen first; `most` of them at most."""
    wanted = _MENTIONS.where(col(VerdictRow.corrected_label).is_not(None))
    wanted = wanted.order_by(col(VerdictRow.corrected_at).desc(), col(VerdictRow.mention_id).desc())
    yield from _read(session, wanted, most)


def let_stand(session: Session, most: int | None = None) -> Iterator[Correction]:
    """Mentions that people answered or closed and whose sentiment they let stand, the last moved first.

    Beside the corrections they keep the balance: corrections alone are the texts on which the model is wrong.
    """
    wanted = _MENTIONS.where(col(VerdictRow.corrected_label).is_(None)).where(col(MentionRow.status).in_(_HANDLED))
    wanted = wanted.order_by(col(MentionRow.changed_at).desc(), col(MentionRow.id).desc())
    yield from _read(session, wanted, most)


def _read(session: Session, wanted: Any, most: int | None) -> Iterator[Correction]:  # noqa: ANN401 - SQLModel's Select of three
    for verdict, brand, post in session.exec(wanted.limit(most).execution_options(yield_per=500)):
        label = Sentiment(verdict.corrected_label or verdict.label)
        yield Correction(words_of(post.title, post.text), brand, verdict.language, label)
