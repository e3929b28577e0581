"""Sends what is approved: never twice, never lost. `docs/decisions/0010-never-twice.md` argues each step.

1. claim: `approved -> sending` in its own transaction, where the rule of who may speak is asked again;
2. publish, outside any transaction;
3. store what came of it. A process that dies between 1 and 3 leaves a `sending` row;
4. recover: once no process can be sending it any more, ask the network whether it stands there, at once and again
   after its `settle`: there -> sent; absent twice -> approved again; cannot be asked -> unclear, a person decides.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event, Lock

from sqlmodel import Session

from config.schema import Config
from models.away import Patience
from models.database import AWAY, Database
from models.errors import AccessLost, Refused, RetryLater, Unclear
from models.status import ReplyStatus
from models.store import replies, switches
from models.store.decisions import OUTBOX
from models.store.mentions import NotFound
from models.tables import PostRow, ReplyRow
from responders.publisher import FindsReply, Manner, Preview, ProblemCode, Publisher, Receipt, Retracts
from responders.registry import Publishers
from responders.seeing import ref_of
from responders.speaking import Silence, Speech, why_silent
from responders.worker import Life, Worker, token_of

_log = logging.getLogger(__name__)

ABANDONED = timedelta(minutes=5)
"""How long a claim from another machine is left alone. Its process cannot be asked about, so it is never sent again."""
PATIENCE = timedelta(minutes=15)
"""How long a network that does not answer is asked for a reply before a person is."""
_LOOK_AGAIN = timedelta(seconds=5)
_SOON = timedelta(seconds=1)
_POLL_SECONDS = 1.0
_SKEW = timedelta(minutes=10)
"""A network's clock may be behind ours: an identical text of ours this much older than the approval is this one."""


class Trouble(StrEnum):
    """What a reply's `problem` holds, as do `Silence` and `ProblemCode`; then `: ` and the network's own words."""

    REFUSED = "refused_by_network"
    ACCESS_LOST = "access_lost"
    RETRY = "network_busy"
    CANNOT_ASK = "cannot_ask"
    NO_ANSWER = "no_answer"
    ABSENT = "absent"
    RESTORED = "restored"
    CANNOT_RETRACT = "cannot_retract"
    RETRACT_LATER = "retract_later"

    def because(self, reason: str) -> str:
        """This trouble, with what the network said."""
        return f"{self.value}: {reason}" if reason else self.value


@dataclass(frozen=True, slots=True)
class _Hold:
    """Which state of which answer is in hand; anything else in the row means that somebody settled it meanwhile."""

    reply_id: int
    attempt: int
    looks: int
    claimed_by: str | None

    def still(self, row: ReplyRow) -> bool:
        now = (row.status, row.attempts, row.looks, row.claimed_by)
        return now == (ReplyStatus.SENDING.value, self.attempt, self.looks, self.claimed_by)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """What it takes to send an answer, or to find it, exactly as it was approved."""

    publisher: Publisher
    preview: Preview


