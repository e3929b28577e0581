"""How much a mention can hurt, and how many people may have seen it, when it is heard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from config.schema import Brand
from listener.known_risks import KnownRisks
from models.ml.risk import Risk, risk, signals_of
from models.post import Post
from models.reach import Usual, reach
from models.store.risk import usual
from models.verdict import Verdict

KEPT: Final = timedelta(minutes=10)
"""How long what is usual is kept before the store is asked again: it changes over days."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The reach of a post (None is unknown) and the risk of it as a brand's mention."""

    reach: int | None
    risk: Risk


class Scales:
    """Weighs what is heard. One instance serves every thread: at worst two of them ask the store the same."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._risks = KnownRisks(brands)
        self._usual: dict[tuple[str, str], tuple[datetime, Usual]] = {}

    def usual(self, session: Session, brand: str, network: str, now: datetime) -> Usual:
        """How far the brand's mentions on that network usually go."""
        key = (brand, network)
        until, known = self._usual.get(key, (now, Usual()))
        if until <= now:
            known = usual(session, brand, network)
            self._usual[key] = (now + KEPT, known)
        return known

    def weigh(self, session: Session, post: Post, brand: str, verdict: Verdict, now: datetime) -> Weighed:
        """The reach and risk of `post` as a mention of `brand`. How many others say the same is not known yet."""
        seen = reach(
            post.network,
            followers=post.author.followers,
            reposts=post.engagement.reposts,
            views=post.engagement.views,
        )
        stands = self.usual(session, brand, post.network, now).standing(seen)
        signals = replace(
            signals_of(verdict, self._risks.of(brand, self._risks.named(post))),
            reach=stands.quantile if stands else None,
            times=stands.times if stands else None,
            others=post.engagement.reposts,
        )
        return Weighed(seen, risk(signals))
