"""Which publisher speaks for a brand on a network, settled once from the configuration."""

from collections.abc import Callable, Mapping

import httpx

from config.schema import Brand, Config
from config.sources import BlueskyOptions, SandboxOptions, SourceOptions, WordPressOptions
from models.network import NetworkRules, rules
from responders.publisher import Publisher
from responders.publishers.bluesky import BlueskyPublisher
from responders.publishers.console import console_twin
from responders.publishers.sandbox import SandboxPublisher
from responders.publishers.wordpress import WordPressPublisher


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


Builder = Callable[[SourceOptions, str, httpx.Client], Publisher]
"""A network's options, our account there, and a ready client -> who speaks."""


def _bluesky(options: SourceOptions, account: str, client: httpx.Client) -> Publisher:
    """The account whose password we hold is who speaks; `accounts` says the same handle."""
    if not isinstance(options, BlueskyOptions):
        raise TypeError(type(options).__name__)
    return BlueskyPublisher(options.url, options.username or account, client, web=options.web)


def _sandbox(options: SourceOptions, account: str, client: httpx.Client) -> Publisher:
    if not isinstance(options, SandboxOptions):
        raise TypeError(type(options).__name__)
    return SandboxPublisher(options.url, account, client)


def _wordpress(options: SourceOptions, _account: str, client: httpx.Client) -> Publisher:
    """The user whose password we hold is who speaks, whatever `accounts` says."""
    if not isinstance(options, WordPressOptions) or options.username is None:
        raise TypeError(type(options).__name__)
    return WordPressPublisher(options.url, options.username, client)


BUILDERS: dict[str, Builder] = {"bluesky": _bluesky, "sandbox": _sandbox, "wordpress": _wordpress}
"""Every network that can be answered. A new one adds its line here."""


def build_publishers(
    config: Config, client_for: Callable[[Brand, str], httpx.Client], *, dry_run_label: str = "dry run"
) -> Publishers:
    """Every publisher the configuration speaks of: one per brand and network where the brand has an account.

    Args:
        config: brands, their accounts and their sources; what is not `live` gets its console twin.
        client_for: a client with that brand's credential for the source of that name, and a time-out under `settle`.
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
            if isinstance(options, BlueskyOptions | WordPressOptions) and not options.username:
                continue  # we only read there
            real = BUILDERS[options.kind](options, brand.accounts[options.kind], client_for(brand, name))
            found[place] = real if config.is_live(brand.name) else console_twin(real, label=dry_run_label)
    return Publishers(found)
