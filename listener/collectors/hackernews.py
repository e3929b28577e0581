"""Reads Hacker News by its search at Algolia: stories and comments. `docs/networks/hackernews.md` tells what is heard.

Time is walked from now down to what was read before, in steps of one page: a page number would shift while people
write, and none goes beyond 1,000 hits. The last `OVERLAP` is read again each time, for edits and late indexing.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.query import Attribute
from config.query import Field as QueryField
from listener.collector import Batch, Cursor, Gap, Refreshed, digest
from listener.collectors.asking import JsonSite
from listener.html import one_line, read_html
from listener.registry import Hearer, Means
from listener.searching import Syntax, quoted, ways
from models.post import Author, Engagement, Post

OVERLAP: Final = timedelta(hours=6)
"""People may edit for two hours; the index follows within minutes; and clocks may differ."""
_PAGE: Final = 100
_MOST_PAGES: Final = 50
_WEB: Final = "https://news.ycombinator.com"


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Hit(_Said):
    id: str = Field(alias="objectID", pattern="^[0-9]+$")
    created_at_i: int = Field(ge=0, le=4_000_000_000)
    author: str | None = None
    title: str | None = None
    url: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    story_title: str | None = None
    parent_id: int | None = None
    points: int | None = None
    num_comments: int | None = None

    @property
    def digest(self) -> str:
        """Changes with whatever we would tell again."""
        said = (self.title, self.url, self.story_text, self.comment_text)
        return hashlib.blake2b(repr(said).encode(), digest_size=6).hexdigest()

    def post(self, now: datetime) -> Post:
        """What we keep of it."""
        address = f"{_WEB}/item?id={self.id}"
        reading = read_html(self.comment_text or self.story_text or "", address)
        author = self.author or "?"
        return Post(
            network="hackernews",
            external_id=self.id,
            url=address,
            title=one_line(read_html(self.title or "").text),
            text=reading.text,
            author=Author(handle=author, url=f"{_WEB}/user?id={author}"),
            at=min(datetime.fromtimestamp(self.created_at_i, UTC), now),
            place=one_line(read_html(self.story_title or "").text) or "Hacker News",
            parent_id=str(self.parent_id) if self.parent_id else None,
            links=(*((self.url,) if self.url else ()), *reading.links),
            engagement=Engagement(likes=self.points, replies=self.num_comments),
        )


class _Hits(_Said):
    hits: list[_Hit]


class _Item(_Said):
    author: str | None = None
    points: int | None = None
    children: list[Any] = []


class HackerNewsCollector:
    """Asks for what `hearers` look for, one way of saying it a call.

    The cursor holds the question, whose turn it is, and of each way `known` (id -> digest) and `until` (Unix seconds).
    """

    most = 10

    def __init__(self, site: JsonSite, means: Means, hearers: Sequence[Hearer], *, backfill: timedelta) -> None:
        self._site, self._means, self._backfill = site, means, backfill
        found = (" ".join(way) for hearer in hearers for way in ways(hearer.query, SYNTAX))
        self._asked = tuple(dict.fromkeys(found))
        self._question = digest(*self._asked)

    def collect(self, cursor: Cursor | None) -> Batch:
        """What is new or changed for the next way of asking, oldest first.

        Raises:
            RetryLater: the search asks for patience, is away, or its answer was cut.
            AccessLost: it does not let us in.
        """
        same = cursor is not None and cursor["question"] == self._question
        turn, lists = (int(cursor["turn"]), dict(cursor["lists"])) if cursor and same else (0, {})
        if not self._asked:
            return Batch([], {"question": self._question, "turn": 0, "lists": {}})
        asked = self._asked[turn % len(self._asked)]
        before = lists.get(digest(asked), {"known": {}, "until": None})
        now = self._means.clock().timestamp()
        until = before["until"]
        since = int(min(until, now) - OVERLAP.total_seconds() if until else now - self._backfill.total_seconds())
        found, gaps = self._walk(asked, since)
        lists[digest(asked)] = {
            "known": {hit.id: hit.digest for hit in found.values()},
            "until": max([now, *(float(hit.created_at_i) for hit in found.values())]),
        }
        following = (turn + 1) % len(self._asked)
        fresh = [hit for hit in found.values() if before["known"].get(hit.id) != hit.digest and hit.author]
        return Batch(
            posts=[hit.post(self._means.clock()) for hit in sorted(fresh, key=lambda hit: hit.created_at_i)],
            cursor={"question": self._question, "turn": following, "lists": lists},
            more=following != 0,
            gaps=gaps,
        )

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """Points and direct answers, one request each; which are gone.

        Raises:
            RetryLater: the search asks for patience, is away, or its answer was cut.
            AccessLost: it does not let us in.
        """
        counted, gone = {}, []
        for name in external_ids:
            said = self._site.get(f"api/v1/items/{name}")
            try:
                item = _Item.model_validate(said) if said else None
            except ValidationError as error:
                raise self._site.unreadable() from error
            if item and item.author:
                counted[name] = Engagement(likes=item.points, replies=len(item.children))
            else:
                gone.append(name)
        return Refreshed(counted, gone)

    def _walk(self, asked: str, since: int) -> tuple[dict[str, _Hit], list[Gap]]:
        """Newest first, each once; and what lies behind more hits than we ask for."""
        found: dict[str, _Hit] = {}
        bound = ""
        for _ in range(_MOST_PAGES):
            hits = self._page(asked, f"created_at_i>={since}{bound}")
            new = [hit for hit in hits if hit.id not in found]
            found.update({hit.id: hit for hit in new})
            if len(hits) < _PAGE or not new:
                return found, []
            bound = f",created_at_i<={min(hit.created_at_i for hit in hits)}"
        oldest = datetime.fromtimestamp(min(hit.created_at_i for hit in found.values()), UTC)
        reason = self._means.t("More was said than is read at once ({most})", most=_PAGE * _MOST_PAGES)
        return found, [Gap(min(datetime.fromtimestamp(since, UTC), oldest), oldest, reason)]

    def _page(self, asked: str, filters: str) -> list[_Hit]:
        said = self._site.get(
            "api/v1/search_by_date", query=asked, tags="(story,comment)", numericFilters=filters, hitsPerPage=_PAGE,
            advancedSyntax="true", typoTolerance="false",
        )  # fmt: skip
        try:
            return _Hits.model_validate(said).hits
        except ValidationError as error:
            raise self._site.unreadable() from error


def _field(attribute: Attribute) -> str:
    return f'"{attribute.value}"'  # of a site: the address of a story is searched too


SYNTAX: Final = Syntax(quoted, _field, frozenset({QueryField.SITE}))
