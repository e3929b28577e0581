"""The guarded transport against a real server on loopback: where it goes, how long it waits, how much it takes."""

import gzip
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import brotli
import httpx
import pytest
from pydantic import SecretStr

from config.clients import BearerToken, open_client, private_place, user_agent
from config.guard import Forbidden, Limits, TooLarge, TooSlow
from tests.web import Exchange, Web

LOOPBACK = "127.0.0.0/8"
TLS = Path(__file__).parent / "tls"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        web.routes["/"] = lambda exchange: exchange.answer(b"hello")
        yield web


def _book(**names: str) -> Callable[[str, int], Sequence[str]]:
    """A resolver that knows `a` as `a.example`."""

    def resolve(host: str, _port: int) -> Sequence[str]:
        found = names.get(host.removesuffix(".example"))
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found.split()

    return resolve


def test_loopback_is_refused_unless_listed(web: Web) -> None:
    with open_client() as client, pytest.raises(Forbidden, match=r"Forbidden address: 127\.0\.0\.1"):
        client.get(web.url())
    assert not web.requests
    with open_client(allow_private=private_place(web.url())) as client:
        assert client.get(web.url()).text == "hello"


def _as_c_does(host: str, _port: int) -> Sequence[str]:
    """What resolvers make of odd numbers, without asking one."""
    return ["::1", "127.0.0.1"] if host == "localhost" else [socket.inet_ntoa(socket.inet_aton(host))]


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f.1", "0177.1", "0", "[::1]", "[::ffff:7f00:1]"]
)
def test_other_ways_to_write_loopback(web: Web, host: str) -> None:
    with open_client(resolve=_as_c_does) as client, pytest.raises(Forbidden):
        client.get(web.url(host=host))
    assert not web.requests


def test_a_resolver_that_breaks_is_not_hidden() -> None:
    def broken(_host: str, _port: int) -> Sequence[str]:
        raise LookupError("broken")

    with open_client(resolve=broken) as client, pytest.raises(LookupError, match="broken"):
        client.get("http://blog.example/")


def test_a_listed_door_is_the_only_one(web: Web) -> None:
    with Web() as other, open_client(allow_private=private_place(web.url())) as client, pytest.raises(Forbidden):
        client.get(other.url())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/", "gopher://a.example/"])
def test_only_http(url: str) -> None:
    with open_client() as client, pytest.raises(Forbidden):
        client.get(url)


