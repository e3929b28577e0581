"""Which brands a post concerns, as a configuration says it: queries, our own accounts, sources. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from config.schema import Brand
from listener.matching import Matcher
from models.post import Post

Brands = dict[str, tuple[str, ...]]
"""Brand -> the words of a post that matched its query, as they stand in the text."""


class Ears:
    """All the brands of one configuration, asked at once. `matcher` knows each brand's query by its name."""

    def __init__(self, brands: Sequence[Brand], matcher: Matcher) -> None:
        self.matcher = matcher
        self._sources = {brand.name: frozenset(brand.sources) for brand in brands}
        self._own = {brand.name: _own_accounts(brand.accounts) for brand in brands}

    def match(self, posts: Sequence[Post]) -> list[Brands]:
        """For each post, the brands it concerns and the words that say so. Our own accounts never concern us."""
        return [
            {match.name: match.words for match in matches if not self.is_ours(match.name, post)}
            for post, matches in zip(posts, self.matcher.match_many(posts), strict=True)
        ]

    def listens(self, brand: str, source: str) -> bool:
        """Whether `brand` hears what `source` brings."""
        return source in self._sources[brand]

    def goes_on(self, brands: Iterable[str], post: Post) -> list[str]:
        """Of the brands whose answer `post` answers, those that we still watch and that did not say it themselves."""
        return [brand for brand in brands if brand in self._sources and not self.is_ours(brand, post)]

    def is_ours(self, brand: str, post: Post) -> bool:
        """Whether an account of `brand` itself said it."""
        return (post.network, _handle(post.author.handle)) in self._own[brand]


def _handle(handle: str) -> str:
    return handle.lstrip("@").casefold()


def _own_accounts(accounts: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((network, _handle(handle)) for network, handle in accounts.items())
