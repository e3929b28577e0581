"""Whatever changes something a card shows calls this in its own transaction: the card will be redrawn."""

from sqlmodel import Session, col, select, update

from models.status import MentionStatus
from models.tables import CardMentionRow, CardRow, MentionRow, PostRow


def touch(session: Session, mention_id: int) -> None:
    """Ask for the card of this mention to be redrawn."""
    cards = select(CardMentionRow.card_id).where(CardMentionRow.mention_id == mention_id)
    session.exec(update(CardRow).where(col(CardRow.id).in_(cards)).values(wanted=col(CardRow.wanted) + 1))


def touch_post(session: Session, post_id: int) -> None:
    """Ask for the cards of every mention of this post to be redrawn."""
    cards = (
        select(CardMentionRow.card_id)
        .join(MentionRow, col(MentionRow.id) == col(CardMentionRow.mention_id))
        .where(MentionRow.post_id == post_id)
    )
    session.exec(update(CardRow).where(col(CardRow.id).in_(cards)).values(wanted=col(CardRow.wanted) + 1))


def touch_story(session: Session, story_id: int) -> None:
    """Ask for the cards of a story's mentions to be redrawn, where somebody may still answer."""
    cards = (
        select(CardMentionRow.card_id)
        .join(MentionRow, col(MentionRow.id) == col(CardMentionRow.mention_id))
        .join(PostRow, col(PostRow.id) == col(MentionRow.post_id))
        .where(PostRow.story_id == story_id)
        .where(col(MentionRow.status).in_([MentionStatus.OPEN.value, MentionStatus.TAKEN.value]))
    )
    session.exec(update(CardRow).where(col(CardRow.id).in_(cards)).values(wanted=col(CardRow.wanted) + 1))
