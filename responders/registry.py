"""Which publisher speaks for a brand on a network, settled once from the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from config.credentials import Credential
from config.schema import Config
from config.sources import (
    BlueskyOptions,
    MastodonOptions,
    RedditOptions,
    SandboxOptions,
    WordPressOptions,
    XOptions,
)
from config.x_auth import XAuth
from models.limits import Limits, Unlimited
from models.network import NetworkRules, rules
from responders.publisher import Publisher
from responders.publishers.console import console_twin


class Publishers:
    """The publishers of one configuration, by brand and network; each live, or its console twin.

    `rules` says what a network promises; tests shorten its times there.
    """

    def __init__(
        self, by_place: Mapping[tuple[str, str], Publisher], *, rules: Callable[[str], NetworkRules] = rules
    ) -> None:
        self._by_place = dict(by_place)
        self.rules = rules

    def of(self, brand: str, network: str) -> Publisher | None:
        """Who speaks for `brand` there; None where nobody can."""
        return self._by_place.get((brand, network))

    def label(self, network: str) -> str:
        """The network's name as people write it."""
        try:
            return self.rules(network).label
        except KeyError:
            return network


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Given:
    """What a publisher may use beside its options.

    `client` sends the source's credential to its own host, with a time-out under the network's `settle`. `secrets` are
    those that the options class names, by variable, for libraries that want them in hand:
    `given.secrets["X_TOKEN"].for_url(options.url)`. `limits` is what networks still grant, shared with the collectors;
    `seconds` the time-out of one request, for libraries that are told one.
    """

    client: httpx.Client
    secrets: Mapping[str, Credential] = field(default_factory=dict)
    limits: Limits = field(default_factory=Unlimited)
    clock: Callable[[], datetime] = _now
    seconds: float = 10.0


Builder = Callable[[Any, str, Given], Publisher | None]
"""A network's options, our account there, and what it may use -> who speaks; None if nobody. Asks none yet."""


def _bluesky(options: BlueskyOptions, _account: str, given: Given) -> Publisher | None:
    """The account whose password we hold is who speaks, whatever `accounts` says; without one, we only read."""
    from responders.publishers.bluesky import BlueskyPublisher  # noqa: PLC0415 - not loaded where nobody speaks there

    if not options.username:
        return None
    return BlueskyPublisher(options.url, options.username, given.client, given.clock, web=options.web)


def _mastodon(options: MastodonOptions, _account: str, given: Given) -> Publisher | None:
    """The account whose token we hold is who speaks, whatever `accounts` says; without one, we only read."""
    from responders.publishers.mastodon import MastodonPublisher  # noqa: PLC0415 - not loaded where nobody speaks there

    if not options.account:
        return None
    token = given.secrets.get("MASTODON_TOKEN")
    return MastodonPublisher(
        options.instance, options.account, given.client, given.clock, max_characters=options.max_characters,
        limits=given.limits, credential=token.key if token else "", seconds=given.seconds,
    )  # fmt: skip


def _reddit(options: RedditOptions, _account: str, given: Given) -> Publisher | None:
    """The account whose password we hold is who speaks, whatever `accounts` says; without one, we only read."""
    from responders.publishers.reddit import RedditPublisher  # noqa: PLC0415 - not loaded where nobody speaks there

    return RedditPublisher(options, given) if options.username else None


def _sandbox(options: SandboxOptions, account: str, given: Given) -> Publisher:
    from responders.publishers.sandbox import SandboxPublisher  # noqa: PLC0415 - not loaded in production

    return SandboxPublisher(options.url, account, given.client, given.clock)


def _wordpress(options: WordPressOptions, _account: str, given: Given) -> Publisher | None:
    """The user whose password we hold is who speaks, whatever `accounts` says; without one, we only read."""
    from responders.publishers.wordpress import WordPressPublisher  # noqa: PLC0415 - not loaded where no site is ours

    if not options.username:
        return None
    return WordPressPublisher(options.url, options.username, given.client, given.clock)


def _x(options: XOptions, account: str, given: Given) -> Publisher | None:
    """Without the account's own keys, X is only read."""
    from responders.publishers.x import XPublisher  # noqa: PLC0415 - not loaded where nobody speaks there

    if not isinstance(given.client.auth, XAuth) or not given.client.auth.speaks:
        return None
    return XPublisher(options, account, given.client, given.clock, given.limits)


BUILDERS: dict[str, Builder] = {
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "reddit": _reddit,
    "sandbox": _sandbox,
    "wordpress": _wordpress,
    "x": _x,
}
"""Every network that can be answered. A new one adds its line here, and its world in `tests/responders/contract`."""


def build_publishers(config: Config, given_to: Callable[[str], Given], *, dry_run_label: str = "dry run") -> Publishers:
    """Every publisher the configuration speaks of: one per brand and network where the brand has an account.

    Args:
        config: brands, their accounts and their sources; what is not `live` gets its console twin.
        given_to: what the publisher of the source of that name may use.
        dry_run_label: opens what the console twin prints, in the operator's language.
    """
    found: dict[tuple[str, str], Publisher] = {}
    for brand in config.brands:
        for name in brand.sources:
            options = config.sources.get(name)
            if options is None or options.kind not in BUILDERS or options.kind not in brand.accounts:
                continue
            place = (brand.name, options.kind)
            if place in found:  # the first source of a network says where it is answered
                continue
            real = BUILDERS[options.kind](options, brand.accounts[options.kind], given_to(name))
            if real is None:  # a place that we only read
                continue
            found[place] = real if config.is_live(brand.name) else console_twin(real, label=dry_run_label)
    return Publishers(found)
