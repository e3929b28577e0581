"""Whatever changes something a card shows calls this in its own transaction: the card will be redrawn."""

from sqlmodel import Session, col, select, update

from models.tables import CardMentionRow, CardRow, MentionRow


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
