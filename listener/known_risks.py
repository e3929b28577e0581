"""Which known risks a text names: the starter lists, and what each brand lists of its own. Pure."""

from collections.abc import Mapping, Sequence

from ahocorasick_rs import BytesAhoCorasick

from config.known_risks import Risks, starter
from config.schema import Brand
from listener.text import apart, haystack
from models.ml.risk import Family, Named
from models.post import Post

_READ = 20_000
"""Characters of a text that are searched: what comes later rings nobody."""
_MOST = 6
"""Risks that are kept of one text: the gravest. More would change nothing."""


class KnownRisks:
    """Every known risk of a configuration, searched in one pass. Thread-safe."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._own = {brand.name: dict.fromkeys(brand.known_risks, Family.OWN) for brand in brands}
        self._bare = frozenset(brand.name for brand in brands if not brand.starter_risks)
        listed: dict[bytes, dict[str, None]] = {}
        for risk in (*starter(), *(risk for own in self._own.values() for risk in own)):
            if pattern := _pattern(risk):
                listed.setdefault(pattern, {})[risk] = None
        self._listed = list(listed.values())
        self._search = BytesAhoCorasick(list(listed))

    def named(self, post: Post) -> tuple[str, ...]:
        """The listed risks that `post` names, in no order, whosever they are."""
        text = apart(f"{post.title}\n{post.text[:_READ]}")
        searched = b" %b " % b" ".join(haystack(text).split())
        hits = {hit for hit, _, _ in self._search.find_matches_as_indexes(searched, overlapping=True)}
        return tuple(risk for hit in sorted(hits) for risk in self._listed[hit])

    def of(self, brand: str, named: Sequence[str]) -> tuple[Named, ...]:
        """Those of `named` that count for `brand`, the gravest first."""
        starters: Mapping[str, Family] = {} if brand in self._bare else starter()
        lists: Risks = {**starters, **self._own.get(brand, {})}
        found = [Named(risk, lists[risk]) for risk in named if risk in lists]
        found.sort(key=lambda one: (-one.family.gravity, one.word))
        return tuple(found[:_MOST])


def _pattern(risk: str) -> bytes:
    """`risk` as it stands in a folded text; a final * leaves the last word open. Nothing for signs alone."""
    words = b" ".join(haystack(risk.rstrip("* ")).split())
    if not words:
        return b""
    return b" %b" % words if risk.endswith("*") else b" %b " % words
