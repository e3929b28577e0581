"""One options class per network; `kind` chooses it. A new network adds its class here."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from config.base import ApiAddress, Duration, Money, Section, StreamAddress, WebAddress, between, is_private_way, whole
from config.i18n import mark
from config.phrases import refusal
from config.secrets import Secret

Every = Annotated[Duration, between(timedelta(seconds=1), timedelta(days=30))]
"""How often a source is asked."""
Backfill = Annotated[Duration, between(timedelta(0), timedelta(days=30))]
"""How far back a network is read the first time, and again when a brand's query has changed. 0d: not at all."""
_BLUESKY_PASSWORD: Final = mark(
    "1. Log in to bsky.app with that account. 2. Open “Settings”, “Privacy and security”, then “App passwords”."
    " 3. Choose “Add App Password” and call it Repartie. 4. Copy it: it looks like xxxx-xxxx-xxxx-xxxx."
    " 5. Put {variable}=… into .env."
)
MASTODON_TOKEN_FROM: Final = mark(
    "1. Log in to the server as that account. 2. Open “Preferences”, “Development”, “New application”. 3. Name it"
    " Repartie and tick only profile, read:accounts, read:notifications, read:search, read:statuses, write:blocks,"
    " write:media, write:mutes, write:reports, write:statuses. 4. Open it and copy “Your access token”. 5. Put"
    " {variable}=… into .env."
)
DISCOURSE_SAID: Final = mark(
    "As an administrator of the forum open “Admin”, “API”, and make a key for that single user with the scope"
    " “read-only”; put {variable}=… into .env."
)
REDDIT_SAID: Final = mark(
    "Reddit gives no new key without its approval, and asks brands for an agreement: docs/networks/reddit.md says how."
    " With both, open reddit.com/prefs/apps as the account that answers, make an application of type “script”, and put"
    " {variable}=… into .env."
)
X_BEARER_SAID: Final = mark(
    "1. Sign in to console.x.com as the account that answers. 2. Make an app with the permission “Read and write”, and"
    " buy credits. 3. Under “Keys and tokens” generate the “Bearer Token”. 4. Put {variable}=… into .env."
)
X_USER_SAID: Final = mark(
    "Needed to answer, and to read your own mentions at a fifth of the price. On console.x.com, under “Keys and tokens”"
    " of the app: “API Key and Secret”, then “Access Token and Secret” made after the app may read and write. Put"
    " {variable}=… into .env."
)
BACKFILL_SAID = "How far back it is read the first time and when a query has changed: 7d; 0d for nothing."


Text = Annotated[str, Field(min_length=1)]

IMAP_PASSWORD: Final = mark(
    "1. Make a mailbox for alerts alone. 2. Where the provider offers “app passwords”, make one for Repartie: the"
    " ordinary password is often refused. 3. Put {variable}=… into .env."
)
WEBHOOK_SECRET: Final = mark(
    "1. Run “openssl rand -hex 32”. 2. Put {variable}=… into .env. 3. Give the same value to the tool that signs."
)


class Source(Section):
    """What the options of every network have in common. A network that can look back adds `backfill: Backfill`."""

    def secrets(self) -> tuple[Secret, ...]:
        """What it needs from the environment, as its other options stand; nothing, unless a network says so."""
        return ()


class MastodonOptions(Source):
    """Hashtags of Mastodon servers; with an account its mentions, searches and answers too."""

    kind: Literal["mastodon"] = Field(
        description="Which network: mastodon reads hashtags, mentions and searches of Mastodon servers, and answers."
    )
    every: Every = Field(timedelta(minutes=2), description="How often it is asked: 2m, 1h.")
    backfill: Backfill = Field(timedelta(days=7), description=BACKFILL_SAID)
    instance: ApiAddress = Field(description="Address of the server, as in https://social.example.")
    account: Annotated[str, Field(min_length=1)] | None = Field(
        None,
        description="The account there that hears its mentions and answers; without one, public hashtags are read.",
    )
    hashtags: tuple[Annotated[str, Field(pattern=r"^#?[\w·]+$")], ...] = Field(
        (), description="Hashtags that are read, without #."
    )
    others: tuple[ApiAddress, ...] = Field(
        (), description="More servers where the hashtags are read, without an account."
    )
    search: bool = Field(
        default=False, description="Whether the brands' words are searched too; the server must have full-text search."
    )
    stream: bool = Field(default=False, description="Whether posts are heard as they are written; needs an account.")
    streaming: ApiAddress | None = Field(
        None, description="Address of the server's streams, where it is another: https://streaming.social.example."
    )
    max_characters: Annotated[int, Field(ge=1, le=100_000)] = Field(
        500, description="Characters that this server takes; most take 500."
    )
    allow_private: bool = Field(
        default=False, description="Whether these servers may stand on this machine or a private network."
    )

    def secrets(self) -> tuple[Secret, ...]:
        """The account's token."""
        return (Secret("MASTODON_TOKEN", self.instance, MASTODON_TOKEN_FROM),) if self.account else ()