class Outbox:
    """One process's hand at sending. Its methods may be called from any thread; they take turns.

    `publishing` False is `REPARTIE_PUBLISH=off`: nothing is claimed, what was in flight is still looked for.
    """

    def __init__(  # noqa: PLR0913 - the room's parts, then one setting by keyword
        self,
        database: Database,
        publishers: Publishers,
        config: Config,
        clock: Callable[[], datetime],
        worker: Worker,
        *,
        publishing: bool = True,
    ) -> None:
        self._database = database
        self._publishers = publishers
        self._config = config
        self._clock = clock
        self._worker = worker
        self._publishing = publishing
        self._turn = Lock()
        self._patience = Patience(_log)

    def run(self, stop: Event) -> None:
        """Send and look until `stop`; what is in flight then is waited for, at most one time-out of its network."""
        self._survive(self._bury)
        while not stop.is_set():
            busy = self._survive(self.recover) + self._survive(self.step) + self._survive(self.take_back)
            if not busy:
                stop.wait(self._survive(self._pause) or _POLL_SECONDS)

    def step(self) -> int:
        """Claim at most one due answer, send it, store what came of it. How many were claimed."""
        with self._turn:
            job = self._claim()
            if job is None:
                return 0
            self._send(*job)
            return 1

    def recover(self) -> int:
        """Look for each answer that nobody can be sending any more. How many were looked for."""
        with self._turn:
            with self._database.read() as session:
                rows = replies.sending(session)
            return sum(self._look_after(row) for row in rows)

    def take_back(self) -> int:
        """Take back at most one published answer whose retraction was asked for. How many were asked of a network.

        It needs no claim: a network that is asked twice does it once, and a kill in between only asks again.
        """
        with self._turn:
            with self._database.read() as session:
                row = replies.retracting(session, self._clock())
            if row is None or row.id is None:
                return 0
            publisher = self._publishers.of(row.brand, row.network)
            same = publisher is not None and (publisher.account, publisher.dry_run) == (row.account, row.dry_run)
            if not same or not isinstance(publisher, Retracts):
                self._retraction(row.id, replies.not_retracted, problem=Trouble.CANNOT_RETRACT.value)
                return 1
            receipt = Receipt(row.external_id or "", row.url or "", row.sent_at or row.approved_at)
            try:
                publisher.retract(receipt)
            except (RetryLater, Unclear) as error:
                soon = self._clock() + _LOOK_AGAIN
                until = max(error.at, soon) if isinstance(error, RetryLater) else soon
                problem = Trouble.RETRACT_LATER.because(error.reason)
                self._retraction(row.id, replies.retract_later, until=until, problem=problem)
            except (Refused, AccessLost) as error:
                problem = Trouble.CANNOT_RETRACT.because(error.reason)
                self._retraction(row.id, replies.not_retracted, problem=problem)
            else:
                self._retraction(row.id, replies.retracted)
            return 1

    def _retraction(self, reply_id: int, change: Callable[..., None], **details: object) -> None:
        with self._database.write() as session:
            row = replies.get(session, reply_id, lock=True)
            if row.status == ReplyStatus.RETRACTING.value:  # else another process was first
                change(session, row, who=OUTBOX, at=self._clock(), **details)

    def _survive(self, turn: Callable[[], float]) -> float:
        """What `turn` gives, or 0. The thread must outlive a store that is away or full, and a fault of an adapter."""
        try:
            found = turn()
        except AWAY as error:
            self._patience.away(error)
            return 0
        except Exception:  # noqa: BLE001 - said in the log; the row keeps its claim, and a later turn looks for it
            _log.exception("the outbox could not finish its turn")
            return 0
        self._patience.back()
        return found

    def _claim(self) -> tuple[_Hold, _Speaker, str] | None:
        with self._database.write() as session:
            if not self._publishing or switches.is_paused(session):
                return None
            while (row := replies.due(session, self._clock())) is not None:
                speaker = self._speaker(session, row)
                problem = self._problem(session, row, speaker)
                if speaker is not None and problem is None:
                    replies.claim(session, row, worker=self._worker.id, who=OUTBOX, at=self._clock())
                    return _hold(row), speaker, row.key
                replies.refuse(
                    session, row, problem=problem or Silence.OTHER_ACCOUNT.value, who=OUTBOX, at=self._clock()
                )
                session.flush()
        return None

    def _problem(self, session: Session, row: ReplyRow, speaker: _Speaker | None) -> str | None:
        """Why this answer may not leave after all, or None."""
        post = session.get_one(PostRow, row.post_id)
        if post.gone_at:
            return ProblemCode.CANNOT_REPLY.value
        speech = Speech(row.brand, row.network, post.author_handle, row.by_id, row.account, row.dry_run)
        silence = why_silent(speech, self._config, self._publishers, paused=False)
        if silence is not None:
            return silence.value
        problems = speaker.preview.problems if speaker else ()
        return problems[0].code.value if problems else None

    def _speaker(self, session: Session, row: ReplyRow) -> _Speaker | None:
        """None if nobody can speak, or ask, any more as the account that was approved."""
        publisher = self._publishers.of(row.brand, row.network)
        if publisher is None or publisher.dry_run != row.dry_run:
            return None
        manner = Manner.model_validate(row.manner)
        preview = publisher.preview(row.text, ref_of(session.get_one(PostRow, row.post_id)), manner)
        approved = (row.account, row.text, manner)
        return _Speaker(publisher, preview) if (preview.account, preview.text, preview.manner) == approved else None

    def _send(self, hold: _Hold, speaker: _Speaker, key: str) -> None:
        try:
            receipt = speaker.publisher.publish(speaker.preview, key)
        except RetryLater as error:
            until = max(error.at, self._clock() + _SOON)
            self._store(hold, replies.put_off, until=until, problem=Trouble.RETRY.because(error.reason))
        except Refused as error:
            self._store(hold, replies.refuse, problem=Trouble.REFUSED.because(error.reason))
        except AccessLost as error:
            # Nothing was published, but trying again would meet the same closed door: a person must open it.
            self._store(hold, replies.refuse, problem=Trouble.ACCESS_LOST.because(error.reason))
        except Unclear as error:
            self._store(hold, replies.release, why=error.reason)
        else:
            self._stands(hold.reply_id, receipt)

    def _look_after(self, row: ReplyRow) -> int:
        """One `sending` answer: left alone, released, or looked for. 1 if looked for."""
        may_send_again = True
        if row.claimed_by is not None:
            # Our own claims are not in flight: sending has its turn, and this is ours.
            mine = row.claimed_by == self._worker.id
            life = Life.DEAD if mine else self._worker.life_of(row.claimed_by)
            if life is Life.ALIVE:
                return 0
            if life is Life.DEAD:
                self._store(_hold(row), replies.release, why="the process that was sending it has ended")
                return 1  # looked for in the next round, from the row as it is then
            may_send_again = False
        since = row.claimed_at or row.approved_at
        ready_at = row.due_at if may_send_again else max(row.due_at, since + ABANDONED)
        if ready_at > self._clock():
            return 0
        self._look(row, may_send_again=may_send_again)
        return 1

    def _look(self, row: ReplyRow, *, may_send_again: bool) -> None:
        hold = _hold(row)
        with self._database.read() as session:
            speaker = self._speaker(session, row)
        if speaker is None or not isinstance(speaker.publisher, FindsReply):
            self._store(hold, replies.unclear, problem=Trouble.CANNOT_ASK.value)
            return
        try:
            receipt = speaker.publisher.find_reply(speaker.preview, row.key, row.approved_at - _SKEW)
        except (RetryLater, Unclear) as error:
            self._ask_later(row, error)
        except (AccessLost, Refused) as error:
            self._store(hold, replies.unclear, problem=Trouble.CANNOT_ASK.because(error.reason))
        except Exception as error:  # noqa: BLE001 - one network's faulty adapter must not keep the others waiting
            _log.exception("the network %s could not be asked for a reply", row.network)
            self._ask_later(row, Unclear(type(error).__name__))
        else:
            rules = self._publishers.rules(row.network)
            if receipt is not None:
                self._stands(hold.reply_id, receipt)
            elif not rules.reads_own_writes or not may_send_again:
                self._store(hold, replies.unclear, problem=Trouble.ABSENT.value)
            elif row.looks == 0:
                # Counted from when the request was surely over, never from the claim: a process may freeze in between.
                self._store(hold, replies.looked_in_vain, again_at=row.due_at + rules.settle)
            else:
                self._store(hold, replies.give_back)

    def _ask_later(self, row: ReplyRow, error: RetryLater | Unclear) -> None:
        now = self._clock()
        if now - (row.claimed_at or row.approved_at) > PATIENCE:
            self._store(_hold(row), replies.unclear, problem=Trouble.NO_ANSWER.because(error.reason))
            return
        again_at = max(error.at, now + _SOON) if isinstance(error, RetryLater) else now + _LOOK_AGAIN
        self._store(_hold(row), replies.look_later, again_at=again_at)

    def _stands(self, reply_id: int, receipt: Receipt) -> None:
        with self._database.write() as session:
            row = replies.get(session, reply_id, lock=True)
            replies.sent(
                session,
                row,
                external_id=receipt.external_id,
                url=receipt.url,
                published_at=receipt.at,
                who=OUTBOX,
                at=self._clock(),
            )

    def _store(self, hold: _Hold, change: Callable[..., None], **details: object) -> None:
        """Apply `change` if the row is still as it was when we took it in hand; else somebody settled it already."""
        with self._database.write() as session:
            row = replies.get(session, hold.reply_id, lock=True)
            if hold.still(row):
                change(session, row, who=OUTBOX, at=self._clock(), **details)

    def _pause(self) -> float:
        """Seconds until something is due; a second at most, since other processes approve and pause too."""
        now = self._clock()
        with self._database.read() as session:
            due_at = replies.next_due(session)
        if due_at is None or due_at <= now:
            return _POLL_SECONDS
        return min(_POLL_SECONDS, (due_at - now).total_seconds())

    def _bury(self) -> int:
        """Forget the dead workers whose claims are all settled; how many."""
        found = self._worker.dead()
        with self._database.read() as session:  # after `found`: the dead claim no more
            claimed = {token_of(row.claimed_by) for row in replies.sending(session) if row.claimed_by}
        self._worker.bury(found - claimed)
        return len(found - claimed)


def _hold(row: ReplyRow) -> _Hold:
    if row.id is None:
        raise NotFound("reply", 0)
    return _Hold(row.id, row.attempts, row.looks, row.claimed_by)
