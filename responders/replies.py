"""Answering in public, as far as a person goes: begin, preview, approve, cancel, settle. Sending is `outbox.py`'s."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from config.schema import BrandReplies, Config
from models.database import Database
from models.post import clean
from models.status import MENTION_MOVES, IllegalMove, MentionStatus
from models.store import decisions, mentions, replies, switches, writing
from models.store.decisions import What
from models.store.mentions import MentionAsStored
from responders.guard import Guard
from responders.publisher import Manner, Preview, Problem, ProblemCode
from responders.registry import Publishers
from responders.seeing import answer_seen, as_we_know, eligibility, ref_of, see
from responders.seen import AnswerSeen, Eligibility, MentionSeen, Person
from responders.speaking import Silence, Speech, why_silent

CANCEL_WINDOW = timedelta(seconds=15)
"""How long an approved answer can be taken back for sure."""

Clock = Callable[[], datetime]


class MayNotSpeak(Exception):
    """This person, brand or moment may not publish: `code` says why. Kept in the audit."""

    def __init__(self, code: Silence, brand: str) -> None:
        super().__init__(code.value)
        self.code, self.brand = code, brand


class AlreadyAnswered(Exception):
    """The post has its one answer: `answer`, by somebody else or by oneself."""

    def __init__(self, answer: AnswerSeen) -> None:
        super().__init__(f"reply {answer.reply_id} is {answer.status.value}")
        self.answer = answer


class CannotPublish(Exception):
    """The text cannot be public as it stands: `preview.problems` says why."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(", ".join(problem.code.value for problem in preview.problems))
        self.preview = preview


@dataclass(frozen=True, slots=True)
class Draft:
    """What the reply modal opens with.

    `other` is who is writing already; `answer` what stands in the way of any new answer; `text` what this person wrote
    before and took back, or ""; `silence` why this person could not publish as things are, or None.
    """

    mention: MentionSeen
    eligibility: Eligibility
    other: Person | None
    answer: AnswerSeen | None
    text: str
    silence: Silence | None = None


