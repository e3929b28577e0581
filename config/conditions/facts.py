"""From a mention to what conditions may ask of it. The words of docs/rules.md and this file say the same."""

from collections.abc import Collection
from datetime import datetime, tzinfo

from config.conditions.fields import WEEKDAYS
from config.conditions.tree import Facts
from models.ml.spam import LIKELY as SPAM
from models.post import Post
from models.verdict import HEADS, LIKELY, Verdict

_UNDETERMINED = "und"


def facts_of(  # noqa: PLR0913 - everything that is known of a mention
    post: Post,
    *,
    brand: str,
    source: str | None,
    words: tuple[str, ...],
    verdict: Verdict | None,
    risk: float | None = None,
    reach: int | None = None,
    accounts: Collection[str],
    now: datetime,
    timezone: tzinfo,
) -> Facts:
    """What is known of `post` as a mention of `brand`, at `now` (aware); what nobody said is None.

    `accounts` are the brand's handles on the post's network, however written: with @ or without, with its server or
    without.
    """
    local = post.at.astimezone(timezone)
    author, engagement = post.author, post.engagement
    language = verdict.language if verdict and verdict.language != _UNDETERMINED else None
    heads = verdict.heads if verdict else {}
    return {
        "sentiment": verdict.label.value if verdict else None,
        "confidence": verdict.confidence if verdict else None,
        "language": language,
        "unsure": verdict.unsure if verdict else None,
        "intent": verdict.intent.value if verdict and verdict.intent else None,
        **{head: None if heads.get(head) is None else heads[head] >= LIKELY for head in HEADS},
        "spam": None if verdict is None or verdict.spam is None else verdict.spam >= SPAM,
        "risk": risk,
        "reach": reach,
        "text": f"{post.title}\n{post.text}",
        "title": post.title,
        "words": words,
        "author": tuple(dict.fromkeys(filter(None, (*_spellings(author.handle), author.name)))),
        "followers": author.followers,
        "likes": engagement.likes,
        "replies": engagement.replies,
        "reposts": engagement.reposts,
        "views": engagement.views,
        "network": post.network,
        "source": source,
        "place": post.place or None,
        "brand": brand,
        "addressed": not {_bare(account) for account in post.accounts}.isdisjoint(map(_bare, accounts)),
        "reply": post.parent_id is not None,
        "hour": local.hour,
        "weekday": WEEKDAYS[local.weekday()],
        "age": max(now - post.at, now - now),
    }


def _spellings(handle: str) -> tuple[str, ...]:
    """A handle as people write it: with @ and without, with its server and without."""
    whole = handle.removeprefix("@")
    name = whole.partition("@")[0]
    return f"@{whole}", whole, f"@{name}", name


def _bare(handle: str) -> str:
    return handle.removeprefix("@").partition("@")[0].casefold()
