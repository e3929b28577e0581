"""Every table. Domain rows hold no Slack id: only Card, CardMention and Delivery do.

No `from __future__ import annotations` here: SQLModel reads the annotations. Table models are not validated on
construction, so what matters is also a CHECK or an index below.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.status import LIVE_REPLIES, MentionStatus, ReplyStatus, SourceStatus

_LIVE = "status IN ({})".format(", ".join(f"'{status.value}'" for status in LIVE_REPLIES))


def _one_of(column: str, values: type[MentionStatus] | type[ReplyStatus] | type[SourceStatus]) -> CheckConstraint:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class PostRow(SQLModel, table=True):
    """A `models.post.Post`, once per network and external id, whatever brands it concerns."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("network", "external_id", name="post_identity"),)

    id: int | None = Field(default=None, primary_key=True)
    network: str
    external_id: str
    url: str = ""
    title: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    text: str = Field(sa_column=Column(Text, nullable=False))
    author_handle: str
    author_name: str = ""
    author_url: str = ""
    author_id: str = ""
    author_followers: int | None = None
    at: datetime = Field(index=True)
    seen_at: datetime
    edited_at: datetime | None = None
    language: str | None = None
    place: str = ""
    parent_id: str | None = Field(default=None, index=True)
    links: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    accounts: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    thread: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict))
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    views: int | None = None
    counted_at: datetime | None = None  # when the four counts were last asked for; None: as the post was first read
    gone_at: datetime | None = None  # since when its network no longer shows it: then nothing of it is kept but numbers
    site: str = ""
    story_id: int | None = Field(default=None, index=True)  # of a StoryRow; models.store.stories keeps it true


class StoryRow(SQLModel, table=True):
    """Copies and near-copies of one text or link. `opened_at`: when its first copy was said; `grown_at`: our time."""

    __tablename__ = "story"

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    opened_at: datetime
    grown_at: datetime


class StorySketchRow(SQLModel, table=True):
    """One wording of a story.

    `since` and `until` are when its copies were said, `heard_at` when we last heard one: then it is forgotten.
    """

    __tablename__ = "story_sketch"

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    story_id: int = Field(foreign_key="story.id", ondelete="CASCADE", index=True)
    sketch: bytes
    since: datetime
    until: datetime
    heard_at: datetime = Field(index=True)


class StoryKeyRow(SQLModel, table=True):
    """A hash by which copies of one wording are found. One wording owns it: a look-up costs the same for ever."""

    __tablename__ = "story_key"

    key: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    )
    sketch_id: int = Field(foreign_key="story_sketch.id", ondelete="CASCADE", index=True)


