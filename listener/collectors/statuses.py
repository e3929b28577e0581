"""From a Mastodon status, as servers of the fediverse write it, to a post."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from config.mastodon import plain
from listener.html import read_html
from models.post import Author, Engagement, Post

NETWORK: Final = "mastodon"
_PUBLIC: Final = frozenset({"public", "unlisted"})
_ANYBODY: Final = "public"


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _Named(_Said):
    url: str | None = ""


class _Mention(_Named):
    acct: str = ""


class _Account(_Named):
    id: str = ""
    acct: str
    display_name: str = ""
    followers_count: int | None = None


class Status(_Said):
    """What a server tells of one status. `id` is that server's own, `uri` the same on all."""

    id: str = Field(min_length=1)
    uri: str = Field(min_length=1)
    url: str | None = None
    account: _Account
    content: str = ""
    spoiler_text: str | None = ""
    visibility: str = _ANYBODY
    language: str | None = None
    created_at: AwareDatetime
    edited_at: AwareDatetime | None = None
    in_reply_to_id: str | None = None
    mentions: list[_Mention] = []
    tags: list[_Named] = []
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    reblog: dict[str, Any] | None = None
    interaction_policy: dict[str, Any] | None = None

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it; the rest is between people."""
        return self.visibility in _PUBLIC

    @property
    def digest(self) -> str:
        """Changes with whatever we would tell again."""
        said = f"{self.content}\0{self.spoiler_text}\0{self.edited_at}"
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()

    @property
    def engagement(self) -> Engagement:
        """What others did with it; servers know only of what reached them."""
        counts = {
            "likes": self.favourites_count,
            "replies": self.replies_count,
            "reposts": self.reblogs_count,
        }
        return Engagement(**{name: None if count is None else max(count, 0) for name, count in counts.items()})


def read_status(said: Any) -> Status | None:  # noqa: ANN401 - JSON of a stranger
    """A status, or None where it is none: one that cannot be read must not hide the others."""
    try:
        return Status.model_validate(plain(said))
    except ValidationError:
        return None


def statuses_of(said: Iterable[Any]) -> Iterator[Status]:
    """Those that can be read, each once, in their order."""
    seen = set()
    for each in said:
        status = read_status(each)
        if status and status.id not in seen:
            seen.add(status.id)
            yield status


def position(status_id: str) -> tuple[int, str]:
    """Where an id stands in time: longer ones are later (snowflakes), equally long ones by their signs (ULIDs)."""
    return len(status_id), status_id


def post_of(status: Status, instance: str, domain: str, *, parent: str | None, addressed: bool = False) -> Post:
    """A post as `instance` tells it; `domain` ends the handles of its own people, `addressed`: it mentions us."""
    reading = read_html(status.content, status.url or status.uri)
    named = {each.url for each in (*status.mentions, *status.tags)}
    handle = global_handle(status.account.acct, domain)
    thread = {"id": status.id, "instance": instance, "account": status.account.id, "visibility": status.visibility}
    if status.spoiler_text:
        thread["warning"] = status.spoiler_text
    if _is_gated(status, addressed=addressed):
        thread["gated"] = "1"
    return Post(
        network=NETWORK,
        external_id=status.uri,
        url=status.url or status.uri,
        title=status.spoiler_text or "",
        text=reading.text,
        author=Author(
            handle=f"@{handle}",
            name=status.account.display_name or handle,
            url=status.account.url or "",
            external_id=handle,
            followers=None if status.account.followers_count is None else max(status.account.followers_count, 0),
        ),
        at=status.created_at,
        edited_at=status.edited_at,
        language=status.language,
        place=handle.rpartition("@")[2],
        parent_id=parent,
        links=tuple(link for link in reading.links if link not in named),
        accounts=tuple(f"@{global_handle(each.acct, domain)}" for each in status.mentions if each.acct),
        engagement=status.engagement,
        thread=thread,
    )


def global_handle(acct: str, domain: str) -> str:
    """`lea` of that server is lea@social.example everywhere."""
    return acct if "@" in acct or not domain else f"{acct}@{domain}"


def _is_gated(status: Status, *, addressed: bool) -> bool:
    """Whether its author chose who may answer, and we are not among them (GoToSocial)."""
    allowed = plain(plain(status.interaction_policy).get("can_reply")).get("always")
    if not isinstance(allowed, list):
        return False
    return _ANYBODY not in allowed and not (addressed and "mentioned" in allowed)
