"""People at the desk: an unmodified Bolt app against the strict practice Slack."""

import logging
import time
from dataclasses import fields
from typing import Any

import pytest

from models.store import cards
from models.tables import MentionRow
from responders.seen import Person as Somebody
from responders.slack import ids
from responders.speaking import pause
from sandbox.slack.team import Person

HOSTILE = "<!channel> <@U0REPARTIE0> <https://evil.example|https://bank.example> @here *a* \u202etxt"


class Visitor(Person):
    """Somebody of another workspace, in a channel that both share."""

    def as_slack(self, *, with_locale: bool) -> dict[str, Any]:
        return super().as_slack(with_locale=with_locale) | {"team_id": "T0ELSEWHERE"}


def test_a_mention_gets_its_card(team: Any):
    mention = team.office.mention("Trois heures d'attente au guichet.")
    team.draw()
    assert len(team.cards) == 1
    said = team.card()
    assert "Léa M." in said
    assert "Trois heures d'attente au guichet." in said
    assert "négatif" in said
    assert "répétition : rien ne sera publié" in said
    assert "attend depuis" in said
    for button in ("Répondre", "Je prends", "Traité", "Hors sujet", "Sentiment ?", "Ouvrir"):
        assert button in said
    with team.office.database.read() as session:
        card = cards.card_of(session, mention)
    assert team.cards[0].metadata == {"event_type": "repartie_card", "event_payload": {"card": card.id}}
    assert team.cards[0].text


def test_what_should_not_be_shown_is_not(team: Any):
    team.office.mention(shown=False)
    team.draw()
    assert team.cards == []


def test_take_release_done_reopen(team: Any):
    team.office.mention()
    team.draw()
    for action, seen in (
        (ids.MENTION_TAKE, "Pris par Camille Roux"),
        (ids.MENTION_RELEASE, "Je prends"),
        (ids.MENTION_DONE, "☑️ Traité"),
        (ids.MENTION_REOPEN, "Je prends"),
        (ids.MENTION_IRRELEVANT, "🗑 Hors sujet"),
    ):
        team.camille.press(action)
        team.until_drawn(seen)
    assert len(team.cards) == 1


def test_preview_publish_cancel(team: Any):
    mention = team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    modal = team.camille.titled("Répondre en public")
    team.until_drawn("Camille Roux est en train de répondre")
    assert modal["notify_on_close"]

    assert "500" in str(team.camille.submit("x" * 520)["errors"])  # Slack itself counts
    assert "Écrivez d’abord" in str(team.camille.submit("   ")["errors"])
    team.camille.submit("Bonjour Léa, nous arrivons. <3")
    preview = team.camille.titled("Aperçu")
    assert "Bonjour Léa, nous arrivons. <3" in str(preview["blocks"])
    assert "30 / 500" in str(preview["blocks"]).replace("\u202f", " ")

    team.camille.press(ids.REPLY_BACK)
    modal = team.camille.titled("Répondre en public")
    assert "Bonjour Léa, nous arrivons. <3" in str(modal["blocks"])
    team.camille.submit("Bonjour Léa, nous arrivons.")
    team.camille.titled("Aperçu")
    team.camille.submit()
    assert team.camille.modal is None
    team.until_drawn("15 s pour annuler")
    assert team.office.moderation.see(mention).answer.text == "Bonjour Léa, nous arrivons."

    team.camille.press(ids.REPLY_CANCEL)
    team.until_drawn("Je prends")
    assert "Répondre" in team.card()


def test_the_second_person_is_told(team: Any):
    team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    team.sacha.press(ids.MENTION_REPLY)
    modal = team.sacha.titled("Réponse en cours")
    assert "Camille Roux" in str(modal["blocks"])
    assert "input" not in {block["type"] for block in modal["blocks"]}
    team.sacha.shut()

    team.camille.submit("Bonjour Léa.")
    team.camille.titled("Aperçu")
    team.camille.submit()
    assert team.camille.modal is None
    team.sacha.press(ids.MENTION_REPLY)  # on the card as it was before it was redrawn
    modal = team.sacha.titled("Déjà répondu")
    assert "Bonjour Léa." in str(modal["blocks"])


def test_closing_the_modal_frees_the_mention(team: Any):
    mention = team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    team.camille.shut()
    until = time.monotonic() + 5
    while team.office.moderation.see(mention).writing and time.monotonic() < until:
        time.sleep(0.01)
    assert team.office.moderation.see(mention).writing is None


def test_who_may_not_publish_is_told_before_typing(team: Any):
    mention = team.office.mention()
    team.draw()
    team.tom.press(ids.MENTION_REPLY)
    modal = team.tom.titled("No reply possible")
    assert "You are not on the list of people who may publish for Aéroplouf" in str(modal["blocks"])
    assert team.office.moderation.see(mention).writing is None


def test_what_is_refused_at_the_end_keeps_the_text(team: Any):
    mention = team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    team.camille.submit("Bonjour Léa.")
    team.camille.titled("Aperçu")
    pause(team.office.database, team.person, "", team.office.clock)
    team.camille.submit()
    modal = team.camille.titled("Non publié")
    assert "La publication est en pause." in str(modal["blocks"])
    assert "Bonjour Léa." in str(modal["blocks"])
    assert team.office.moderation.see(mention).answer is None
    assert team.office.moderation.see(mention).writing is None


