"""What a card shows has changed: ask for a redraw, in the same transaction as the change."""

from sqlmodel import Session, col, select, update

from models.tables import CardMentionRow, CardRow, MentionRow


def touch(session: Session, mention_id: int) -> None:
    """The card that shows this mention, if one does, is out of date."""
    shown = select(CardMentionRow.card_id).where(CardMentionRow.mention_id == mention_id)
    session.exec(update(CardRow).where(col(CardRow.id).in_(shown)).values(wanted=CardRow.wanted + 1))


def touch_post(session: Session, post_id: int) -> None:
    """The cards of every brand that shows this post are out of date."""
    for mention_id in session.exec(select(MentionRow.id).where(MentionRow.post_id == post_id)).all():
        if mention_id is not None:
            touch(session, mention_id)
