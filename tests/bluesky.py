"""A small Bluesky in memory: accounts, repositories, what the AppView makes of them. It answers as the lexicons say.

Statuses and errors as a real PDS 0.5 gave them on 2026-11-22 (`tests/soak/bluesky_real.py` asks one).
"""

import itertools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

POST, GATE, BLOCK = "app.bsky.feed.post", "app.bsky.feed.threadgate", "app.bsky.graph.block"
PASSWORD = "abcd-efgh-ijkl-mnop"
MOST_READ = 100


class XrpcError(Exception):
    """A refusal: status, name."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Record:
    uri: str
    cid: str
    value: dict[str, Any]
    indexed: datetime
    likes: int = 0

    @property
    def did(self) -> str:
        return self.uri.split("/")[2]

    @property
    def parent(self) -> str:
        return str(self.value.get("reply", {}).get("parent", {}).get("uri", ""))


@dataclass
class Network:
    """`clock` is what its servers think the time is. `fault` is asked before each write is taken and after."""

    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    handles: dict[str, str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    muted: set[tuple[str, str]] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)
    logins: int = 0
    refreshes: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._number = itertools.count(1)

    def account(self, handle: str) -> str:
        """The DID of `handle`, made when it is new."""
        return self.handles.setdefault(handle, f"did:plc:{len(self.handles):024d}")

    def handle(self, did: str) -> str:
        return next((handle for handle, known in self.handles.items() if known == did), did)

    def say(
        self, handle: str, text: str, under: str = "", at: datetime | None = None, *, rkey: str = "", **more: object
    ) -> Record:
        """A post, under another one or nowhere."""
        at = at or self.clock()
        value: dict[str, Any] = {"$type": POST, "text": text, "createdAt": stamp(at), "langs": ["fr"], **more}
        if under:
            parent = self.records[under]
            ref = {"uri": parent.uri, "cid": parent.cid}
            value["reply"] = {"root": parent.value.get("reply", {}).get("root", ref), "parent": ref}
        return self.put(self.account(handle), POST, rkey or f"3k{next(self._number):011d}", value, at)

    def put(self, did: str, collection: str, rkey: str, value: dict[str, Any], at: datetime | None = None) -> Record:
        with self._lock:
            record = Record(
                f"at://{did}/{collection}/{rkey}", f"bafyrei{next(self._number):050d}", value, at or self.clock()
            )
            self.records[record.uri] = record
            return record

    def under(self, uri: str) -> list[Record]:
        return sorted((one for one in self.records.values() if one.parent == uri), key=lambda one: one.indexed)

    def expire(self) -> None:
        """Every access token is stale now."""
        with self._lock:
            self.tokens = {token: did for token, did in self.tokens.items() if token.startswith("refresh")}

    def answer(
        self, nsid: str, asked: Mapping[str, Any], token: str, lists: Mapping[str, Sequence[str]]
    ) -> tuple[int, dict[str, Any]]:
        """Status and body. `asked` is the query's parameters or the body, `lists` the parameters as lists."""
        with self._lock:
            try:
                return 200, self._answer(nsid, asked, token, lists)
            except XrpcError as error:
                return error.status, {"error": error.error, "message": error.error}

    def _answer(
        self, nsid: str, asked: Mapping[str, Any], token: str, lists: Mapping[str, Sequence[str]]
    ) -> dict[str, Any]:
        name = nsid.rpartition(".")[2]
        if name == "createSession":
            self.logins += 1
            if asked["password"] != PASSWORD:
                raise XrpcError(401, "AuthenticationRequired")
            return self._session(self.account(asked["identifier"]))
        if name == "refreshSession":
            self.refreshes += 1
            if not token.startswith("refresh") or token not in self.tokens:
                raise XrpcError(400, "ExpiredToken")
            return self._session(self.tokens.pop(token))
        if name == "getProfiles":
            dids = [did for did in lists["actors"] if did in self.handles.values()]
            return {"profiles": [self._author(did) | {"followersCount": 12} for did in dids]}
        if not token:
            raise XrpcError(401, "AuthMissing")
        if token not in self.tokens:
            raise XrpcError(400, "ExpiredToken")
        me = self.tokens[token]
        method = getattr(self, f"_{name}")
        return method(me, lists if name == "getPosts" else asked)

    def _session(self, did: str) -> dict[str, Any]:
        number = next(self._number)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self.tokens |= {access: did, refresh: did}
        return {"did": did, "handle": self.handle(did), "accessJwt": access, "refreshJwt": refresh, "active": True}

    def _author(self, did: str) -> dict[str, Any]:
        return {"did": did, "handle": self.handle(did), "displayName": self.handle(did).partition(".")[0].title()}

    def _view(self, me: str, record: Record) -> dict[str, Any]:
        gate = self._gate_of(record)
        author = self._author(record.did) | {"viewer": {"muted": (me, record.did) in self.muted, "blockedBy": False}}
        blocks = [one for one in self.records.values() if one.uri.startswith(f"at://{me}/{BLOCK}/")]
        if found := [one.uri for one in blocks if one.value["subject"] == record.did]:
            author["viewer"]["blocking"] = found[0]
        view: dict[str, Any] = {
            "uri": record.uri, "cid": record.cid, "author": author, "record": record.value,
            "indexedAt": stamp(record.indexed), "likeCount": record.likes, "repostCount": 0,
            "replyCount": len(self.under(record.uri)), "quoteCount": 0, "viewer": {},
        }  # fmt: skip
        if gate is not None:
            view["threadgate"] = {"uri": gate.uri, "cid": gate.cid, "record": gate.value}
            if "allow" in gate.value and gate.did != me:
                view["viewer"]["replyDisabled"] = True
        return view

    def _gate_of(self, record: Record) -> Record | None:
        root = str(record.value.get("reply", {}).get("root", {}).get("uri", record.uri))
        return self.records.get(root.replace(f"/{POST}/", f"/{GATE}/"))

    def _getPosts(self, me: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:  # noqa: N802 - the method's name
        assert len(lists["uris"]) <= 25
        return {"posts": [self._view(me, self.records[uri]) for uri in lists["uris"] if uri in self.records]}

    def _searchPosts(self, me: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        since = datetime.fromisoformat(asked["since"]) if asked.get("since") else datetime.min.replace(tzinfo=UTC)
        words = asked["q"].strip('"').casefold()
        found = [
            one
            for one in self._latest()
            if words in one.value["text"].casefold().replace("é", "e") or words in one.value["text"].casefold()
        ]
        return self._page("posts", [self._view(me, one) for one in found if one.indexed >= since], asked)

    def _listNotifications(self, me: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        found = []
        for one in self._latest():
            facets = [feature for facet in one.value.get("facets", []) for feature in facet["features"]]
            reason = "reply" if one.parent.startswith(f"at://{me}/") else ""
            reason = reason or ("mention" if any(feature.get("did") == me for feature in facets) else "")
            if reason and one.did != me:
                found.append(
                    {"uri": one.uri, "cid": one.cid, "author": self._author(one.did), "reason": reason,
                     "record": one.value, "isRead": False, "indexedAt": stamp(one.indexed)}
                )  # fmt: skip
        return self._page("notifications", found, asked)

    def _latest(self) -> list[Record]:
        posts = [one for one in self.records.values() if f"/{POST}/" in one.uri]
        return sorted(posts, key=lambda one: one.indexed, reverse=True)

    def _page(self, name: str, found: list[dict[str, Any]], asked: Mapping[str, Any]) -> dict[str, Any]:
        start, most = int(asked.get("cursor", 0)), int(asked.get("limit", 25))
        more = {"cursor": str(start + most)} if start + most < len(found) else {}
        return {name: found[start : start + most], **more}

    def _resolveHandle(self, _: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        if asked["handle"] not in self.handles:
            raise XrpcError(400, "InvalidRequest")
        return {"did": self.handles[asked["handle"]]}

    def _getRecord(self, _: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        record = self.records.get(self._uri(asked))
        if record is None:
            raise XrpcError(400, "RecordNotFound")
        return {"uri": record.uri, "cid": record.cid, "value": record.value}

    def _putRecord(self, me: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        uri = self._uri(asked)
        assert uri.startswith(f"at://{me}/")
        stands = self.records.get(uri)
        if "swapRecord" in asked and asked["swapRecord"] != (stands.cid if stands else None):
            raise XrpcError(400, "InvalidSwap")
        record = self.put(me, asked["collection"], asked["rkey"], asked["record"])
        return {"uri": record.uri, "cid": record.cid, "validationStatus": "valid"}

    def _deleteRecord(self, me: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        assert self._uri(asked).startswith(f"at://{me}/")
        self.records.pop(self._uri(asked), None)
        return {}

    def _muteActor(self, me: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        self.muted.add((me, asked["actor"]))
        return {}

    def _unmuteActor(self, me: str, asked: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802 - the same
        self.muted.discard((me, asked["actor"]))
        return {}

    def _uri(self, asked: Mapping[str, Any]) -> str:
        repo = asked["repo"]
        return f"at://{self.handles.get(repo, repo)}/{asked['collection']}/{asked['rkey']}"


def limited(until: datetime) -> dict[str, str]:
    """The headers of a refusal until then."""
    return {
        "ratelimit-limit": "3000", "ratelimit-remaining": "0", "ratelimit-policy": "3000;w=300",
        "ratelimit-reset": str(round(until.timestamp())),
    }  # fmt: skip


def as_json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


SOON = timedelta(seconds=7)
