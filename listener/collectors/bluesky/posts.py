"""From a record of the network to a Post. Records are written by strangers' programs: whatever is odd is left out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from config.bluesky import did_of, web_address
from models.post import Author, Engagement, Post

NETWORK: Final = "bluesky"
_FACET: Final = "app.bsky.richtext.facet"


def part(of: object, *names: str) -> Mapping[str, Any]:
    """The object at that place, or an empty one."""
    for name in names:
        of = of.get(name) if isinstance(of, dict) else None
    return of if isinstance(of, dict) else {}


def moment(said: object) -> datetime | None:
    """A date of the network, aware; None where it is none."""
    if not isinstance(said, str):
        return None
    try:
        at = datetime.fromisoformat(said)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def text_of(record: Mapping[str, Any]) -> str:
    """What a post says; "" where its author's program wrote no text."""
    said = record.get("text")
    return said if isinstance(said, str) else ""


def author_of(profile: Mapping[str, Any], did: str, web: str) -> Author:
    """Who speaks, of a profile in any of its sizes; by DID alone where there is none yet."""
    handle, name, followers = profile.get("handle"), profile.get("displayName"), profile.get("followersCount")
    handle = handle if isinstance(handle, str) and handle != "handle.invalid" else did
    return Author(
        handle=handle,
        name=name if isinstance(name, str) else "",
        url=f"{web.rstrip('/')}/profile/{handle}",
        external_id=did,
        followers=followers if isinstance(followers, int) and followers >= 0 else None,
    )


def engagement_of(view: Mapping[str, Any]) -> Engagement:
    """The numbers of a post view; quotes count as reposts, for they show it again."""
    likes, replies, reposts, quotes = (
        _count(view.get(f"{name}Count")) for name in ("like", "reply", "repost", "quote")
    )
    again = None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0)
    return Engagement(likes=likes, replies=replies, reposts=again)


def post_of(  # noqa: PLR0913 - what a record is, then what surrounds it
    uri: str,
    cid: str,
    record: Mapping[str, Any],
    author: Author,
    *,
    web: str,
    seen: datetime,
    us: str = "",
    view: Mapping[str, Any] | None = None,
) -> Post:
    """The post that `record` is.

    Args:
        uri: its address, at://did/app.bsky.feed.post/key.
        cid: the fingerprint of this version.
        record: as its author's program wrote it.
        author: who that is.
        web: where people read posts.
        seen: when the network saw it; what says it is younger was not written by an honest clock.
        us: our DID, "" without an account.
        view: what the AppView says of it, if it was asked.
    """
    text, languages = text_of(record), record.get("langs")
    at = moment(record.get("createdAt")) or seen
    features = list(_features(record, text))
    external = part(record, "embed", "external").get("uri")
    links = [value for kind, value in features if kind == "link"] + ([external] if isinstance(external, str) else [])
    parent = part(record, "reply", "parent").get("uri")
    return Post(
        network=NETWORK,
        external_id=uri,
        url=web_address(web, author.handle, uri),
        text=text,
        author=author,
        at=min(at, seen),
        language=next((tag for tag in languages if isinstance(tag, str)), None)
        if isinstance(languages, list)
        else None,
        parent_id=parent if isinstance(parent, str) and parent else None,
        links=tuple(dict.fromkeys(links)),
        accounts=tuple(dict.fromkeys(value for kind, value in features if kind == "mention")),
        engagement=engagement_of(view or {}),
        thread=_thread(uri, cid, record, us, view or {}),
    )


def _thread(uri: str, cid: str, record: Mapping[str, Any], us: str, view: Mapping[str, Any]) -> dict[str, str]:
    """What the publisher needs: where the conversation begins, whether it is ours, and whether we may speak in it."""
    root = part(record, "reply", "root")
    start, start_cid = root.get("uri"), root.get("cid")
    known = isinstance(start, str) and isinstance(start_cid, str)
    thread = {
        "uri": uri,
        "cid": cid,
        "root": str(start) if known else uri,
        "root_cid": str(start_cid) if known else cid,
    }
    viewer, gate = part(view, "author", "viewer"), part(view, "threadgate", "record")
    mine = bool(us) and did_of(thread["root"]) == us
    hidden = gate.get("hiddenReplies")
    flags = {
        "gated": bool(part(view, "viewer").get("replyDisabled")),
        "barred": bool(viewer.get("blockedBy") or viewer.get("blocking")),
        "blocking": bool(viewer.get("blocking")),
        "muted": bool(viewer.get("muted")),
        "mine": mine,
        "closed": mine and "allow" in gate,
        "hidden": mine and isinstance(hidden, list) and uri in hidden,
    }
    return thread | {name: "1" for name, said in flags.items() if said}


def _features(record: Mapping[str, Any], text: str) -> Iterator[tuple[str, str]]:
    """Links and mentions, as (kind, what); a facet counts bytes of the text."""
    facets, data = record.get("facets"), text.encode()
    for facet in facets if isinstance(facets, list) else ():
        index = part(facet, "index")
        start, end = index.get("byteStart"), index.get("byteEnd")
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else ():
            kind, uri = part(feature).get("$type"), part(feature).get("uri")
            if kind == f"{_FACET}#link" and isinstance(uri, str):
                yield "link", uri
            elif kind == f"{_FACET}#mention" and isinstance(start, int) and isinstance(end, int) and 0 <= start < end:
                yield "mention", data[start:end].decode(errors="ignore")


def _count(said: object) -> int | None:
    return said if isinstance(said, int) and said >= 0 else None
