"""What an edited configuration would add to and drop from the mentions of each brand, tried on what was heard lately.

Tried on stored posts (mentions of some brand) and on candidates (posts no query wanted, see `models.store.candidates`).
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session

from config.query import parse
from config.schema import Brand, Config
from listener.ears import Ears
from listener.matching import Matcher
from models.post import Post
from models.store import candidates, past
from models.store.candidates import Recorded
from repartie.replay import SOURCE as REPLAYED

_AT_ONCE: Final = 2_000
_SAME: Final = 0.5
"""Share of a vanished brand's mentions that a new brand must find to be that brand under a new name."""

Refs = set[int]
"""Posts by the id of their row; candidates by theirs, below zero."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changes for one brand.

    `earlier_name` is set where it was renamed, `gone` where nobody watches it any more. `added` and `dropped` are
    exact over what is recorded; `added_in_all` is how many there would have been, where a source's candidates are a
    sample.
    """

    brand: str
    was: Refs
    now: Refs
    earlier_name: str | None = None
    gone: bool = False
    added_in_all: int = 0

    @property
    def added(self) -> Refs:
        """What it would find and did not."""
        return self.now - self.was

    @property
    def dropped(self) -> Refs:
        """What it found and would not."""
        return self.was - self.now

    @property
    def share(self) -> float | None:
        """Added and dropped over what it had; None where it had nothing to compare with."""
        return (self.added_in_all + len(self.dropped)) / len(self.was) if self.was else None


@dataclass(frozen=True, slots=True)
class Backtest:
    """All changes, the largest first, and what they were tried on."""

    changes: tuple[Change, ...]
    unchanged: tuple[str, ...]
    posts: int
    candidates: int
    recorded: tuple[Recorded, ...]
    ears: Ears
    since: datetime


class _Tried(NamedTuple):
    """One thing the brands are asked about; `heard` are the brands it is a mention of, with their sources."""

    ref: int
    post: Post
    sources: frozenset[str]
    heard: Mapping[str, str]


@dataclass(slots=True)
class _Found:
    """What was found so far: brand -> posts, with the configuration of then and of now."""

    was: dict[str, Refs] = field(default_factory=dict)
    now: dict[str, Refs] = field(default_factory=dict)
    source_of: dict[int, str] = field(default_factory=dict)
    posts: int = 0
    candidates: Refs = field(default_factory=set)


def backtest(session: Session, new: Config, since: datetime, *, old: Config | None = None) -> Backtest:
    """Try `new` on what was first met at `since` (aware) or later.

    Without `old`, what each brand had is the mentions that are stored for it. With it, what `old` would find, and
    brands of which it says the same are not tried at all.
    """
    same = _same(new, old) if old else frozenset[str]()
    tried = tuple(brand for brand in new.brands if brand.name not in same)
    ears = _ears(tried)
    before = tuple(brand for brand in old.brands if brand.name not in same) if old else ()
    ears_before = _ears(before) if old else None
    found = _Found(now={brand.name: set() for brand in tried}, was={brand.name: set() for brand in before})
    known = past.brands(session) | found.was.keys()
    everything = _everything(session, since) if tried or before or not old else iter(())
    for chunk in _chunks(everything):
        _try(chunk, ears, found.now, known)
        if ears_before:
            _try(chunk, ears_before, found.was, known)
        else:
            for one in chunk:
                for name in one.heard:
                    found.was.setdefault(name, set()).add(one.ref)
        found.posts += sum(one.ref > 0 for one in chunk)
        found.candidates |= {one.ref for one in chunk if one.ref < 0}
        found.source_of |= {
            one.ref: next(iter(one.sources)) for one in chunk if one.ref < 0 and _is_in(one.ref, found.now)
        }
    recorded = tuple(candidates.recorded(session))
    changes = [_weighed(change, found.source_of, recorded) for change in _paired(found)]
    changed = [change for change in changes if change.added or change.dropped or change.earlier_name]
    kept = {change.brand for change in changes} - {change.brand for change in changed}
    return Backtest(
        changes=tuple(sorted(changed, key=lambda change: -len(change.added) - len(change.dropped))),
        unchanged=tuple(brand.name for brand in new.brands if brand.name in same or brand.name in kept),
        posts=found.posts,
        candidates=len(found.candidates),
        recorded=recorded,
        ears=ears,
        since=since,
    )