def test_a_delivery_that_comes_twice_is_handled_once(team: Any):
    team.workspace.sockets.duplicate = True
    mention = team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    team.camille.submit("Bonjour.")
    team.camille.titled("Aperçu")
    team.camille.submit()
    assert team.camille.modal is None
    assert team.office.moderation.see(mention).answer.text == "Bonjour."
    assert [method for method, _ in team.workspace.calls].count("views.open") == 1


def test_hostile_text_rings_nobody(team: Any):
    team.office.mention(HOSTILE, name=HOSTILE)
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    team.camille.submit(HOSTILE)
    team.camille.titled("Aperçu")
    team.camille.submit()
    team.until_drawn("15 s pour annuler")
    for _ in range(6):
        team.office.mention(HOSTILE, name=HOSTILE)
    team.draw()
    assert len(team.cards) == 2
    assert team.workspace.rings == []


def test_sentiment_corrected(team: Any):
    team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_SENTIMENT)
    modal = team.camille.titled("Sentiment")
    team.camille.do("submit", view=modal["id"], typed={ids.SENTIMENT_BLOCK: {ids.SENTIMENT_CHOICE: "positive"}})
    team.until_drawn("positif, corrigé par Camille Roux")


def test_slash_command(team: Any):
    def say(seat: Any, text: str) -> str:
        before = len(team.cards)
        seat.do("say", channel=team.workspace.channel("#aeroplouf-mentions").id, text=text)
        team.wait_for(lambda: len(team.cards) > before)
        assert team.cards[-1].only_for == seat.id
        return team.cards[-1].text

    team.office.mention()
    assert "/repartie pause" in say(team.camille, "/repartie")
    assert "1 mention ouverte" in say(team.camille, "/repartie status")
    assert "Only people who publish" in say(team.tom, "/repartie pause")
    assert "suspendue" in say(team.camille, "/repartie pause grève")
    assert "Camille Roux" in say(team.camille, "/repartie status")
    assert "reprend" in say(team.camille, "/repartie resume")


def test_home_tab(team: Any):
    mention = team.office.mention("À moi")
    team.office.moderation.take(mention, Somebody(team.camille.id, "Camille Roux"))
    team.office.mention()
    team.camille.do("home")
    view = team.wait_for(lambda: team.workspace.views.home(team.camille.id))
    text = str(view["blocks"])
    assert "1 mention ouverte" in text
    assert "À moi" in text
    assert "répétition" in text


def test_buttons_of_another_version_are_answered_politely(team: Any):
    team.office.mention()
    team.draw()
    card = team.cards[0]
    for block in card.blocks:
        for element in block.get("elements") or ():
            if element.get("action_id") == ids.MENTION_TAKE:
                element["value"] = '{"v":2,"mention":1}'
            if element.get("action_id") == ids.MENTION_DONE:
                element["action_id"] = "mention.something_new"
    for action in (ids.MENTION_TAKE, "mention.something_new"):
        before = len(team.cards)
        answer = team.camille.press(action)
        assert not answer.get("error")
        team.wait_for(lambda before=before: len(team.cards) > before)
        assert "autre version" in team.cards[-1].text
        assert team.cards[-1].only_for == team.camille.id


def test_a_stranger_is_refused(team: Any):
    mention = team.office.mention()
    team.draw()
    tom = team.workspace.people[team.tom.id]
    parts = {field.name: getattr(tom, field.name) for field in fields(tom)}
    team.workspace.people[tom.id] = Visitor(**parts)
    team.tom.press(ids.MENTION_TAKE)
    team.wait_for(lambda: len(team.cards) > 1)
    assert "espace de travail" in team.cards[-1].text
    assert team.office.moderation.see(mention).owner is None


def test_what_we_did_not_foresee_has_a_reference(team: Any, caplog: pytest.LogCaptureFixture):
    team.office.mention()
    team.draw()
    team.workspace.fail_next("views.open", "fatal_error")
    with caplog.at_level(logging.ERROR, "responders.slack.apology"):
        team.camille.press(ids.MENTION_REPLY)
        team.wait_for(lambda: len(team.cards) > 1)
    reference = next(record.args[0] for record in caplog.records if record.name == "responders.slack.apology")
    assert reference in team.cards[-1].text


def test_an_out_of_date_card_says_why_and_is_redrawn(team: Any):
    mention = team.office.mention()
    team.draw()
    team.office.moderation.not_relevant(mention, team.person)
    team.camille.press(ids.MENTION_TAKE)
    team.wait_for(lambda: len(team.cards) > 1)
    team.until_drawn("🗑 Hors sujet")


def test_who_may_not_publish_also_learns_who_is_answering(team: Any):
    team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    team.tom.press(ids.MENTION_REPLY)
    modal = team.tom.titled("Already being answered")
    assert "Camille Roux" in str(modal["blocks"])


def test_a_failure_in_a_modal_is_said_in_the_modal(team: Any):
    mention = team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    with team.office.database.write() as session:
        session.delete(session.get(MentionRow, mention))
    team.camille.submit("Bonjour")
    assert "n’est plus conservée" in str(team.camille.titled("Non effectué")["blocks"])


def test_a_failure_of_a_button_in_a_modal_is_said_there_too(team: Any):
    mention = team.office.mention()
    team.draw()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")
    team.camille.submit("Bonjour")
    team.camille.titled("Aperçu")
    with team.office.database.write() as session:
        session.delete(session.get(MentionRow, mention))
    team.camille.press(ids.REPLY_BACK)
    team.camille.titled("Non effectué")
