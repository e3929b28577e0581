"""The page in a real browser: two people, a card, a modal, a thread, a telephone."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from slack_bolt import Ack, App
from slack_sdk import WebClient

from sandbox.slack import Workspace
from tests.sandbox.slack.test_bolt import MODAL

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt install chromium"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script> &lt;b&gt; <!date^1^{ago}|x"onclick=">'


def card(said: str = "Trois heures d'attente") -> list[dict[str, Any]]:
    button = {"type": "button", "action_id": "reply", "text": {"type": "plain_text", "text": "Répondre"}}
    sure = {
        "title": {"type": "plain_text", "text": "Hors sujet ?"},
        "text": {"type": "plain_text", "text": "Elle ne sera plus montrée."},
        "confirm": {"type": "plain_text", "text": "Oui"},
        "deny": {"type": "plain_text", "text": "Non"},
    }
    away = {
        "type": "button",
        "action_id": "away",
        "text": {"type": "plain_text", "text": "Hors sujet"},
        "confirm": sure,
    }
    return [
        {"type": "section", "block_id": "said", "text": {"type": "plain_text", "text": said}},
        {"type": "actions", "block_id": "deeds", "elements": [button, away]},
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the page as somebody; fails when a script of it failed."""
    contexts, errors = [], []

    def go(person: str, *, width: int = 1280, height: int = 800, where: str = "aeroplouf-mentions") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{address}/desk?as={person}#/c/{where}")
        expect(page.locator("#room-name")).to_be_visible()
        return page

    yield go
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def replying(app: App, connect: Callable[..., None]) -> App:
    """An app whose button opens a modal and whose modal refuses short texts."""

    @app.action("reply")
    def open_modal(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.action("away")
    def away(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.chat_delete(channel=body["channel"]["id"], ts=body["message"]["ts"])

    @app.view("reply")
    def publish(ack: Ack, body: dict[str, Any]) -> None:
        said = body["view"]["state"]["values"]["text"]["text"]["value"]
        ack(response_action="errors", errors={"text": "Trop court"}) if len(said) < 10 else ack()

    connect()
    return app


def test_a_reply_by_keyboard_and_mouse(replying: App, opened: Callable[..., Page]):
    page = opened("camille")
    sent = replying.client.chat_postMessage(channel="#aeroplouf-mentions", text="x", blocks=card())
    message = page.locator(f"[data-ts='{sent['ts']}']")
    message.locator("[data-action-id=reply]").click()
    dialog = page.get_by_role("dialog", name="Répondre")
    field = dialog.locator("textarea[data-action-id=text]")
    expect(field).to_be_focused()
    field.fill("Court")
    expect(dialog.locator(".count")).to_have_text("25")
    dialog.get_by_role("button", name="Publier").click()
    expect(dialog.locator(".error")).to_have_text("Trop court")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("Assez long cette fois")
    dialog.get_by_role("button", name="Publier").click()
    expect(dialog).to_have_count(0)
    message.locator("[data-action-id=reply]").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_redraw_takes_no_word_away(replying: App, opened: Callable[..., Page], workspace: Workspace):
    page = opened("camille")
    replying.client.chat_postMessage(channel="#aeroplouf-mentions", text="x", blocks=card())
    page.locator("[data-action-id=reply]").click()
    field = page.locator("textarea[data-action-id=text]")
    field.press_sequentially("Bonjour")
    [stack] = [views for views in workspace.views._stacks.values() if views]
    new = MODAL | {"title": {"type": "plain_text", "text": "Sacha répond aussi"}}
    replying.client.views_update(view_id=stack[0]["id"], view=new)
    expect(page.get_by_role("dialog")).to_contain_text("Sacha répond aussi")
    expect(field).to_have_value("Bonjour")
    expect(field).to_be_focused()
    field.press_sequentially(" Léa")
    expect(field).to_have_value("Bonjour Léa")


def test_confirming_and_deleting(replying: App, opened: Callable[..., Page]):
    page = opened("camille")
    replying.client.chat_postMessage(channel="#aeroplouf-mentions", text="x", blocks=card())
    page.locator("[data-action-id=away]").click()
    sure = page.get_by_role("alertdialog", name="Hors sujet ?")
    sure.get_by_role("button", name="Non").click()
    expect(sure).to_have_count(0)
    expect(page.locator(".message")).to_have_count(1)
    page.locator("[data-action-id=away]").click()
    sure.get_by_role("button", name="Oui").click()
    expect(page.locator(".message")).to_have_count(0)


def test_two_people_talk_in_a_thread(opened: Callable[..., Page], client: WebClient):
    camille, tom = opened("camille"), opened("tom")
    client.chat_postMessage(channel="#aeroplouf-mentions", text="Une mention")
    expect(tom.locator("html")).to_have_attribute("lang", "en")
    for page in (camille, tom):
        page.locator(".message").hover()
        page.locator("[data-tool=thread]").click()
    camille.locator("#answer textarea").fill("Je m'en occupe")
    camille.keyboard.press("Enter")
    expect(tom.locator("#replies .message").nth(1)).to_contain_text("Je m'en occupe")
    expect(tom.locator("[data-tool=replies]")).to_contain_text("1 reply")
    expect(camille.locator("[data-tool=replies]")).to_contain_text("1 réponse")
    tom.keyboard.press("Escape")
    expect(tom.locator("#thread")).to_be_hidden()


def test_unread_is_said_until_read(opened: Callable[..., Page], client: WebClient):
    page = opened("camille")
    client.chat_postMessage(channel="#aeroplouf-alertes", text="<!channel> Alerte")
    badge = page.locator("[data-channel=aeroplouf-alertes] .badge")
    expect(badge).to_have_text("1")
    expect(page).to_have_title(re.compile(r"^\(1\) #aeroplouf-mentions"))
    page.locator("[data-channel=aeroplouf-alertes]").click()
    expect(page.locator(".message.rang")).to_contain_text("Ce message a notifié")
    expect(badge).to_have_count(0)


def test_a_strangers_text_is_only_text(opened: Callable[..., Page], client: WebClient):
    page = opened("camille")
    mrkdwn = [{"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE}}, *card(HOSTILE)]
    client.chat_postMessage(channel="#aeroplouf-mentions", text=HOSTILE, blocks=mrkdwn)
    client.chat_postMessage(channel="#aeroplouf-mentions", text=HOSTILE)
    expect(page.locator(".message")).to_have_count(2)
    assert page.evaluate("window.hit") is None
    assert page.locator(".message img, .message script").count() == 0


def test_what_slack_shows_when_nobody_answers(opened: Callable[..., Page], client: WebClient, workspace: Workspace):
    page = opened("tom")
    client.chat_postMessage(channel="#aeroplouf-mentions", text="x", blocks=card())
    page.locator("[data-action-id=reply]").click()
    expect(page.locator(".failed")).to_have_text("The app is not connected.")
    page.locator("#composer textarea").fill("/repartie")
    page.keyboard.press("Enter")
    expect(page.locator(".message.ephemeral")).to_contain_text("dispatch_failed")
    expect(page.locator(".message.ephemeral")).to_contain_text("Only visible to you")
    assert workspace.sockets.connected == 0


def test_a_language_is_chosen_and_the_app_is_told(opened: Callable[..., Page], client: WebClient, workspace: Workspace):
    page = opened("camille")
    page.get_by_title("English").click()
    page.wait_for_url("**/desk?as=camille#/c/aeroplouf-mentions")
    expect(page.get_by_role("navigation", name="Channels")).to_be_visible()
    me = client.users_info(user=workspace.team()[0].id, include_locale=True)
    assert me["user"]["locale"] == "en-GB"


def test_on_a_telephone(replying: App, opened: Callable[..., Page]):
    page = opened("camille", width=390, height=844)
    replying.client.chat_postMessage(channel="#aeroplouf-mentions", text="x", blocks=card())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator(".sidebar")).not_to_be_in_viewport()
    page.get_by_role("button", name="Canaux").click()
    expect(page.locator(".sidebar")).to_be_in_viewport()
    page.locator("[data-channel=aeroplouf-mentions]").click()
    page.keyboard.press("Escape")
    expect(page.locator(".sidebar")).not_to_be_in_viewport()
    page.locator("[data-action-id=reply]").click()
    box = page.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
