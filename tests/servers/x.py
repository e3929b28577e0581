"""As much of X's API v2 as is asked here, answering as docs.x.com tells (read 2026-11-22): bodies, errors, headers.

It refuses what X refuses: a search that is too long, a negation alone, a negated group, a start in the future or over a
week ago, a signature that does not fit, a token where a person must ask, an answer to somebody who did not ask for it.
"""

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from oauthlib.oauth1.rfc5849 import signature
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from tests.servers.x_search import MOST, TYPES, Refusal, Tweet, matches

__all__ = ["MOST", "FakeX", "Refusal", "Tweet", "matches"]

EPOCH = 1_288_834_974_657
BEARER, KEYS = "AAAAinvented", ("key", "key-secret", "token", "token-secret")
WEEK = timedelta(days=7)
PRICES = {"post": 5_000, "own": 1_000, "user": 10_000, "counts": 5_000, "reply": 10_000, "link": 200_000}
"""Millionths of a dollar."""
UNASKED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author"
    " of the post you are replying to."
)
Said = tuple[int, dict[str, Any] | bytes]


@dataclass
class Job:
    ids: list[str] | None = None
    looks: int = 0
    status: str = ""


class FakeX:
    """One network, empty at first. `clock` is X's."""

    def __init__(self, clock: Any, url: str = "") -> None:
        self.clock, self.url = clock, url
        self.tweets: dict[int, Tweet] = {}
        self.users = {"lea": "11", "aeroplouf": "7", "paul": "12"}
        self.jobs: dict[str, Job] = {}
        self.no_jobs = False
        self.billed = 0
        self.remaining = 300
        self.shuffled = False
        self.searches: list[str] = []
        self.looked_up: list[str] = []

    # --- What people do.

    def say(
        self,
        author: str,
        text: str,
        *,
        parent: int | None = None,
        quoted: int | None = None,
        at: datetime | None = None,
    ) -> int:
        made = int((at or self.clock()).timestamp() * 1000 - EPOCH) << 22
        number = made if at else max([made, *(known + 1 for known in self.tweets)])
        while number in self.tweets:
            number += 1
        at = at or self.clock()
        self.tweets[number] = Tweet(number, author, text, at, parent, quoted)
        return number

    def delete(self, number: int) -> None:
        self.tweets[number].gone = True

    # --- What is asked.

    def answer(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers, body."""
        try:
            status, said = self._answer(method, path, query, headers, body)
        except Refusal as no:
            problem = {"title": no.detail[:20], "detail": no.detail, "type": no.kind, "status": no.status, **no.extra}
            status, said = no.status, {key: value for key, value in problem.items() if value}
        self.remaining = max(self.remaining - 1, 0)
        limits = {
            "x-rate-limit-limit": "300",
            "x-rate-limit-remaining": str(self.remaining),
            "x-rate-limit-reset": str(int((self.clock() + timedelta(minutes=15)).timestamp())),
            "Content-Type": "application/json; charset=utf-8",
        }
        return status, limits, said if isinstance(said, bytes) else json.dumps(said).encode()

    def _answer(  # noqa: C901, PLR0911 - one route, one return
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Said:
        asks = self._who(method, path, query, headers)
        match method, path.strip("/").split("/")[1:] if path.startswith("/2/") else path.strip("/").split("/"):
            case "GET", ["tweets", "search", "recent"]:
                return 200, self._search(query)
            case "GET", ["tweets", "counts", "recent"]:
                self._needs(asks, "app")
                self.billed += PRICES["counts"]
                return 200, {"data": [], "meta": {"total_tweet_count": len(self._found(query))}}
            case "GET", ["users", "by", "username", name]:
                if name not in self.users:
                    return 200, {"errors": [{"resource_type": "user", "value": name, "title": "Not Found Error"}]}
                self.billed += PRICES["user"]
                return 200, {"data": {"id": self.users[name], "username": name, "name": name.title()}}
            case "GET", ["users", number, "mentions"]:
                return 200, self._mentions(number, query, own=asks == "user")
            case "GET", ["tweets"]:
                return 200, self._by_id(query["ids"].split(","))
            case "POST", ["tweets"]:
                self._needs(asks, "user")
                return 201, self._create(json.loads(body))
            case "DELETE", ["tweets", number]:
                self._needs(asks, "user")
                return self._delete(int(number))
            case "PUT", ["tweets", number, "hidden"]:
                self._needs(asks, "user")
                return 200, self._hide(int(number), hidden=json.loads(body)["hidden"])
            case _, ["compliance", "jobs", *rest]:
                self._needs(asks, "app")
                return 200, self._job(method, rest)
            case "PUT", ["upload", number]:
                assert asks == "nobody", "no credential goes to where files are put"
                self.jobs[number].ids = body.decode().split()
                return 200, b""
            case "GET", ["download", number]:
                assert asks == "nobody", "no credential goes to where files are got"
                return 200, self._verdicts(number)
        raise Refusal(404, "Not Found")

    def _who(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
        said = headers.get("Authorization") or ""
        if not path.startswith("/2/"):
            return "somebody" if said else "nobody"
        if said == f"Bearer {BEARER}":
            return "app"
        if said.startswith("OAuth ") and self._fits(method, path, query, said):
            return "user"
        raise Refusal(401, "Unauthorized")

    def _fits(self, method: str, path: str, query: Mapping[str, str], said: str) -> bool:
        told = {name: unquote(value) for name, value in parse_authorization_header(said)}
        if (told["oauth_consumer_key"], told["oauth_token"]) != (KEYS[0], KEYS[2]):
            return False
        signed = [(name, value) for name, value in told.items() if name not in {"oauth_signature", "realm"}]
        params = signature.normalize_parameters([*signed, *query.items()])
        base = signature.signature_base_string(method, signature.base_string_uri(self.url + path), params)
        secret = f"{quote(KEYS[1])}&{quote(KEYS[3])}".encode()
        return b64encode(hmac.digest(secret, base.encode(), "sha1")).decode() == told["oauth_signature"]

    def _needs(self, asks: str, who: str) -> None:
        if asks != who:
            raise Refusal(403, "Unsupported Authentication", f"{TYPES}unsupported-authentication")

    # --- Reading.

    def _standing(self) -> list[Tweet]:
        return [tweet for _, tweet in sorted(self.tweets.items(), reverse=True) if not tweet.gone]

    def _found(self, query: Mapping[str, str]) -> list[Tweet]:
        self.searches.append(query["query"])
        return [tweet for tweet in self._between(query) if matches(query["query"], tweet)]

    def _between(self, query: Mapping[str, str]) -> list[Tweet]:
        now, since, until = self.clock(), int(query.get("since_id", 0)), int(query.get("until_id", 2**63))
        start = datetime.fromisoformat(query.get("start_time", "1970-01-01T00:00:00Z"))
        if "start_time" in query and not now - WEEK <= start <= now:
            raise Refusal(400, "Invalid 'start_time'", f"{TYPES}invalid-request")
        if since and at(since) < now - WEEK:
            raise Refusal(400, "'since_id' must be a tweet id created after a week ago", f"{TYPES}invalid-request")
        return [tweet for tweet in self._standing() if since < tweet.id < until and tweet.at >= start]

    def _search(self, query: Mapping[str, str]) -> dict[str, Any]:
        return self._page(self._found(query), int(query["max_results"]), PRICES["post"])

    def _mentions(self, number: str, query: Mapping[str, str], *, own: bool) -> dict[str, Any]:
        name = next(name for name, known in self.users.items() if known == number)
        found = [tweet for tweet in self._between(query) if f"@{name}" in tweet.text.lower()]
        return self._page(found, int(query["max_results"]), PRICES["own" if own else "post"])

    def _page(self, found: list[Tweet], most: int, price: int) -> dict[str, Any]:
        assert 10 <= most <= 100
        shown = found[:most]
        data = [self._shown(tweet) for tweet in shown]
        if self.shuffled:
            data = [*reversed(data), *data]
        authors = dict.fromkeys(tweet.author for tweet in shown)
        self.billed += price * len(shown) + PRICES["user"] * len(authors)
        said: dict[str, Any] = {"meta": {"result_count": len(data)}}
        if data:
            said |= {"data": data, "includes": {"users": [self._user(name) for name in authors]}}
        if len(found) > most:
            said["meta"]["next_token"] = "b26v89c19zqg8o3f"
        return said

    def _user(self, name: str) -> dict[str, Any]:
        return {
            "id": self.users[name],
            "username": name,
            "name": name.title(),
            "public_metrics": {"followers_count": 42},
        }

    def _shown(self, tweet: Tweet) -> dict[str, Any]:
        mentions = [
            {"username": name, "id": self.users[name]}
            for name in re.findall(r"@(\w+)", tweet.text.lower())
            if name in self.users
        ]
        parent = self.tweets.get(tweet.parent or 0)
        quoted = self.tweets.get(tweet.quoted or 0)
        urls = [{"url": "https://t.co/1", "expanded_url": url} for url in re.findall(r"https?://\S+", tweet.text)]
        if quoted:
            urls.append(
                {"url": "https://t.co/2", "expanded_url": f"https://twitter.com/{quoted.author}/status/{quoted.id}"}
            )
        said: dict[str, Any] = {
            "id": str(tweet.id),
            "text": tweet.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "author_id": self.users[tweet.author],
            "created_at": f"{tweet.at:%Y-%m-%dT%H:%M:%S}.000Z",
            "lang": "fr",
            "conversation_id": str(self._root(tweet).id),
            "edit_history_tweet_ids": [str(tweet.id)],
            "reply_settings": "everyone",
            "public_metrics": {
                "like_count": tweet.likes, "reply_count": 0, "retweet_count": 2, "quote_count": 1,
                "impression_count": 90,
            },
            "entities": {"mentions": mentions, "urls": urls},
        }  # fmt: skip
        referred = [("replied_to", parent), ("quoted", quoted)]
        if any(other for _, other in referred):
            said["referenced_tweets"] = [{"type": kind, "id": str(other.id)} for kind, other in referred if other]
        if parent:
            said["in_reply_to_user_id"] = self.users[parent.author]
        return said

    def _root(self, tweet: Tweet) -> Tweet:
        while tweet.parent and tweet.parent in self.tweets:
            tweet = self.tweets[tweet.parent]
        return tweet

    def _by_id(self, ids: list[str]) -> dict[str, Any]:
        self.looked_up += ids
        there = {str(tweet.id): tweet for tweet in self._standing()}
        self.billed += PRICES["post"] * sum(name in there for name in ids)
        errors = [
            {
                "resource_type": "tweet",
                "resource_id": name,
                "title": "Not Found Error",
                "type": f"{TYPES}resource-not-found",
            }
            for name in ids
            if name not in there
        ]
        data = [self._shown(there[name]) for name in ids if name in there]
        return ({"data": data} if data else {}) | ({"errors": errors} if errors else {})

    # --- Writing.

    def _create(self, said: dict[str, Any]) -> dict[str, Any]:
        text, parent = said["text"], self.tweets.get(int(said["reply"]["in_reply_to_tweet_id"]))
        if parent is None or parent.gone:
            raise Refusal(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if any(tweet.author == "aeroplouf" and tweet.text == text for tweet in self._standing()):
            raise Refusal(
                403, "You are not allowed to create a Tweet with duplicate content.", extra={"errors": [{"code": 187}]}
            )
        if "@aeroplouf" not in parent.text.lower() and (
            not parent.quoted or self.tweets[parent.quoted].author != "aeroplouf"
        ):
            raise Refusal(403, UNASKED)
        self.billed += PRICES["link" if "http" in text else "reply"]
        number = self.say("aeroplouf", text, parent=parent.id)
        return {"data": {"id": str(number), "text": text, "edit_history_tweet_ids": [str(number)]}}

    def _delete(self, number: int) -> Said:
        tweet = self.tweets.get(number)
        if tweet is None or tweet.gone:
            raise Refusal(404, "Not Found", f"{TYPES}resource-not-found")
        if tweet.author != "aeroplouf":
            raise Refusal(403, "You are not permitted to perform this action.")
        tweet.gone = True
        return 200, {"data": {"deleted": True}}

    def _hide(self, number: int, *, hidden: bool) -> dict[str, Any]:
        tweet = self.tweets[number]
        if self._root(tweet).author != "aeroplouf":
            raise Refusal(403, "You are not permitted to perform this action.")
        tweet.hidden = hidden
        return {"data": {"hidden": hidden}}

    # --- Following deletions.

    def _job(self, method: str, rest: list[str]) -> dict[str, Any]:
        if method == "POST":
            if self.no_jobs:
                raise Refusal(403, "Not available for your plan", f"{TYPES}client-forbidden")
            number = str(1000 + len(self.jobs))
            self.jobs[number] = Job()
            return {"data": self._job_said(number, "created")}
        job = self.jobs[rest[0]]
        job.looks += 1
        status = job.status or ("complete" if job.ids is not None and job.looks > 1 else "in_progress")
        return {"data": self._job_said(rest[0], status)}

    def _job_said(self, number: str, status: str) -> dict[str, Any]:
        urls = {f"{way}_url": f"{self.url}/{way}/{number}" for way in ("upload", "download")}
        return {
            "id": number,
            "type": "tweets",
            "status": status,
            "created_at": f"{self.clock():%Y-%m-%dT%H:%M:%SZ}",
            **urls,
        }

    def _verdicts(self, number: str) -> bytes:
        there = {str(tweet.id) for tweet in self._standing()}
        gone = [name for name in self.jobs[number].ids or () if name not in there]
        why = {"action": "delete", "reason": "deleted", "redacted_at": "2026-11-22T08:00:00.000Z"}
        lines = [{"id": name, "created_at": "2026-11-21T08:00:00.000Z", **why} for name in gone]
        return "\n".join(map(json.dumps, lines)).encode()


def at(number: int) -> datetime:
    return datetime.fromtimestamp(((number >> 22) + EPOCH) / 1000, UTC)
