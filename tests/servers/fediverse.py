"""A Mastodon server in memory, as docs.joinmastodon.org describes it (read 2026-11-22): what our adapters ask, no more.

`respond` answers one request; a world puts it behind a real server on loopback.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

EPOCH_SHIFT: Final = 16
LIMIT: Final = 40
WINDOW: Final = timedelta(minutes=5)


@dataclass(slots=True)
class Toot:
    """One status. `at` is when it was written, which also makes its id."""

    id: str
    uri: str
    author: str
    text: str
    at: datetime
    parent: str | None = None
    visibility: str = "public"
    warning: str = ""
    language: str | None = "fr"
    edited: datetime | None = None
    media: list[str] = field(default_factory=list)
    likes: int = 0
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Server:
    """One server: its people by name (`@lea` or `lea@elsewhere.example`), its statuses by id."""

    def __init__(self, url: str, domain: str, clock: Callable[[], datetime], *, me: str = "aeroplouf") -> None:
        self.url, self.domain, self.clock, self.me = url, domain, clock, me
        self.toots: dict[str, Toot] = {}
        self.hidden: set[str] = set()
        """Ids that no timeline shows, though they are there."""
        self.relations: dict[str, set[str]] = {"mute": set(), "block": set()}
        self.reports: list[dict[str, str]] = []
        self.media: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.honours_keys = True
        self.many = True
        self.left = 290
        self.shuffled = False

    def write(self, author: str, text: str, *, at: datetime | None = None, **more: Any) -> Toot:
        """Somebody says `text`."""
        at = at or self.clock()
        number = int(at.timestamp() * 1000) << EPOCH_SHIFT
        while str(number) in self.toots:
            number += 1
        host = author.rpartition("@")[2] if "@" in author else self.domain
        uri = f"https://{host}/users/{author.partition('@')[0]}/statuses/{number}"
        toot = Toot(str(number), uri, author, text, at, **more)
        toot.tags = frozenset(tag.casefold() for tag in re.findall(r"(?<!\w)#(\w+)", text))
        self.toots[toot.id] = toot
        return toot

    def respond(self, method: str, path: str, query: Mapping[str, list[str]], headers: Any, body: bytes) -> Said:
        """What a good day answers."""
        form = _form(headers.get("Content-Type", ""), body)
        for verb, pattern, answer in _ROUTES:
            found = re.fullmatch(pattern, path.rstrip("/"))
            if verb == method and found:
                said: Said = answer(self, query, form, headers, *map(unquote, found.groups()))
                return Said(said.body, said.status, {**self.usual(), **said.headers})
        return self._no(404, "Not Found")

    def usual(self) -> dict[str, str]:
        """The headers of every answer."""
        self.left -= 1
        reset = (self.clock() + WINDOW).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Date": format_datetime(self.clock(), usegmt=True),
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": reset,
        }

    def shown(self, toot: Toot) -> dict[str, Any]:
        """A Status entity."""
        name = toot.author.partition("@")[0]
        names = re.findall(r"(?<![\w/])@([\w-]+(?:@[\w.-]+\w)?)", toot.text)
        return {
            "id": toot.id, "uri": toot.uri, "url": f"https://{toot.uri.split('/')[2]}/@{name}/{toot.id}",
            "created_at": _iso(toot.at), "edited_at": _iso(toot.edited) if toot.edited else None,
            "in_reply_to_id": toot.parent,
            "in_reply_to_account_id": toot.parent and self.toots.get(toot.parent, toot).author,
            "sensitive": bool(toot.warning), "spoiler_text": toot.warning, "visibility": toot.visibility,
            "language": toot.language, "content": _rendered(toot.text), "reblog": None,
            "replies_count": sum(each.parent == toot.id for each in self.toots.values()),
            "reblogs_count": 0, "favourites_count": toot.likes,
            "account": {
                "id": f"a-{name}", "username": name, "acct": toot.author, "display_name": name.title(),
                "url": f"https://{toot.uri.split('/')[2]}/@{name}", "followers_count": 12,
            },
            "media_attachments": [{"id": each, "description": self.media[each]} for each in toot.media],
            "mentions": [{"id": f"a-{each}", "acct": each, "url": f"https://{self.domain}/@{each}"} for each in names],
            "tags": [
                {"name": tag.lower(), "url": f"https://{self.domain}/tags/{tag}"}
                for tag in re.findall(r"(?<!\w)#(\w+)", toot.text)
            ],
        }  # fmt: skip

    def _listed(self, found: list[Toot], query: Mapping[str, list[str]], path: str) -> Said:
        limit = min(int(_one(query, "limit", "20")), LIMIT)
        below = int(_one(query, "max_id", str(1 << 80)))
        there = sorted((toot for toot in found if int(toot.id) < below), key=lambda toot: int(toot.id), reverse=True)
        page = there[:limit]
        link = {}
        if len(page) == limit:
            link = {"Link": f'<{self.url}{path}?limit={limit}&max_id={page[-1].id}>; rel="next"'}
        if self.shuffled:  # some once more, and the other way round
            page = [*page[-3:], *reversed(page)]
        return self._yes([self.shown(toot) for toot in page], link)

    def _yes(self, said: object, headers: Mapping[str, str] | None = None, status: int = 200) -> Said:
        return Said(json.dumps(said).encode(), status, headers or {})

    def _no(self, status: int, said: str) -> Said:
        return Said(json.dumps({"error": said}).encode(), status)

    def _visible(self) -> list[Toot]:
        return [toot for toot in self.toots.values() if toot.id not in self.hidden]

    def instance(self, *_: Any) -> Said:
        """GET /api/v2/instance."""
        statuses = {"max_characters": 500, "characters_reserved_per_url": 23}
        settings = {"urls": {"streaming": self.url.replace("http", "ws", 1)}, "statuses": statuses}
        return self._yes({"domain": self.domain, "version": "4.4.2", "configuration": settings})

    def old_instance(self, *_: Any) -> Said:
        """GET /api/v1/instance."""
        streams = {"streaming_api": self.url.replace("http", "ws", 1)}
        return self._yes({"uri": self.domain, "version": "4.4.2", "urls": streams})

    def hashtag(self, query: Mapping[str, list[str]], _form: Any, _headers: Any, tag: str) -> Said:
        """GET /api/v1/timelines/tag/:hashtag."""
        found = [toot for toot in self._visible() if toot.visibility == "public" and tag.casefold() in toot.tags]
        return self._listed(found, query, f"/api/v1/timelines/tag/{quote(tag)}")

    def notifications(self, query: Mapping[str, list[str]], *_: Any) -> Said:
        """GET /api/v1/notifications?types[]=mention."""
        said = self._listed(
            [toot for toot in self._visible() if f"@{self.me}" in toot.text and toot.author != self.me],
            query, "/api/v1/notifications",
        )  # fmt: skip
        statuses = json.loads(said.body)
        return self._yes([{"id": each["id"], "type": "mention", "status": each} for each in statuses], said.headers)

    def search(self, query: Mapping[str, list[str]], *_: Any) -> Said:
        """GET /api/v2/search, by words or by an address."""
        wanted, start = _one(query, "q", "").strip('"'), int(_one(query, "offset", "0"))
        found = [toot for toot in self._visible() if wanted.casefold() in toot.text.casefold() or toot.uri == wanted]
        found.sort(key=lambda toot: int(toot.id), reverse=True)
        page = found[start : start + min(int(_one(query, "limit", "20")), LIMIT)]
        return self._yes({"accounts": [], "statuses": [self.shown(toot) for toot in page], "hashtags": []})

    def statuses(self, query: Mapping[str, list[str]], *_: Any) -> Said:
        """GET /api/v1/statuses?id[]=: those that are there (4.3)."""
        if not self.many:
            return self._no(404, "Not Found")
        return self._yes([self.shown(self.toots[name]) for name in query.get("id[]", []) if name in self.toots])

    def status(self, _query: Any, _form: Any, _headers: Any, name: str) -> Said:
        """GET /api/v1/statuses/:id."""
        return self._yes(self.shown(self.toots[name])) if name in self.toots else self._no(404, "Record not found")

    def source(self, _query: Any, _form: Any, _headers: Any, name: str) -> Said:
        """GET /api/v1/statuses/:id/source."""
        if name not in self.toots:
            return self._no(404, "Record not found")
        return self._yes({"id": name, "text": self.toots[name].text, "spoiler_text": self.toots[name].warning})

    def post(self, _query: Any, form: Mapping[str, list[str]], headers: Any) -> Said:
        """POST /api/v1/statuses."""
        key, text, parent = (
            headers.get("Idempotency-Key", ""),
            _one(form, "status", ""),
            _one(form, "in_reply_to_id", ""),
        )
        if self.honours_keys and key in self.keys and self.keys[key] in self.toots:
            return self._yes(self.shown(self.toots[self.keys[key]]))
        if parent and parent not in self.toots:
            return self._no(404, "The post you are trying to reply to does not appear to exist.")
        toot = self.write(
            self.me, text, parent=parent or None, visibility=_one(form, "visibility", "private"),
            warning=_one(form, "spoiler_text", ""), language=_one(form, "language", "") or None,
            media=list(form.get("media_ids[]", [])),
        )  # fmt: skip
        self.keys[key] = toot.id
        return self._yes(self.shown(toot))

    def delete(self, _query: Any, _form: Any, _headers: Any, name: str) -> Said:
        """DELETE /api/v1/statuses/:id."""
        if name not in self.toots or self.toots[name].author != self.me:
            return self._no(404, "Record not found")
        return self._yes(self.shown(self.toots.pop(name)))

    def who_am_i(self, *_: Any) -> Said:
        """GET /api/v1/accounts/verify_credentials."""
        return self._yes({"id": f"a-{self.me}", "username": self.me, "acct": self.me})

    def mine(self, query: Mapping[str, list[str]], _form: Any, _headers: Any, name: str) -> Said:
        """GET /api/v1/accounts/:id/statuses."""
        found = [toot for toot in self.toots.values() if f"a-{toot.author}" == name]
        return self._listed(found, query, f"/api/v1/accounts/{name}/statuses")

    def relate(self, _query: Any, _form: Any, _headers: Any, name: str, act: str) -> Said:
        """POST /api/v1/accounts/:id/mute, unmute, block, unblock."""
        group = self.relations[act.removeprefix("un")]
        (group.discard if act.startswith("un") else group.add)(name)
        return self._yes({"id": name, "muting": name in self.relations["mute"]})

    def report(self, _query: Any, form: Mapping[str, list[str]], _headers: Any) -> Said:
        """POST /api/v1/reports."""
        self.reports.append({name: values[0] for name, values in form.items()})
        return self._yes({"id": str(len(self.reports)), "action_taken": False})

    def upload(self, _query: Any, form: Mapping[str, list[str]], _headers: Any) -> Said:
        """POST /api/v2/media."""
        name = f"m{len(self.media) + 1}"
        self.media[name] = _one(form, "description", "")
        return self._yes({"id": name, "type": "image", "url": f"{self.url}/media/{name}"})


_ROUTES: Final[list[tuple[str, str, Callable[..., Said]]]] = [
    ("GET", r"/api/v2/instance", Server.instance),
    ("GET", r"/api/v1/instance", Server.old_instance),
    ("GET", r"/api/v1/timelines/tag/([^/]+)", Server.hashtag),
    ("GET", r"/api/v1/notifications", Server.notifications),
    ("GET", r"/api/v2/search", Server.search),
    ("GET", r"/api/v1/statuses", Server.statuses),
    ("GET", r"/api/v1/statuses/(\w+)", Server.status),
    ("GET", r"/api/v1/statuses/(\w+)/source", Server.source),
    ("POST", r"/api/v1/statuses", Server.post),
    ("DELETE", r"/api/v1/statuses/(\w+)", Server.delete),
    ("GET", r"/api/v1/accounts/verify_credentials", Server.who_am_i),
    ("GET", r"/api/v1/accounts/([\w-]+)/statuses", Server.mine),
    ("POST", r"/api/v1/accounts/([\w-]+)/((?:un)?(?:mute|block))", Server.relate),
    ("POST", r"/api/v1/reports", Server.report),
    ("POST", r"/api/v2/media", Server.upload),
]


def query_of(target: str) -> tuple[str, dict[str, list[str]]]:
    """Path and query of a request line."""
    parts = urlsplit(target)
    return parts.path, parse_qs(parts.query)


def _form(kind: str, body: bytes) -> dict[str, list[str]]:
    if kind.startswith("multipart/form-data"):
        message = BytesParser(EmailMessage, policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        return {
            str(part.get_param("name", header="content-disposition")): [part.get_payload(decode=True).decode()]
            for part in message.iter_parts()
            if not part.get_filename()
        }
    return parse_qs(body.decode(), keep_blank_values=True)


def _one(values: Mapping[str, list[str]], name: str, otherwise: str) -> str:
    return values.get(name, [otherwise])[0]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rendered(text: str) -> str:
    """As Mastodon shows it: paragraphs, links, hashtags and names with markup of their own."""
    said = html.escape(text, quote=False)
    said = re.sub(
        r"(?<!\w)#(\w+)", r'<a href="https://social.example/tags/\1" class="mention hashtag">#<span>\1</span></a>', said
    )
    said = re.sub(r"\n{2,}", "</p><p>", said).replace("\n", "<br>")
    return f"<p>{said}</p>"
