"""What makes two posts one story: the keys and the sketch of a text, as the listening side draws them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

ALIKE: Final = 0.65
"""Share of common shingles from which two texts are near-copies."""
SAME: Final = 0.9
"""From here on, a text is so much like one already kept that keeping its sketch too would find nothing more."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How copies of one post are found. Keys are signed 64-bit hashes; each kind of evidence has its own.

    `text_sought`: a kept key equal to one of these proves a copy of the text; `link_sought`: of the link.
    `left`: what is kept of this post for those who come after, beside `bands`.
    `bands`: a kept band only suggests a near-copy; `resemblance` of the two sketches decides.
    `sketch`: MinHash of the text's shingles, b"" where the text is too short.
    `site`: the place where this copy stands.
    """

    text_sought: tuple[int, ...]
    link_sought: tuple[int, ...]
    left: tuple[int, ...]
    bands: tuple[int, ...]
    sketch: bytes
    site: str


def resemblance(one: bytes, other: bytes) -> float:
    """The estimated share of common shingles (Jaccard, in [0, 1]) of two sketches; 0 where either is empty."""
    if not one or len(one) != len(other):
        return 0.0
    return float(np.mean(np.frombuffer(one, dtype=np.uint16) == np.frombuffer(other, dtype=np.uint16)))
