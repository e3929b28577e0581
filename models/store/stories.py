"""Stories in the store: each new post joins the story of which it is a copy, or opens one of its own.

Every look-up is by primary key, at most `len(keys of the batch)` of them, so the cost does not grow with the store.
docs/decisions/0032-stories.md says what is a copy and why.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session, col, delete, func, select, update

from models.store.insert import insert_new
from models.store.touch import touch_story
from models.story import ALIKE, SAME, Fingerprint, resemblance
from models.tables import PostRow, StoryKeyRow, StoryRow, StorySketchRow

WINDOW: Final = timedelta(days=14)
"""How long after (or before) its last known copy a story takes another one, by when they were said."""
FORGET: Final = timedelta(days=30)
"""How long after it was last heard a wording's sketch and keys are kept."""
_CHUNK: Final = 500  # parameters of a statement, under every database's limit
_FORGOTTEN: Final = 200  # wordings forgotten at each call: a transaction stays short
_TELLING: Final = frozenset({2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10_000})
_LOCK: Final = 7_203_001  # any number that nothing else locks


@dataclass(frozen=True, slots=True)
class Copy:
    """A post just stored or edited: its row, when it was said and how its copies are found."""

    post_id: int
    at: datetime
    print: Fingerprint


class Spread(NamedTuple):
    """How far a story went: posts, sites, and authors."""

    posts: int
    places: int
    authors: int


class Grown(NamedTuple):
    """What placing posts changed. `stories` grew far enough to tell of it; `posts` joined a story of others."""

    stories: frozenset[int] = frozenset()
    posts: frozenset[int] = frozenset()


_NOWHERE: Final = Spread(0, 0, 0)


