"""Reads the comments of one WordPress site by its REST interface. `docs/networks/wordpress.md` tells what is heard.

Comments are walked by id, newest first: an id only grows, while a comment that was held keeps its old date when it is
approved. The newest `WINDOW` are read again at each look, for edits and for what was approved in the meantime.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import unquote

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.guard import Forbidden
from config.i18n import Words
from config.wordpress import Answer, WordPressApi, comment_name
from listener.collector import Batch, Cursor
from listener.html import one_line, read_html
from models.errors import AccessLost, RetryLater
from models.post import Author, Post

WINDOW: Final = 200
"""Newest comments that are watched for edits and late approval."""
MOST: Final = 5000
"""Comments of one look; more than that since the last one is said, and the oldest are left out."""
_PAGE: Final = 100  # the most a site gives: rest_api's `per_page`
_PATIENCE: Final = timedelta(minutes=1)
_FIELDS: Final = "id,post,parent,author,author_name,author_url,date_gmt,content,link,status,type,_links"
_SPOKEN: Final = frozenset({"comment", "review"})
"""Pingbacks and trackbacks are written by machines, notes to an order by a shop; reviews are a shop's comments."""
_COLLECTION: Final = re.compile(r"/wp/v2/([\w-]+)/\d+/?$")


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Rendered(_Said):
    rendered: str = ""


class _Link(_Said):
    href: str = ""


class _Links(_Said):
    up: list[_Link] = []


class _Comment(_Said):
    id: int = Field(gt=0)
    post: int = 0
    parent: int = 0
    author: int = 0
    author_name: str = ""
    author_url: str | None = None
    date_gmt: str | None = None
    content: _Rendered = _Rendered()
    link: str = ""
    status: str = "approved"
    type: str = "comment"
    links: _Links = Field(_Links(), alias="_links")

    @property
    def digest(self) -> str:
        """Changes with whatever we would tell again."""
        return hashlib.blake2b(f"{self.status}\0{self.content.rendered}".encode(), digest_size=6).hexdigest()


class _Article(_Said):
    id: int
    title: _Rendered = _Rendered()
    comment_status: str = ""


class _User(_Said):
    id: int
    slug: str = ""