def test_the_checked_address_is_the_called_one(web: Web) -> None:
    """A name that changes its mind between the check and the call is asked only once."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with open_client(allow_private=[LOOPBACK], resolve=lambda _host, _port: next(answers)) as client:
        assert client.get(web.url(host="moving.example")).text == "hello"
    assert web.requests[0].headers["Host"] == f"moving.example:{web.port}"
    assert next(answers) == ["10.0.0.1"]


def test_refused_addresses_of_a_name_are_left_out(web: Web) -> None:
    with open_client(allow_private=[LOOPBACK], resolve=_book(mixed="10.0.0.1 127.0.0.1")) as client:
        assert client.get(web.url(host="mixed.example")).text == "hello"


def test_the_next_address_is_tried(web: Web) -> None:
    with open_client(allow_private=[LOOPBACK, "::1/128"], resolve=_book(two="::1 127.0.0.1")) as client:
        assert client.get(web.url(host="two.example")).text == "hello"


def test_an_unknown_name_is_a_connection_failure() -> None:
    with (
        open_client(resolve=_book()) as client,
        pytest.raises(httpx.ConnectError, match=r"nowhere\.example is unknown"),
    ):
        client.get("http://nowhere.example/")


def test_a_resolver_that_hangs_is_left_behind() -> None:
    def hang(_host: str, _port: int) -> Sequence[str]:
        time.sleep(1)
        return ["127.0.0.1"]

    limits = Limits(total=0.2)
    start = time.monotonic()
    with open_client(limits=limits, resolve=hang) as client, pytest.raises(httpx.TimeoutException):
        client.get("http://slow-name.example/")
    assert time.monotonic() - start < 0.9


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "file:///etc/passwd"])
def test_redirects_are_checked_again(web: Web, to: str) -> None:
    web.routes["/away"] = lambda exchange: exchange.answer(status=302, headers={"Location": to})
    with open_client(allow_private=private_place(web.url())) as client, pytest.raises(httpx.TransportError) as caught:
        client.get(web.url("/away"))
    assert isinstance(caught.value, Forbidden | httpx.UnsupportedProtocol)


def test_redirects_end(web: Web) -> None:
    web.routes["/loop"] = lambda exchange: exchange.answer(status=302, headers={"Location": "/loop"})
    with open_client(allow_private=[LOOPBACK]) as client, pytest.raises(httpx.TooManyRedirects):
        client.get(web.url("/loop"))
    assert len(web.requests) == Limits().redirects + 1


def test_a_token_goes_to_its_host_only(web: Web) -> None:
    with Web() as other:
        other.routes["/"] = lambda exchange: exchange.answer(b"other")
        web.routes["/here"] = lambda exchange: exchange.answer(status=302, headers={"Location": "/"})
        web.routes["/away"] = lambda exchange: exchange.answer(status=302, headers={"Location": other.url()})
        auth = BearerToken(web.url(), SecretStr("s3cret"))
        with open_client(allow_private=[LOOPBACK], auth=auth) as client:
            client.get(web.url("/here"))
            client.get(web.url("/away"))
            client.get(other.url())
        assert [exchange.headers["Authorization"] for exchange in web.requests] == ["Bearer s3cret"] * 3
        assert [exchange.headers["Authorization"] for exchange in other.requests] == [None, None]


def test_says_who_asks_and_keeps_no_cookie(web: Web) -> None:
    web.routes["/"] = lambda exchange: exchange.answer(headers={"Set-Cookie": "id=1"})
    with open_client(allow_private=[LOOPBACK]) as client:
        client.get(web.url())
        client.get(web.url())
    last = web.requests[-1].headers
    assert last["User-Agent"] == user_agent()
    assert user_agent().startswith("Repartie/")
    assert last["Cookie"] is None


def test_proxies_of_the_environment_are_ignored(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://10.0.0.1:3128")
    monkeypatch.setenv("http_proxy", "http://10.0.0.1:3128")
    with open_client(allow_private=[LOOPBACK]) as client:
        assert client.get(web.url()).text == "hello"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_bodies_are_opened(web: Web, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    body = "Ça décolle".encode() * 50
    web.routes["/"] = lambda exchange: exchange.answer(pack(body), headers={"Content-Encoding": encoding})
    with open_client(allow_private=[LOOPBACK]) as client:
        assert client.get(web.url()).content == body
    assert "br" in web.requests[0].headers["Accept-Encoding"]


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
@pytest.mark.parametrize("status", [200, 302])
def test_bombs_are_cut(web: Web, encoding: str, pack: Callable[[bytes], bytes], status: int) -> None:
    bomb = pack(bytes(20_000_000))
    headers = {"Content-Encoding": encoding, "Location": "/"}
    web.routes["/"] = lambda exchange: exchange.answer(bomb, status, headers)
    with open_client(allow_private=[LOOPBACK], limits=Limits(body=100_000)) as client, pytest.raises(TooLarge):
        client.get(web.url())


def test_a_long_body_is_refused_by_its_header(web: Web) -> None:
    def promise(exchange: Exchange) -> None:
        exchange.send_response_only(200)
        exchange.send_header("Content-Length", "99999999999")
        exchange.end_headers()

    web.routes["/"] = promise
    with open_client(allow_private=[LOOPBACK]) as client, pytest.raises(TooLarge):
        client.get(web.url())


def test_an_endless_body_is_cut(web: Web) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.send_response_only(200)
        exchange.end_headers()
        while True:
            exchange.wfile.write(b"x" * 100_000)

    web.routes["/"] = endless
    with open_client(allow_private=[LOOPBACK], limits=Limits(body=1_000_000)) as client, pytest.raises(TooLarge):
        client.get(web.url())


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_drips_is_cut(web: Web, part: str) -> None:
    def drip(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: " + (b"\r\n\r\n" if part == "body" else b""))
        for _ in range(200):
            exchange.wfile.write(b"a")
            time.sleep(0.02)

    web.routes["/"] = drip
    start = time.monotonic()
    with open_client(allow_private=[LOOPBACK], limits=Limits(total=0.3)) as client, pytest.raises(TooSlow):
        client.get(web.url())
    assert time.monotonic() - start < 1


def test_redirects_share_one_deadline(web: Web) -> None:
    def slowly(exchange: Exchange) -> None:
        time.sleep(0.15)
        exchange.answer(status=302, headers={"Location": "/"})

    web.routes["/"] = slowly
    with open_client(allow_private=[LOOPBACK], limits=Limits(total=0.4)) as client, pytest.raises(TooSlow):
        client.get(web.url())
    assert len(web.requests) <= 3


def test_endless_headers_are_refused(web: Web) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            exchange.wfile.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    web.routes["/"] = endless
    with open_client(allow_private=[LOOPBACK]) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get(web.url())


def test_a_cut_connection_is_no_short_body(web: Web) -> None:
    def cut(exchange: Exchange) -> None:
        exchange.send_response_only(200)
        exchange.send_header("Content-Length", "100")
        exchange.end_headers()
        exchange.wfile.write(b"half")

    web.routes["/"] = cut
    with open_client(allow_private=[LOOPBACK]) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get(web.url())


def test_a_lie_about_compression_is_said(web: Web) -> None:
    web.routes["/"] = lambda exchange: exchange.answer(b"plain", headers={"Content-Encoding": "gzip"})
    with open_client(allow_private=[LOOPBACK]) as client, pytest.raises(httpx.DecodingError):
        client.get(web.url())


@pytest.fixture
def secure() -> Iterator[Web]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "feeds.example.crt", TLS / "feeds.example.key")
    with Web(context) as web:
        web.routes["/"] = lambda exchange: exchange.answer(b"secure")
        yield web


def test_tls_is_checked_against_the_name(secure: Web) -> None:
    ours = ssl.create_default_context(cafile=str(TLS / "feeds.example.crt"))
    resolve = _book(feeds="127.0.0.1", evil="127.0.0.1")
    with open_client(allow_private=[LOOPBACK], resolve=resolve, tls=ours) as client:
        assert client.get(secure.url(host="feeds.example", scheme="https")).text == "secure"
        with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
            client.get(secure.url(host="evil.example", scheme="https"))


def test_an_unknown_authority_is_refused(secure: Web) -> None:
    resolve = _book(feeds="127.0.0.1")
    with open_client(allow_private=[LOOPBACK], resolve=resolve) as client, pytest.raises(httpx.ConnectError):
        client.get(secure.url(host="feeds.example", scheme="https"))