class MentionRow(SQLModel, table=True):
    """A post that matched a brand; unique on brand + network + external id through `post`.

    `follows_id`: the mention whose public answer this post answers: the same conversation goes on.
    """

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("brand", "post_id", name="mention_identity"),
        _one_of("status", MentionStatus),
        Index("mention_queue", "brand", "status", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    brand: str
    post_id: int = Field(foreign_key="post.id", ondelete="CASCADE", index=True)
    source: str
    words: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    status: str = MentionStatus.OPEN.value
    shown: bool = True
    rule: str = ""
    owner_id: str | None = None
    owner_name: str | None = None
    follows_id: int | None = Field(default=None, index=True)
    stored_at: datetime
    changed_at: datetime


class CandidateRow(SQLModel, table=True):
    """A post that a source brought and no query wanted, kept a short while to try new queries on.

    `lot` is drawn from the post's identity, evenly in [0, 2**31): the lowest lots of a source are kept, which is a fair
    sample of all it brought.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("source", "network", "external_id", name="candidate_identity"),
        Index("candidate_lot", "source", "lot"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    network: str
    external_id: str
    url: str = ""
    title: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    text: str = Field(sa_column=Column(Text, nullable=False))
    author_handle: str
    author_name: str = ""
    at: datetime
    seen_at: datetime = Field(index=True)
    language: str | None = None
    place: str = ""
    links: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    accounts: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    lot: int


class VerdictRow(SQLModel, table=True):
    """What the model thought of a mention, and what a person said instead (`corrected_*`)."""

    __tablename__ = "verdict"
    __table_args__ = (
        CheckConstraint("label IN ('negative', 'neutral', 'positive')", name="label_known"),
        CheckConstraint("negative + neutral + positive BETWEEN 0.99 AND 1.01", name="probabilities_sum"),
    )

    mention_id: int = Field(primary_key=True, foreign_key="mention.id", ondelete="CASCADE")
    language: str
    label: str
    negative: float
    neutral: float
    positive: float
    model: str
    unsure: bool = False
    brand: str | None = None
    heads: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict))
    intent: str | None = None
    spam: float | None = None
    risk: float | None = None
    risk_because: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict))
    judged_at: datetime
    corrected_label: str | None = None
    corrected_by: str | None = None
    corrected_at: datetime | None = None


class EmbeddingRow(SQLModel, table=True):
    """What a post is about, as 384 numbers in int8 (`models.ml.embedding`); of the model that is named, no other."""

    __tablename__ = "embedding"

    post_id: int = Field(primary_key=True, foreign_key="post.id", ondelete="CASCADE")
    model: str = Field(index=True)
    vector: bytes


class SourceRow(SQLModel, table=True):
    """Where we stopped in one place of one source (a feed of a list of feeds), and how it is."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("name", "place", name="source_identity"), _one_of("status", SourceStatus))

    id: int | None = Field(default=None, primary_key=True)
    name: str
    place: str
    kind: str
    status: str = SourceStatus.NEW.value
    since: datetime
    cursor: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    next_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_post_at: datetime | None = None
    failures: int = 0
    reason: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    notices: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    mark: str = ""  # changes with the source's options and credential: a disabled place is tried again when it does
    told_at: datetime | None = None  # when people were told in Slack that it is disabled


class GapRow(SQLModel, table=True):
    """A time of one place that nobody can read any more. Never read as calm."""

    __tablename__ = "gap"
    __table_args__ = (UniqueConstraint("source", "place", "starts_at", "ends_at", name="gap_identity"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    place: str
    starts_at: datetime
    ends_at: datetime = Field(index=True)
    reason: str = Field(sa_column=Column(Text, nullable=False))
    noted_at: datetime
    told_at: datetime | None = None  # when people were told in Slack


class LimitRow(SQLModel, table=True):
    """What a network still grants to one credential in one bucket, until when; `credential` is a hash of a name."""

    __tablename__ = "rate_limit"

    credential: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    remaining: int
    resets_at: datetime


class SpendRow(SQLModel, table=True):
    """What one credential has spent in one month (`2026-11`, UTC), in millionths of the currency."""

    __tablename__ = "spend"

    credential: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    micros: int = Field(sa_column=Column(BigInteger, nullable=False, default=0))


class ReplyRow(SQLModel, table=True):
    """One public answer. The unique index is the last guard of "never twice": one live reply per post."""

    __tablename__ = "reply"
    __table_args__ = (
        _one_of("status", ReplyStatus),
        Index(
            "reply_one_live_per_post",
            "post_id",
            "dry_run",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index("reply_due", "status", "due_at"),
        Index("reply_receipt", "network", "external_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", ondelete="CASCADE", index=True)
    post_id: int = Field(foreign_key="post.id", ondelete="CASCADE")
    brand: str
    network: str
    account: str
    dry_run: bool
    text: str = Field(sa_column=Column(Text, nullable=False))
    manner: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    status: str = ReplyStatus.APPROVED.value
    key: str = Field(unique=True)
    by_id: str
    by_name: str
    approved_at: datetime
    due_at: datetime
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    attempts: int = 0
    looks: int = 0
    sent_at: datetime | None = None
    external_id: str | None = None
    url: str | None = None
    problem: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))


class DecisionRow(SQLModel, table=True):
    """Audit: who decided what, when. Never updated, never deleted by the app."""

    __tablename__ = "decision"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    who_id: str
    who_name: str
    what: str
    brand: str = ""
    mention_id: int | None = Field(default=None, index=True)
    reply_id: int | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict))


class CardRow(SQLModel, table=True):
    """Where one mention, or a group of them, is shown. `ts` is None until Slack has answered: the row is the claim.

    `wanted` grows when the card should be redrawn; `drawn` is the `wanted` it last showed. `under` is the `ts` of the
    card in whose thread it stands, None for the channel itself.
    """

    __tablename__ = "card"
    __table_args__ = (
        CheckConstraint("kind IN ('mention', 'group')", name="kind_known"),
        Index("card_stale", "drawn", "wanted"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    brand: str
    channel: str
    ts: str | None = None
    under: str | None = None
    claimed_at: datetime
    posted_at: datetime | None = None
    wanted: int = 1
    drawn: int = 0


class CardMentionRow(SQLModel, table=True):
    """Which card shows a mention; a mention stands on one card."""

    __tablename__ = "card_mention"

    mention_id: int = Field(primary_key=True, foreign_key="mention.id", ondelete="CASCADE")
    card_id: int = Field(foreign_key="card.id", ondelete="CASCADE", index=True)


class WritingRow(SQLModel, table=True):
    """Who has the reply modal of a post open, until when we believe it."""

    __tablename__ = "writing"

    post_id: int = Field(primary_key=True, foreign_key="post.id", ondelete="CASCADE")
    who_id: str
    who_name: str
    since: datetime
    until: datetime


class SwitchRow(SQLModel, table=True):
    """A setting changed while running: `pause`."""

    __tablename__ = "switch"

    name: str = Field(primary_key=True)
    on: bool
    at: datetime
    who_name: str
    reason: str = ""


class LeaseRow(SQLModel, table=True):
    """Who holds a role that only one process may have (`scheduler`), and until when."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    host: str
    pid: int
    until: datetime


class DeliveryRow(SQLModel, table=True):
    """A Slack delivery already handled: Slack delivers at least once."""

    __tablename__ = "delivery"

    key: str = Field(primary_key=True)
    at: datetime = Field(index=True)
