"""What each page of the square shows, as plain values: which posts, in which order, with which answers."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sandbox.social.accounts import Account
from sandbox.social.network import Missing, Network, Post


@dataclass(frozen=True, slots=True)
class Item:
    """One place in a timeline: a post, who brought it there by a repost, and the brand's answers to it."""

    post: Post
    at: datetime
    reposted_by: Account | None = None
    answers: tuple[Post, ...] = ()
    answered_to: Post | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One post of a thread and how deep it stands (0: the first)."""

    post: Post
    depth: int


def item(network: Network, post: Post) -> Item:
    """One post as a timeline shows it."""
    answers = tuple(
        reply for reply in network.thread(post.root) if reply.in_reply_to == post.id and reply.author.official
    )
    parent = None
    if post.in_reply_to:
        try:
            parent = network.post(post.in_reply_to)
        except Missing:
            parent = None
    return Item(post, post.at, answers=tuple(answer for answer in answers if not answer.deleted), answered_to=parent)


def home(network: Network, count: int, before: str | None = None) -> list[Item]:
    """The latest posts that answer nobody, newest first; those older than the post `before` where one is named."""
    posts = [post for post in network.posts() if post.in_reply_to is None]
    if before is not None:
        posts = [post for post in posts if int(post.id) < int(before)]
    return [item(network, post) for post in posts[:count]]


def of_person(network: Network, handle: str, count: int) -> list[Item]:
    """What one account said, answered and showed again, newest first."""
    own = [item(network, post) for post in network.posts() if post.author.handle == handle]
    shown = [
        Item(network.post(repost.post_id), repost.at, reposted_by=repost.by)
        for repost in network.reposts()
        if repost.by.handle == handle
    ]
    return sorted([*own, *shown], key=lambda one: one.at, reverse=True)[:count]


def search(network: Network, query: str, count: int) -> list[Item]:
    """Posts that hold every word of `query`, whatever its case and accents; newest first."""
    wanted = _folded(query).split()
    if not wanted:
        return []
    found = [
        post for post in network.posts() if all(word in _folded(f"{post.text} {post.author.name}") for word in wanted)
    ]
    return [item(network, post) for post in found[:count]]


def thread(network: Network, post: Post) -> list[Branch]:
    """The whole conversation of `post`, each answer below what it answers, oldest first."""
    posts = network.thread(post.root)
    below: dict[str | None, list[Post]] = {}
    for one in posts:
        below.setdefault(one.in_reply_to, []).append(one)

    branches: list[Branch] = []
    waiting = [Branch(one, 0) for one in posts if one.id == post.root]
    while waiting:
        branch = waiting.pop()
        branches.append(branch)
        waiting += [Branch(one, branch.depth + 1) for one in reversed(below.get(branch.post.id, []))]
    return branches


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
