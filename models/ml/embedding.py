"""Embeddings as they are stored: unit vectors of float32 <-> one signed byte a number.

One scale for all, so that two stored vectors are compared as they are. A number of a unit vector of some hundred
dimensions is small (docs/model/tools.md says how small): the range is cut at +-`REACH`, a step is `REACH` / 127, and a
number is off by half a step at most. What that does to a cosine is `ERROR`, in the worst case; a test holds it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

REACH: Final = 0.5
_STEPS: Final = 127
ERROR: Final = 0.08
"""No cosine of two stored vectors of 384 numbers is further from the true one; 0.003 is usual."""

Vectors = NDArray[np.float32]
"""Shape (texts, width), unit rows."""


def pack(vectors: Vectors) -> list[bytes]:
    """Each row as `width` bytes."""
    steps = np.rint(np.clip(vectors / REACH, -1, 1) * _STEPS).astype(np.int8)
    return [row.tobytes() for row in steps]


def unpack(packed: Sequence[bytes]) -> Vectors:
    """Unit rows, shape (len(packed), width); a vector of zeros stays one.

    Raises:
        ValueError: they are not all of one width: of different models.
    """
    widths = {len(one) for one in packed}
    if len(widths) > 1:
        msg = f"vectors of different widths: {sorted(widths)}"
        raise ValueError(msg)
    steps = np.frombuffer(b"".join(packed), dtype=np.int8).reshape(len(packed), widths.pop() if widths else 0)
    return unit(steps.astype(np.float32))


def unit(vectors: Vectors) -> Vectors:
    """Rows of length 1; a row of zeros stays one."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), dtype=np.float32)