class Answering:
    """The use cases of a public answer. `publishing` False is `REPARTIE_PUBLISH=off`: as if paused for ever."""

    def __init__(  # noqa: PLR0913 - the room's parts, then two settings by keyword
        self,
        database: Database,
        config: Config,
        publishers: Publishers,
        clock: Clock,
        *,
        publishing: bool = True,
        cancel_window: timedelta = CANCEL_WINDOW,
    ) -> None:
        self._database = database
        self._config = config
        self._publishers = publishers
        self._clock = clock
        self._publishing = publishing
        self._cancel_window = cancel_window

    def begin(self, mention_id: int, person: Person) -> Draft:
        """Somebody opens the modal. Notes that they write, unless somebody else does or the post is answered.

        Raises:
            NotFound: the mention is gone.
        """
        now = self._clock()
        with self._database.write() as session:
            stored = mentions.load(session, mention_id)
            post_id = stored.mention.post_id
            can = eligibility(session, stored.mention.brand, stored.post, self._config, self._publishers)
            blocking = replies.in_the_way(session, post_id, dry_run=can.dry_run)
            silence = self._silence(session, stored, person, can.account, dry_run=can.dry_run)
            other = None
            if can.possible and blocking is None and silence is None:
                other = writing.start(session, post_id, person, now)
            return Draft(
                mention=see(session, mention_id, self._config, self._publishers, now),
                eligibility=can,
                other=Person(other.who_id, other.who_name) if other else None,
                answer=answer_seen(blocking) if blocking else None,
                text=replies.kept_text(session, mention_id, person),
                silence=silence,
            )

    def writing_stopped(self, mention_id: int, person: Person) -> None:
        """The modal was closed.

        Raises:
            NotFound: the mention is gone.
        """
        with self._database.write() as session:
            writing.stop(session, mentions.get(session, mention_id).post_id, person)

    def preview(self, mention_id: int, text: str, person: Person, manner: Manner | None = None) -> Preview:
        """Exactly what would be public, with the signature of `person`. Asks no network.

        Raises:
            NotFound: the mention is gone.
        """
        with self._database.read() as session:
            return self._preview(session, mentions.load(session, mention_id), text, person, manner)

    def approve(self, mention_id: int, text: str, person: Person, manner: Manner | None = None) -> AnswerSeen:
        """Store the answer; it leaves when the cancel window ends.

        Raises:
            MayNotSpeak: this person, brand or moment may not publish.
            AlreadyAnswered: the post has its one answer.
            CannotPublish: the text cannot be public as it stands.
            IllegalMove: the mention is closed: reopen it first.
            NotFound: the mention is gone.
        """
        try:
            with self._database.write() as session:
                outcome: AnswerSeen | MayNotSpeak | AlreadyAnswered = self._approve(
                    session, mentions.load(session, mention_id), text, person, manner
                )
        except IntegrityError:
            # Somebody else's answer came between our look and our flush (PostgreSQL; SQLite writers stand in line).
            with self._database.write() as session:
                refusal = self._refusal(session, mentions.load(session, mention_id), person)
                if refusal is None:
                    raise
                outcome = refusal
        if isinstance(outcome, Exception):  # raised here, so that the refusal's own trace is committed first
            raise outcome
        return outcome

    def cancel(self, reply_id: int, person: Person) -> AnswerSeen:
        """Take an approved answer back.

        Raises:
            IllegalMove: it is leaving or has left; `now` says which.
            NotFound: it is gone.
        """
        with self._database.write() as session:
            return answer_seen(replies.cancel(session, reply_id, who=person, at=self._clock()))

    def settle_unclear(self, reply_id: int, person: Person, *, sent: bool) -> AnswerSeen:
        """A person looked: the answer stands on the network (`sent`), or it does not and leaves again.

        Raises:
            MayNotSpeak: sending again is speaking, and this person may not.
            IllegalMove: it is not unclear.
            NotFound: it is gone.
        """
        now = self._clock()
        with self._database.write() as session:
            row = replies.get(session, reply_id, lock=True)
            stored = mentions.load(session, row.mention_id)
            refusal = None if sent else self._silenced(session, stored, person, row.account, dry_run=row.dry_run)
            if refusal is None:
                due_at = now + self._cancel_window
                return answer_seen(replies.settle(session, reply_id, sent=sent, who=person, at=now, due_at=due_at))
        raise refusal

    def retract(self, reply_id: int, person: Person, reason: str) -> AnswerSeen:
        """Have a published answer taken back; the outbox does it, and it never leaves again.

        Raises:
            MayNotSpeak: this person or brand may not, or publishing is paused.
            IllegalMove: it does not stand in public, or nobody knows under which name.
            NotFound: it is gone.
        """
        with self._database.write() as session:
            row = replies.get(session, reply_id, lock=True)
            stored = mentions.load(session, row.mention_id)
            refusal = self._silenced(session, stored, person, row.account, dry_run=row.dry_run)
            if refusal is None:
                return answer_seen(
                    replies.retract(session, reply_id, who=person, at=self._clock(), reason=clean(reason))
                )
        raise refusal

    def _approve(
        self, session: Session, stored: MentionAsStored, text: str, person: Person, manner: Manner | None
    ) -> AnswerSeen | MayNotSpeak | AlreadyAnswered:
        refusal = self._refusal(session, stored, person)
        if refusal is not None:
            return refusal
        mention, post, _ = stored
        preview = self._preview(session, stored, text, person, manner)
        if preview.problems:
            raise CannotPublish(preview)
        before = MentionStatus(mention.status)
        if MentionStatus.ANSWERED not in MENTION_MOVES[before]:
            raise IllegalMove("mention", before, MentionStatus.ANSWERED)
        now = self._clock()
        row = replies.approve(
            session,
            mention,
            network=post.network,
            account=preview.account,
            dry_run=not self._config.is_live(mention.brand),
            text=preview.text,
            manner=preview.manner.model_dump(exclude_defaults=True),
            who=person,
            at=now,
            due_at=now + self._cancel_window,
        )
        writing.stop(session, mention.post_id, person)
        return answer_seen(row)

    def _refusal(
        self, session: Session, stored: MentionAsStored, person: Person
    ) -> MayNotSpeak | AlreadyAnswered | None:
        mention, post, _ = stored
        publisher = self._publishers.of(mention.brand, post.network)
        account, dry_run = (publisher.account, publisher.dry_run) if publisher else ("", True)
        silenced = self._silenced(session, stored, person, account, dry_run=dry_run)
        if silenced is not None:
            return silenced
        other = replies.in_the_way(session, mention.post_id, dry_run=dry_run)
        if other is None:
            return None
        self._trace(session, stored, person, code="already_answered", reply_id=other.id)
        return AlreadyAnswered(answer_seen(other))

    def _silenced(
        self, session: Session, stored: MentionAsStored, person: Person, account: str, *, dry_run: bool
    ) -> MayNotSpeak | None:
        code = self._silence(session, stored, person, account, dry_run=dry_run)
        if code is None:
            return None
        self._trace(session, stored, person, code=code.value)
        return MayNotSpeak(code, stored.mention.brand)

    def _silence(
        self, session: Session, stored: MentionAsStored, person: Person, account: str, *, dry_run: bool
    ) -> Silence | None:
        mention, post, _ = stored
        speech = Speech(mention.brand, post.network, post.author_handle, person.id, account, dry_run)
        paused = not self._publishing or switches.is_paused(session)
        return why_silent(speech, self._config, self._publishers, paused=paused)

    def _trace(
        self, session: Session, stored: MentionAsStored, person: Person, *, code: str, reply_id: int | None = None
    ) -> None:
        decisions.record(
            session,
            What.REFUSED,
            who=person,
            at=self._clock(),
            brand=stored.mention.brand,
            mention_id=stored.mention.id,
            reply_id=reply_id,
            code=code,
        )

    def _preview(
        self, session: Session, stored: MentionAsStored, text: str, person: Person, manner: Manner | None
    ) -> Preview:
        text = clean(text)  # a modal's JSON can carry half a surrogate pair, which no network and no store takes
        brand, post = stored.mention.brand, stored.post
        publisher = self._publishers.of(brand, post.network)
        if publisher is None or post.gone_at:
            return Preview(ref_of(post), "", text, len(text), None, (Problem(ProblemCode.CANNOT_REPLY),))
        how = self._brand_replies(brand)
        text = signed(text, how.signature, person)
        rules = self._publishers.rules(post.network)
        preview = as_we_know(session, publisher.preview(text, ref_of(post), manner), post, rules)
        image = preview.manner.image
        shown = Guard(how.contacts, how.orders).look(
            "\n".join((text, preview.manner.warning, image.alt if image else ""))
        )
        return replace(preview, problems=(*preview.problems, *(Problem(found.code, found.text) for found in shown)))

    def _brand_replies(self, name: str) -> BrandReplies:
        try:
            return self._config.brand(name).replies
        except KeyError:  # the file names it no longer, and nobody may speak for it
            return BrandReplies()


def signed(text: str, signature: str | Mapping[str, str], person: Person) -> str:
    """`text` with the signature of `person` at its end, once; a text of nothing stays one."""
    sign = signature if isinstance(signature, str) else signature.get(person.id, "")
    text = text.rstrip()
    return text if not sign or not text or text.endswith(sign) else f"{text} {sign}"
