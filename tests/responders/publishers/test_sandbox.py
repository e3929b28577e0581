"""The publisher against the real square on loopback, in fair weather and foul."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from config.clients import open_client
from models.errors import AccessLost, Refused, RetryLater, Unclear
from responders.publisher import FindsReply, PostRef, Preview, ProblemCode, Publisher
from responders.publishers.sandbox import SandboxPublisher
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.api import SquareApi
from sandbox.social.faults import Fault, Faults, Weather
from sandbox.social.network import Network

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PEOPLE = (Account(handle="lea", name="Léa"), Account(handle="aeroplouf", name="Aéroplouf", official=True))


class Square:
    def __init__(self, base: str, network: Network, faults: Faults, client: httpx.Client) -> None:
        self.network, self.faults, self.client = network, faults, client
        self.url = base + "network/api/v1/"
        self.publisher = SandboxPublisher(self.url, "@aeroplouf", client, clock=lambda: NOW)
        self.asked = network.publish("lea", "Trois heures au guichet @aeroplouf.")

    def preview(self, text: str = "Bonjour Léa, on regarde tout de suite.") -> Preview:
        ref = PostRef("sandbox", "square://x/1001", "", "lea", {"id": self.asked.id})
        return self.publisher.preview(text, ref)

    def replies(self) -> list[str]:
        return [post.text for post in self.network.thread(self.asked.id)[1:] if not post.deleted]


@pytest.fixture
def square() -> Iterator[Square]:
    network, faults = Network(PEOPLE, clock=lambda: NOW), Faults(Weather(retry_after=7, hang=2))
    token = network.accounts.grant("aeroplouf")
    headers = {"Authorization": f"Bearer {token}"}
    with (
        serving(Starlette(routes=SquareApi(network, faults).routes())) as base,
        httpx.Client(timeout=1, headers=headers) as client,
    ):
        yield Square(base, network, faults, client)


def test_the_reply_stands_under_the_post_byte_for_byte(square: Square):
    publisher: Publisher = square.publisher
    receipt = publisher.publish(square.preview("Bonjour,\n  désolés ! <b>👋🏽</b> &amp;"), "key-1")
    assert square.replies() == ["Bonjour,\n  désolés ! <b>👋🏽</b> &amp;"]
    assert receipt.at == NOW
    assert receipt.url.endswith("/network/posts/1002")
    assert httpx.get(f"{square.url}posts/1002").json()["uri"] == receipt.external_id


def test_preview_says_every_problem_before_anything_is_sent(square: Square):
    def codes(preview: Preview) -> list[ProblemCode]:
        return [problem.code for problem in preview.problems]

    assert codes(square.preview()) == []
    assert codes(square.preview(" \n ")) == [ProblemCode.EMPTY]
    assert codes(square.preview("é" * 500)) == []
    too_long = square.preview("é" * 503)
    assert codes(too_long) == [ProblemCode.TOO_LONG]
    assert (too_long.length, too_long.limit, too_long.problems[0].detail) == (503, 500, "3")
    elsewhere = PostRef("rss", "x", "", "", {})
    assert codes(square.publisher.preview("Bonjour", elsewhere)) == [ProblemCode.CANNOT_REPLY]
    with pytest.raises(Refused, match="too_long"):
        square.publisher.publish(too_long, "key")
    assert square.replies() == []


@pytest.mark.parametrize(
    ("fault", "error", "published"),
    [
        (Fault.LIMITED, RetryLater, 0),
        (Fault.UNAVAILABLE, RetryLater, 0),
        (Fault.FORBIDDEN, AccessLost, 0),
        (Fault.REFUSED, Refused, 0),
        (Fault.ERROR, Unclear, 0),
        (Fault.ERROR_AFTER, Unclear, 1),
        (Fault.CUT, Unclear, 0),
        (Fault.LOST, Unclear, 1),
        (Fault.HANG, Unclear, 1),
    ],
)
def test_each_refusal_says_what_to_do_next(square: Square, fault: Fault, error: type[Exception], published: int):
    square.client.timeout = httpx.Timeout(0.3)
    square.faults.plan_writes(fault)
    with pytest.raises(error) as caught:
        square.publisher.publish(square.preview(), "key")
    assert len(square.replies()) == published
    if isinstance(caught.value, RetryLater):
        assert caught.value.at == NOW + timedelta(seconds=7)
    found = square.publisher.find_reply(square.preview(), "key", NOW)
    assert (found is not None) == bool(published)


def test_a_worthless_token_and_a_suspended_account_lose_access(square: Square):
    square.network.accounts.suspend("aeroplouf")
    with pytest.raises(AccessLost, match="403"):
        square.publisher.publish(square.preview(), "key")
    square.client.headers["Authorization"] = "Bearer invented"
    with pytest.raises(AccessLost, match="401"):
        square.publisher.publish(square.preview(), "key")
    with pytest.raises(AccessLost, match="401"):
        square.publisher.find_reply(square.preview(), "key", NOW)


def test_a_post_that_is_gone_or_never_was_is_refused(square: Square):
    nowhere = PostRef("sandbox", "x", "", "", {"id": "77"})
    with pytest.raises(Refused, match="404"):
        square.publisher.publish(square.publisher.preview("Bonjour", nowhere), "key")
    square.network.delete(square.asked.id)
    with pytest.raises(Refused, match="410"):
        square.publisher.publish(square.preview(), "key")


def test_nobody_listening_means_nothing_was_published():
    with httpx.Client(timeout=1) as client:
        publisher = SandboxPublisher("http://127.0.0.1:1/", "aeroplouf", client)
        preview = publisher.preview("Bonjour", PostRef("sandbox", "x", "", "", {"id": "1"}))
        with pytest.raises(RetryLater, match="ConnectError"):
            publisher.publish(preview, "key")


def test_an_address_we_never_call_is_for_a_person_to_mend(square: Square):
    with open_client() as guarded:
        publisher = SandboxPublisher(square.url, "aeroplouf", guarded)
        with pytest.raises(AccessLost, match=r"127\.0\.0\.1"):
            publisher.publish(square.preview(), "key")
        with pytest.raises(AccessLost, match=r"127\.0\.0\.1"):
            publisher.find_reply(square.preview(), "key", NOW)


def test_a_connection_cut_before_any_answer_is_unclear():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)

        thread = threading.Thread(target=hang_up)
        thread.start()
        with httpx.Client(timeout=2) as client:
            publisher = SandboxPublisher(f"http://127.0.0.1:{listening.getsockname()[1]}/", "aeroplouf", client)
            preview = publisher.preview("Bonjour", PostRef("sandbox", "x", "", "", {"id": "1"}))
            with pytest.raises(Unclear):
                publisher.publish(preview, "key")
        thread.join(2)


@pytest.mark.parametrize(
    ("status", "error"), [(503, Unclear), (502, Unclear), (307, Unclear), (201, Unclear), (400, Refused)]
)
def test_an_answer_that_promises_nothing_is_not_taken_for_a_promise(status: int, error: type[Exception]):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=b'{"uri": "x"'))
    with httpx.Client(transport=transport) as client:
        publisher = SandboxPublisher("http://square.example/", "aeroplouf", client)
        preview = publisher.preview("Bonjour", PostRef("sandbox", "x", "", "", {"id": "1"}))
        with pytest.raises(error):
            publisher.publish(preview, "key")


def test_only_our_own_words_of_that_time_are_found(square: Square):
    finder: FindsReply = square.publisher
    network, asked = square.network, square.asked.id
    network.publish("lea", square.preview().text, asked)
    network.publish("aeroplouf", "Autre chose.", asked)
    network.publish("aeroplouf", square.preview().text, at=NOW)  # not under this post
    network.publish("aeroplouf", square.preview().text, asked, at=NOW - timedelta(minutes=3))
    assert finder.find_reply(square.preview(), "key", NOW) is None
    ours = network.publish("aeroplouf", square.preview().text, asked, at=NOW - timedelta(minutes=1))
    found = finder.find_reply(square.preview(), "key", NOW)
    assert found is not None
    assert found.url.endswith(ours.id)


def test_our_reply_is_found_on_the_third_page_and_after_the_post_is_gone(square: Square):
    for number in range(205):
        square.network.publish("lea", f"et de {number}", square.asked.id)
    square.publisher.publish(square.preview(), "key")
    square.network.delete(square.asked.id)
    assert square.publisher.find_reply(square.preview(), "key", NOW) is not None


@pytest.mark.parametrize("fault", [Fault.LIMITED, Fault.ERROR, Fault.CUT])
def test_looking_for_a_reply_never_reads_silence_as_absence(square: Square, fault: Fault):
    square.faults.plan_reads(fault)
    with pytest.raises(RetryLater):
        square.publisher.find_reply(square.preview(), "key", NOW)


def test_a_post_is_taken_though_its_client_is_gone(square: Square):
    square.faults.weather = Weather(delay=(0.3, 0.3))
    square.client.timeout = httpx.Timeout(0.05)
    taken = threading.Event()
    square.network.subscribe(lambda _: taken.set())
    with pytest.raises(Unclear):
        square.publisher.publish(square.preview(), "key")
    assert square.replies() == []
    assert taken.wait(3)
    assert square.replies() == [square.preview().text]
