"""Plays a scenario on a square and its blogs, against a clock of its own that a test can move by hand."""

import heapq
import itertools
import random
import threading
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sandbox.scenario.schema import Answered, PastStep, Scenario, Step
from sandbox.social.accounts import Account
from sandbox.social.blogs import Article, Blog, Blogs
from sandbox.social.network import Event, Kind, Missing, Network
from sandbox.social.reading import ZONE

_PAUSE: Final = 1.5
"""Seconds between the last past post and the first live one."""
_LIKES_WITHIN: Final = 30.0
_TICK: Final = 0.5
"""Real seconds between two looks at the clock: how much late a reaction may be."""
_CIVIL: Final = (
    "bonjour", "bonsoir", "merci", "desole", "excus", "navre", "pardon", "regret",
    "hello", "hi ", "dear", "sorry", "thank", "apolog", "please",
)  # fmt: skip


def accounts_of(scenario: Scenario) -> list[Account]:
    """Its people, as the square knows them."""
    return [Account(**person.model_dump()) for person in scenario.people]


def blogs_of(scenario: Scenario) -> list[Blog]:
    """Its blogs, still empty."""
    return [Blog(**blog.model_dump()) for blog in scenario.blogs]


def is_civil(text: str) -> bool:
    """Whether an answer greets, thanks or apologises, in French or English: enough for an invented person."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign)) + " "
    return any(word in plain for word in _CIVIL)


class Player:
    """Does what is due. `speed` 2.0 plays twice as fast; `seed` fixes everything that is drawn.

    `advance(seconds)` moves the scenario's own time on; `run` does so from the real clock until `stop` is called.
    """

    def __init__(
        self, scenario: Scenario, network: Network, blogs: Blogs, *, speed: float = 1.0, seed: int = 1
    ) -> None:
        self._scenario = scenario
        self._network = network
        self._blogs = blogs
        self._speed = speed
        self._random = random.Random(seed)  # noqa: S311 - a story, nothing secret
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._lock = threading.RLock()
        self._changed = threading.Event()
        self._stopped = False
        self._now = 0.0
        self._ids: dict[str, str] = {}
        self._rules: dict[str, Answered] = {}
        network.subscribe(self._heard)

    def begin(self) -> None:
        """Put the past there, and the rest on the calendar."""
        with self._lock:
            at = self._plan_history()
            for step in self._scenario.live:
                at += step.after
                self._at(at, partial(self._do, step, None))
            if self._scenario.afterwards:
                self._plan_afterwards(at, [])

    def advance(self, seconds: float) -> None:
        """Do, in order, everything due within the next `seconds` of the scenario's time."""
        with self._lock:
            until = self._now + seconds
            while self._due and self._due[0][0] <= until:
                self._now, _, act = heapq.heappop(self._due)
                act()
            self._now = until

    def run(self) -> None:
        """Begin, then keep up with the real clock until `stop`."""
        self.begin()
        last = time.monotonic()
        while not self._stopped:
            with self._lock:
                wait = (self._due[0][0] - self._now) / self._speed if self._due else _TICK
            self._changed.wait(min(max(wait, 0.0), _TICK))
            self._changed.clear()
            now = time.monotonic()
            self.advance((now - last) * self._speed)
            last = now

    def start(self) -> threading.Thread:
        """`run` in a thread that ends with the process."""
        thread = threading.Thread(target=self.run, name="scenario", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End `run` at once."""
        self._stopped = True
        self._changed.set()

    def _plan_history(self) -> float:
        today = self._network.clock().astimezone(ZONE).replace(second=0, microsecond=0)
        at_start: list[tuple[datetime, PastStep]] = []
        arriving: list[tuple[datetime, PastStep]] = []
        for day in self._scenario.history:
            for step in day.posts:
                hour, minute = (int(part) for part in step.at.split(":"))
                at = (today - timedelta(days=day.days_ago)).replace(hour=hour, minute=minute)
                (at_start if day.arrives == "at_start" else arriving).append((at, step))
        for at, step in sorted(at_start, key=_date):
            self._do(step, at)
        if not arriving:
            return 0.0
        for number, (at, step) in enumerate(sorted(arriving, key=_date)):
            moment = self._scenario.fast_forward * (number + 1) / len(arriving)
            self._at(moment, partial(self._do, step, at))
        return self._scenario.fast_forward + _PAUSE

    def _plan_afterwards(self, last: float, left: list[Step]) -> None:
        if not left:
            said = [*(step for day in self._scenario.history for step in day.posts), *self._scenario.live]
            left = [step for step in said if step.say and not (step.once or step.reply_to or step.when_answered)]
            self._random.shuffle(left)
        if not left or self._scenario.afterwards is None:
            return
        step, moment = left.pop(), last + self._random.uniform(*self._scenario.afterwards.every)

        def again() -> None:
            self._do(step.model_copy(update={"id": None, "likes": self._random.randrange(4)}), None)
            self._plan_afterwards(moment, left)

        self._at(moment, again)

    def _at(self, moment: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._order), act))
        self._changed.set()

    def _do(self, step: Step, at: datetime | None) -> None:
        try:
            if step.article is not None:
                self._write(step, at)
            elif step.repost is not None:
                self._network.repost(self._ids[step.repost], step.by, at)
            elif step.say is not None:
                self._say(step, step.say, at)
        except Missing:
            return  # a visitor or a test deleted what this step is about

    def _say(self, step: Step, text: str, at: datetime | None) -> None:
        parent = self._ids[step.reply_to] if step.reply_to else None
        post = self._network.publish(step.by, text, parent, at=at, likes=step.likes if at else 0, picture=step.picture)
        if step.id:
            self._ids[step.id] = post.id
        if step.closed:
            self._network.close(post.id)
        if step.when_answered:
            self._rules[post.id] = step.when_answered
        if at is None:
            self._plan_likes(post.id, step)

    def _plan_likes(self, post_id: str, step: Step) -> None:
        others = [person.handle for person in self._scenario.people if person.handle != step.by and not person.official]
        for handle in self._random.sample(others, min(step.likes, len(others))):
            moment = self._now + self._random.uniform(1, _LIKES_WITHIN)
            self._at(moment, partial(self._like, post_id, handle))

    def _like(self, post_id: str, handle: str) -> None:
        try:
            self._network.like(post_id, handle)
        except Missing:
            return

    def _write(self, step: Step, at: datetime | None) -> None:
        if step.article is None:
            return
        article = Article(
            slug=step.article.slug,
            title=step.article.title,
            author=self._network.accounts[step.by].name,
            at=at or self._network.clock(),
            paragraphs=step.article.paragraphs,
        )
        self._blogs.publish(step.article.blog, article)

    def _heard(self, event: Event) -> None:
        """A brand answered somebody: they like it, and say what their rule says."""
        answer = event.post
        if event.kind is not Kind.POST or not answer.author.official or answer.in_reply_to is None:
            return
        try:
            asked = self._network.post(answer.in_reply_to)
        except Missing:
            return
        if asked.author.official or abs(answer.at - self._network.clock()) > timedelta(hours=1):
            return  # brands among themselves, or a day gone by
        with self._lock:
            rule = self._rules.pop(asked.id, None)
            civil = is_civil(answer.text)
            after = rule.after if rule else 4.0
            if civil:
                self._at(self._now + after, partial(self._like, answer.id, asked.author.handle))
            words = rule and (rule.polite if civil else rule.otherwise)
            if words:
                thanks = Step(by=asked.author.handle, say=words)
                self._at(self._now + after + 1, partial(self._reply, thanks, answer.id))

    def _reply(self, step: Step, parent: str) -> None:
        try:
            self._network.publish(step.by, step.say or "", parent)
        except Missing:
            return


def _date(planned: tuple[datetime, PastStep]) -> datetime:
    return planned[0]
