"""Where things are shown in Slack, and what waits to be shown. The row is the claim: it precedes the post."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from models.tables import CardMentionRow, CardRow, MentionRow

GROUP_SIZE = 50
"""Mentions on one grouped card at most: each redraw reads all of them."""


def waiting(session: Session, brand: str, limit: int = GROUP_SIZE) -> list[int]:
    """Ids of the mentions of `brand` that should be shown and stand on no card, oldest first."""
    shown = select(CardMentionRow.mention_id)
    threaded = select(CardMentionRow.mention_id)  # what goes on from these is shown in their card's thread
    return [
        found
        for found in session.exec(
            select(MentionRow.id)
            .where(MentionRow.brand == brand, col(MentionRow.shown), col(MentionRow.id).not_in(shown))
            .where(or_(col(MentionRow.follows_id).is_(None), col(MentionRow.follows_id).not_in(threaded)))
            .order_by(col(MentionRow.id))
            .limit(limit)
        ).all()
        if found is not None
    ]


def going_on(session: Session, brand: str, channels_off: Collection[str] = ()) -> tuple[int, CardRow] | None:
    """The oldest mention of `brand` that should be shown in the thread of a posted card, and that card."""
    shown = select(CardMentionRow.mention_id)
    found = session.exec(
        select(MentionRow.id, CardRow)
        .join(CardMentionRow, col(CardMentionRow.mention_id) == col(MentionRow.follows_id))
        .join(CardRow, col(CardRow.id) == col(CardMentionRow.card_id))
        .where(MentionRow.brand == brand, col(MentionRow.shown), col(MentionRow.id).not_in(shown))
        .where(col(CardRow.ts).is_not(None), col(CardRow.channel).not_in(channels_off))
        .order_by(col(MentionRow.id))
        .limit(1)
    ).first()
    return None if found is None or found[0] is None else (found[0], found[1])


def claim(  # noqa: PLR0913 - where, which and when, and the thread by keyword
    session: Session, brand: str, channel: str, mention_ids: Sequence[int], now: datetime, *, under: str | None = None
) -> int:
    """Take these mentions for one new card and give its id; Slack is asked after this is committed.

    Raises:
        IntegrityError: somebody else claimed one of them first.
    """
    card = CardRow(
        kind="mention" if len(mention_ids) == 1 else "group", brand=brand, channel=channel, under=under, claimed_at=now
    )
    session.add(card)
    session.flush()
    if card.id is None:
        msg = "the store gave a card no id"
        raise RuntimeError(msg)
    session.add_all(CardMentionRow(mention_id=mention_id, card_id=card.id) for mention_id in mention_ids)
    session.flush()
    return card.id


def claim_again(session: Session, card_id: int, now: datetime) -> None:
    """The card was looked for and is not in Slack: it may be posted again, from `now`."""
    _card(session, card_id).claimed_at = now


def release(session: Session, card_id: int) -> None:
    """Slack refused the card: its mentions wait again."""
    session.exec(delete(CardRow).where(col(CardRow.id) == card_id))


def posted(session: Session, card_id: int, place: tuple[str, str], *, drawn: int, now: datetime) -> None:
    """The card stands at `place` (channel id and ts), as of its counter `drawn`."""
    card = _card(session, card_id)
    card.channel, card.ts = place
    card.posted_at, card.drawn = now, drawn


def drawn(session: Session, card_id: int, wanted: int) -> None:
    """The card shows what was wanted at the counter `wanted`, or nobody can ever draw it again."""
    card = _card(session, card_id)
    card.drawn = max(card.drawn, wanted)


def get(session: Session, card_id: int) -> CardRow | None:
    """One card."""
    return session.get(CardRow, card_id)


def card_of(session: Session, mention_id: int) -> CardRow | None:
    """The card that shows this mention."""
    return session.exec(
        select(CardRow)
        .join(CardMentionRow, col(CardMentionRow.card_id) == col(CardRow.id))
        .where(CardMentionRow.mention_id == mention_id)
    ).first()


def mentions_of(session: Session, card_id: int) -> list[int]:
    """Ids of the mentions on this card, oldest first."""
    found = select(CardMentionRow.mention_id).where(CardMentionRow.card_id == card_id)
    return list(session.exec(found.order_by(col(CardMentionRow.mention_id))).all())


def lost(session: Session, before: datetime, channels_off: Collection[str] = ()) -> CardRow | None:
    """The oldest card claimed before `before` of which nobody knows whether Slack has it."""
    found = select(CardRow).where(col(CardRow.ts).is_(None), CardRow.claimed_at <= before)
    found = found.where(col(CardRow.channel).not_in(channels_off))
    return session.exec(found.order_by(col(CardRow.id)).limit(1)).first()


def stale(session: Session, channels_off: Collection[str] = ()) -> CardRow | None:
    """The oldest posted card that is out of date."""
    found = select(CardRow).where(CardRow.drawn < CardRow.wanted, col(CardRow.ts).is_not(None))
    found = found.where(col(CardRow.channel).not_in(channels_off))
    return session.exec(found.order_by(col(CardRow.id)).limit(1)).first()


def _card(session: Session, card_id: int) -> CardRow:
    return session.exec(select(CardRow).where(CardRow.id == card_id)).one()
