"""Why a query holds for a post, or why not: a small tree a person can read."""

from dataclasses import dataclass, replace
from typing import Final

from config.i18n import Words, mark
from config.query import And, Attribute, Near, Node, Not, Or, Query, Term
from listener.evaluation import Sight
from models.post import Post

_SHOWN: Final = 8
"""Parts of one group that are listed; the rest is counted."""
_LENGTH: Final = 60
"""Characters of one part that are shown."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a query: whether it holds, and the same of its own parts.

    `words` as they stand: those that made it hold, that stopped a NOT, or that differ from an exact term by capitals or
    accents alone. `known` is what the post says of a field that has another value.
    """

    node: Node
    holds: bool
    words: tuple[str, ...] = ()
    parts: "tuple[Reason, ...]" = ()
    known: tuple[str, ...] = ()

    def lines(self, t: Words, depth: int = 0) -> list[str]:
        """This part and the parts that matter, one line each, in the language of `t`."""
        line = "  " * depth + ("✓ " if self.holds else "✗ ") + self._said(t)
        if isinstance(self.node, And):
            kept = self.parts
        elif isinstance(self.node, Or):
            kept = tuple(part for part in self.parts if part.holds == self.holds)
        else:
            return [line]
        lines = [line, *(said for part in kept[:_SHOWN] for said in part.lines(t, depth + 1))]
        if (hidden := len(kept) - _SHOWN) > 0:
            lines.append("  " * (depth + 1) + t.plural("and {count} other", "and {count} others", hidden))
        return lines

    def _said(self, t: Words) -> str:
        if isinstance(self.node, And | Or):
            return t(_GROUPS[isinstance(self.node, And), self.holds])
        part = str(self.node)
        part = part if len(part) <= _LENGTH else part[: _LENGTH - 1] + "…"
        found = t.listing(t("“{words}”", words=word) for word in self.words)
        if isinstance(self.node, Not):
            return (
                t("{part}: not there", part=part)
                if self.holds
                else t("{part}: stopped by {found}", part=part, found=found or part)
            )
        if self.holds:
            return t("{part}: {found}", part=part, found=found) if found else t("{part}: yes", part=part)
        return self._lacking(t, part, found)

    def _lacking(self, t: Words, part: str, found: str) -> str:
        if found:
            return t("{part}: only {found} is there, with other capitals or accents", part=part, found=found)
        if self.known:
            return t("{part}: the post says {known}", part=part, known=t.listing(self.known))
        if self.parts and all(side.holds for side in self.parts):
            return t("{part}: both are there, but not close enough or not in this order", part=part)
        return t("{part}: not found", part=part)


_GROUPS: Final = {
    (True, True): mark("all of these are there:"),
    (True, False): mark("all of these must be there:"),
    (False, True): mark("one of these is there:"),
    (False, False): mark("none of these is there:"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the query called `name` holds for a post, by which words, and why."""

    name: str
    matched: bool
    words: tuple[str, ...]
    reason: Reason

    def render(self, t: Words) -> str:
        """A title line and the reasons under it, in the language of `t`."""
        title = t("{name}: matches", name=self.name) if self.matched else t("{name}: does not match", name=self.name)
        return "\n".join([title, *self.reason.lines(t, 1)])


def explain(name: str, query: Query, post: Post) -> Explanation:
    """Why `query` holds for `post` or not."""
    sight = Sight(post)
    reason = _reason(query.root, sight)
    found = sight.find(query.root)
    return Explanation(name, found is not None, sight.shown(found or []), reason)


def _reason(node: Node, sight: Sight) -> Reason:
    found = sight.find(node)
    words = sight.shown(found or [])
    if isinstance(node, And | Or):
        return Reason(node, found is not None, words, tuple(_reason(part, sight) for part in node.parts))
    if isinstance(node, Near):
        return Reason(node, found is not None, words, (_reason(node.left, sight), _reason(node.right, sight)))
    if isinstance(node, Not):
        return Reason(node, found is not None, sight.shown(sight.find(node.part) or []))
    if isinstance(node, Term) and node.exact and found is None:
        return Reason(node, holds=False, words=sight.shown(sight.find(replace(node, exact=False)) or []))
    if isinstance(node, Attribute) and found is None:
        return Reason(node, holds=False, known=tuple(sorted(sight.values(node.name))))
    return Reason(node, found is not None, words)
