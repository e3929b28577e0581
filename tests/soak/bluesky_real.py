"""The adapter against a real Bluesky network: collect, answer, find, take back, close; then kills, counted.

`python -m tests.soak.bluesky_real --folder FOLDER --kills 20` starts the one that
`python -m tests.servers.bluesky install FOLDER` fetched; `--url` takes one that runs.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from config.bluesky import POST, BlueskyAuth
from config.clients import open_client, private_place
from config.i18n import words
from config.query import parse
from config.sources import BlueskyOptions
from listener.collector import Cursor, Refreshes
from listener.registry import Given, Hearer, Means, Place, places
from models.errors import Refused
from models.post import Author, Post
from responders.publisher import Act, PostRef
from responders.publishers.bluesky import BlueskyPublisher, record_key
from tests.servers.bluesky import running
from tests.soak.bluesky import Sky, kill_and_count

PASSWORD = "pas-un-secret"
PATIENCE_SECONDS = 60


class Person:
    """Somebody with an account of their own, by the plainest HTTP."""

    def __init__(self, url: str, name: str) -> None:
        self.handle = f"{name}-{int(time.time()) % 100_000}.test"
        self._client = httpx.Client(base_url=f"{url}/xrpc/", timeout=30, trust_env=False)
        made = self._post(
            "com.atproto.server.createAccount",
            {"handle": self.handle, "email": f"{self.handle}@mail.example", "password": PASSWORD},
        )
        self.did = made["did"]
        self._client.headers["Authorization"] = f"Bearer {made['accessJwt']}"

    def app_password(self) -> str:
        return str(self._post("com.atproto.server.createAppPassword", {"name": "Repartie"})["password"])

    def say(self, text: str) -> dict[str, str]:
        record = {"$type": POST, "text": text, "createdAt": datetime.now(UTC).isoformat(), "langs": ["fr"]}
        body = {"repo": self.did, "collection": POST, "record": record}
        return self._post("com.atproto.repo.createRecord", body)

    def answers(self) -> list[dict[str, Any]]:
        """Every post of this account, from its repository."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            asked = {"repo": self.did, "collection": POST, "limit": 100} | ({"cursor": cursor} if cursor else {})
            page = self._client.get("com.atproto.repo.listRecords", params=asked).raise_for_status().json()
            found += page["records"]
            cursor = page.get("cursor", "")
            if not cursor:
                return found

    def _post(self, nsid: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.post(nsid, json=body)
        assert answer.status_code == httpx.codes.OK, answer.text
        said: dict[str, Any] = answer.json()
        return said


def until(place: Place, wanted: Sequence[str], cursor: Cursor | None = None) -> tuple[list[Post], Cursor]:
    """Everything that is heard until all of `wanted` was."""
    found: list[Post] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        batch = place.collector.collect(cursor)
        found, cursor = found + list(batch.posts), batch.cursor
        if set(wanted) <= {post.external_id for post in found}:
            return found, cursor
        time.sleep(0.5)
    raise TimeoutError(wanted)


def try_all(url: str) -> tuple[BlueskyAuth, Person, Person, str]:
    """Each thing once; an assertion fails where the network does otherwise than we think."""
    us, lea = Person(url, "aeroplouf"), Person(url, "lea")
    password = us.app_password()
    auth = BlueskyAuth(url, us.handle, SecretStr(password))
    options = BlueskyOptions(kind="bluesky", stream="none", url=url, username=us.handle, allow_private=True)
    mark = f"aeroplouf{int(time.time())}"
    hearer = Hearer("Aéroplouf", parse(mark))
    [place] = places(options, Means(lambda: datetime.now(UTC), words("en")), Given("ciel", (hearer,), auth))
    said = lea.say(f"Le vol {mark} est encore en retard")
    [post], cursor = until(place, [said["uri"]])
    assert (post.author.handle, post.language) == (lea.handle, "fr")
    print("collected", post.external_id)  # noqa: T201 - what this is for
    client = open_client(allow_private=private_place(url), auth=auth)
    publisher = BlueskyPublisher(url, us.handle, client)
    to = PostRef("bluesky", post.external_id, post.url, post.author.handle, dict(post.thread), language="fr")
    preview = publisher.preview(f"Désolés, @{lea.handle} ✈️ https://aeroplouf.example/aide #{mark}", to)
    since = datetime.now(UTC)
    assert publisher.find_reply(preview, "key", since) is None
    receipt = publisher.publish(preview, "key")
    assert publisher.publish(preview, "key") == receipt
    assert publisher.find_reply(preview, "key", since) == receipt
    [record] = us.answers()
    assert record["uri"] == receipt.external_id
    assert record["value"]["text"] == preview.text
    assert [facet["features"][0]["$type"].rpartition("#")[2] for facet in record["value"]["facets"]] == [
        "mention", "link", "tag",
    ]  # fmt: skip
    print("answered once", receipt.external_id)  # noqa: T201 - the same
    again, cursor = until(place, [receipt.external_id], cursor)
    assert again[0].thread["root"] == said["uri"]
    assert isinstance(place.collector, Refreshes)
    numbers = place.collector.refresh([said["uri"]]).engagement[said["uri"]]
    assert numbers.replies == 1
    publisher.retract(receipt)
    publisher.retract(receipt)
    assert publisher.find_reply(preview, "key", since) is None
    assert us.answers() == []
    print("taken back; counted", numbers)  # noqa: T201 - the same
    for act in (Act.MUTE, Act.UNMUTE, Act.BLOCK, Act.BLOCK, Act.UNBLOCK, Act.UNBLOCK):
        publisher.moderate(to, act)
    ours = us.say(f"Nos vols {mark}")
    mine = replace(to, external_id=ours["uri"], thread={"uri": said["uri"], "root": ours["uri"], "mine": "1"})
    for act in (Act.HIDE, Act.HIDE, Act.CLOSE_REPLIES, Act.UNHIDE, Act.OPEN_REPLIES):
        publisher.moderate(mine, act)
    gone = replace(to, thread={"uri": f"at://{lea.did}/{POST}/3kzzzzzzzzz2z"})
    try:
        publisher.publish(publisher.preview("Personne", gone), "other")
    except Refused as error:
        print("moderated; a post that is not there:", error.reason)  # noqa: T201 - the same
    else:
        raise AssertionError(record_key("other"))
    return auth, us, lea, password


def main() -> None:
    """Print what was done and one row of `docs/soak.md`; exit 1 if anything is doubled, missing or unclear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--replies", type=int, default=40)
    parser.add_argument("--scale", type=float, default=0.2)
    asked = parser.parse_args()
    network = nullcontext(asked.url) if asked.url else running(asked.folder.resolve())
    with network as url, tempfile.TemporaryDirectory() as folder:
        auth, us, lea, password = try_all(url)

        def ask(count: int) -> list[Post]:
            found = []
            for number in range(count):
                said = lea.say(f"Vol {number} en retard")
                thread = {"uri": said["uri"], "cid": said["cid"], "root": said["uri"], "root_cid": said["cid"]}
                found.append(_post(said["uri"], lea.handle, thread))
            time.sleep(5)  # the AppView shows them a little later
            return found

        def standing() -> list[str]:
            return [one["value"]["text"] for one in us.answers() if "reply" in one["value"]]

        sky = Sky(url, us.handle, password, auth.seal(), ask, standing)
        tally = kill_and_count(sky, Path(folder), kills=asked.kills, count=asked.replies, scale=asked.scale, seed=1)
    print(  # noqa: T201 - the same
        f"| {datetime.now(UTC).date().isoformat()} | real | {asked.scale:g} | {tally.kills} | {tally.in_flight} "
        f"| {tally.replies} | {tally.standing} | {tally.doubled} | {tally.missing} | {tally.unclear} "
        f"| {tally.sent_again} | {tally.seconds / 60:.1f} |"
    )
    sys.exit(bool(tally.doubled or tally.missing or tally.unclear))


def _post(uri: str, handle: str, thread: dict[str, str]) -> Post:
    return Post(
        network="bluesky", external_id=uri, text="Vol en retard", author=Author(handle=handle),
        at=datetime.now(UTC) - timedelta(minutes=1), thread=thread,
    )  # fmt: skip


if __name__ == "__main__":
    main()