class BlueskyOptions(Source):
    """Bluesky, or another network of the AT Protocol."""

    kind: Literal["bluesky"] = Field(
        description="Which network: bluesky hears the whole network by its stream, searches it, and answers there."
    )
    every: Every = Field(timedelta(minutes=2), description="How often search and notifications are read: 2m, 1h.")
    stream: Literal["jetstream", "jetstream-legacy", "none"] = Field(
        "jetstream", description="How the stream of all posts is read: jetstream, jetstream-legacy, or none."
    )
    stream_url: StreamAddress | None = Field(
        None, description="Address of the stream, as in wss://jetstream.example/subscribe; without one, Bluesky's own."
    )
    url: ApiAddress = Field("https://bsky.social", description="Address of the server where our account is.")
    appview: ApiAddress = Field(
        "https://public.api.bsky.app", description="Address that names authors to readers without an account."
    )
    web: WebAddress = Field("https://bsky.app", description="Address where people read posts.")
    username: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The handle of our account, as in aeroplouf.example; without one, only the stream is heard."
    )
    backfill: Backfill = Field(timedelta(days=1), description=BACKFILL_SAID)
    allow_private: bool = Field(
        default=False, description="Whether these servers may stand on this machine or a private network."
    )

    def secrets(self) -> tuple[Secret, ...]:
        """The app password, where there is an account."""
        return (Secret("BLUESKY_PASSWORD", self.url, _BLUESKY_PASSWORD),) if self.username else ()


class DiscourseOptions(Source):
    """Every public post of one Discourse forum."""

    kind: Literal["discourse"] = Field(description="Which network: discourse reads the posts of a Discourse forum.")
    every: Every = Field(timedelta(minutes=5), description="How often its posts are read: 5m, 1h.")
    url: ApiAddress = Field(description="Address of the forum, as in https://forum.example.")
    username: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The user whose API key reads; without one, what everybody may see is read."
    )
    backfill: Backfill = Field(timedelta(days=7), description=BACKFILL_SAID)
    allow_private: bool = Field(
        default=False, description="Whether this forum may stand on this machine or a private network."
    )

    def secrets(self) -> tuple[Secret, ...]:
        """An API key, where a user is named."""
        return (Secret("DISCOURSE_API_KEY", self.url, DISCOURSE_SAID),) if self.username else ()


class HackerNewsOptions(Source):
    """Stories and comments of Hacker News, by its public search."""

    kind: Literal["hackernews"] = Field(
        description="Which network: hackernews searches Hacker News for the brands' queries."
    )
    every: Every = Field(timedelta(minutes=5), description="How often it is asked: 5m, 1h.")
    url: ApiAddress = Field("https://hn.algolia.com", description="Where its search is; another one for a proxy.")
    backfill: Backfill = Field(timedelta(days=7), description=BACKFILL_SAID)
    allow_private: bool = Field(
        default=False, description="Whether url may stand on this machine or a private network."
    )


