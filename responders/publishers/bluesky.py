"""Answers on Bluesky, or on any other network of the AT Protocol: a record in our own repository.

The record's key is made of the reply's key and the write says that nothing may stand there yet: the same reply sent
twice stands once, and after an unclear try `find_reply` looks under that key.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from config.bluesky import POST, Said, Xrpc, did_of, is_login, web_address
from config.guard import Forbidden
from models.errors import AccessLost, NetworkError, Refused, RetryLater, Unclear
from models.network import rules
from responders.drafting import drafted
from responders.publisher import Act, Manner, PostRef, Preview, ProblemCode, Receipt, Standing
from responders.publishers.bluesky_facets import facets, graphemes

_NETWORK: Final = "bluesky"
_GATE: Final = "app.bsky.feed.threadgate"
_BLOCK: Final = "app.bsky.graph.block"
_PATIENCE: Final = timedelta(seconds=30)
_UNREADABLE: Final = "JSON?"
"""Reasons here are the network's own words or codes, the same in every language; sentences are made where they show."""
_CONNECT_FAILURES: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Raised before one byte of the request has left."""
_LOCKED_OUT: Final = frozenset(
    {"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired"}
    | {"AccountTakedown", "AccountDeactivated", "AccountSuspended"}
)
_SIGNS: Final = "234567abcdefghijklmnopqrstuvwxyz"
_FIRST: Final = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_SPAN: Final = 5 * 365 * 86_400 * 1_000_000


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str = ""
    createdAt: AwareDatetime  # noqa: N815 - the lexicon's name


def record_key(key: str) -> str:
    """Ours -> a TID, the form that the network wants: 13 signs that read as a moment of 2020 to 2024, before Repartie.

    The same each time; 55 bits of a hash, so two replies of ours meet less than once in ten million desks.
    """
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
    clock, moment = number % 1024, _FIRST + number // 1024 % _SPAN
    tid = moment << 10 | clock
    return "".join(_SIGNS[tid >> shift & 31] for shift in range(60, -1, -5))


class BlueskyPublisher:
    """Speaks as `account`, whose session is in `client`; its time-out stands under the network's `settle`."""

    network = _NETWORK
    dry_run = False

    def __init__(
        self,
        url: str,
        account: str,
        client: httpx.Client,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        web: str = "https://bsky.app",
    ) -> None:
        self.account = account
        self._handle = account.removeprefix("@")
        self._api = Xrpc(url, client)
        self._clock = clock
        self._web = web

    def preview(self, text: str, to: PostRef, manner: Manner | None = None) -> Preview:
        """What would be public, counted in graphemes and in bytes; in the language of the post if none is set."""
        return drafted(
            rules(_NETWORK), self.account, text, to, manner,
            usual=Manner(language=to.language), length=graphemes, forbidden=_forbidden(to),
        )  # fmt: skip

    def publish(self, preview: Preview, key: str) -> Receipt:
        """Put what was previewed under the record key of `key`; where it stands already, that one is the receipt.

        Raises:
            RetryLater: nothing was published: no connection, no session for now, 429 or 503.
            AccessLost: the session or the account is gone.
            Refused: the preview has problems, the post is gone or takes no answer from us, or the record is not wanted.
            Unclear: time-out, cut connection, any other server error, or an answer that cannot be read.
        """
        if preview.problems:
            raise Refused(", ".join(problem.code.value for problem in preview.problems))
        record: dict[str, Any] = {
            "$type": POST,
            "text": preview.text,
            "reply": self._refs(preview.to),
            "createdAt": self._now(),
        }
        if found := facets(preview.text, self._did):
            record["facets"] = found
        if preview.manner.language:
            record["langs"] = [preview.manner.language]
        try:
            said = self._put(POST, record_key(key), record)
        except Refused as error:
            if error.reason.endswith("InvalidSwap") and (stands := self._standing(key, preview.text)):
                return stands
            raise
        uri = said.body.get("uri")
        if not isinstance(uri, str):
            raise Unclear(_UNREADABLE)
        return self._receipt(uri, record["createdAt"])

    def find_reply(self, preview: Preview, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - the key tells all
        """Our reply with this text under the record key of `key`.

        Raises:
            RetryLater: the server does not answer for now, or its answer was cut.
            AccessLost: the session or the account is gone.
        """
        return self._standing(key, preview.text)

    def retract(self, receipt: Receipt) -> None:
        """Delete the record; one that is gone already is well.

        Raises:
            RetryLater: the server does not answer for now, or does not say; doing it again is safe.
            AccessLost: the session or the account is gone.
            Refused: it is not ours.
        """
        self._delete(POST, receipt.external_id.rpartition("/")[2], repo=did_of(receipt.external_id))

    def standing(self, to: PostRef) -> Standing | None:
        """Hidden in our conversation, or its author blocked or muted by us, as it was last heard or done here."""
        known = {"hidden": Standing.HIDDEN, "blocking": Standing.BLOCKED, "muted": Standing.MUTED}
        return next((standing for name, standing in known.items() if to.thread.get(name)), None)

    def actions(self, to: PostRef) -> list[Act]:
        """In a conversation of ours: hide this answer, choose who may answer. Anywhere: mute and block."""
        thread = to.thread
        if not thread.get("uri"):
            return []
        acts = []
        if thread.get("mine"):
            if thread["uri"] != thread.get("root"):
                acts.append(Act.UNHIDE if thread.get("hidden") else Act.HIDE)
            acts.append(Act.OPEN_REPLIES if thread.get("closed") else Act.CLOSE_REPLIES)
        acts.append(Act.UNMUTE if thread.get("muted") else Act.MUTE)
        acts.append(Act.UNBLOCK if thread.get("blocking") else Act.BLOCK)
        return acts

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:  # noqa: ARG002 - nobody reads a note there
        """Do it; the same twice is done once.

        Raises:
            RetryLater: the server does not answer for now or does not say; doing it again is safe.
            AccessLost: the session or the account is gone.
            Refused: nobody does that there.
        """
        author, uri = did_of(to.thread.get("uri", "")), to.thread.get("uri", "")
        match act:
            case Act.HIDE | Act.UNHIDE if to.thread.get("mine"):
                self._gate(to.thread["root"], hidden=uri, hide=act is Act.HIDE)
                return _marked(to.thread, "hidden", on=act is Act.HIDE)
            case Act.CLOSE_REPLIES | Act.OPEN_REPLIES if to.thread.get("mine"):
                self._gate(to.thread["root"], close=act is Act.CLOSE_REPLIES)
                return _marked(to.thread, "closed", on=act is Act.CLOSE_REPLIES)
            case Act.MUTE | Act.UNMUTE if author:
                self._done(f"app.bsky.graph.{'muteActor' if act is Act.MUTE else 'unmuteActor'}", {"actor": author})
                return _marked(to.thread, "muted", on=act is Act.MUTE)
            case Act.BLOCK if author:
                self._block(author)
                return _marked(to.thread, "blocking", on=True)
            case Act.UNBLOCK if author:
                self._delete(_BLOCK, record_key(f"block {author}"))
                return _marked(to.thread, "blocking", on=False)
        raise Refused(act.value)

    def _refs(self, to: PostRef) -> dict[str, dict[str, str]]:
        """Root and parent as the network has them now: it also says whether they are there and let us answer."""
        said = self._asked("app.bsky.feed.getPosts", {"uris": [to.thread["uri"]]})
        found = [
            post for post in _list(said, "posts") if isinstance(post, dict) and post.get("uri") == to.thread["uri"]
        ]
        if not found:
            raise Refused("NotFound")
        post = found[0]
        if _dict(post, "viewer").get("replyDisabled"):
            raise Refused(ProblemCode.GATED.value)
        if {"blockedBy", "blocking"} & {
            name for name, value in _dict(_dict(post, "author"), "viewer").items() if value
        }:
            raise Refused(ProblemCode.LIMITED.value)
        parent = {"uri": str(post["uri"]), "cid": str(post.get("cid", ""))}
        root = _dict(_dict(_dict(post, "record"), "reply"), "root")
        if isinstance(root.get("uri"), str) and isinstance(root.get("cid"), str):
            return {"root": {"uri": root["uri"], "cid": root["cid"]}, "parent": parent}
        return {"root": parent, "parent": parent}

    def _did(self, handle: str) -> str | None:
        try:
            did = self._asked("com.atproto.identity.resolveHandle", {"handle": handle}).body.get("did")
        except Refused:
            return None
        return did if isinstance(did, str) else None

    def _standing(self, key: str, text: str) -> Receipt | None:
        """What stands under that key, if it says `text`."""
        body = self._record(POST, record_key(key))
        if body is None:
            return None
        try:
            record = _Record.model_validate(body.get("value"))
        except ValidationError as error:
            raise RetryLater(self._clock() + _PATIENCE, _UNREADABLE) from error
        if record.text != text:
            return None
        return self._receipt(str(body.get("uri", "")), record.createdAt.isoformat())

    def _receipt(self, uri: str, at: str) -> Receipt:
        return Receipt(uri, web_address(self._web, self._handle, uri), datetime.fromisoformat(at).astimezone(UTC))

    def _gate(self, root: str, *, close: bool | None = None, hidden: str = "", hide: bool = False) -> None:
        """Change the gate of our conversation at `root`, keeping what else it says."""
        rkey = root.rpartition("/")[2]
        now = self._record(_GATE, rkey)
        gate = dict(_dict(now or {}, "value")) or {"$type": _GATE, "post": root, "createdAt": self._now()}
        before = dict(gate)
        if close:
            gate["allow"] = [{"$type": f"{_GATE}#mentionRule"}]
        elif close is not None:
            gate.pop("allow", None)
        if hidden:
            others = [uri for uri in gate.get("hiddenReplies", []) if uri != hidden]
            gate["hiddenReplies"] = [*others, hidden] if hide else others
        if gate != before or now is None:
            try:
                self._put(_GATE, rkey, gate, swap=str(now["cid"]) if now else None)
            except (Refused, Unclear) as error:
                if isinstance(error, Unclear) or error.reason.endswith("InvalidSwap"):  # somebody else was quicker
                    raise RetryLater(self._clock() + _PATIENCE, error.reason) from error
                raise

    def _block(self, did: str) -> None:
        record = {"$type": _BLOCK, "subject": did, "createdAt": self._now()}
        try:
            self._put(_BLOCK, record_key(f"block {did}"), record)
        except Unclear as error:
            raise RetryLater(self._clock() + _PATIENCE, error.reason) from error
        except Refused as error:
            if not error.reason.endswith("InvalidSwap"):  # it stands already
                raise

    def _record(self, collection: str, rkey: str) -> Mapping[str, Any] | None:
        try:
            asked = {"repo": self._handle, "collection": collection, "rkey": rkey}
            return self._asked("com.atproto.repo.getRecord", asked).body
        except Refused as error:
            if error.reason.endswith(("RecordNotFound", "HTTP 404")):
                return None
            raise

    def _put(self, collection: str, rkey: str, record: Mapping[str, Any], swap: str | None = None) -> Said:
        body = {
            "repo": self._handle, "collection": collection, "rkey": rkey, "record": record, "swapRecord": swap,
        }  # fmt: skip
        return self._written("com.atproto.repo.putRecord", body)

    def _delete(self, collection: str, rkey: str, repo: str = "") -> None:
        self._done(
            "com.atproto.repo.deleteRecord", {"repo": repo or self._handle, "collection": collection, "rkey": rkey}
        )

    def _done(self, nsid: str, body: Mapping[str, Any]) -> None:
        """Something that may be done twice."""
        try:
            self._written(nsid, body)
        except Unclear as error:
            raise RetryLater(self._clock() + _PATIENCE, error.reason) from error

    def _written(self, nsid: str, body: Mapping[str, Any]) -> Said:
        try:
            said = self._api.procedure(nsid, body)
        except httpx.RequestError as error:
            raise self._unanswered(error, asking=is_login(error)) from error
        if said.status == httpx.codes.OK:
            return said
        raise self._refusal(said)

    def _asked(self, nsid: str, params: Mapping[str, str | int | list[str]]) -> Said:
        try:
            said = self._api.query(nsid, params)
        except httpx.RequestError as error:
            raise self._unanswered(error, asking=True) from error
        if said.status == httpx.codes.OK and said.body:
            return said
        trouble = self._refusal(said)
        raise RetryLater(self._clock() + _PATIENCE, trouble.reason) if isinstance(trouble, Unclear) else trouble

    def _unanswered(self, error: httpx.RequestError, *, asking: bool) -> NetworkError:
        if isinstance(error, Forbidden):
            return AccessLost(str(error))
        if asking or isinstance(error, _CONNECT_FAILURES):
            return RetryLater(self._clock() + _PATIENCE, type(error).__name__)
        return Unclear(type(error).__name__)

    def _refusal(self, said: Said) -> NetworkError:
        now = self._clock()
        if said.status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
            return RetryLater(now + (said.wait(now) or _PATIENCE), said.said)
        if said.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN} or said.error in _LOCKED_OUT:
            return AccessLost(said.said)
        if httpx.codes.is_client_error(said.status):
            return Refused(said.said)
        return RetryLater(now + _PATIENCE, said.said) if said.logging_in else Unclear(said.said)

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _forbidden(to: PostRef) -> ProblemCode | None:
    if to.network != _NETWORK or not to.thread.get("uri"):
        return ProblemCode.CANNOT_REPLY
    if to.thread.get("gated"):
        return ProblemCode.GATED
    return ProblemCode.LIMITED if to.thread.get("barred") else None


def _marked(thread: Mapping[str, str], name: str, *, on: bool) -> dict[str, str]:
    others = {key: value for key, value in thread.items() if key != name}
    return others | {name: "1"} if on else others


def _dict(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _list(said: Said, name: str) -> list[Any]:
    value = said.body.get(name)
    return value if isinstance(value, list) else []
