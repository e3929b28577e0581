"""Hearing and answering on mastodon-mock, a stand-in for a Mastodon: everything over its API and its streams."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from config.clients import BearerToken, open_client, private_place
from config.credentials import Credential
from config.guard import Limits
from config.i18n import words
from config.query import parse
from config.sources import MastodonOptions
from listener.collector import Batch, Closes, Cursor
from listener.registry import Given, Hearer, Means, Place, places
from models.post import Post
from responders.publisher import PostRef
from responders.publishers.mastodon import MastodonPublisher
from tests.servers import mastodon_mock
from tests.servers.mastodon_mock import LEA, OURS

ACCOUNT = "@aeroplouf@localhost"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with mastodon_mock.running() as url:
            yield url
    except mastodon_mock.Missing:
        pytest.skip("no mastodon-mock here: see tests/servers/mastodon_mock.py")


def now() -> datetime:
    return datetime.now(UTC)


def read(url: str, tag: str, **more: object) -> list[Place]:
    token = Credential("MASTODON_TOKEN", SecretStr(OURS), url)
    options = MastodonOptions(
        kind="mastodon", instance=url, account=ACCOUNT, hashtags=(tag,), allow_private=True, **more
    )  # fmt: skip
    given = Given(
        "social", (Hearer("Aéroplouf", parse("aeroplouf")),), BearerToken(url, token.secret), {token.variable: token}
    )
    return places(options, Means(now, words("fr")), given)


def drain(place: Place, cursor: Cursor | None = None) -> list[Batch]:
    found = [place.collector.collect(cursor)]
    while found[-1].more:
        found.append(place.collector.collect(found[-1].cursor))
    return found


def posts(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def ref(post: Post) -> PostRef:
    return PostRef(
        "mastodon",
        post.external_id,
        post.url,
        post.author.handle,
        dict(post.thread),
        post.accounts,
        post.language or "",
    )


def test_a_conversation_from_the_first_word_to_the_last(server: str) -> None:
    hashtag, mentions = read(server, "retards")
    asked = mastodon_mock.say(server, LEA, "@aeroplouf trois heures d'attente #retards", language="fr")
    heard = drain(hashtag)
    [post] = posts(heard)
    assert post.external_id == asked["uri"]
    assert [each.external_id for each in posts(drain(mentions))] == [asked["uri"]]  # seen twice, one post

    client = open_client(
        allow_private=private_place(server), auth=BearerToken(server, SecretStr(OURS)), limits=Limits(total=20)
    )
    publisher = MastodonPublisher(server, ACCOUNT, client)
    preview = publisher.preview("Bonjour Léa, on regarde : https://aeroplouf.example/vols", ref(post))
    assert preview.problems == ()
    began = now() - timedelta(minutes=1)
    assert publisher.find_reply(preview, "key-1", began) is None
    receipt = publisher.publish(preview, "key-1")
    assert publisher.publish(preview, "key-1") == receipt
    [standing] = mastodon_mock.below(server, asked["id"])
    assert (standing["uri"], standing["visibility"], standing["language"]) == (receipt.external_id, "public", "fr")
    found = publisher.find_reply(preview, "key-1", began)
    assert found is not None
    assert found.external_id == receipt.external_id
    publisher.retract(receipt)
    publisher.retract(receipt)
    assert mastodon_mock.below(server, asked["id"]) == []

    mastodon_mock.edit(server, LEA, asked["id"], "@aeroplouf quatre heures d'attente #retards")
    edited = drain(hashtag, heard[-1].cursor)
    [again] = posts(edited)
    assert again.external_id == asked["uri"]
    assert "quatre heures" in again.text
    mastodon_mock.delete(server, LEA, asked["id"])
    assert [name for batch in drain(hashtag, edited[-1].cursor) for name in batch.deleted] == [asked["uri"]]


def test_more_than_a_page_comes_once(server: str) -> None:
    hashtag, _ = read(server, "foule")
    said = [mastodon_mock.say(server, LEA, f"vol {number} #foule")["uri"] for number in range(45)]
    found = drain(hashtag)
    assert [post.external_id for batch in reversed(found) for post in batch.posts] == said
    assert posts(drain(hashtag, found[-1].cursor)) == []


def test_a_stream_tells_what_is_written_changed_and_taken_back(server: str) -> None:
    live, _ = read(server, "direct", stream=True)
    assert live.live
    collector = live.collector
    assert isinstance(collector, Closes)
    try:
        first = mastodon_mock.say(server, LEA, "avant #direct")
        cursor = (caught_up := collector.collect(None)).cursor
        assert [post.external_id for post in caught_up.posts] == [first["uri"]]
        assert caught_up.notices == []
        second = mastodon_mock.say(server, LEA, "pendant #direct")
        heard = collector.collect(cursor)
        assert [post.external_id for post in heard.posts] == [second["uri"]]
        mastodon_mock.delete(server, LEA, second["id"])
        assert list(collector.collect(heard.cursor).deleted) == [second["uri"]]
    finally:
        began = time.monotonic()
        collector.close()
        assert time.monotonic() - began < 1
