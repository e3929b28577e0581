"""One run of one place: read, match, judge, and store mentions and cursor in one transaction.

1 where did we stop -> 2 collect -> 3 match -> 4 judge what is new -> 5 store, with the cursor -> again while there is
more. A kill at any moment loses and doubles nothing: what was not stored is read again, what was is recognised.
"""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from config.schema import Brand
from listener.collector import Batch
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
from models.store import candidates, sources
from models.store.hearing import Heard, Stored, identity, known, store
from models.verdict import Verdict

_T = TypeVar("_T")
log = logging.getLogger(__name__)

LONGEST_BACK_OFF = timedelta(hours=6)
LONGEST_PATIENCE = timedelta(hours=24)
_BATCHES = 200  # a run ends after so many, and the next continues: one source never keeps a thread for ever
_EARLIEST = timedelta(seconds=1)


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
                return Run(posts, mentions, edited, turn.at, our_turn=False)
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
        return Run(posts, mentions, edited, next_poll_at)

    def hear(
        self, posts: Sequence[Post], brands: Sequence[Brands], now: datetime, source: str | None = None
    ) -> list[Heard]:
        """Judge what concerns a brand (`brands`, one entry for each post), unless the store holds it unchanged.

        A post of which the rules show one brand's mention and not the other's is heard twice.
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
            ruled: dict[Ruling, Brands] = {}
            for brand, words in found.items():
                subject = _subject(post, brand, words, source, judged.get(brand), weights.get(brand))
                ruled.setdefault(self.triage.decide(subject, now), {})[brand] = words
            risks = {brand: weight.risk for brand, weight in weights.items()}
            heard += [
                Heard(post, part, _only(judged, part), *ruling, said, _only(risks, part))
                for ruling, part in ruled.items()
            ]
        return heard

    def match(self, posts: Sequence[Post]) -> list[Brands]:
        """For each post, the brands it concerns and the words that say so. Our own accounts never concern us."""
        return self.ears.match(posts)

    def _take_in(self, source: str, place: Place, batch: Batch) -> tuple[Stored, datetime]:
        listeners = [
            {brand: words for brand, words in found.items() if self.ears.listens(brand, source)}
            for found in self.match(batch.posts)
        ]
        heard = self.hear(batch.posts, listeners, self.clock(), source)
        passed_over = [post for post, found in zip(batch.posts, listeners, strict=True) if not found]
        now = self.clock()
        wait = min(max(place.every, batch.poll_after or timedelta(0)), LONGEST_PATIENCE)
        with self.database.write() as session:
            stored = store(session, source, heard, now)
            candidates.keep(session, source, passed_over, keep=self.keep_candidates, now=now)
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
        if stored.mentions:
            log.info("%s %s: %d new mentions of %d posts", source, place.key, len(stored.mentions), len(batch.posts))
        return stored, now if batch.more else now + wait

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
            sources.disabled(sources.ensure(session, source, place.key, place.kind, now), reason=lost.reason, now=now)
        log.error("%s %s is disabled: %s", source, place.key, lost.reason)


def _subject(  # noqa: PLR0913, PLR0917 - everything that is known of a mention
    post: Post, brand: str, words: tuple[str, ...], source: str | None, verdict: Verdict | None, weight: Weighed | None
) -> Subject:
    if weight is None:
        return Subject(post, brand, words, source, verdict)
    return Subject(post, brand, words, source, verdict, weight.risk.value, weight.reach)


def _only(of: Mapping[str, _T], brands: Brands) -> dict[str, _T]:
    return {brand: of[brand] for brand in brands if brand in of}
