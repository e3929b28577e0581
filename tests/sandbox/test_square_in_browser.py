"""The square in a real browser: what somebody writes stands there at once, and so does the brand's answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from sandbox.app import build
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.blogs import Blogs
from sandbox.social.live import Live
from sandbox.social.network import Network

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PEOPLE = (
    Account(handle="lea", name="Léa Mercier"),
    Account(handle="tom", name="Tom Hale", language="en"),
    Account(handle="aeroplouf", name="Aéroplouf", official=True),
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_writing_and_being_answered(browser: Browser, width: int, height: int):
    network = Network(PEOPLE)
    live = Live(network)
    wrong: list[str] = []
    with serving(build([], network, Blogs(), live=live)) as base:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(f"{base}network?lang=fr")
        page.select_option("select[name=person]", "tom")
        page.fill("textarea", "Hello @aeroplouf, <b>anyone</b>?")
        page.click(".composer .primary")
        written = page.locator("article[data-author=tom]")
        expect(written).to_contain_text("Hello @aeroplouf, <b>anyone</b>?")
        expect(page.locator("[data-pulse]")).to_have_class("pulse on")

        asked = network.posts()[0]
        network.publish("aeroplouf", "Hello Tom, we are.", asked.id)
        expect(written.locator(".answer[data-author=aeroplouf]")).to_contain_text("Hello Tom, we are.")
        network.publish("lea", "Bonjour à tous")
        expect(page.locator("#timeline article").first).to_contain_text("Bonjour à tous")

        page.goto(f"{base}network/posts/{asked.id}")
        page.fill("textarea", "Encore en train d'écrire")
        network.publish("lea", "Moi aussi", asked.id)
        expect(page.locator("#thread")).to_contain_text("Moi aussi")
        expect(page.locator("textarea")).to_have_value("Encore en train d'écrire")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()
        live.close()
    assert wrong == []
