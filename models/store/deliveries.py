"""Slack delivers at least once; each delivery is handled once. The unique key is the guard."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete

from models.tables import DeliveryRow

KEPT = timedelta(days=2)
"""Slack gives up redelivering an event after some hours: https://docs.slack.dev/apis/events-api (read 2026-11-22)."""


def first_time(session: Session, key: str, now: datetime) -> bool:
    """Whether `key` was never handled; from now on it was."""
    try:
        with session.begin_nested():
            session.add(DeliveryRow(key=key, at=now))
    except IntegrityError:
        return False
    return True


def known(session: Session, key: str) -> bool:
    """Whether `key` was handled."""
    return session.get(DeliveryRow, key) is not None


def forget(session: Session, key: str) -> None:
    """Handling `key` failed: the person may try the very same again."""
    session.exec(delete(DeliveryRow).where(col(DeliveryRow.key) == key))


def prune(session: Session, now: datetime) -> None:
    """Drop what nobody will deliver again."""
    session.exec(delete(DeliveryRow).where(col(DeliveryRow.at) < now - KEPT))