def one_at_a_time(session: Session) -> None:
    """Wait until no other transaction stores posts, as SQLite's writers do; called before the first row is touched.

    Otherwise two transactions with two copies would open two stories, or wait for each other's rows for ever.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(func.pg_advisory_xact_lock(_LOCK)))


def place(session: Session, copies: Sequence[Copy], now: datetime) -> Grown:
    """Give each of `copies` its story, in their order, in a transaction that called `one_at_a_time`.

    An edited post that others copied stays in its story (a corrected article is still that article); one that stands
    alone is placed as if it were new.

    Returns:
        The stories and posts of which more is known how far they went.
    """
    if not copies:
        return Grown()
    _forget(session, now)
    moving = _leave(session, copies)
    index = _Index(session, moving, now)
    for copy in moving:
        index.place(copy)
    return index.write()


def spread(session: Session, story_id: int) -> Spread:
    """How far a story went, by what we heard of it."""
    return spreads(session, [story_id]).get(story_id, _NOWHERE)


def first(session: Session, story_id: int) -> PostRow | None:
    """The post that said it first; None once all are erased."""
    told = select(PostRow).where(PostRow.story_id == story_id).order_by(col(PostRow.at), col(PostRow.id))
    return session.exec(told.limit(1)).first()


def spreads(session: Session, stories: Iterable[int]) -> dict[int, Spread]:
    """How far each of these stories went; one that nobody tells any more is absent."""
    author = col(PostRow.network) + " " + col(PostRow.author_handle)
    counts = (func.count(), func.count(func.distinct(PostRow.site)), func.count(func.distinct(author)))
    found: dict[int, Spread] = {}
    for some in _chunks(stories):
        rows = select(PostRow.story_id, *counts).where(col(PostRow.story_id).in_(some)).group_by(col(PostRow.story_id))
        found.update((story, Spread(*counted)) for story, *counted in session.execute(rows))
    return found


def _forget(session: Session, now: datetime) -> None:
    old = select(StorySketchRow.id).where(StorySketchRow.heard_at < now - FORGET).limit(_FORGOTTEN)
    if ids := list(session.exec(old)):
        session.exec(delete(StorySketchRow).where(col(StorySketchRow.id).in_(ids)))


def _leave(session: Session, copies: Sequence[Copy]) -> list[Copy]:
    """Those of `copies` that have no story; an edited post alone in its story leaves it."""
    stories: dict[int, int] = {}
    for some in _chunks(copy.post_id for copy in copies):
        held = select(PostRow.id, PostRow.story_id).where(col(PostRow.id).in_(some), col(PostRow.story_id).is_not(None))
        stories.update((post or 0, story or 0) for post, story in session.exec(held))
    shared = {story for story, far in spreads(session, stories.values()).items() if far.posts > 1}
    if alone := set(stories.values()) - shared:
        session.exec(update(PostRow).where(col(PostRow.story_id).in_(alone)).values(story_id=None))
        session.exec(delete(StoryRow).where(col(StoryRow.id).in_(alone)))
    return [copy for copy in copies if stories.get(copy.post_id) not in shared]


class _Index:
    """The keys that a batch asks for, as the store holds them and as the batch itself adds to them."""

    def __init__(self, session: Session, copies: Sequence[Copy], now: datetime) -> None:
        self._session, self._now = session, now
        self._owners: dict[int, StorySketchRow] = {}
        wanted = {key for copy in copies for key in _asked(copy.print)} | {k for c in copies for k in c.print.left}
        for some in _chunks(wanted):
            rows = select(StoryKeyRow.key, StorySketchRow).join(StorySketchRow).where(col(StoryKeyRow.key).in_(some))
            self._owners.update((key, sketch) for key, sketch in session.exec(rows))
        self._stored = {key: sketch.id for key, sketch in self._owners.items()}
        self._opened: dict[int, datetime] = {}
        self._sketches: list[StorySketchRow] = []
        self._posts: dict[int, tuple[int, str]] = {}
        # Numbered here and not by the database, so that a batch is written in four statements; the lock, or
        # SQLite's one writer, makes it safe.
        self._stories = itertools.count(session.exec(select(func.coalesce(func.max(StoryRow.id), 0))).one() + 1)
        self._wordings = itertools.count(session.exec(select(func.coalesce(func.max(StorySketchRow.id), 0))).one() + 1)
        self._merged: dict[int, int] = {}

    def place(self, copy: Copy) -> None:
        """Find the story of one post, or open it."""
        drawn = copy.print
        near = {
            sketch.id: (sketch, alike)
            for sketch in self._owned(drawn.bands, copy.at)
            if (alike := resemblance(drawn.sketch, sketch.sketch)) >= ALIKE
        }
        by_text = [*self._owned(drawn.text_sought, copy.at), *(sketch for sketch, _ in near.values())]
        found = by_text or self._owned(drawn.link_sought, copy.at)
        stories = sorted({self._story(sketch) for sketch in found})
        if stories:
            story = stories[0]
        else:
            story = next(self._stories)
            self._opened[story] = copy.at
        if by_text:
            # The same text proves that they are one; one link may be named under any text, and merges nothing.
            self._merged.update(dict.fromkeys(stories[1:], story))
        self._posts[copy.post_id] = (story, drawn.site)
        known = max(near.values(), key=lambda pair: pair[1], default=None)
        if known and known[1] >= SAME:
            sketch = known[0]
        elif found and not drawn.sketch:
            sketch = found[0]
        else:
            sketch = StorySketchRow(
                id=next(self._wordings),
                story_id=story,
                sketch=drawn.sketch,
                since=copy.at,
                until=copy.at,
                heard_at=self._now,
            )
            self._sketches.append(sketch)
        for heard in (*found, sketch):
            heard.since, heard.until = min(heard.since, copy.at), max(heard.until, copy.at)
            heard.heard_at = self._now
        for key in (*drawn.left, *drawn.bands):
            if key not in self._owners or not _is_open(self._owners[key], copy.at):
                self._owners[key] = sketch

    def write(self) -> Grown:
        """Write what the batch changed; a story that grew asks for its cards to be redrawn."""
        session, now = self._session, self._now
        before = self._grown()
        for young, old in sorted(self._merged.items()):
            oldest = self._root(old)
            for table in (PostRow, StorySketchRow):
                moved = update(table).where(col(table.story_id) == young).values(story_id=oldest)
                session.exec(moved)
        opened = [
            {"id": story, "opened_at": at, "grown_at": now}
            for story, at in self._opened.items()
            if story not in self._merged
        ]
        insert_new(session, StoryRow, opened)
        for sketch in (*self._sketches, *self._owners.values()):
            sketch.story_id = self._story(sketch)
        session.add_all(self._sketches)
        session.flush()
        session.exec(delete(StoryRow).where(col(StoryRow.id).in_(set(self._merged) - set(self._opened))))
        self._write_keys()
        placed = [
            {"id": post, "story_id": self._root(story), "site": site} for post, (story, site) in self._posts.items()
        ]
        session.execute(update(PostRow), placed)
        return self._tell(before)

    def _write_keys(self) -> None:
        changed = {key: sketch.id for key, sketch in self._owners.items() if self._stored.get(key) != sketch.id}
        for some in _chunks(key for key in changed if key in self._stored):
            self._session.exec(delete(StoryKeyRow).where(col(StoryKeyRow.key).in_(some)))
        insert_new(self._session, StoryKeyRow, [{"key": key, "sketch_id": changed[key]} for key in sorted(changed)])

    def _grown(self) -> dict[int, Spread]:
        """How far each story that another copy joins has gone."""
        sizes = Counter(self._root(story) for story, _ in self._posts.values())
        return spreads(self._session, [story for story, size in sizes.items() if size > 1 or story not in self._opened])

    def _tell(self, before: dict[int, Spread]) -> Grown:
        after = self._grown()
        further = set()
        for story, far in sorted(after.items()):
            if any(told(one, other) for one, other in zip(before.get(story, _NOWHERE), far, strict=True)):
                touch_story(self._session, story)
                further.add(story)
        joined = update(StoryRow).where(col(StoryRow.id).in_(set(before)))
        self._session.exec(joined.values(grown_at=self._now))
        joined_by = frozenset(post for post, (story, _) in self._posts.items() if self._root(story) in before)
        return Grown(frozenset(further), joined_by)

    def _owned(self, keys: Iterable[int], at: datetime) -> list[StorySketchRow]:
        found = {sketch.id: sketch for key in keys if (sketch := self._owners.get(key))}
        return [sketch for sketch in found.values() if _is_open(sketch, at)]

    def _story(self, sketch: StorySketchRow) -> int:
        return self._root(sketch.story_id)

    def _root(self, story: int) -> int:
        while story in self._merged:
            story = self._merged[story]
        return story


def told(then: int, today: int) -> bool:
    """Whether a count passed a number worth a redraw: each of the first copies, then ever fewer."""
    return any(then < step <= today for step in _TELLING)


def _asked(drawn: Fingerprint) -> tuple[int, ...]:
    return (*drawn.text_sought, *drawn.link_sought, *drawn.bands)


def _is_open(sketch: StorySketchRow, at: datetime) -> bool:
    return sketch.since - WINDOW <= at <= sketch.until + WINDOW


def _chunks(keys: Iterable[int]) -> Iterable[list[int]]:
    listed = sorted(set(keys))
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
