"""Reads every public post of one Discourse forum by its JSON interface. See `docs/networks/discourse.md`.

Posts are walked by id, newest first, down to what the last look saw. An older Discourse answers with the 50 ids below
`before`, shown or not; a newer one with the 50 posts below it that are shown. So an empty page is not yet the end.
"""

import hashlib
from collections.abc import Generator, Sequence
from datetime import timedelta
from typing import Final

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from config.credentials import Credential
from listener.collector import Batch, Cursor, Gap, Refreshed, digest
from listener.collectors.asking import JsonSite
from listener.html import one_line, read_html
from listener.registry import Means
from models.post import Author, Engagement, Post

WINDOW: Final = 50
"""Newest posts that are watched for edits and deletions: what one page holds."""
_STEP: Final = 50
_MOST_PAGES: Final = 40
_LIKE: Final = 2  # post_action_types of Discourse


class ApiKey(httpx.Auth):
    """Sends a forum's API key to its own host and to no other."""

    def __init__(self, url: str, username: str, key: Credential) -> None:
        self._host, self._username, self._key = httpx.URL(url).netloc, username, key
        self._url = url

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers where they belong."""
        if request.url.netloc == self._host:
            request.headers["Api-Key"] = self._key.for_url(self._url)
            request.headers["Api-Username"] = self._username
        yield request


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Action(_Said):
    id: int
    count: int = 0


class _Post(_Said):
    id: int = Field(gt=0)
    username: str = ""
    name: str | None = None
    created_at: AwareDatetime
    updated_at: AwareDatetime | None = None
    version: int = 1
    cooked: str = ""
    post_number: int = 1
    topic_id: int = 0
    topic_slug: str = "-"
    topic_title: str = ""
    reply_to_post_number: int | None = None
    reply_count: int | None = None
    reads: int | None = None
    actions_summary: list[_Action] = []
    hidden: bool = False
    user_deleted: bool = False
    deleted_at: str | None = None

    @property
    def gone(self) -> bool:
        """Whether its author or a moderator took it away."""
        return self.hidden or self.user_deleted or self.deleted_at is not None

    @property
    def digest(self) -> str:
        """Changes with whatever we would tell again."""
        return hashlib.blake2b(repr((self.gone, self.cooked)).encode(), digest_size=6).hexdigest()

    @property
    def engagement(self) -> Engagement:
        """Its numbers; `reads` counts people, as far as the forum tells it."""
        likes = next((action.count for action in self.actions_summary if action.id == _LIKE), 0)
        return Engagement(likes=likes, replies=self.reply_count, views=self.reads)


class _Latest(_Said):
    latest_posts: list[_Post]


class DiscourseCollector:
    """Implements `listener.collector.Collector` for one forum.

    The cursor holds `known` (id -> digest of the newest), `floor`, the id under which nothing is looked at again, `at`,
    when the newest was written, and `question`, which changes with the brands' queries: then back again.
    """

    most = 10

    def __init__(self, url: str, site: JsonSite, means: Means, *, question: str, backfill: timedelta) -> None:
        self._url, self._site, self._means = url.rstrip("/"), site, means
        self._question, self._backfill = digest(question), backfill

    def collect(self, cursor: Cursor | None) -> Batch:
        """What is new or changed since `cursor`, oldest first; the first time, `backfill` back.

        Raises:
            RetryLater: the forum asks for patience, is away, or its answer was cut.
            AccessLost: it does not let us in, or is elsewhere.
        """
        same = cursor is not None and cursor["question"] == self._question
        before = cursor if cursor and same else None
        known: dict[str, str] = dict(before["known"]) if before else {}
        walked, gaps = self._walk(before)
        floor = int(before["floor"]) if before else self._too_old(walked)
        found = [said for said in walked if said.id > floor]
        shown = {str(said.id) for said in found}
        gone = [self._name(said.id) for said in found if said.gone and str(said.id) in known]
        missing = sorted((int(number) for number in known if number not in shown), reverse=True)
        if missing:  # the newest first: of those behind the last page nobody knows more
            gone += self.refresh([self._name(number) for number in missing[: self.most]]).deleted
        fresh = [said for said in found if known.get(str(said.id)) != said.digest and not said.gone]
        newest = found[:WINDOW]
        if len(found) > WINDOW:
            floor = newest[-1].id - 1
        at = max([said.created_at.isoformat() for said in newest[:1]], default=before["at"] if before else "")
        return Batch(
            posts=[self._post(said) for said in reversed(fresh)],
            cursor={
                "question": self._question,
                "floor": floor,
                "at": at,
                "known": {str(said.id): said.digest for said in newest},
            },
            deleted=gone,
            engagement={self._name(said.id): said.engagement for said in found if str(said.id) in known},
            gaps=gaps,
        )

    def refresh(self, external_ids: Sequence[str]) -> Refreshed:
        """Numbers of posts, one request each; which are gone or no longer for us.

        Raises:
            RetryLater: the forum asks for patience, is away, or its answer was cut.
            AccessLost: it does not let us in, or is elsewhere.
        """
        counted, gone = {}, []
        for name in external_ids:
            said = self._site.get(f"posts/{name.rpartition('/')[2]}.json", hidden=True)
            try:
                post = _Post.model_validate(said) if said is not None else None
            except ValidationError as error:
                raise self._site.unreadable() from error
            if post is None or post.gone:
                gone.append(name)
            else:
                counted[name] = post.engagement
        return Refreshed(counted, gone)

    def _walk(self, before: Cursor | None) -> tuple[list[_Post], list[Gap]]:
        """Posts down to those known, newest first and each once; and what lies behind more than we ask for."""
        found: dict[int, _Post] = {}
        floor = max([int(before["floor"]), *map(int, before["known"])]) if before else 0
        below = 0
        for _ in range(_MOST_PAGES):
            page = self._page(below)
            found.update({said.id: said for said in page if said.id not in found})
            lowest = min((said.id for said in page), default=below)
            below = min(lowest, below - 1) if page and below else lowest if page else below - _STEP
            if below <= max(floor, 1) or (before is None and self._too_old(page)):
                return _newest_first(found), []
        ordered = _newest_first(found)
        if not before or not before["at"]:
            return ordered, []
        reason = self._means.t("More was said than is read at once ({most})", most=_MOST_PAGES * _STEP)
        start = _Post.model_validate({"id": 1, "created_at": before["at"]}).created_at
        return ordered, [Gap(min(start, ordered[-1].created_at), ordered[-1].created_at, reason)]

    def _too_old(self, posts: Sequence[_Post]) -> int:
        """The newest id of those that are older than what was asked for; 0 where none is."""
        since = self._means.clock() - self._backfill
        return max((said.id for said in posts if said.created_at < since), default=0)

    def _page(self, below: int) -> list[_Post]:
        said = self._site.get("posts.json", before=below) if below else self._site.get("posts.json")
        try:
            return _Latest.model_validate(said).latest_posts
        except ValidationError as error:
            raise self._site.unreadable() from error

    def _post(self, said: _Post) -> Post:
        address = f"{self._url}/t/{said.topic_slug}/{said.topic_id}/{said.post_number}"
        reading = read_html(said.cooked, address)
        title = one_line(said.topic_title)
        words = [word.strip(".,;:!?…)»\"'") for word in reading.text.split()]
        return Post(
            network="discourse",
            external_id=self._name(said.id),
            url=address,
            title=title if said.post_number == 1 else "",
            text=reading.text,
            author=Author(handle=said.username, name=said.name or "", url=f"{self._url}/u/{said.username}"),
            at=min(said.created_at, self._means.clock()),
            edited_at=said.updated_at if said.version > 1 else None,
            place=title or self._url.partition("://")[2],
            links=reading.links,
            accounts=tuple(word for word in words if word.startswith("@") and len(word) > 1),
            engagement=said.engagement,
            thread={"id": str(said.id), "topic": str(said.topic_id), "number": str(said.post_number)},
        )

    def _name(self, number: int) -> str:
        """The global id of a post: `forum.example/p/12`, the same over http and https."""
        return f"{self._url.partition('://')[2].casefold()}/p/{number}"


def _newest_first(found: dict[int, _Post]) -> list[_Post]:
    return [found[number] for number in sorted(found, reverse=True)]
