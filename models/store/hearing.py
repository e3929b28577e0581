"""What the listening side writes: posts, mentions and verdicts, in the transaction that also moves the cursor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select, update

from models.ml.risk import Risk, packed
from models.post import Engagement, Post
from models.store import embeddings, following, stories
from models.store.conversations import Follows, go_on, turns
from models.store.decisions import OUTBOX
from models.store.insert import insert_new
from models.store.posts import keep_thread, to_values
from models.store.risk import re_risk_stories
from models.store.stories import Copy
from models.store.touch import touch_post
from models.story import Fingerprint
from models.tables import MentionRow, PostRow, VerdictRow
from models.verdict import Verdict

Identity = tuple[str, str]
"""Network and external id: one Post."""
_UNKNOWN = Engagement()
_CHUNK = 500  # ids a statement: under every database's limit of parameters


@dataclass(frozen=True, slots=True)
class Heard:
    """One post, the brands it matched (with the words, as they stand in the text), verdict and risk for each.

    `verdicts` is empty and `print` None where the post stood in the store already, unchanged. `follows`: for which
    brands it answers a public answer of ours.
    """

    post: Post
    brands: dict[str, tuple[str, ...]]
    verdicts: Mapping[str, Verdict]
    shown: bool
    rule: str
    print: Fingerprint | None = None
    follows: dict[str, Follows] = field(default_factory=dict)
    risks: Mapping[str, Risk] = field(default_factory=dict)

    def values(self, brand: str, now: datetime) -> dict[str, Any]:
        """The columns of the brand's verdict, but for its mention's id."""
        found = self.risks.get(brand)
        weighed = {"risk": found.value, "risk_because": packed(found)} if found else {}
        return {**self.verdicts[brand].model_dump(mode="json"), **weighed, "judged_at": now}


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch changed: ids of new mentions, ids of posts whose text was edited."""

    mentions: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of a post: its row's id, what it said, for which brands."""

    post_id: int
    title: str
    text: str
    brands: frozenset[str]
    thread: dict[str, str]
    gone: bool = False

    def says(self, post: Post) -> bool:
        """Whether the post still says the same; of one that is gone, nothing is heard any more."""
        return self.gone or (self.title == post.title and self.text == post.text)


def identity(post: Post) -> Identity:
    """What makes a post the same post."""
    return post.network, post.external_id


def known(session: Session, posts: Iterable[Post]) -> dict[Identity, Known]:
    """Which of `posts` the store holds."""
    by_network: dict[str, list[str]] = {}
    for post in posts:
        by_network.setdefault(post.network, []).append(post.external_id)
    found: dict[Identity, Known] = {}
    for network, ids in by_network.items():
        for start in range(0, len(ids), _CHUNK):
            rows = session.exec(
                select(PostRow, col(MentionRow.brand))
                .join(MentionRow, col(MentionRow.post_id) == col(PostRow.id), isouter=True)
                .where(PostRow.network == network, col(PostRow.external_id).in_(ids[start : start + _CHUNK]))
            )
            for row, brand in rows:
                key = (network, row.external_id)
                brands = found[key].brands if key in found else frozenset()
                found[key] = Known(
                    row.id or 0,
                    row.title,
                    row.text,
                    brands | {brand} if brand else brands,
                    dict(row.thread),
                    row.gone_at is not None,
                )
    return found


