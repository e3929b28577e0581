"""A role that only one process may hold: who has it, until when. A dead holder's lease runs out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from models.store.insert import insert_new
from models.tables import LeaseRow

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Holder:
    """One process: a random token, and where it runs, for people."""

    token: str
    host: str
    pid: int


def acquire(session: Session, name: str, holder: Holder, now: datetime, *, dead: Holder | None = None) -> Holder | None:
    """Take or renew the role. None: it is ours; else who holds it.

    `dead` names a holder that is known to be gone: its lease is not waited for.
    """
    values = {"name": name, "holder": holder.token, "host": holder.host, "pid": holder.pid, "until": now + LEASE}
    insert_new(session, LeaseRow, [values])
    free = (
        (col(LeaseRow.holder) == holder.token)
        | (col(LeaseRow.until) < now)
        | (col(LeaseRow.until) > now + 2 * LEASE)  # written before the clock was set back
        | (col(LeaseRow.holder) == (dead.token if dead else ""))
    )
    session.exec(update(LeaseRow).where(col(LeaseRow.name) == name, free).values(**values))
    row = session.exec(select(LeaseRow).where(LeaseRow.name == name)).one()
    return None if row.holder == holder.token else Holder(row.holder, row.host, row.pid)


def held(session: Session, now: datetime) -> list[Holder]:
    """Whoever holds a role and has not run out of time; a process that was killed still does, for up to `LEASE`."""
    live = col(LeaseRow.until).between(now, now + 2 * LEASE)
    return [Holder(row.holder, row.host, row.pid) for row in session.exec(select(LeaseRow).where(live))]


def release(session: Session, name: str, holder: Holder, now: datetime) -> None:
    """Give the role back, so that the next process need not wait."""
    session.exec(
        update(LeaseRow)
        .where(col(LeaseRow.name) == name, col(LeaseRow.holder) == holder.token)
        .values(until=now - timedelta(seconds=1))
    )
