"""The composition root: configuration and credentials in, an `App` whose parts know one another out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from pydantic import SecretStr

from config.clients import BasicPassword, BearerToken, open_client, private_place
from config.credentials import Credentials
from config.guard import Limits
from config.i18n import words
from config.query import parse
from config.schema import Config
from config.sources import SandboxOptions, WordPressOptions
from listener.collectors.feeds.manners import Manners
from listener.matching import Matcher
from listener.pipeline import Listening
from listener.registry import Means, Place, places
from listener.triage import triage_of
from models.database import Database
from models.migrate import prepare
from models.ml.judge import Judge, ModelJudge
from models.ml.language import LanguageReader
from repartie.model import reader
from responders.moderation import Moderation
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
    means = Means(clock=clock, t=t, manners=after.means.manners if after else Manners())
    found = tuple(
        (name, place)
        for name, options in config.sources.items()
        for place in places(options, means, auth_of(name, config, credentials))
    )
    publishers = build_publishers(
        config,
        lambda _, name: _publishing_client(name, config, credentials),
        dry_run_label=t("dry run"),
    )
    database = after.database if after else Database(credentials.database)
    if after is None:
        prepare(database)
    elif after.config.model == config.model:
        judge = judge or after.listening.judge
    return App(
        config=config,
        credentials=credentials,
        database=database,
        clock=clock,
        listening=Listening(
            database,
            config.brands,
            matcher(config),
            judge or ModelJudge(reader(config.model, credentials.database), LanguageReader()),
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


def matcher(config: Config) -> Matcher:
    """All brands' queries, ready to be asked at once."""
    return Matcher({brand.name: parse(brand.query) for brand in config.brands})


def auth_of(source: str, config: Config, credentials: Credentials) -> httpx.Auth | None:
    """The credential of a source that wants one, bound to its host."""
    match config.sources[source]:
        case SandboxOptions(url=url):
            return BearerToken(url, SecretStr(credentials.sandbox(url).for_url(url)))
        case WordPressOptions(url=url, username=str(username)):
            credential = credentials.wordpress(source, url, only=_wordpress_sites(config) == 1)
            return BasicPassword(url, username, SecretStr(credential.for_url(url)))
    return None


def _wordpress_sites(config: Config) -> int:
    """How many WordPress sites we log in to."""
    return sum(isinstance(options, WordPressOptions) and bool(options.username) for options in config.sources.values())


def _publishing_client(source: str, config: Config, credentials: Credentials) -> httpx.Client:
    match config.sources[source]:
        case SandboxOptions(url=url) | WordPressOptions(url=url, allow_private=True):
            private = private_place(url)
        case _:
            private = frozenset()
    auth = auth_of(source, config, credentials)
    return open_client(allow_private=private, auth=auth, limits=Limits(total=PUBLISH_SECONDS))
