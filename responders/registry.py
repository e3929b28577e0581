"""Which publisher speaks for a brand on a network, settled once from the configuration."""

from collections.abc import Callable, Mapping

from models.network import NetworkRules, rules
from responders.publisher import Publisher


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
