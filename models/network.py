"""Facts about each network that code relies on. They live here and nowhere else; each with its source and date."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRules:
    """What a network allows and promises.

    `reads_own_writes`: an accepted reply can be found by asking, at the latest `settle` after the request.
    `settle`: the longest time an accepted request can stay invisible; never under our own time-out.
    `max_length`: characters of a reply as the network counts them; None where it has no limit or cannot be answered.
    `max_bytes`: the same in bytes of UTF-8, where that is limited too. `counts_plain`: each code point counts as one,
    so an input field may stop there (links and emoji count otherwise on some networks). `handles`: people are called
    @name there. `answers_once`: it takes one answer of ours to a post for ever, even if that one was taken back.

    `by_hand`: no program of ours can answer there, but a person in a browser can.

    What an answer is there besides its words: `languages`, `warnings` (a content warning) and `images` (one, with its
    description of at most `max_alt` characters) say whether it has one, `visibilities` which choices there are, the
    network's own words, the widest first.

    What was said there must not outlive its deletion there: a post of which the network was not asked for as long as
    `hidden_after` shows neither text nor author here, after `erased_after` it has none. None: no such rule.
    """

    name: str
    label: str
    can_reply: bool
    reads_own_writes: bool
    settle: timedelta
    max_length: int | None = None
    max_bytes: int | None = None
    counts_plain: bool = False
    handles: bool = False
    answers_once: bool = False
    by_hand: bool = False
    languages: bool = False
    warnings: bool = False
    visibilities: tuple[str, ...] = ()
    images: bool = False
    max_alt: int = 1500
    hidden_after: timedelta | None = None
    erased_after: timedelta | None = None


NETWORKS: dict[str, NetworkRules] = {
    rules.name: rules
    for rules in (
        # docs.joinmastodon.org and the code of Mastodon 4.4, read 2026-11-22: 500 characters unless the server says
        # otherwise (an option of the source), links counting 23, 1,500 for a description. A status can be read as soon
        # as it was written; `settle` covers a request that the server still works on after we hung up (ours is 10 s, a
        # Mastodon's own 15 s). GoToSocial, which speaks the same, knows no Idempotency-Key and is quick.
        NetworkRules(
            name="mastodon",
            label="Mastodon",
            can_reply=True,
            reads_own_writes=True,
            settle=timedelta(seconds=30),
            max_length=500,
            handles=True,
            languages=True,
            warnings=True,
            visibilities=("public", "unlisted"),
            images=True,
            max_alt=1500,
        ),
        # A forum can be answered by its interface, but not from here yet: docs/networks/discourse.md, 2026-11-22.
        NetworkRules(
            name="discourse",
            label="Discourse",
            can_reply=False,
            reads_own_writes=False,
            settle=timedelta(0),
            handles=True,
        ),
        # Hacker News takes no answer by program: https://github.com/HackerNews/API only reads, 2026-11-22.
        NetworkRules(
            name="hackernews", label="Hacker News", can_reply=False, reads_own_writes=False, settle=timedelta(0)
        ),
        # Lexicon app.bsky.feed.post of atproto (0.0.73's copy, read 2026-11-22): text has at most 300 graphemes and
        # 3,000 bytes, langs. A record is in its repository when the request is answered and getRecord shows it at
        # once; `settle` covers a write that goes on after we hung up (our time-out is 10 s).
        NetworkRules(
            name="bluesky",
            label="Bluesky",
            can_reply=True,
            reads_own_writes=True,
            settle=timedelta(seconds=20),
            max_length=300,
            max_bytes=3000,
            handles=True,
            languages=True,
        ),
        # Feeds are read-only: RFC 4287 and RSS 2.0 describe documents, not a way to answer them.
        NetworkRules(name="rss", label="RSS", can_reply=False, reads_own_writes=False, settle=timedelta(0)),
        # Reddit: a comment holds 10,000 characters (the API answers TOO_LONG beyond, reddit.com/dev/api, 2026-11-22).
        # Its lists come from caches and may lack a comment for a while: what is absent is never sent again by itself.
        NetworkRules(
            name="reddit",
            label="Reddit",
            can_reply=True,
            reads_own_writes=False,
            settle=timedelta(seconds=60),
            max_length=10_000,
            counts_plain=True,
        ),
        # `repartie replay` rows: past posts from an export, nothing to answer.
        NetworkRules(name="export", label="Export", can_reply=False, reads_own_writes=False, settle=timedelta(0)),
        # sandbox/README.md: a post is accepted at most 5 s after the request; our own time-out is 10 s.
        NetworkRules(
            name="sandbox",
            label="Place publique",
            can_reply=True,
            reads_own_writes=True,
            settle=timedelta(seconds=12),
            max_length=500,
            handles=True,
            counts_plain=True,
        ),
        # Heard only through others (docs/networks/not-yet.md, 2026-11-22): webhook, mail. Nothing is answered there.
        *(
            NetworkRules(name=name, label=label, can_reply=False, reads_own_writes=False, settle=timedelta(0))
            for name, label in (
                ("app-store", "App Store"),
                ("facebook", "Facebook"),
                ("google-play", "Google Play"),
                ("google-reviews", "Google"),
                ("instagram", "Instagram"),
                ("linkedin", "LinkedIn"),
                ("quora", "Quora"),
                ("threads", "Threads"),
                ("tiktok", "TikTok"),
                ("trustpilot", "Trustpilot"),
                ("web", "Web"),
                ("youtube", "YouTube"),
            )
        ),
        # WordPress 6.1, wp_get_comment_fields_max_lengths(), read 2026-11-22: 65,525 bytes. A comment is in the
        # database when the request is answered, and every listing shows it at once; `settle` covers a request that
        # PHP still works on after we hung up (our time-out is 10 s, PHP's own limit usually 30 s).
        NetworkRules(
            name="wordpress",
            label="WordPress",
            can_reply=True,
            reads_own_writes=True,
            settle=timedelta(seconds=40),
            max_length=65_525,
        ),
        # docs.x.com, read 2026-11-22: 280 weighted characters (“Counting characters”); replies by self-serve apps only
        # to who mentioned or quoted the account, one each (changelog 2026-02-23, “Restricted use cases”); no key that
        # makes a request idempotent, and what was posted may be missing from search and timelines for long, so nobody
        # can be asked. What is deleted there is deleted here within 24 h (Developer Policy); the rest is our margin.
        NetworkRules(
            name="x",
            label="X",
            can_reply=True,
            reads_own_writes=False,
            settle=timedelta(seconds=30),
            max_length=280,
            handles=True,
            answers_once=True,
            hidden_after=timedelta(hours=24),
            erased_after=timedelta(hours=72),
        ),
    )
}


def written(network: str, handle: str) -> str:
    """A handle as people write it on that network: lea -> @lea, where names are handles."""
    known = NETWORKS.get(network)
    return f"@{handle.removeprefix('@')}" if handle and known and known.handles else handle


def rules(network: str) -> NetworkRules:
    """The rules of `network`.

    Raises:
        KeyError: nobody described that network here.
    """
    return NETWORKS[network]