def store(session: Session, source: str, heard: Sequence[Heard], now: datetime) -> Stored:
    """Store what is new of `heard` and follow edits. The same input twice stores nothing twice."""
    stories.one_at_a_time(session)
    before = known(session, (item.post for item in heard))
    heard = [item for item in heard if identity(item.post) not in before or not before[identity(item.post)].gone]
    again = {identity(item.post): item.post for item in heard if identity(item.post) in before}
    for network in {network for network, _ in again}:
        counts = {post.external_id: post.engagement for post in again.values() if post.network == network}
        following.count(session, network, {name: said for name, said in counts.items() if said != _UNKNOWN}, now)
    fresh = {identity(item.post): item for item in heard if identity(item.post) not in before}
    insert_new(session, PostRow, [to_values(item.post) | {"seen_at": now} for item in fresh.values()])
    after = known(session, (item.post for item in heard))
    edited = tuple(
        _follow_edit(session, before[key].post_id, item, now)
        for key, item in {identity(item.post): item for item in heard}.items()
        if key in before and not before[key].says(item.post)
    )
    for key, item in {identity(item.post): item for item in heard}.items():
        if key in before and before[key].says(item.post) and before[key].thread != item.post.thread:
            keep_thread(session, before[key].post_id, item.post.thread)
    rows = [
        {
            "brand": brand,
            "post_id": after[identity(item.post)].post_id,
            "source": source,
            "words": list(words),
            "shown": item.shown,
            "rule": item.rule,
            "stored_at": now,
            "changed_at": now,
            **turns(item.follows, brand),
        }
        for item in heard
        for brand, words in item.brands.items()
    ]
    new = insert_new(session, MentionRow, rows, (col(MentionRow.id), col(MentionRow.post_id), col(MentionRow.brand)))
    judged = {(after[identity(item.post)].post_id, brand): item for item in heard for brand in item.verdicts}
    insert_new(
        session,
        VerdictRow,
        [
            {"mention_id": mention, "risk": None, "risk_because": {}, **judged[post, brand].values(brand, now)}
            for mention, post, brand in new
            if (post, brand) in judged
        ],
    )
    going_on = {(after[identity(item.post)].post_id, brand): it for item in heard for brand, it in item.follows.items()}
    for mention, post, brand in sorted(new):
        if (post, brand) in going_on:
            go_on(session, mention, going_on[post, brand], who=OUTBOX, at=now)
    copies = {
        after[key].post_id: Copy(after[key].post_id, item.post.at, item.print)
        for key, item in {identity(item.post): item for item in heard}.items()
        if item.print and (key in fresh or after[key].post_id in edited)
    }
    grown = stories.place(session, list(copies.values()), now)
    re_risk_stories(session, grown.stories, [mention for mention, post, _ in new if post in grown.posts])
    embeddings.keep(
        session,
        {
            after[identity(item.post)].post_id: found
            for item in reversed(heard)
            for _, verdict in sorted(item.verdicts.items(), reverse=True)  # of two brands' the first one's stays
            if (found := verdict.embedding)
        },
    )
    return Stored(mentions=tuple(sorted(mention for mention, *_ in new)), edited=edited)


def sentiment_of(session: Session, brand: str, source: str, place: str) -> dict[str, int]:
    """How many mentions of `brand` heard in one place have each sentiment, people's corrections counted."""
    label = func.coalesce(VerdictRow.corrected_label, VerdictRow.label)
    rows = session.exec(
        select(label, func.count())
        .select_from(VerdictRow)
        .join(MentionRow, col(MentionRow.id) == col(VerdictRow.mention_id))
        .join(PostRow, col(PostRow.id) == col(MentionRow.post_id))
        .where(MentionRow.brand == brand, MentionRow.source == source, PostRow.place == place)
        .group_by(label)
    )
    return {str(name): int(count) for name, count in rows}


def _follow_edit(session: Session, post_id: int, item: Heard, now: datetime) -> int:
    values = to_values(item.post)
    changed = {key: values[key] for key in ("title", "text", "url", "links", "accounts", "thread")}
    edited_at = item.post.edited_at or now
    session.exec(update(PostRow).where(col(PostRow.id) == post_id).values(**changed, edited_at=edited_at))
    for brand in item.verdicts:
        mentions = select(MentionRow.id).where(MentionRow.post_id == post_id, MentionRow.brand == brand)
        session.exec(
            update(VerdictRow)
            .where(col(VerdictRow.mention_id).in_(mentions), col(VerdictRow.corrected_label).is_(None))
            .values(**item.values(brand, now))
        )
    touch_post(session, post_id)
    return post_id
