"""From rows to what a person sees."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from config.schema import Config
from models.ml.risk import Because, Family
from models.ml.spam import LIKELY as SPAM
from models.network import NETWORKS, NetworkRules
from models.status import MentionStatus, ReplyStatus
from models.store import conversations, mentions, replies, stories, writing
from models.store.risk import reach_of
from models.tables import PostRow, ReplyRow, VerdictRow
from models.verdict import HEADS, LIKELY, Intent, Sentiment
from responders.publisher import (
    HandsOver,
    Manner,
    Moderates,
    PostRef,
    Preview,
    Problem,
    ProblemCode,
    Retracts,
)
from responders.registry import Publishers
from responders.seen import AnswerSeen, Eligibility, Judgement, MentionSeen, Person, StorySeen
from responders.speaking import is_ours

_NOBODY: Final = "…"
"""Who said what is gone."""


def ref_of(post: PostRow) -> PostRef:
    """The post as its network's publisher needs it."""
    return PostRef(
        network=post.network,
        external_id=post.external_id,
        url=post.url,
        author=post.author_handle,
        thread=dict(post.thread),
        accounts=tuple(post.accounts),
        language=post.language or "",
    )


def answer_seen(row: ReplyRow, publishers: Publishers | None = None) -> AnswerSeen:
    """One answer as people see it; `publishers` say whether it can be taken back."""
    speaker = publishers.of(row.brand, row.network) if publishers else None
    stands = row.status == ReplyStatus.SENT.value and row.external_id is not None
    if row.id is None:
        raise mentions.NotFound("reply", 0)
    return AnswerSeen(
        reply_id=row.id,
        status=ReplyStatus(row.status),
        text=row.text,
        account=row.account,
        by=Person(row.by_id, row.by_name),
        approved_at=row.approved_at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        url=row.url or None,  # a rehearsal's receipt has no address
        dry_run=row.dry_run,
        problem=row.problem,
        manner=Manner.model_validate(row.manner),
        can_retract=stands and isinstance(speaker, Retracts) and speaker.dry_run == row.dry_run,
    )


def as_we_know(session: Session, preview: Preview, post: PostRow, rules: NetworkRules) -> Preview:
    """`preview`, with what no publisher knows against it but our own store."""
    if rules.answers_once and post.id is not None and replies.was_answered(session, post.id):
        return replace(preview, problems=(*preview.problems, Problem(ProblemCode.ANSWERED_ONCE)))
    return preview


def eligibility(session: Session, brand: str, post: PostRow, config: Config, publishers: Publishers) -> Eligibility:
    """Whether `brand` can answer that post in public, asking no network."""
    publisher = publishers.of(brand, post.network)
    if publisher is None:
        known = NETWORKS.get(post.network)
        browser = post.url if known and (known.can_reply or known.by_hand) and not post.gone_at else ""
        return Eligibility("", None, not config.is_live(brand), ProblemCode.CANNOT_REPLY, browser=browser)
    ref, rules = ref_of(post), publishers.rules(post.network)
    preview = as_we_know(session, publisher.preview("", ref), post, rules)
    reasons = [problem.code for problem in preview.problems if problem.code is not ProblemCode.EMPTY]
    browser = publisher.browser_address(ref) if isinstance(publisher, HandsOver) else post.url
    if post.gone_at or is_ours(post.author_handle, post.network, config):
        reasons.insert(0, ProblemCode.CANNOT_REPLY)
        browser = ""
    return Eligibility(
        account=preview.account,
        limit=preview.limit,
        dry_run=publisher.dry_run,
        reason=reasons[0] if reasons else None,
        price=preview.price,
        manner=preview.manner,
        browser=browser,
    )


def story_seen(session: Session, post: PostRow) -> StorySeen | None:
    """How far the story of `post` went; None where it has no copy."""
    if post.story_id is None:
        return None
    far = stories.spread(session, post.story_id)
    return StorySeen(copies=far.posts, places=far.places, authors=far.authors) if far.posts > 1 else None


def judgement(post: PostRow, verdict: VerdictRow) -> Judgement:
    """What is thought of a mention beside its sentiment."""
    because = None if verdict.risk is None else Because.unpacked(verdict.risk_because)
    labels = tuple(name for name in HEADS if verdict.heads.get(name, 0.0) >= LIKELY)
    words = because.words if because else ()
    return Judgement(
        unsure=verdict.unsure,
        labels=labels,
        danger="danger" in labels or any(named.family is Family.DANGER for named in words),
        intent=Intent(verdict.intent) if verdict.intent else None,
        spam=verdict.spam is not None and verdict.spam >= SPAM,
        risk=verdict.risk,
        because=because,
        reach=reach_of(post),
    )


def see(session: Session, mention_id: int, config: Config, publishers: Publishers, now: datetime) -> MentionSeen:
    """One mention as it stands at `now`.

    Raises:
        NotFound: it is not there.
    """
    mention, post, verdict = mentions.load(session, mention_id)
    can = eligibility(session, mention.brand, post, config, publishers)
    ref, publisher = ref_of(post), publishers.of(mention.brand, post.network)
    host = publisher if isinstance(publisher, Moderates) else None
    writer = writing.who_writes(session, mention.post_id, now)
    answer = replies.to_show(session, mention, dry_run=can.dry_run)
    label = Sentiment(verdict.corrected_label or verdict.label)
    owned = mention.owner_id is not None and mention.owner_name is not None
    return MentionSeen(
        mention_id=mention_id,
        brand=mention.brand,
        network=post.network,
        network_label=publishers.label(post.network),
        place=post.place,
        author_name=post.author_name,
        author_handle=post.author_handle or _NOBODY,
        author_url=post.author_url,
        followers=post.author_followers,
        title=post.title,
        text=post.text,
        url=post.url,
        at=post.at,
        waiting_since=mention.stored_at,
        language=verdict.language,
        label=label,
        confidence=getattr(verdict, Sentiment(verdict.label).value),
        corrected_by=verdict.corrected_by,
        words=tuple(mention.words),
        exchanges=mentions.exchanges(session, mention.brand, post),
        status=MentionStatus(mention.status),
        owner=Person(mention.owner_id or "", mention.owner_name or "") if owned else None,
        eligibility=can,
        writing=Person(writer.who_id, writer.who_name) if writer else None,
        answer=answer_seen(answer, publishers) if answer else None,
        standing=host.standing(ref) if host else None,
        acts=tuple(host.actions(ref)) if host else (),
        went_on=conversations.went_on(session, mention_id),
        follows=mention.follows_id is not None,
        story=story_seen(session, post),
        rule=mention.rule,
        gone=post.gone_at is not None,
        judged=judgement(post, verdict),
    )