_Kind = TypeVar("_Kind", bound=_Said)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around some comments: their articles and the names of those who have an account, by id."""

    articles: dict[tuple[str, int], _Article]
    users: dict[int, str]


class WordPressCollector:
    """Implements `listener.collector.Collector` for one site.

    With a `username` (its application password is in `client`) held comments are heard too. The cursor holds `known`
    (id -> digest of the newest comments) and `floor`, the id under which nothing is looked at again.
    """

    def __init__(
        self, url: str, client: httpx.Client, clock: Callable[[], datetime], *, t: Words, username: str | None = None
    ) -> None:
        self._url, self._clock, self._t, self._username = url.rstrip("/"), clock, t, username
        self._api = WordPressApi(url, client)
        self._me: _User | None = None

    def collect(self, cursor: Cursor | None) -> Batch:
        """What is new or changed since `cursor`, oldest first; the first time, the newest `WINDOW` comments.

        Raises:
            RetryLater: the site is away, busy, or its answer was cut.
            AccessLost: it does not let us in, is elsewhere, or is no WordPress.
        """
        floor, known = (int(cursor["floor"]), dict(cursor["known"])) if cursor else (0, {})
        if self._username and self._me is None:
            self._me = self._who_am_i()
        found, cut = self._walk(floor, MOST if cursor else WINDOW)
        fresh = [
            said
            for said in found
            if said.id > floor and known.get(str(said.id)) != said.digest and said.type in _SPOKEN
        ]
        around = self._around(fresh)
        watched = found[:WINDOW]
        if watched and (cut or len(found) > WINDOW):
            floor = max(floor, watched[-1].id - 1)
        notices = []
        if cut and cursor:
            notices.append(self._t("More than {most} comments since the last look: the oldest are not read", most=MOST))
        return Batch(
            posts=[self._post(said, around) for said in reversed(fresh)],
            cursor={"floor": floor, "known": {str(said.id): said.digest for said in watched if said.id > floor}},
            notices=notices,
        )

    def _walk(self, floor: int, most: int) -> tuple[list[_Comment], bool]:
        """Comments with an id above `floor`, newest first, and whether there were more than `most`.

        Pages overlap by one. Where the overlap is missing, something above was removed meanwhile and what followed
        moved up: half a page is read again.
        """
        found: list[_Comment] = []
        offset, stepped_back = 0, False
        while True:
            page, total = self._page(offset)
            joined = not offset or stepped_back or bool(page and page[0].id >= found[-1].id)
            if not joined:
                offset, stepped_back = max(0, offset - _PAGE // 2), True
                continue
            stepped_back = False
            found += [said for said in page if not found or said.id < found[-1].id]
            if offset + _PAGE >= total or (page and page[-1].id <= floor):
                return found[:most], len(found) > most
            if len(found) >= most:
                return found[:most], True
            offset += _PAGE - 1

    def _page(self, offset: int) -> tuple[list[_Comment], int]:
        """One page, and how many comments there are in all (some of which the site may not show us)."""
        asked: dict[str, str | int] = {
            "orderby": "id", "order": "desc", "per_page": _PAGE, "offset": offset, "_fields": _FIELDS,
        }  # fmt: skip
        if self._me:
            asked["status"] = "all"  # approved and held; without the right to moderate, the site leaves out the held
        answer = self._asked("comments", asked)
        total = answer.headers.get("x-wp-total", "")
        comments = list({said.id: said for said in self._read(_Comment, answer)}.values())
        return comments, int(total) if total.isdecimal() else offset + len(comments)

    def _around(self, comments: Sequence[_Comment]) -> _Around:
        by_collection: dict[str, set[int]] = {}
        for said in comments:
            by_collection.setdefault(_collection(said), set()).add(said.post)
        articles = {
            (collection, article.id): article
            for collection, ids in by_collection.items()
            for article in self._some(_Article, collection, ids, "id,title,comment_status")
        }
        users = self._some(_User, "users", {said.author for said in comments}, "id,slug")
        return _Around(articles, {user.id: user.slug for user in users if user.slug})

    def _some(self, kind: type[_Kind], collection: str, ids: Iterable[int], fields: str) -> list[_Kind]:
        """Those of `ids` that the site shows; a site that forbids it altogether only costs us their names."""
        wanted = sorted(set(ids) - {0})
        found: list[_Kind] = []
        for start in range(0, len(wanted), _PAGE):
            some = ",".join(map(str, wanted[start : start + _PAGE]))
            answer = self._ask(collection, {"include": some, "per_page": _PAGE, "_fields": fields})
            if answer.status == httpx.codes.OK:
                found += self._read(kind, answer)
        return found

    def _post(self, said: _Comment, around: _Around) -> Post:
        article = around.articles.get((_collection(said), said.post))
        reading = read_html(said.content.rendered, said.link or self._url)
        words = reading.text.split()
        thread = {"id": str(said.id), "post": str(said.post), "status": said.status}
        if article and article.comment_status:
            thread["comments"] = article.comment_status
        return Post(
            network="wordpress",
            external_id=comment_name(self._url, said.id),
            url=said.link or self._url,
            text=reading.text,
            author=self._author(said, around),
            at=self._at(said),
            place=one_line(read_html(article.title.rendered).text) if article else httpx.URL(self._url).host,
            parent_id=comment_name(self._url, said.parent) if said.parent else None,
            links=reading.links,
            accounts=tuple(word.strip(".,;:!?…)»\"'") for word in words if word.startswith("@") and len(word) > 1),
            thread=thread,
        )

    def _author(self, said: _Comment, around: _Around) -> Author:
        """A visitor may call themselves as our account is called: only who logged in gets a bare user name."""
        name = one_line(read_html(said.author_name).text) or self._t("Anonymous")
        if self._me and said.author == self._me.id:
            handle = self._username or name
        elif said.author:
            handle = around.users.get(said.author) or self._t("{name} (member)", name=name)
        else:
            handle = self._t("{name} (visitor)", name=name)
        return Author(
            handle=handle, name=name, url=said.author_url or "", external_id=str(said.author) if said.author else ""
        )

    def _at(self, said: _Comment) -> datetime:
        """When it was written, never in the future; imports may hold no date at all."""
        now = self._clock()
        try:
            return min(datetime.fromisoformat(said.date_gmt or "").replace(tzinfo=UTC), now)
        except ValueError:
            return now

    def _who_am_i(self) -> _User:
        return self._read(_User, self._asked("users/me", {"context": "edit", "_fields": "id,slug"}))[0]

    def _asked(self, path: str, params: dict[str, str | int]) -> Answer:
        answer = self._ask(path, params)
        self._check(answer)
        return answer

    def _ask(self, path: str, params: dict[str, str | int]) -> Answer:
        """An answer, whatever it says, unless the site is away or busy."""
        t = self._t
        try:
            answer = self._api.get(path, **params)
        except Forbidden as error:
            raise AccessLost(t("{host} is not an address we may call", host=error.host)) from error
        except httpx.RequestError as error:
            raise self._later(t("The site does not answer ({error})", error=type(error).__name__)) from error
        if answer.status == httpx.codes.TOO_MANY_REQUESTS or answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            wait = answer.wait(self._clock()) or _PATIENCE
            raise self._later(t("The site asks for patience ({status})", status=answer.status), wait)
        return answer

    def _check(self, answer: Answer) -> None:
        """Raise what anything but a good answer means."""
        t = self._t
        status = answer.status
        if status == httpx.codes.OK:
            if answer.body is None:
                raise self._later(t("The site's answer cannot be read"))
        elif answer.home:
            raise AccessLost(t("The site is at {url} now: write this address in the configuration", url=answer.home))
        elif status == httpx.codes.UNAUTHORIZED and self._username:
            raise AccessLost(
                t(
                    "The site does not accept {username} with the application password ({said}). Check the user name,"
                    " make a new password there under “Users”, “Profile”, and see that the web server passes the"
                    " Authorization header on",
                    username=self._username,
                    said=answer.said,
                )
            )
        elif status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise AccessLost(
                t(
                    "The site does not let its comments be read by REST ({said}): a security plugin may forbid it",
                    said=answer.said,
                )
            )
        else:
            raise AccessLost(t("No WordPress answers there ({said}): is this the site's address?", said=answer.said))

    def _read(self, kind: type[_Kind], answer: Answer) -> list[_Kind]:
        said = answer.body if isinstance(answer.body, list) else [answer.body]
        try:
            return [kind.model_validate(each) for each in said]
        except ValidationError as error:
            raise self._later(self._t("The site's answer cannot be read")) from error

    def _later(self, reason: str, wait: timedelta = _PATIENCE) -> RetryLater:
        return RetryLater(self._clock() + wait, reason)


def _collection(said: _Comment) -> str:
    """Where the article of a comment is found: posts, pages, a kind of its own. The site's word, so it is checked."""
    found = next((_COLLECTION.search(unquote(link.href)) for link in said.links.up), None)
    return found[1] if found else "posts"
