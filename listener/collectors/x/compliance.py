"""Asks X which of the posts that we keep are gone: a batch job a day, free; by id, for money, where that fails.

1 create a job -> 2 upload the ids -> 3 ask until it is done -> 4 download what is gone; all others stand. Who is not
told of here for a day is hidden, then erased (`repartie.forgetting`): this place only says what X said.
Facts: docs.x.com, “Batch compliance”, read 2026-11-22.
"""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from config.i18n import mark
from listener.collector import Batch, Cursor
from listener.collectors.x.asking import Asking
from listener.collectors.x.posts import NETWORK
from listener.collectors.x.search import look_up
from models.errors import AccessLost
from models.post import Engagement

if TYPE_CHECKING:
    import tweepy

DAILY: Final = timedelta(hours=20)
"""From one check to the next: four hours before any post is hidden."""
PATIENCE: Final = timedelta(hours=2)
"""How long a job may take; then posts are asked for one by one."""
LOOK: Final = timedelta(minutes=5)
_MANY: Final = 2000
"""Posts told of in one batch."""
_FEW: Final = 100  # ids of one look-up (docs.x.com, “Get Posts by IDs”)
_ENDED: Final = frozenset({"failed", "expired"})
_WHY: Final = {
    "failed": mark("X's job failed"),
    "expired": mark("X's job expired"),
    "late": mark("X's job took too long"),
    "refused": mark("X gave no job"),
}


class _Job(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    status: str = ""
    upload_url: str = ""
    download_url: str = ""


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    action: str = ""


class XCompliance:
    """Implements `Collector`; brings no posts.

    The cursor holds `done` (when the last check ended), or what goes on: `asked` (when it began: posts that were heard
    of since then are not in it) with `job`, `standing` (its answer was taken in, the rest is told to stand) or
    `one_by_one` (why).
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._clock, self._t = asking.means.clock, asking.means.t

    def collect(self, cursor: Cursor | None) -> Batch:
        """The next step of a check, or nothing until the next one is due.

        Raises:
            NotYet: a limit of X's is used up, or the money of this month.
            RetryLater: X is away, busy, or its answer was cut.
            AccessLost: X does not let us in.
        """
        match cursor:
            case {"asked": str(asked), "job": str(job)}:
                return self._follow(asked, job)
            case {"asked": str(asked), "standing": True}:
                return self._standing(asked)
            case {"asked": str(asked), "one_by_one": str()}:
                return self._one_by_one(asked)
            case {"done": str(done)} if (due := datetime.fromisoformat(done) + DAILY) > self._clock():
                return Batch([], {"done": done}, poll_after=due - self._clock())
        return self._begin(cursor)

    def _begin(self, cursor: Cursor | None) -> Batch:
        asked = self._clock().isoformat()
        ids = self._ids(asked)
        if not ids:
            return self._done()
        try:
            job = self._job(lambda x: x.create_compliance_job("tweets", name="repartie"))
        except AccessLost as error:
            done = (cursor or {}).get("done")
            if done and self._clock() - datetime.fromisoformat(done) < DAILY + PATIENCE:
                return Batch([], {"done": done})  # X takes one job at a time: there is still time to ask again
            return self._fall_back(asked, "refused", error.reason)
        self._asking.carry("PUT", job.upload_url, "\n".join(ids).encode())
        return Batch([], {"asked": asked, "job": job.id})

    def _follow(self, asked: str, job_id: str) -> Batch:
        job = self._job(lambda x: x.get_compliance_job(job_id))
        if job.status in _ENDED:
            return self._fall_back(asked, job.status)
        if job.status != "complete":
            if self._clock() - datetime.fromisoformat(asked) > PATIENCE:
                return self._fall_back(asked, "late")
            return Batch([], {"asked": asked, "job": job_id})
        gone = self._gone(self._asking.carry("GET", job.download_url))
        return Batch([], {"asked": asked, "standing": True}, more=True, deleted=gone)

    def _standing(self, asked: str) -> Batch:
        """Told to stand, a post is last heard of now: the next batch does not name it again."""
        ids = self._ids(asked)
        if not ids:
            return self._done()
        return Batch(
            [], {"asked": asked, "standing": True}, more=True, engagement=dict.fromkeys(ids[:_MANY], Engagement())
        )

    def _fall_back(self, asked: str, why: str, said: str = "") -> Batch:
        count = len(self._ids(asked))
        notice = self._t(
            "{why}: {count} posts are asked for one by one, for ${price}",
            why=self._t(_WHY[why]) + (f" ({said})" if said else ""),
            count=self._t.number(count),
            price=self._t.number(round(float(self._asking.options.prices.post * count), 2)),
        )
        return Batch([], {"asked": asked, "one_by_one": why}, more=True, notices=[notice])

    def _one_by_one(self, asked: str) -> Batch:
        ids = self._ids(asked)[:_FEW]
        if not ids:
            return self._done()
        found = look_up(self._asking, ids)
        silent = [name for name in ids if name not in found.engagement]  # X names no error for some that are gone
        return Batch(
            [], {"asked": asked, "one_by_one": "going"}, more=True, deleted=silent, engagement=found.engagement
        )

    def _done(self) -> Batch:
        return Batch([], {"done": self._clock().isoformat()}, poll_after=DAILY)

    def _ids(self, asked: str) -> list[str]:
        return [
            name for name in self._asking.means.standing(NETWORK, datetime.fromisoformat(asked)) if name.isdecimal()
        ]

    def _job(self, how: Any) -> _Job:  # noqa: ANN401 - what tweepy is told
        def asked(x: "tweepy.Client") -> Any:  # noqa: ANN401 - what tweepy hands over
            return how(x)

        said = self._asking.ask("compliance", asked)
        try:
            return _Job.model_validate(said.get("data"))
        except ValidationError as error:
            raise self._asking.unreadable() from error

    def _gone(self, file: bytes) -> list[str]:
        """One JSON object a line; X also names posts whose place was taken away, which we never keep."""
        try:
            events = [_Event.model_validate(json.loads(line)) for line in file.splitlines() if line.strip()]
        except (ValueError, ValidationError) as error:
            raise self._asking.unreadable() from error
        return [event.id for event in events if event.action != "scrub_geo"]
