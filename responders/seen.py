"""What a person sees of a mention, whatever the surface: plain values, no store, no Slack, no words of any language."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models.conversation import WentOn
from models.ml.risk import Because
from models.status import MentionStatus, ReplyStatus
from models.verdict import Intent, Sentiment
from responders.publisher import PLAIN, Act, Manner, ProblemCode, Standing


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the team, by the id the surface knows them by."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a public answer is possible, said before anyone types.

    `reason` is set when it is not; `dry_run` when it would be printed and not published. `limit` in characters as the
    network counts, None for no limit; `price` in US dollars, None where an answer costs nothing. `manner` is how one
    answers there without saying more, `browser` where a person answers by hand.
    """

    account: str
    limit: int | None
    dry_run: bool
    reason: ProblemCode | None = None
    price: Decimal | None = None
    manner: Manner = PLAIN
    browser: str = ""

    @property
    def possible(self) -> bool:
        """Whether somebody may type."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """Our answer to a post, in whatever state it is. `due_at` is when it leaves (the cancel window's end)."""

    reply_id: int
    status: ReplyStatus
    text: str
    account: str
    by: Person
    approved_at: datetime
    due_at: datetime
    sent_at: datetime | None
    url: str | None
    dry_run: bool
    problem: str
    manner: Manner = PLAIN
    can_retract: bool = False


@dataclass(frozen=True, slots=True)
class StorySeen:
    """How far what a mention says went, itself counted: the copies, their sites and their authors."""

    copies: int
    places: int
    authors: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of a mention beside its sentiment.

    `unsure`: the sentiment is not to be counted on. `labels`: those of `models.verdict.HEADS` that hold. `danger`: a
    person may be in danger, by the model or by the words. `risk` in [0, 1] and `because`; `reach`: people who may have
    seen it; each None where unknown.
    """

    unsure: bool = False
    labels: tuple[str, ...] = ()
    danger: bool = False
    intent: Intent | None = None
    spam: bool = False
    risk: float | None = None
    because: Because | None = None
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class MentionSeen:
    """Everything a card says of one mention.

    `confidence` in [0, 1] is the model's, of `label`; where a person corrected it, `corrected_by` names them and
    `label` is theirs. `exchanges` counts earlier answers of ours to this author for this brand. `waiting_since` is
    when the mention was stored. `writing` is who has the reply modal open right now. `standing` is how the post stands
    where we moderate, None elsewhere, and `acts` what can be done there. `rule` is what decided that it is shown, as
    `config.conditions.rules` writes it.
    """

    mention_id: int
    brand: str
    network: str
    network_label: str
    place: str
    author_name: str
    author_handle: str
    author_url: str
    followers: int | None
    title: str
    text: str
    url: str
    at: datetime
    waiting_since: datetime
    language: str
    label: Sentiment
    confidence: float
    corrected_by: str | None
    words: tuple[str, ...]
    exchanges: int
    status: MentionStatus
    owner: Person | None
    eligibility: Eligibility
    writing: Person | None
    answer: AnswerSeen | None
    standing: Standing | None = None
    acts: tuple[Act, ...] = ()
    went_on: WentOn | None = None
    """What came after our answer."""
    follows: bool = False
    """Whether this itself answers an answer of ours."""
    story: StorySeen | None = None
    rule: str = ""
    gone: bool = False
    """The network no longer shows the post: what it said and who said it are not kept."""
    judged: Judgement = Judgement()
