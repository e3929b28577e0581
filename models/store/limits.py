"""`models.limits.Limits` over the store: shared by threads and processes, kept through restarts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select, update

from models.database import Database
from models.errors import NotYet
from models.limits import month_of, next_month
from models.store.insert import insert_new
from models.tables import LimitRow, SpendRow

LONGEST: Final = timedelta(hours=25)
"""No window that we know is longer than a day: a reset further away was said by a clock that was wrong."""
_SAME: Final = timedelta(seconds=5)
"""Two resets this close are one: some networks say the seconds that are left, which are rounded."""


class StoredLimits:
    """Each call is a short transaction of its own. `used_up` and `capped` are the reasons people read."""

    def __init__(self, database: Database, clock: Callable[[], datetime], *, used_up: str, capped: str) -> None:
        self._database, self._clock = database, clock
        self._used_up, self._capped = used_up, capped

    def check(self, credential: str, bucket: str) -> None:
        """See `Limits.check`."""
        now = self._clock()
        this = (col(LimitRow.credential) == credential, col(LimitRow.bucket) == bucket)
        running = col(LimitRow.resets_at).between(now, now + LONGEST)
        with self._database.write() as session:
            taken = session.exec(
                update(LimitRow)
                .where(*this, running, col(LimitRow.remaining) > 0)
                .values(remaining=col(LimitRow.remaining) - 1)
            )
            if taken.rowcount:
                return
            until = session.exec(select(LimitRow.resets_at).where(*this, running)).first()
        if until is not None:
            raise NotYet(until, self._used_up)

    def note(self, credential: str, bucket: str, remaining: int, resets_at: datetime) -> None:
        """See `Limits.note`. Answers may come out of order: within one window, the least is believed."""
        values = {"credential": credential, "bucket": bucket, "remaining": max(remaining, 0), "resets_at": resets_at}
        with self._database.write() as session:
            insert_new(session, LimitRow, [values])
            row = session.get_one(LimitRow, (credential, bucket), with_for_update=True)
            if abs(row.resets_at - resets_at) <= _SAME:
                row.remaining = min(row.remaining, max(remaining, 0))
            else:
                row.remaining, row.resets_at = max(remaining, 0), resets_at
            session.add(row)

    def spend(self, credential: str, micros: int, cap: int) -> None:
        """See `Limits.spend`."""
        now = self._clock()
        with self._database.write() as session:
            insert_new(session, SpendRow, [{"credential": credential, "month": month_of(now), "micros": 0}])
            this = (col(SpendRow.credential) == credential, col(SpendRow.month) == month_of(now))
            paid = session.exec(
                update(SpendRow)
                .where(*this, col(SpendRow.micros) + micros <= cap)
                .values(micros=col(SpendRow.micros) + micros)
            )
        if not paid.rowcount:
            raise NotYet(next_month(now), self._capped)

    def give_back(self, credential: str, micros: int) -> None:
        """See `Limits.give_back`."""
        this = (col(SpendRow.credential) == credential, col(SpendRow.month) == month_of(self._clock()))
        with self._database.write() as session:
            session.exec(
                update(SpendRow)
                .where(*this, col(SpendRow.micros) >= micros)  # else it was set aside last month
                .values(micros=col(SpendRow.micros) - micros)
            )

    def spent(self, credential: str) -> int:
        """See `Limits.spent`."""
        with self._database.read() as session:
            row = session.get(SpendRow, (credential, month_of(self._clock())))
            return row.micros if row else 0
