"""The secrets of a source: which it needs, where a person finds them. Their values come from the environment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret that a source's options ask for.

    Its value stands in `<variable>_<SOURCE>`, or in `<variable>` where one source only asks for it. It is sent to the
    host of `address` and to no other. `where` tells a person how to get it, marked for the catalogue; "{variable}" in
    it is filled. What is `optional` may be missing.
    """

    variable: str
    address: str
    where: str
    optional: bool = False
