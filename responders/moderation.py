"""What a team does with a mention besides answering it in public."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from config.schema import Config
from models.database import Database
from models.post import clean
from models.status import MentionStatus
from models.store import mentions, posts, switches
from models.store.decisions import What, record
from models.tables import PostRow
from models.verdict import Sentiment
from responders.publisher import Act, Moderates
from responders.registry import Publishers
from responders.seeing import ref_of, see
from responders.seen import MentionSeen, Person
from responders.speaking import Silence, Speech, why_silent

_OUT: Final = (Act.SPAM, Act.BIN, Act.HIDE, Act.REMOVE, Act.BLOCK)
"""Nothing more to do once this was done."""
_WAITING: Final = (MentionStatus.OPEN.value, MentionStatus.TAKEN.value)


class MayNotModerate(Exception):
    """This person, brand or moment may not say how a post stands on its site: `code` says why."""

    def __init__(self, code: Silence, brand: str) -> None:
        super().__init__(code.value)
        self.code, self.brand = code, brand


class Moderation:
    """One gesture, one transaction: the move, its trace in the audit, and the wish for a redraw.

    Every gesture raises `NotFound` where the mention is gone and `IllegalMove` where its state forbids the move, and
    returns the mention as it then stands. `publishing` False is `REPARTIE_PUBLISH=off`: nothing changes on any site.
    """

    def __init__(
        self,
        database: Database,
        config: Config,
        publishers: Publishers,
        clock: Callable[[], datetime],
        *,
        publishing: bool = True,
    ) -> None:
        self._database = database
        self._config = config
        self._publishers = publishers
        self._clock = clock
        self._publishing = publishing

    def see(self, mention_id: int) -> MentionSeen:
        """The mention as it stands now."""
        with self._database.read() as session:
            return see(session, mention_id, self._config, self._publishers, self._clock())

    def take(self, mention_id: int, person: Person) -> MentionSeen:
        """`person` looks after it. Who has it already may say so twice."""
        now = self._clock()
        with self._database.write() as session:
            row = mentions.get(session, mention_id, lock=True)
            if row.status != MentionStatus.TAKEN.value or row.owner_id != person.id:
                mentions.move(session, mention_id, MentionStatus.TAKEN, what=What.TAKEN, who=person, at=now)
            return see(session, mention_id, self._config, self._publishers, now)

    def release(self, mention_id: int, person: Person) -> MentionSeen:
        """Back in the queue, whoever had it."""
        return self._moved(mention_id, MentionStatus.OPEN, What.RELEASED, person)

    def done(self, mention_id: int, person: Person) -> MentionSeen:
        """Nothing more to do."""
        return self._moved(mention_id, MentionStatus.DONE, What.DONE, person)

    def reopen(self, mention_id: int, person: Person) -> MentionSeen:
        """Back in the queue after it was closed or answered."""
        return self._moved(mention_id, MentionStatus.OPEN, What.REOPENED, person)

    def not_relevant(self, mention_id: int, person: Person) -> MentionSeen:
        """Not about the brand after all."""
        return self._moved(mention_id, MentionStatus.IRRELEVANT, What.NOT_RELEVANT, person)

    def correct_sentiment(self, mention_id: int, label: Sentiment, person: Person) -> MentionSeen:
        """Say what the sentiment really is; the model's own verdict stays beside it."""
        now = self._clock()
        with self._database.write() as session:
            mentions.correct(session, mention_id, label, who=person, at=now)
            return see(session, mention_id, self._config, self._publishers, now)

    def answered_elsewhere(self, mention_id: int, person: Person) -> MentionSeen:
        """Somebody answered on the network itself, in a browser."""
        return self._moved(mention_id, MentionStatus.ANSWERED, What.ANSWERED_ELSEWHERE, person)

    def moderate(self, mention_id: int, act: Act, person: Person, note: str = "") -> MentionSeen:
        """Do what a moderator does there. Who may publish for the brand may do this, and a dry run only prints.

        The network is asked first and the row written after: a kill in between leaves a network that is right and a
        card that the next hearing mends.

        Raises:
            MayNotModerate: this person, brand or moment may not, or nobody moderates there; kept in the audit.
            NetworkError: the network did not do it, or does not say.
        """
        now = self._clock()
        with self._database.write() as session:
            mention, post, _ = mentions.load(session, mention_id)
            brand, post_id, ref = mention.brand, mention.post_id, ref_of(post)
            silence = self._silence(session, brand, post, person)
            publisher = self._publishers.of(brand, ref.network)
            if silence is not None:
                record(
                    session, What.REFUSED, who=person, at=now, brand=brand, mention_id=mention_id,
                    reason=silence.value, wanted=act.value,
                )  # fmt: skip
        if silence is not None or not isinstance(publisher, Moderates):
            raise MayNotModerate(silence or Silence.NO_PUBLISHER, brand)
        before = publisher.standing(ref)
        thread = publisher.moderate(ref, act, clean(note))
        after = publisher.standing(replace(ref, thread=thread))
        now = self._clock()
        with self._database.write() as session:
            record(
                session, What.MODERATED, who=person, at=now, brand=brand, mention_id=mention_id,
                act=act.value, before=before or "", after=after or "", note=clean(note), dry_run=publisher.dry_run,
            )  # fmt: skip
            posts.keep_thread(session, post_id, thread)
            row = mentions.get(session, mention_id, lock=True)
            if act in _OUT and not publisher.dry_run and row.status in _WAITING:
                mentions.move(session, mention_id, MentionStatus.DONE, what=What.DONE, who=person, at=now)
            return see(session, mention_id, self._config, self._publishers, now)

    def _silence(self, session: Session, brand: str, post: PostRow, person: Person) -> Silence | None:
        publisher = self._publishers.of(brand, post.network)
        account, dry_run = (publisher.account, publisher.dry_run) if publisher else ("", True)
        speech = Speech(brand, post.network, post.author_handle, person.id, account, dry_run)
        paused = not self._publishing or switches.is_paused(session)
        return why_silent(speech, self._config, self._publishers, paused=paused)

    def _moved(self, mention_id: int, to: MentionStatus, what: What, person: Person) -> MentionSeen:
        now = self._clock()
        with self._database.write() as session:
            mentions.move(session, mention_id, to, what=what, who=person, at=now)
            return see(session, mention_id, self._config, self._publishers, now)