class RedditOptions(Source):
    """Reddit: comments and posts of subreddits, a search for the brands' queries, answers to our account."""

    kind: Literal["reddit"] = Field(
        description="Which network: reddit reads subreddits, searches Reddit, and answers as one account."
    )
    every: Every = Field(timedelta(minutes=2), description="How often each subreddit, search and inbox is read: 2m.")
    url: ApiAddress = Field("https://oauth.reddit.com", description="Where Reddit's API is; another one for a proxy.")
    login: ApiAddress = Field(
        "https://www.reddit.com", description="Where its tokens are given; another one for a proxy."
    )
    username: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{3,20}$")] | None = Field(
        None, description="The account that answers and whose inbox is read; without one, Reddit is only read."
    )
    subreddits: tuple[Annotated[str, Field(pattern="^[A-Za-z0-9_]{2,21}$")], ...] = Field(
        (), description="Subreddits whose every comment and post is read, without r/."
    )
    search: Literal["all", "listed", "none"] = Field(
        "all", description="Where posts are searched for the brands' queries: all of Reddit, those listed, or not."
    )
    backfill: Backfill = Field(timedelta(days=7), description=BACKFILL_SAID)
    allow_private: bool = Field(
        default=False, description="Whether url and login may stand on this machine or a private network."
    )

    def secrets(self) -> tuple[Secret, ...]:
        """The application's id and secret; the account's password, where there is one."""
        asked = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", *(("REDDIT_PASSWORD",) if self.username else ()))
        return tuple(Secret(variable, self.login, REDDIT_SAID) for variable in asked)


class RssOptions(Source):
    """RSS, Atom, RDF and JSON feeds."""

    kind: Literal["rss"] = Field(description="Which network: rss reads RSS, Atom, RDF and JSON feeds.")
    every: Every = Field(timedelta(minutes=10), description="How often the feeds are read: 10m, 1h.")
    feeds: tuple[WebAddress, ...] = Field(min_length=1, description="Addresses of the feeds.")
    allow_private: bool = Field(
        default=False, description="Whether these feeds may stand on this machine or a private network."
    )


class SandboxOptions(Source):
    """The practice ground's social network."""

    kind: Literal["sandbox"] = Field(description="Which network: sandbox is the practice ground.")
    every: Every = Field(timedelta(seconds=5), description="How often it is asked: 5s, 1m.")
    url: WebAddress = Field(description="Address of the practice ground.")


HeardNetwork = Literal[
    "app-store",
    "facebook",
    "google-play",
    "google-reviews",
    "instagram",
    "linkedin",
    "quora",
    "threads",
    "tiktok",
    "trustpilot",
    "web",
    "youtube",
]
"""Networks without an interface open to us: others bring what is said there. `web` is everything else."""
Port = Annotated[int, Field(ge=1, le=65_535)]


class MailOptions(Source):
    """A mailbox where alert services send what they find."""

    kind: Literal["mail"] = Field(description="Which network: mail reads alert mails from a mailbox (IMAP).")
    every: Every = Field(timedelta(minutes=2), description="How often the mailbox is read: 2m, 1h.")
    host: Text = Field(description="Name of the IMAP server, as in imap.example.")
    port: Port = Field(993, description="Its port.")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="How the way there is closed to others: tls, starttls; none on this very machine only."
    )
    username: Text = Field(description="The user whose mailbox it is.")
    folder: Text = Field("INBOX", description="The folder that is read.")
    senders: tuple[Text, ...] = Field(
        min_length=1,
        description="Who is believed: whole addresses, or domains as @alerts.example; others are passed over.",
    )
    authserv: Text | None = Field(
        None,
        description="The name your mail server signs its Authentication-Results with; DKIM or DMARC must pass then.",
    )
    backfill: Backfill = Field(timedelta(days=7), description=BACKFILL_SAID)
    mark_read: bool = Field(default=False, description="Whether mails that were read are marked so; none is deleted.")

    @model_validator(mode="after")
    def _closed_way(self) -> Self:
        if self.security == "none" and not is_private_way(self.address):
            raise refusal("open_mail", written=self.host)
        return self

    @property
    def address(self) -> str:
        """Where the password goes, written as credentials are bound: http only for an open way."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.security == 'none' else 'https'}://{name}:{self.port}"

    def secrets(self) -> tuple[Secret, ...]:
        """The mailbox's password."""
        return (Secret("IMAP_PASSWORD", self.address, IMAP_PASSWORD),)


