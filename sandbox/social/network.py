"""The square: accounts, posts, replies, reposts and likes, all in memory, safe to call from any thread.

Everything handed out is frozen; a change makes a new `Post` under the same id. A new or edited post gets the next
`seq`, so "what changed since seq N" is one question. Likes and reposts do not move a post in that order.
"""

import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sandbox.social.accounts import Account, Accounts

MAX_LENGTH: Final = 500
"""Characters of a post, counted as Unicode code points."""

_FIRST_ID: Final = 1001


class RefusedPost(Exception):
    """The square will not take this post: `code` is one of empty, too_long, refused, closed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Missing(Exception):
    """No such post; `gone` when there was one and its author deleted it."""

    def __init__(self, post_id: str, *, gone: bool = False) -> None:
        super().__init__(post_id)
        self.gone = gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One message. `root` is the id of the post its thread hangs from (its own where it replies to nobody).

    `picture` names one of the drawings in `static/pictures`; the page shows it, the API does not.
    """

    id: str
    seq: int
    author: Account
    text: str
    at: datetime
    language: str
    root: str
    in_reply_to: str | None = None
    likes: int = 0
    reposts: int = 0
    replies: int = 0
    edited_at: datetime | None = None
    deleted: bool = False
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Repost:
    """`by` showed `post_id` to their own followers at `at`."""

    post_id: str
    by: Account
    at: datetime