def _same(new: Config, old: Config) -> frozenset[str]:
    """The brands of which both say the same, as far as it decides what is found."""

    def said(brand: Brand) -> object:
        return str(parse(brand.query)), sorted(brand.sources), brand.accounts

    before = {brand.name: said(brand) for brand in old.brands}
    return frozenset(brand.name for brand in new.brands if before.get(brand.name) == said(brand))


def _ears(brands: tuple[Brand, ...]) -> Ears:
    return Ears(brands, Matcher({brand.name: parse(brand.query) for brand in brands}))


def _everything(session: Session, since: datetime) -> Iterator[_Tried]:
    stored: set[tuple[str, str]] = set()
    first: dict[tuple[str, str], int] = {}
    for id_, post, heard in past.since(session, since):
        stored.add((post.network, post.external_id))
        yield _Tried(id_, post, frozenset(heard.values()), heard)
    for id_, source, post in candidates.since(session, since):
        key = (post.network, post.external_id)
        if key not in stored:  # an edit, or an earlier query, made it a mention
            yield _Tried(
                -first.setdefault(key, id_), post, frozenset({source}), {}
            )  # once, whatever sources brought it


def _chunks(everything: Iterator[_Tried]) -> Iterator[list[_Tried]]:
    while chunk := list(itertools.islice(everything, _AT_ONCE)):
        yield chunk


def _try(chunk: list[_Tried], ears: Ears, found: dict[str, Refs], known: set[str]) -> None:
    """Add to `found` what the brands of `ears` find in `chunk`; `known` are the brands that were there before."""
    for one, brands in zip(chunk, ears.match([one.post for one in chunk]), strict=True):
        for brand in brands:
            if any(ears.listens(brand, source) for source in one.sources) or _was_replayed(one, brand, known):
                found[brand].add(one.ref)


def _was_replayed(one: _Tried, brand: str, known: set[str]) -> bool:
    # An export was read for one brand: another never had a chance to find its posts. A new one may be that brand.
    return REPLAYED in one.sources and (one.heard.get(brand) == REPLAYED or brand not in known)


def _is_in(ref: int, found: Mapping[str, Refs]) -> bool:
    return any(ref in refs for refs in found.values())


def _paired(found: _Found) -> Iterator[Change]:
    """Each brand's then and now; a brand that vanished meets the new one that finds most of its mentions."""
    renamed: dict[str, str] = {}
    fresh = [name for name in found.now if not found.was.get(name)]
    for name, was in found.was.items():
        if name in found.now or not was or not fresh:
            continue
        heir = max(fresh, key=lambda each: len(was & found.now[each]))
        if len(was & found.now[heir]) >= _SAME * len(was):
            fresh.remove(heir)
            renamed[heir] = name
    for name, now in found.now.items():
        earlier = renamed.get(name)
        yield Change(name, found.was.get(earlier or name, set()), now, earlier)
    for name, was in found.was.items():
        if name not in found.now and name not in renamed.values():
            yield Change(name, was, set(), gone=True)


def _weighed(change: Change, source_of: Mapping[int, str], recorded: tuple[Recorded, ...]) -> Change:
    weights = {each.source: each.brought / each.kept for each in recorded}
    counted = Counter(source_of[ref] for ref in change.added if ref < 0)
    from_samples = sum(number * weights.get(source, 1) for source, number in counted.items())
    stored = sum(ref > 0 for ref in change.added)
    return replace(change, added_in_all=stored + round(from_samples))
