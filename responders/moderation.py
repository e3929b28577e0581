"""What a team does with a mention besides answering it in public."""

from collections.abc import Callable
from datetime import datetime

from config.schema import Config
from models.database import Database
from models.status import MentionStatus
from models.store import mentions
from models.store.decisions import What
from models.verdict import Sentiment
from responders.registry import Publishers
from responders.seeing import see
from responders.seen import MentionSeen, Person


class Moderation:
    """One gesture, one transaction: the move, its trace in the audit, and the wish for a redraw.

    Every gesture raises `NotFound` where the mention is gone and `IllegalMove` where its state forbids the move, and
    returns the mention as it then stands.
    """

    def __init__(
        self, database: Database, config: Config, publishers: Publishers, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._config = config
        self._publishers = publishers
        self._clock = clock

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

    def _moved(self, mention_id: int, to: MentionStatus, what: What, person: Person) -> MentionSeen:
        now = self._clock()
        with self._database.write() as session:
            mentions.move(session, mention_id, to, what=what, who=person, at=now)
            return see(session, mention_id, self._config, self._publishers, now)
