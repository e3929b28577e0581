"""The schedule: one APScheduler job per place, rebuilt from the configuration at every start.

Where each place stopped and when it is read next stands in the store; the jobs only wake us. Two live schedulers would
run every job twice, so a lease lets one process have the schedule and tells the second who holds it.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from listener.pipeline import Listening
from listener.registry import Place
from models.away import Patience
from models.database import AWAY, Database
from models.store import leases, sources
from repartie.forgetting import forget
from repartie.staying import Stay

log = logging.getLogger(__name__)

ROLE = "scheduler"
READERS = 20
"""Places read side by side."""
RENEW = timedelta(seconds=10)
LAST_BREATH = timedelta(seconds=8)
"""How long a stop waits for readings under way; then the process ends, and they are read again at the next start."""
CLOCK_LOOK = timedelta(seconds=1)
FORGET = timedelta(minutes=10)
"""How often it is looked whether something must be hidden or forgotten."""
SET_BACK = timedelta(seconds=30)
"""A step back of the clock that is mended; a smaller one costs no more than itself."""
_FIRST_WAVE = timedelta(milliseconds=50)
DISABLED_LOOK = timedelta(seconds=30)
"""How soon we see that a person enabled a place again, in another process."""


class AlreadyRunning(Exception):
    """Another process has the schedule."""

    def __init__(self, holder: leases.Holder) -> None:
        super().__init__(f"process {holder.pid} on {holder.host}")
        self.holder = holder


class Schedule:
    """Reads every place when it is due, in threads, as long as it holds the lease; a live one in a thread of its own.

    Outlives a store that is away: readings wait and begin again where they stopped. Outlives a clock that is set:
    forward, all places are due at once; back, what was to happen in an hour still does. `seconds` only goes forward.
    """

    def __init__(
        self,
        database: Database,
        listening: Listening,
        places: Iterable[tuple[str, Place]],
        clock: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.database = database
        self.listening = listening
        self.places = list(places)
        self.clock = clock
        self.seconds = seconds
        self.holder = leases.Holder(secrets.token_hex(8), socket.gethostname(), os.getpid())
        self.lost = threading.Event()
        """Set when another process took the schedule from us (we were suspended): stop."""
        self._turn = threading.Condition()
        self._reading = 0
        self._ending = False
        self._ended = threading.Event()
        self._patience = Patience(log)
        self._stays: dict[str, Stay] = {}
        self._forgot_at: datetime | None = None
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(READERS), "lease": ThreadPoolExecutor(1)},
            # However late: the machine slept, or its clock was set forward. Once, and now.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Take the lease and begin.

        Raises:
            AlreadyRunning: another live process has the schedule.
        """
        self._take_lease()
        scheduler = self._scheduler
        scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
        scheduler.add_job(self._renew, "interval", seconds=RENEW.total_seconds(), executor="lease", id="lease")
        scheduler.add_job(
            self._forget, "interval", seconds=FORGET.total_seconds(), executor="lease", id="forget",
            next_run_time=self.clock(),
        )  # fmt: skip
        self._add(self.places)
        scheduler.start()
        self._stay()
        threading.Thread(target=self._watch_clock, name="clock", daemon=True).start()

    def change(self, listening: Listening, places: Iterable[tuple[str, Place]]) -> None:
        """Read `places` from now on, and hear with `listening`.

        A place that stays keeps the time of its next reading; where it stopped stands in the store. A reading under way
        ends as it began.
        """
        before = {_job_id(source, place): place for source, place in self.places}
        self.listening, self.places = listening, list(places)
        wanted = {_job_id(source, place): (source, place) for source, place in self.places if not place.live}
        for job_id in self._stays.keys() - {_job_id(source, place) for source, place in self.places if place.live}:
            self._stays.pop(job_id).stop()
        scheduled = {job.id for job in self._scheduler.get_jobs()}
        for job_id in (before.keys() - wanted.keys()) & scheduled:
            with suppress(JobLookupError):  # its last reading found it gone and took it off meanwhile
                self._scheduler.remove_job(job_id)
        same = {job_id for job_id in wanted.keys() & scheduled if before[job_id].every == wanted[job_id][1].every}
        for job_id in same:
            with suppress(JobLookupError):
                self._scheduler.modify_job(job_id, args=wanted[job_id])
        self._add(wanted[job_id] for job_id in wanted if job_id not in same)
        self._stay()

    def _add(self, places: Iterable[tuple[str, Place]]) -> None:
        now = self.clock()
        for number, (source, place) in enumerate(places):
            if place.live:
                continue
            self._scheduler.add_job(
                self._read,
                "interval",
                args=(source, place),
                seconds=place.every.total_seconds(),
                jitter=max(1, int(place.every.total_seconds() / 10)),
                next_run_time=now + number * _FIRST_WAVE,
                id=_job_id(source, place),
                replace_existing=True,
            )

    def _stay(self) -> None:
        """Stay in every live place; one that was stayed in before is left first, for its collector may have changed."""
        for source, place in self.places:
            if place.live:
                before = self._stays.get(_job_id(source, place))
                if before:
                    before.stop()
                self._stays[_job_id(source, place)] = Stay(place, partial(self._seconds_to, source, place), before)

    def stop(self) -> bool:
        """Read nothing more and give the lease back. False when a reading was still under way at the end."""
        with self._turn:
            self._ending = True
        self._ended.set()
        for stay in self._stays.values():
            stay.stop()
        if self._scheduler.running:
            # Not shutdown(wait=True): it holds the scheduler's lock while it waits for readings, which may want it.
            self._scheduler.shutdown(wait=False)
        with self._turn:
            clean = self._turn.wait_for(lambda: not self._reading, LAST_BREATH.total_seconds())
        try:
            with self.database.write() as session:
                leases.release(session, ROLE, self.holder, self.clock())
        except AWAY as error:
            log.warning("the schedule could not be given back (%s): it is free in %s", error, leases.LEASE)
        return clean

    def _read(self, source: str, place: Place) -> None:
        at = self._look(source, place)
        with self._turn:
            if at and not self._ending:
                self._next(_job_id(source, place), at)

    def _seconds_to(self, source: str, place: Place) -> float:
        at = self._look(source, place)
        return (at - self.clock()).total_seconds() if at else 0.0

    def _look(self, source: str, place: Place) -> datetime | None:
        """Read a place; when it is read next, None where we are ending."""
        with self._turn:
            if self._ending:
                return None
            self._reading += 1
        try:
            at = self.listening.run(source, place).next_poll_at or self.clock() + DISABLED_LOOK
            self._patience.back()
        except AWAY as error:
            at = self.clock() + timedelta(seconds=self._patience.away(error))
        finally:
            with self._turn:
                self._reading -= 1
                self._turn.notify_all()
        return at

    def _next(self, job_id: str, at: datetime) -> None:
        with suppress(JobLookupError):  # an edit of the configuration took the place off while it was read
            self._scheduler.modify_job(job_id, next_run_time=at)

    def _take_lease(self) -> None:
        with self.database.write() as session:
            other = leases.acquire(session, ROLE, self.holder, self.clock())
            if other and other.host == self.holder.host and not alive(other.pid):
                other = leases.acquire(session, ROLE, self.holder, self.clock(), dead=other)
        if other:
            raise AlreadyRunning(other)

    def _renew(self) -> None:
        try:
            with self.database.write() as session:
                other = leases.acquire(session, ROLE, self.holder, self.clock())
        except AWAY as error:  # nobody else can take it either
            self._patience.away(error)
            return
        if other:
            log.error("process %d on %s took the schedule while this one slept: stopping", other.pid, other.host)
            self.lost.set()

    def _forget(self) -> None:
        now = self.clock()
        try:
            forget(self.database, now, self._forgot_at)
        except AWAY as error:
            self._patience.away(error)
            return
        self._forgot_at = now

    def _watch_clock(self) -> None:
        ahead = self._ahead()
        while not self._ended.wait(CLOCK_LOOK.total_seconds()):
            by = self._ahead() - ahead
            if by > -SET_BACK or self._follow_clock(by):
                ahead += by

    def _ahead(self) -> timedelta:
        """How far the clock is ahead of the one that only goes forward; only the change of it says something."""
        return self.clock() - datetime.fromtimestamp(self.seconds(), UTC)

    def _follow_clock(self, by: timedelta) -> bool:
        """The clock was set back: all that waits for a moment waits as long as before. False if the store is away."""
        log.warning("the clock was set back by %s: the schedule moves with it", -by)
        try:
            with self.database.write() as session:
                sources.clock_moved(session, by)
        except AWAY as error:
            self._patience.away(error)
            return False
        for job in self._scheduler.get_jobs():  # a place that is not due then puts itself off again
            with suppress(JobLookupError):
                self._scheduler.modify_job(job.id, next_run_time=self.clock())
        return True


def _job_id(source: str, place: Place) -> str:
    return f"{source} {place.key}"


def _report(event: JobEvent) -> None:
    if event.code == EVENT_JOB_ERROR:
        log.error("job %s failed", event.job_id, exc_info=event.exception)
    else:
        log.debug("job %s is still at work; its next turn was skipped", event.job_id)


def alive(pid: int) -> bool:
    """Whether this machine has a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
