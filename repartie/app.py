"""The composition root: configuration and credentials in, an `App` whose parts know one another out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from config.clients import open_client, private_place
from config.credentials import Credentials
from config.guard import Limits
from config.i18n import words
from config.query import parse
from config.schema import Config
from config.sources import SandboxOptions
from listener.collector import Closes
from listener.collectors.feeds.manners import Manners
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Means, Place, places
from listener.triage import triage_of
from models.database import Database
from models.migrate import prepare
from models.ml.judge import Judge, ModelJudge
from models.ml.language import LanguageReader
from models.store.limits import StoredLimits
from repartie.access import auth_of, given_to, secrets_of
from repartie.model import reader
from responders.moderation import Moderation
from responders.registry import Given as Speaking
from responders.registry import Publishers, build_publishers
from responders.replies import Answering

Clock = Callable[[], datetime]
PUBLISH_SECONDS = 10.0
"""One request to publish; a network's `settle` (models/network.py) is never shorter."""


def now() -> datetime:
    """The real clock: aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """Everything, wired. Nothing runs until somebody calls it."""

    config: Config
    credentials: Credentials
    database: Database
    clock: Clock
    listening: Listening
    means: Means
    places: tuple[tuple[str, Place], ...]
    publishers: Publishers
    answering: Answering
    moderation: Moderation

    def close(self) -> None:
        """Give back what is open."""
        for _, place in self.places:
            if isinstance(place.collector, Closes):
                place.collector.close()
        self.database.close()


def build(
    config: Config,
    credentials: Credentials,
    *,
    clock: Clock = now,
    judge: Judge | None = None,
    after: App | None = None,
) -> App:
    """Wire the rooms; open the store and migrate it where that is safe. Nothing is read from any network yet.

    `after` is the app this one takes the place of: it goes on with its store, its model and its manners.

    Raises:
        CredentialMissing: a configured network's token is not set.
        NewerSchema: the store is ahead of this version.
        OlderSchema: the store must be migrated first, by `repartie db upgrade`.
    """
    t = words(config.language)
    database = after.database if after else Database(credentials.database)
    limits = StoredLimits(
        database,
        clock,
        used_up=t("The network's limit is used up"),
        capped=t("This month's money is spent: raise the cap in the configuration, or wait for the next month"),
    )
    means = Means(clock=clock, t=t, manners=after.means.manners if after else Manners(), limits=limits)
    found = tuple(
        (name, place)
        for name, options in config.sources.items()
        for place in places(options, means, given_to(name, config, credentials))
    )
    publishers = build_publishers(
        config,
        lambda name: _given_to_speak(name, config, credentials, means),
        dry_run_label=t("dry run"),
    )
    if after is None:
        prepare(database)
    elif after.config.model == config.model:
        judge = judge or _with_languages(after.listening.judge, config)
    return App(
        config=config,
        credentials=credentials,
        database=database,
        clock=clock,
        listening=Listening(
            database,
            config.brands,
            matcher(config),
            judge or ModelJudge(reader(config.model, credentials.database), LanguageReader(config.languages)),
            clock,
            triage=triage_of(config),
            keep_candidates=config.keep_candidates,
        ),
        means=means,
        places=found,
        publishers=publishers,
        answering=Answering(
            database,
            config,
            publishers,
            clock,
            publishing=credentials.may_publish,
            cancel_window=config.replies.cancel,
        ),
        moderation=Moderation(database, config, publishers, clock, publishing=credentials.may_publish),
    )


def _with_languages(judge: Judge, config: Config) -> Judge:
    """The judge of the app before, for the languages of this configuration."""
    if isinstance(judge, ModelJudge) and judge.languages.languages != config.languages:
        return ModelJudge(judge.classifier, LanguageReader(config.languages))
    return judge


def matcher(config: Config) -> Matcher:
    """All brands' queries, ready to be asked at once."""
    return Matcher({brand.name: parse(brand.query) for brand in config.brands})


def _given_to_speak(source: str, config: Config, credentials: Credentials, means: Means) -> Speaking:
    options = config.sources[source]
    url = str(getattr(options, "url", ""))
    private = isinstance(options, SandboxOptions) or getattr(options, "allow_private", False)
    client = open_client(
        allow_private=private_place(url) if private and url else frozenset(),
        auth=auth_of(source, config, credentials),
        limits=Limits(total=PUBLISH_SECONDS),
    )
    secrets = secrets_of(source, config, credentials)
    return Speaking(client, secrets, means.limits, means.clock, PUBLISH_SECONDS)