class Kind(StrEnum):
    """What happened to a post."""

    POST = "post"
    EDIT = "edit"
    DELETE = "delete"
    COUNTS = "counts"
    REPOST = "repost"


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to `post`, shown as it is now."""

    kind: Kind
    post: Post


def _now() -> datetime:
    return datetime.now(UTC)


class Network:
    """The whole square. `run` tells one life of this memory from the next: ids start again with each."""

    def __init__(self, accounts: Iterable[Account] = (), clock: Callable[[], datetime] = _now) -> None:
        self.accounts = Accounts(accounts)
        self.clock = clock
        self.run = f"{int(clock().timestamp() * 1000):x}"
        self._lock = threading.RLock()
        self._posts: dict[str, Post] = {}
        self._log: list[tuple[int, str]] = []
        self._likers: dict[str, set[str]] = {}
        self._reposts: list[Repost] = []
        self._closed: set[str] = set()
        self._seq = 0
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` after each change, in the thread that made it; it must return at once."""
        self._listeners.append(listener)

    def publish(  # noqa: PLR0913 - what a post is made of, the rest by name
        self,
        handle: str,
        text: str,
        in_reply_to: str | None = None,
        *,
        at: datetime | None = None,
        likes: int = 0,
        picture: str = "",
    ) -> Post:
        """Take a post by `handle`, now or (history) at `at`.

        Raises:
            RefusedPost: the text is empty or too long, or the conversation takes no more answers.
            Missing: the post it answers is not there.
            KeyError: no such account.
        """
        self.check(text)
        with self._lock:
            parent = self.post(in_reply_to) if in_reply_to is not None else None
            if parent and parent.root in self._closed:
                raise RefusedPost("closed")
            post_id = str(_FIRST_ID + len(self._posts))
            author = self.accounts[handle]
            post = Post(
                id=post_id,
                seq=self._next_seq(post_id),
                author=author,
                text=text,
                at=at or self.clock(),
                language=author.language,
                root=parent.root if parent else post_id,
                in_reply_to=in_reply_to,
                likes=likes,
                picture=picture,
            )
            self._posts[post_id] = post
            if parent:
                parent = self._change(parent, replies=parent.replies + 1)
        self._tell(Kind.POST, post)
        if parent:
            self._tell(Kind.COUNTS, parent)
        return post

    def close(self, post_id: str) -> None:
        """Let the conversation of a post take no more answers.

        Raises:
            Missing: it is not there.
        """
        with self._lock:
            root = self.post(post_id).root
            self._closed.add(root)
            self._log.remove((self._posts[root].seq, root))
            post = self._change(self._posts[root], seq=self._next_seq(root))
        self._tell(Kind.EDIT, post)

    def is_closed(self, post: Post) -> bool:
        """Whether the conversation of `post` takes no more answers."""
        with self._lock:
            return post.root in self._closed

    def check(self, text: str) -> None:
        """Whether the square takes such a text.

        Raises:
            RefusedPost: it does not.
        """
        if not text.strip():
            raise RefusedPost("empty")
        if len(text) > MAX_LENGTH:
            raise RefusedPost("too_long")
        if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise RefusedPost("refused")  # no document can hold these

    def edit(self, post_id: str, text: str) -> Post:
        """Give a post another text and a new place in the order of changes.

        Raises:
            RefusedPost: the text is empty or too long.
            Missing: the post is not there.
        """
        self.check(text)
        with self._lock:
            old = self.post(post_id)
            self._log.remove((old.seq, old.id))
            post = self._change(old, text=text, edited_at=self.clock(), seq=self._next_seq(old.id))
        self._tell(Kind.EDIT, post)
        return post

    def delete(self, post_id: str) -> None:
        """Take a post away; what answered it stays.

        Raises:
            Missing: it is not there.
        """
        with self._lock:
            old = self.post(post_id)
            self._log.remove((old.seq, old.id))
            self._reposts = [repost for repost in self._reposts if repost.post_id != post_id]
            post = self._change(old, deleted=True, text="")
            parent = self._posts.get(old.in_reply_to or "")
            if parent:
                parent = self._change(parent, replies=max(0, parent.replies - 1))
        self._tell(Kind.DELETE, post)
        if parent:
            self._tell(Kind.COUNTS, parent)

    def like(self, post_id: str, handle: str) -> Post:
        """`handle` likes a post, once.

        Raises:
            Missing: it is not there.
        """
        with self._lock:
            post = self.post(post_id)
            likers = self._likers.setdefault(post_id, set())
            if handle in likers:
                return post
            likers.add(handle)
            post = self._change(post, likes=post.likes + 1)
        self._tell(Kind.COUNTS, post)
        return post

    def repost(self, post_id: str, handle: str, at: datetime | None = None) -> Post:
        """`handle` shows a post to their followers, once.

        Raises:
            Missing: it is not there.
            KeyError: no such account.
        """
        with self._lock:
            post = self.post(post_id)
            by = self.accounts[handle]
            if any(known.post_id == post_id and known.by == by for known in self._reposts):
                return post
            self._reposts.append(Repost(post_id, by, at or self.clock()))
            post = self._change(post, reposts=post.reposts + 1)
        self._tell(Kind.REPOST, post)
        return post

    def post(self, post_id: str) -> Post:
        """One post.

        Raises:
            Missing: it is not there, or no longer.
        """
        with self._lock:
            found = self._posts.get(post_id)
        if found is None:
            raise Missing(post_id)
        if found.deleted:
            raise Missing(post_id, gone=True)
        return found

    def changes(self, after: int, limit: int, *, replies_to: str | None = None) -> tuple[list[Post], bool]:
        """New and edited posts with seq > `after`, oldest first, at most `limit`; and whether there are more."""
        with self._lock:
            later = self._log[bisect_right(self._log, (after, "\U0010ffff")) :]
            posts = [self._posts[post_id] for _, post_id in later]
        if replies_to is not None:
            posts = [post for post in posts if post.in_reply_to == replies_to]
        return posts[:limit], len(posts) > limit

    def posts(self) -> list[Post]:
        """Every post that stands, newest first by its own date."""
        with self._lock:
            return sorted((post for post in self._posts.values() if not post.deleted), key=_newest, reverse=True)

    def thread(self, root: str) -> list[Post]:
        """A post and everything below it, oldest first; deleted ones too, without their text."""
        with self._lock:
            return sorted((post for post in self._posts.values() if post.root == root), key=_newest)

    def reposts(self) -> list[Repost]:
        """Every repost, oldest first."""
        with self._lock:
            return list(self._reposts)

    def trends(self, count: int) -> list[tuple[str, int]]:
        """The hashtags of the latest 150 posts, most used first, with how many posts use each."""
        found: Counter[str] = Counter()
        shown: dict[str, str] = {}
        for post in self.posts()[:150]:
            for tag in {word.strip(".,!?;:)»").removeprefix("#") for word in post.text.split() if word[:1] == "#"}:
                found[tag.casefold()] += 1
                shown.setdefault(tag.casefold(), tag)
        return [(shown[tag], uses) for tag, uses in found.most_common(count)]

    def _next_seq(self, post_id: str) -> int:
        self._seq += 1
        self._log.append((self._seq, post_id))
        return self._seq

    def _change(self, post: Post, **fields: object) -> Post:
        changed = replace(post, **fields)  # type: ignore[arg-type]  # the callers above name real fields
        self._posts[post.id] = changed
        return changed

    def _tell(self, kind: Kind, post: Post) -> None:
        for listener in self._listeners:
            listener(Event(kind, post))


def _newest(post: Post) -> tuple[datetime, int]:
    return post.at, int(post.id)
