"""One run of one place: read, match, judge, and store mentions and cursor in one transaction.

1 where did we stop -> 2 collect -> 3 match -> 4 judge what is new -> 5 store, with the cursor -> again while there is
more. A kill at any moment loses and doubles nothing: what was not stored is read again, what was is recognised.
"""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from config.schema import Brand
from listener.collector import Batch, Refreshes
from listener.conversations import turn
from listener.ears import Brands, Ears
from listener.matching import Matcher
from listener.registry import Place
from listener.stories import fingerprint
from listener.triage import WITHOUT_RULES, Ruling, Subject, Triage
from listener.weighing import Scales, Weighed
from models.database import Database
from models.errors import AccessLost, NotYet, RetryLater
from models.ml.judge import Ask, Judge
from models.post import Post
from models.status import SourceStatus
from models.store import candidates, following, gaps, sources
from models.store.conversations import Follows, answered_by_us
from models.store.hearing import Heard, Identity, Stored, identity, known, store
from models.verdict import Verdict

_T = TypeVar("_T")
log = logging.getLogger(__name__)

LONGEST_BACK_OFF = timedelta(hours=6)
LONGEST_PATIENCE = timedelta(hours=24)
_BATCHES = 200  # a run ends after so many, and the next continues: one source never keeps a thread for ever
_EARLIEST = timedelta(seconds=1)
_IN_ITS_THREAD = Ruling(shown=True, rule="")
"""What answers our own answer is always shown."""
LONGEST_TURN = timedelta(hours=1)
"""A limit of ours that lasts longer is looked at again all the same: a person may have raised it."""
STILL_CALM = timedelta(minutes=30)
"""A place that our limits keep us from for longer is deaf, and shown as such."""
MATTERS = timedelta(hours=48)
RESTED = timedelta(minutes=30)
"""Posts of the last `MATTERS` that matter are asked for again, each at most once in `RESTED`."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run brought and when the place is read next; None when a person must mend it first.

    `our_turn` False: our own manners sent us away before anybody was asked; come again at `next_poll_at`.
    """

    posts: int
    mentions: int
    edited: int
    next_poll_at: datetime | None
    problem: str = ""
    our_turn: bool = True