class WebhookOptions(Source):
    """A door where other tools bring posts."""

    kind: Literal["webhook"] = Field(description="Which network: webhook takes signed posts that other tools bring.")
    every: Every = Field(timedelta(seconds=5), description="How often what was brought is looked through: 5s, 1m.")
    networks: tuple[HeardNetwork, ...] = Field(
        min_length=1, description="Where the posts come from: facebook, trustpilot, web…; others are refused."
    )
    host: Text = Field("127.0.0.1", description="The address it listens at; another one only behind a reverse proxy.")
    port: Port = Field(8787, description="The port it listens at.")
    folder: Text = Field("var/webhook", description="Where posts wait on disk until they stand in the store.")
    per_minute: Annotated[int, Field(ge=1, le=60_000)] = Field(600, description="Requests of a minute at most.")

    def secrets(self) -> tuple[Secret, ...]:
        """What posts are signed with; it is sent nowhere."""
        return (Secret("WEBHOOK_SECRET", f"http://127.0.0.1:{self.port}", WEBHOOK_SECRET),)


class WordPressOptions(Source):
    """The comments of one WordPress site."""

    kind: Literal["wordpress"] = Field(
        description="Which network: wordpress reads the comments of a WordPress site, answers and moderates them."
    )
    every: Every = Field(timedelta(minutes=5), description="How often its comments are read: 5m, 1h.")
    url: ApiAddress = Field(description="Address of the site, as in https://blog.example.")
    username: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The user who reads, answers and moderates; without one, approved comments are read."
    )
    allow_private: bool = Field(
        default=False, description="Whether this site may stand on this machine or a private network."
    )


class XPrices(Section):
    """What X asks, in US dollars. Defaults: docs.x.com, “Pricing”, read 2026-11-22; your console has the last word."""

    post: Money = Field(Decimal("0.005"), description="One post that a search or a question by id brings.")
    own_post: Money = Field(
        Decimal("0.001"), description="One mention of your own account; 0.005 where another account owns the app."
    )
    user: Money = Field(
        Decimal("0.010"), description="One author that comes with posts; 0 if your console shows that they are free."
    )
    counts: Money = Field(Decimal("0.005"), description="One question how many posts there are.")
    reply: Money = Field(Decimal("0.010"), description="One answer to somebody who mentioned or quoted you.")
    link: Money = Field(Decimal("0.200"), description="One answer that holds a link.")
    delete: Money = Field(Decimal("0.010"), description="Taking one answer back.")
    hide: Money = Field(Decimal("0.005"), description="Hiding an answer below a post of yours, or showing it again.")


class XOptions(Source):
    """X: mentions of our accounts and a search for the brands' queries, answered as one account."""

    kind: Literal["x"] = Field(description="Which network: x reads mentions, searches X, and answers as one account.")
    cap: Money = Field(description="The most that may be spent in a month (UTC), in US dollars; nothing passes it.")
    every: Every = Field(timedelta(minutes=30), description="How often it is counted what the searches would bring.")
    mentions_every: Every = Field(timedelta(minutes=5), description="How often mentions of your accounts are read.")
    most: Annotated[int, whole(10, 5000), Field(ge=10, le=5000)] = Field(
        500, description="Posts bought by one search at one look, the newest; more are counted only. 500 unless said."
    )
    tier: Literal["pay-per-use", "enterprise"] = Field(
        "pay-per-use", description="What was bought: it says how long a search may be and who may be answered."
    )
    backfill: Annotated[Duration, between(timedelta(0), timedelta(days=6))] = Field(
        timedelta(days=1), description="How far back a new search looks, each post for its price: 1d; 6d at most."
    )
    refresh: Annotated[int, whole(0, 100), Field(ge=0, le=100)] = Field(
        30, description="Percent of the cap that asking again for numbers of posts may spend; 30 unless said."
    )
    prices: XPrices = Field(XPrices(), description="What X asks for each thing.")
    url: ApiAddress = Field("https://api.x.com", description="Where X's API is; another one for a proxy.")
    allow_private: bool = Field(
        default=False, description="Whether url may stand on this machine or a private network."
    )

    def secrets(self) -> tuple[Secret, ...]:
        """The application's token; what it speaks with, where it does."""
        user = ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET")
        return (
            Secret("X_BEARER_TOKEN", self.url, X_BEARER_SAID),
            *(Secret(variable, self.url, X_USER_SAID, optional=True) for variable in user),
        )


SourceOptions = Annotated[
    BlueskyOptions
    | DiscourseOptions
    | HackerNewsOptions
    | MailOptions
    | MastodonOptions
    | RedditOptions
    | RssOptions
    | SandboxOptions
    | WebhookOptions
    | WordPressOptions
    | XOptions,
    Field(discriminator="kind"),
]
