"""Only loopback, only our own pages."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

PAGES = ["/desk", "/api/auth.test", "/static/slack/desk.css"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "["])
def test_another_host_is_refused(address: str, path: str, host: str):
    assert httpx.get(address + path, headers={"Host": host}).status_code in (400, 403)


def test_the_page_is_served_and_locked_down(address: str):
    page = httpx.get(f"{address}/desk")
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "onclick" not in page.text
    assert 'style="' not in page.text


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
def test_a_deed_from_another_page_is_refused(address: str, origin: str | None):
    headers = {"Origin": origin} if origin else {}
    for path in ("/desk/do/say", "/desk/read", "/desk/language"):
        assert httpx.post(address + path, json={}, headers=headers).status_code == 403


@pytest.mark.parametrize("origin", [None, "http://evil.example"])
def test_a_live_connection_from_another_page_is_refused(address: str, origin: str | None):
    with pytest.raises(InvalidStatus), connect(address.replace("http", "ws") + "/desk/live", origin=origin):
        pass


def test_socket_mode_needs_a_ticket(address: str):
    with pytest.raises(InvalidStatus), connect(address.replace("http", "ws") + "/link/?ticket=guessed"):
        pass
