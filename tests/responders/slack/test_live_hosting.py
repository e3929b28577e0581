"""Moderating a comment from its card, against the strict practice Slack."""

from typing import Any

from models.errors import RetryLater
from responders.publisher import Act, PostRef, Standing
from responders.publishers.sandbox import SandboxPublisher
from responders.slack import ids
from tests.responders.slack.conftest import BRAND

STANDINGS = {
    Act.APPROVE: Standing.APPROVED,
    Act.HOLD: Standing.HELD,
    Act.SPAM: Standing.SPAM,
    Act.BIN: Standing.BINNED,
}


class Site(SandboxPublisher):
    """A place where we are at home; `away` lets it not answer."""

    dry_run = True  # the office is in dry run, and who speaks must agree
    away = False

    def standing(self, to: PostRef) -> Standing | None:
        return Standing(to.thread.get("status", "hold"))

    def actions(self, to: PostRef) -> list[Act]:
        return [act for act, standing in STANDINGS.items() if standing is not self.standing(to)]

    def moderate(self, to: PostRef, act: Act, note: str = "") -> dict[str, str]:  # noqa: ARG002 - nobody reads it here
        if self.away:
            raise RetryLater(self._clock(), "HTTP 503")
        return {**to.thread, "status": STANDINGS[act].value}


def at_home(team: Any) -> Site:
    site = Site("http://127.0.0.1:1", "@aeroplouf", team.office._network)
    team.office.publishers._by_place[BRAND, "sandbox"] = site
    team.office.mention("Trois heures d'attente.")
    team.draw()
    return site


def test_a_publisher_approves_from_the_card(team: Any):
    at_home(team)
    assert "En attente de modération sur le site" in team.card()
    team.camille.press(ids.COMMENT_APPROVE)
    team.until_drawn("Mettre en attente")
    assert "En attente de modération" not in team.card()
    team.camille.press(ids.COMMENT_BIN)
    team.until_drawn("Dans la corbeille du site")


def test_who_may_not_publish_is_told_and_a_site_that_is_away_too(team: Any):
    site = at_home(team)
    team.tom.press(ids.COMMENT_APPROVE)
    team.wait_for(lambda: "publishers" in whispers(team))
    site.away = True
    team.camille.press(ids.COMMENT_SPAM)
    team.wait_for(lambda: "Le site ne répond pas pour l’instant (HTTP 503)" in whispers(team))
    assert "En attente de modération sur le site" in team.card()


def whispers(team: Any) -> str:
    return "\n".join(message.text for message in team.cards if message.only_for)
