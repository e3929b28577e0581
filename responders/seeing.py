"""From rows to what a person sees."""

from datetime import datetime

from sqlmodel import Session

from config.schema import Config
from models.ml.risk import Because, Family
from models.ml.spam import LIKELY as SPAM
from models.status import MentionStatus, ReplyStatus
from models.store import mentions, replies, stories, writing
from models.store.risk import reach_of
from models.tables import PostRow, ReplyRow, VerdictRow
from models.verdict import HEADS, LIKELY, Intent, Sentiment
from responders.publisher import Moderates, PostRef, ProblemCode, Standing
from responders.registry import Publishers
from responders.seen import AnswerSeen, Eligibility, Judgement, MentionSeen, Person, StorySeen
from responders.speaking import is_ours


def ref_of(post: PostRow) -> PostRef:
    """The post as its network's publisher needs it."""
    return PostRef(
        network=post.network,
        external_id=post.external_id,
        url=post.url,
        author=post.author_handle,
        thread=dict(post.thread),
    )


def answer_seen(row: ReplyRow) -> AnswerSeen:
    """One answer as people see it."""
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
    )


def eligibility(brand: str, post: PostRow, config: Config, publishers: Publishers) -> Eligibility:
    """Whether `brand` can answer that post in public, asking no network."""
    publisher = publishers.of(brand, post.network)
    if publisher is None:
        return Eligibility("", None, dry_run=not config.is_live(brand), reason=ProblemCode.CANNOT_REPLY)
    preview = publisher.preview("", ref_of(post))
    reasons = [problem.code for problem in preview.problems if problem.code is not ProblemCode.EMPTY]
    if is_ours(post.author_handle, post.network, config):
        reasons.insert(0, ProblemCode.CANNOT_REPLY)
    return Eligibility(preview.account, preview.limit, publisher.dry_run, reasons[0] if reasons else None)


def standing(brand: str, post: PostRow, publishers: Publishers) -> Standing | None:
    """How the post stood on its site when it was last heard; None where `brand` does not moderate."""
    publisher = publishers.of(brand, post.network)
    return publisher.standing(ref_of(post)) if isinstance(publisher, Moderates) else None


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
    can = eligibility(mention.brand, post, config, publishers)
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
        author_handle=post.author_handle,
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
        answer=answer_seen(answer) if answer else None,
        standing=standing(mention.brand, post, publishers),
        story=story_seen(session, post),
        rule=mention.rule,
        judged=judgement(post, verdict),
    )