class Listening:
    """Hears for all brands. One instance serves every thread."""

    def __init__(  # noqa: PLR0913 - what hearing works with
        self,
        database: Database,
        brands: Sequence[Brand],
        matcher: Matcher,
        judge: Judge,
        clock: Callable[[], datetime],
        *,
        triage: Triage = WITHOUT_RULES,
        keep_candidates: timedelta = timedelta(0),
    ) -> None:
        self.database = database
        self.ears = Ears(brands, matcher)
        self.scales = Scales(brands)
        self.judge = judge
        self.clock = clock
        self.triage = triage
        self.keep_candidates = keep_candidates

    def run(self, source: str, place: Place) -> Run:
        """Read one place of `source` until it has no more, unless it is disabled or asked us to wait."""
        now = self.clock()
        with self.database.write() as session:
            row = sources.ensure(session, source, place.key, place.kind, now)
            if row.status == SourceStatus.DISABLED.value and row.mark != place.mark:
                sources.enable(row, now)
            cursor, status, due = row.cursor, row.status, sources.due_at(row, now)
        if status == SourceStatus.DISABLED.value:
            return Run(0, 0, 0, None, row.reason)
        if due and due - now > _EARLIEST:
            return Run(0, 0, 0, due)
        posts = mentions = edited = 0
        for _ in range(_BATCHES):
            try:
                batch = place.collector.collect(cursor)
            except NotYet as turn:
                return Run(posts, mentions, edited, self._keeps_away(source, place, turn), our_turn=False)
            except RetryLater as patience:
                return Run(posts, mentions, edited, self._failed(source, place, patience), patience.reason)
            except AccessLost as lost:
                self._lost(source, place, lost)
                return Run(posts, mentions, edited, None, lost.reason)
            stored, next_poll_at = self._take_in(source, place, batch)
            posts += len(batch.posts)
            mentions += len(stored.mentions)
            edited += len(stored.edited)
            cursor = batch.cursor
            if not batch.more:
                break
        return self._refresh(source, place, Run(posts, mentions, edited, next_poll_at))

    def hear(
        self,
        posts: Sequence[Post],
        brands: Sequence[Brands],
        now: datetime,
        source: str | None = None,
        going_on: Mapping[Identity, Mapping[str, int]] = MappingProxyType({}),
    ) -> list[Heard]:
        """Judge what concerns a brand (`brands`, one entry for each post), unless the store holds it unchanged.

        A post of which the rules show one brand's mention and not the other's is heard twice. What answers our own
        answer (`going_on`: for which brands, and their first mention) is always shown.
        """
        matched = {identity(post): (post, words) for post, words in zip(posts, brands, strict=True) if words}
        with self.database.read() as session:
            held = known(session, (post for post, _ in matched.values()))
        fresh = {key for key, (post, _) in matched.items() if key not in held or not held[key].says(post)}
        asks = [
            Ask(post, brand)
            for key, (post, words) in matched.items()
            for brand in words
            if key in fresh or brand not in held[key].brands
        ]
        verdicts: dict[tuple[str, str], dict[str, Verdict]] = {}
        for ask, verdict in zip(asks, self.judge.judge(asks), strict=True):
            verdicts.setdefault(identity(ask.post), {})[ask.brand or ""] = verdict
        with self.database.read() as session:
            weighed = {
                key: {
                    brand: self.scales.weigh(session, matched[key][0], brand, of, now) for brand, of in judged.items()
                }
                for key, judged in verdicts.items()
            }
        heard = []
        for key, (post, found) in matched.items():
            said = fingerprint(post) if key in fresh else None
            judged, weights = verdicts.get(key, {}), weighed.get(key, {})
            follows = {
                brand: Follows(first, turn(post.text, judged[brand].label if brand in judged else None))
                for brand, first in going_on.get(key, {}).items()
                if brand in found
            }
            ruled: dict[Ruling, Brands] = {}
            for brand, words in found.items():
                ruling = _IN_ITS_THREAD
                if brand not in follows:
                    subject = _subject(post, brand, words, source, judged.get(brand), weights.get(brand))
                    ruling = self.triage.decide(subject, now)
                ruled.setdefault(ruling, {})[brand] = words
            risks = {brand: weight.risk for brand, weight in weights.items()}
            heard += [
                Heard(post, part, _only(judged, part), *ruling, said, _only(follows, part), _only(risks, part))
                for ruling, part in ruled.items()
            ]  # fmt: skip
        return heard

    def match(self, posts: Sequence[Post]) -> list[Brands]:
        """For each post, the brands it concerns and the words that say so. Our own accounts never concern us."""
        return self.ears.match(posts)

    def _take_in(self, source: str, place: Place, batch: Batch) -> tuple[Stored, datetime]:
        with self.database.read() as session:
            going_on = answered_by_us(session, batch.posts)
        listeners = [
            dict.fromkeys(self.ears.goes_on(going_on.get(identity(post), {}), post), ())
            | {brand: words for brand, words in found.items() if self.ears.listens(brand, source)}
            for post, found in zip(batch.posts, self.match(batch.posts), strict=True)
        ]
        heard = self.hear(batch.posts, listeners, self.clock(), source, going_on)
        passed_over = [post for post, found in zip(batch.posts, listeners, strict=True) if not found]
        now = self.clock()
        least = timedelta(0) if place.live else place.every
        wait = min(max(least, batch.poll_after or timedelta(0)), LONGEST_PATIENCE)
        with self.database.write() as session:
            stored = store(session, source, heard, now)
            candidates.keep(session, source, passed_over, keep=self.keep_candidates, now=now)
            following.count(session, place.network, batch.engagement, now)
            gone = following.erase(session, place.network, batch.deleted, now)
            gaps.keep(session, source, place.key, [(gap.start, gap.end, gap.reason) for gap in batch.gaps], now)
            sources.succeeded(
                sources.ensure(session, source, place.key, place.kind, now),
                cursor=batch.cursor,
                next_poll_at=now if batch.more else now + wait,
                notices=batch.notices,
                last_post_at=max((post.at for post in batch.posts), default=None),
                now=now,
            )
        for notice in batch.notices:
            log.warning("%s %s: %s", source, place.key, notice)
        for gap in batch.gaps:
            log.error("%s %s: nothing is known of %s to %s: %s", source, place.key, gap.start, gap.end, gap.reason)
        if gone:
            log.info("%s %s: %d posts were taken back", source, place.key, len(gone))
        if stored.mentions:
            log.info("%s %s: %d new mentions of %d posts", source, place.key, len(stored.mentions), len(batch.posts))
        return stored, now if batch.more else now + wait

    def _refresh(self, source: str, place: Place, run: Run) -> Run:
        """Ask again for the posts that matter, after a reading that went well and in its thread."""
        if not isinstance(place.collector, Refreshes):
            return run
        now = self.clock()
        with self.database.read() as session:
            ids = following.that_matter(
                session,
                source,
                place.network,
                since=now - MATTERS,
                rested=RESTED,
                limit=place.collector.most,
                now=now,
            )
        if not ids:
            return run
        try:
            found = place.collector.refresh(ids)
        except RetryLater as patience:  # the reading itself went well: nothing is deaf
            log.info("%s %s: posts could not be asked for again: %s", source, place.key, patience.reason)
            return replace(run, next_poll_at=max(run.next_poll_at or now, min(patience.at, now + LONGEST_TURN)))
        except AccessLost as lost:
            self._lost(source, place, lost)
            return replace(run, next_poll_at=None, problem=lost.reason)
        with self.database.write() as session:
            following.asked(session, place.network, ids, now)
            following.count(session, place.network, found.engagement, now)
            following.erase(session, place.network, found.deleted, now)
        return run

    def _keeps_away(self, source: str, place: Place, turn: NotYet) -> datetime:
        """When the place has its turn. Long enough, and it is deaf: that is stored, so that nobody reads calm in it."""
        now = self.clock()
        if turn.at - now > STILL_CALM:
            with self.database.write() as session:
                row = sources.ensure(session, source, place.key, place.kind, now)
                sources.waits(row, reason=turn.reason, next_poll_at=min(turn.at, now + LONGEST_TURN), now=now)
            log.warning("%s %s is not read until %s: %s", source, place.key, turn.at.isoformat(), turn.reason)
        return min(turn.at, now + LONGEST_TURN)

    def _failed(self, source: str, place: Place, patience: RetryLater) -> datetime:
        now = self.clock()
        with self.database.write() as session:
            row = sources.ensure(session, source, place.key, place.kind, now)
            back_off = min(place.every * 2 ** min(row.failures, 10), LONGEST_BACK_OFF)
            jitter = 1 + random.random() / 10  # noqa: S311 - spreads retries, guards nothing
            at: datetime = max(patience.at, now + back_off * jitter)
            sources.failed(row, reason=patience.reason, next_poll_at=at, now=now)
        log.warning("%s %s does not answer: %s; next try %s", source, place.key, patience.reason, at.isoformat())
        return at

    def _lost(self, source: str, place: Place, lost: AccessLost) -> None:
        now = self.clock()
        with self.database.write() as session:
            row = sources.ensure(session, source, place.key, place.kind, now)
            sources.disabled(row, reason=lost.reason, mark=place.mark, now=now)
        log.error("%s %s is disabled: %s", source, place.key, lost.reason)


def _subject(  # noqa: PLR0913, PLR0917 - everything that is known of a mention
    post: Post, brand: str, words: tuple[str, ...], source: str | None, verdict: Verdict | None, weight: Weighed | None
) -> Subject:
    if weight is None:
        return Subject(post, brand, words, source, verdict)
    return Subject(post, brand, words, source, verdict, weight.risk.value, weight.reach)


def _only(of: Mapping[str, _T], brands: Brands) -> dict[str, _T]:
    return {brand: of[brand] for brand in brands if brand in of}
