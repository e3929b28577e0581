"""The main job, end to end: `repartie demo` as a newcomer starts it, in a real browser, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from responders.slack import ids

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SAID = "Trois heures d'attente au guichet Aéroplouf et personne ne répond. Honteux."
ANSWER = "Bonjour Nadia, trois heures, ce n'est pas acceptable. Nous ouvrons deux guichets de plus, venez au n° 4."
SOON = 30_000
CANCEL_WINDOW = 15_000
"""Milliseconds, both. The model is loaded, the place is read every two seconds, the card is posted within a second."""


@dataclass
class Demo:
    process: subprocess.Popen[str]
    address: str

    def family(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Started from an empty folder with an empty home and no variable but the language."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "fr_FR.UTF-8", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "repartie", "demo"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("Ouvrez http://127.0.0.1:"), line
        yield Demo(process, line.split()[1])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(15)
        process.stdout.close()


def picture(page: "Page", name: str) -> None:
    """Keep a screenshot for the docs when `make images` asks for them."""
    if folder := os.environ.get("REPARTIE_IMAGES"):
        page.screenshot(path=Path(folder) / name)


def write_on_the_square(page: "Page", name: str, text: str) -> None:
    page.select_option("select[name=person]", label=name)
    page.fill("form.composer textarea", text)
    page.click("form.composer .primary")
    expect(page.locator("article", has_text=text).first).to_be_visible()


def wait_for_the_night(page: "Page") -> None:
    """What was said before we came is on cards, so that what we say now gets a card of its own."""
    expect(page.locator(f"[data-action-id='{ids.MENTION_REPLY}']").first).to_be_visible(timeout=SOON)
    cards, before = page.locator("[data-ts]"), 0
    while (now := cards.count()) != before:
        before = now
        page.wait_for_timeout(2_500)


def the_card(page: "Page") -> "Locator":
    return page.locator("[data-ts]").filter(has_text=SAID)


def test_a_mention_is_answered_in_public_from_the_desk(demo: Demo, browser_context) -> None:
    still = {"reduced_motion": "reduce"}  # no picture of a window half-way in
    square = browser_context(viewport={"width": 1280, "height": 900}, **still).new_page()
    camille = browser_context(viewport={"width": 1280, "height": 900}, **still).new_page()
    sacha = browser_context(viewport={"width": 390, "height": 844}, **still).new_page()

    camille.goto(f"{demo.address}desk?as=camille#/c/aeroplouf-mentions")
    wait_for_the_night(camille)
    square.goto(f"{demo.address}network?lang=en")
    write_on_the_square(square, "Molly Fairweather", "Lovely crew on Aéroplouf this morning, thank you!")
    write_on_the_square(square, "Nadia Belkacem", SAID)

    card = the_card(camille)
    expect(card).to_be_visible(timeout=SOON)
    expect(card).to_contain_text("négatif")
    expect(card).to_contain_text("réponse possible (500 caractères)")
    picture(camille, "desk-fr.png")

    card.locator(f"[data-action-id='{ids.MENTION_REPLY}']").click()
    modal = camille.get_by_role("dialog")
    expect(modal).to_contain_text("aeroplouf")
    modal.locator("textarea").fill(ANSWER)
    picture(camille, "modal-fr.png")

    sacha.goto(f"{demo.address}desk?as=sacha#/c/aeroplouf-mentions")
    expect(the_card(sacha)).to_contain_text("Camille Roux", timeout=SOON)
    picture(sacha, "desk-narrow.png")
    the_card(sacha).locator(f"[data-action-id='{ids.MENTION_REPLY}']").click()
    expect(sacha.get_by_role("dialog")).to_contain_text("Camille Roux")

    modal.get_by_role("button", name="Aperçu").click()
    expect(modal).to_contain_text(ANSWER)
    expect(modal).to_contain_text(f"{len(ANSWER)}")
    modal.get_by_role("button", name="Publier").click()
    expect(modal).to_be_hidden()
    expect(card).to_contain_text("Annuler")

    square.locator("article", has_text=SAID).first.locator("a.when").click()
    answer = square.locator("article[data-author=aeroplouf]")
    expect(answer).to_contain_text(ANSWER, timeout=SOON + CANCEL_WINDOW)
    picture(square, "network-en.png")
    expect(card).to_contain_text("Camille Roux", timeout=SOON)
    expect(card.get_by_role("link", name="Voir la réponse")).to_be_visible(timeout=SOON)


def test_ctrl_c_leaves_nothing_behind(demo: Demo) -> None:
    family = demo.family()
    assert len(family) == 2
    started = time.monotonic()
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(12) == 0
    assert time.monotonic() - started < 10
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def test_the_practice_ground_ends_with_a_demo_that_was_killed(demo: Demo) -> None:
    _, ground = demo.family()
    demo.process.kill()
    demo.process.wait(5)
    until = time.monotonic() + 5
    while Path(f"/proc/{ground}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{ground}").exists()
