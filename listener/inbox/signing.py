"""Who may bring something: HMAC-SHA256 over the moment and the body, as Slack and Stripe do it."""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

WINDOW: Final = timedelta(minutes=5)
"""How far the moment of a signature may be from ours."""
SHORTEST: Final = 32
"""Characters of a secret at least: 128 bits as hexadecimal digits."""
TIMESTAMP, SIGNATURE = "Repartie-Timestamp", "Repartie-Signature"
_VERSION: Final = "v1="


class Doubt(Enum):
    """Why a signature is not believed."""

    MISSING = "missing"
    MOMENT = "moment"
    WRONG = "wrong"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of `body` at `timestamp` (seconds since 1970), with its version."""
    return _VERSION + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def doubt(secret: str, timestamp: str, signature: str, body: bytes, now: datetime) -> Doubt | None:
    """Why the two headers do not vouch for `body`; None when they do.

    The moment is read only after the signature held: nobody without the secret learns our clock.
    """
    if not timestamp or not signature:
        return Doubt.MISSING
    if not hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.strip().lower().encode()):
        return Doubt.WRONG
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):  # noqa: PLR2004 - year 33658
        return Doubt.MOMENT
    return None if abs(int(timestamp) - now.timestamp()) <= WINDOW.total_seconds() else Doubt.MOMENT
