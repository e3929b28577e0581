"""What waits for a person: numbers for the Home tab."""

from sqlmodel import Session, col, func, select

from models.status import MentionStatus
from models.tables import MentionRow


def open_count(session: Session, brand: str) -> int:
    """How many shown mentions of `brand` nobody has taken, answered or closed."""
    found = select(func.count()).select_from(MentionRow)
    found = found.where(MentionRow.brand == brand, MentionRow.status == MentionStatus.OPEN.value, col(MentionRow.shown))
    return session.exec(found).one()


def taken_by(session: Session, who_id: str, limit: int) -> list[int]:
    """Ids of the mentions that person has, oldest first."""
    found = select(MentionRow.id).where(MentionRow.owner_id == who_id, MentionRow.status == MentionStatus.TAKEN.value)
    return [id_ for id_ in session.exec(found.order_by(col(MentionRow.id)).limit(limit)).all() if id_ is not None]
