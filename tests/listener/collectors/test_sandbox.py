"""The collector against the real square on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from config.clients import open_client
from config.i18n import words
from listener.collectors.sandbox import SandboxCollector
from models.errors import AccessLost, RetryLater
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.api import SquareApi
from sandbox.social.faults import Fault, Faults, Weather
from sandbox.social.network import Network

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PEOPLE = (Account(handle="lea", name="Léa Mercier", followers=412), Account(handle="tom", name="Tom", language="en"))


class Square:
    def __init__(self, base: str, network: Network, faults: Faults, client: httpx.Client) -> None:
        self.url, self.network, self.faults, self.client = base + "network/api/v1/", network, faults, client
        self.collector = SandboxCollector(self.url, client, clock=lambda: NOW)


@pytest.fixture
def square() -> Iterator[Square]:
    network, faults = Network(PEOPLE, clock=lambda: NOW), Faults()
    app = Starlette(routes=SquareApi(network, faults).routes())
    with serving(app) as base, httpx.Client(timeout=1) as client:
        yield Square(base, network, faults, client)


def test_a_post_keeps_everything_the_square_said(square: Square):
    network = square.network
    asked = network.publish("lea", "Un vol @aeroplouf, à lire : https://blog.example/vol #avion", likes=3)
    network.publish("tom", "Same question.", asked.id)
    network.repost(asked.id, "tom")

    first, second = square.collector.collect(None).posts

    assert first.network == "sandbox"
    assert first.text == "Un vol @aeroplouf, à lire : https://blog.example/vol #avion"
    assert (first.author.handle, first.author.name, first.author.followers) == ("lea", "Léa Mercier", 412)
    assert first.at == NOW
    assert first.language == "fr"
    assert first.accounts == ("@aeroplouf",)
    assert first.links == ("https://blog.example/vol",)
    assert (first.engagement.likes, first.engagement.reposts, first.engagement.replies) == (3, 1, 1)
    assert first.thread == {"id": asked.id}
    assert second.parent_id == first.external_id
    assert first.url.endswith(f"/network/posts/{asked.id}")


def test_pages_follow_one_another_without_gap_or_repetition(square: Square):
    for number in range(230):
        square.network.publish("lea", f"post {number}")
    batch = square.collector.collect(None)
    texts, sizes = [post.text for post in batch.posts], [len(batch.posts)]
    while batch.more:
        batch = square.collector.collect(batch.cursor)
        texts += [post.text for post in batch.posts]
        sizes.append(len(batch.posts))
    assert texts == [f"post {number}" for number in range(230)]
    assert sizes == [100, 100, 30]
    assert square.collector.collect(batch.cursor).posts == []


def test_an_edited_post_is_given_again_and_a_deleted_one_never(square: Square):
    kept, gone = square.network.publish("lea", "Retard."), square.network.publish("lea", "Oups")
    before = square.collector.collect(None)
    square.network.edit(kept.id, "Retard de trois heures.")
    square.network.delete(gone.id)
    again = square.collector.collect(before.cursor)
    assert [post.text for post in again.posts] == ["Retard de trois heures."]
    assert again.posts[0].external_id == before.posts[0].external_id
    assert again.posts[0].edited_at == NOW


def test_a_square_that_began_again_is_read_from_its_beginning(square: Square):
    square.network.publish("lea", "premier")
    old = {"seq": 900, "run": "another life"}
    batch = square.collector.collect(old)
    assert [post.text for post in batch.posts] == ["premier"]
    assert batch.cursor == {"seq": 1, "run": square.network.run}


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Fault.LIMITED, timedelta(seconds=7)),
        (Fault.UNAVAILABLE, timedelta(seconds=7)),
        (Fault.ERROR, timedelta(seconds=15)),
        (Fault.CUT, timedelta(seconds=15)),
        (Fault.HANG, timedelta(seconds=15)),
    ],
)
def test_a_square_that_is_away_is_asked_again_later(square: Square, fault: Fault, wait: timedelta):
    square.faults.weather = Weather(retry_after=7, hang=2)
    square.client.timeout = httpx.Timeout(0.2)
    square.faults.plan_reads(fault)
    with pytest.raises(RetryLater) as caught:
        square.collector.collect(None)
    assert caught.value.at == NOW + wait


def test_access_is_lost_with_a_wrong_token_or_a_closed_door(square: Square):
    square.faults.plan_reads(Fault.FORBIDDEN)
    with pytest.raises(AccessLost, match="403"):
        square.collector.collect(None)
    square.client.headers["Authorization"] = "Bearer invented"
    with pytest.raises(AccessLost, match="401"):
        square.collector.collect(None)


def test_it_says_why_in_the_operators_language(square: Square):
    square.faults.plan_reads(Fault.FORBIDDEN)
    with pytest.raises(AccessLost, match="La place nous refuse l’accès \\(403\\)"):
        SandboxCollector(square.url, square.client, t=words("fr")).collect(None)


def test_an_address_we_never_call_is_for_a_person_to_mend(square: Square):
    with open_client() as guarded, pytest.raises(AccessLost, match=r"127\.0\.0\.1"):
        SandboxCollector(square.url, guarded).collect(None)


def test_nobody_listening_and_half_an_answer_mean_later():
    def broken(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b'{"posts": [{"id": "1"')

    with httpx.Client(transport=httpx.MockTransport(broken)) as client, pytest.raises(RetryLater, match="read"):
        SandboxCollector("http://square.example/", client).collect(None)
    with httpx.Client(timeout=1) as client, pytest.raises(RetryLater, match="ConnectError"):
        SandboxCollector("http://127.0.0.1:1/", client).collect(None)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("Sun, 22 Nov 2026 08:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0),
        ("soon", 15),
        ("99999999999", 86_400),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str, wait: int):
    def limited(_: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"Retry-After": header})

    with httpx.Client(transport=httpx.MockTransport(limited)) as client, pytest.raises(RetryLater) as caught:
        SandboxCollector("http://square.example/", client, clock=lambda: NOW).collect(None)
    assert caught.value.at == NOW + timedelta(seconds=wait)
