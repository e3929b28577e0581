"""Cards on their way: crashes, lost answers, limits and dead channels, against the strict practice Slack."""

import gc
import logging
import time
from typing import Any

import pytest

from models.store import cards
from models.store.deliveries import first_time
from models.store.touch import touch
from models.tables import CardRow, DeliveryRow, ReplyRow
from responders.seen import Person as Somebody
from responders.slack import ids
from responders.slack.errors import TokenRefused

HOSTILE = "<!channel> <@U0REPARTIE0> <https://evil.example|https://bank.example> @here *a* \u202etxt"


def test_a_burst_is_one_card_that_can_be_worked_through(team: Any):
    for number in range(8):
        team.office.mention(f"Message numéro {number}")
    team.draw()
    assert len(team.cards) == 1
    assert "8 nouvelles mentions" in team.card()
    assert "Message numéro 7" in team.card()

    options = team.cards[0].blocks[-1]["elements"][0]["options"]
    team.camille.press(ids.MENTION_SHOW, value=options[0]["value"])
    team.camille.titled("Mention")
    team.camille.press(ids.MENTION_DONE)
    team.until_drawn("1 traitée")
    assert "Message numéro 0" not in "\n".join(
        block["text"]["text"] for block in team.cards[0].blocks if block["type"] == "section"
    )
    assert "Rouvrir" in str(team.camille.modal)
    team.camille.shut()
    team.camille.press(ids.MENTION_REPLY)
    team.camille.titled("Répondre en public")


def test_five_at_once_are_five_cards(team: Any):
    for number in range(5):
        team.office.mention(f"Message {number}")
    team.draw()
    assert [f"Message {number}" in team.card(number) for number in range(5)] == [True] * 5


def test_a_crash_between_the_post_and_its_ts_makes_no_second_card(team: Any):
    mention = team.office.mention()
    team.draw()
    with team.office.database.write() as session:
        card = cards.card_of(session, mention)
        card.ts, card.channel, card.posted_at, card.drawn = None, "#aeroplouf-mentions", None, 0
        session.add(card)
    team.draw()
    assert len(team.cards) == 1
    team.office.wait(20)
    team.draw()
    assert len(team.cards) == 1
    with team.office.database.read() as session:
        assert cards.card_of(session, mention).ts == team.cards[0].ts


def test_a_claim_that_never_reached_slack_is_posted(team: Any):
    mention = team.office.mention()
    with team.office.database.write() as session:
        cards.claim(session, "Aéroplouf", "#aeroplouf-mentions", [mention], team.office.now)
    team.draw()
    assert team.cards == []
    team.office.wait(20)
    team.draw()
    assert len(team.cards) == 1


@pytest.mark.parametrize("how", [500, "fatal_error"])
def test_an_answer_nobody_understood_is_looked_for(team: Any, how: str | int):
    team.office.mention()
    team.workspace.fail_next("chat.postMessage", how)
    team.draw(5)
    assert team.cards == []
    team.office.wait(20)
    team.seconds += 100
    team.draw()
    assert len(team.cards) == 1


def test_a_lost_answer_makes_no_second_card(team: Any):
    team.poster.client.timeout = 1
    team.office.mention()
    team.workspace.fail_next("chat.postMessage", "lose answer")
    team.draw(3)
    assert len(team.cards) == 1
    team.office.wait(20)
    team.seconds += 100
    team.draw()
    assert len(team.cards) == 1
    team.camille.press(ids.MENTION_TAKE)
    team.until_drawn("Pris par Camille Roux")


def test_slack_asks_for_patience(team: Any):
    team.office.mention()
    team.workspace.fail_next("chat.postMessage", "ratelimited")
    assert team.poster.turn() == 0
    assert team.poster.turn() > 0
    assert team.cards == []
    team.seconds += 1.1
    assert team.poster.turn() == 0
    assert len(team.cards) == 1


def test_one_message_a_second_and_channel(team: Any):
    team.office.mention()
    team.office.mention()
    assert team.poster.turn() == 0
    assert team.poster.turn() > 0
    assert len(team.cards) == 1
    team.seconds += 1.1
    assert team.poster.turn() == 0
    assert len(team.cards) == 2


def test_redraws_are_paced_and_people_come_first(team: Any):
    mentions = []
    for _ in range(3):
        mentions.append(team.office.mention())
        team.draw()
    team.poster.pace._room = 2.0
    for mention in mentions:
        team.office.moderation.take(mention, team.person)
    assert team.poster.turn() > 0, "the last of the burst is kept for people"
    team.poster.hurry(mentions[2])
    assert team.poster.turn() == 0
    assert ["Pris par" in team.card(number) for number in range(3)] == [False, False, True]


def test_a_channel_without_the_app_is_tried_again(team: Any, caplog: pytest.LogCaptureFixture):
    team.workspace.channel("#aeroplouf-mentions").bot_is_member = False
    team.office.mention()
    with caplog.at_level(logging.ERROR):
        team.draw(4)
    assert "not_in_channel" in caplog.text
    with team.office.database.read() as session:
        assert session.get(CardRow, 1) is None
    team.workspace.channel("#aeroplouf-mentions").bot_is_member = True
    team.seconds += 61
    team.draw()
    assert len(team.cards) == 1


def test_a_card_deleted_in_slack_is_left_alone(team: Any):
    mention = team.office.mention()
    team.draw()
    team.cards.clear()
    team.office.moderation.take(mention, team.person)
    team.draw()
    assert team.cards == []
    with team.office.database.read() as session:
        assert cards.stale(session) is None


def test_it_starts_and_stops_within_two_seconds(team: Any):
    team.slack.poster.seconds = time.monotonic
    team.slack.start()
    team.office.mention()
    team.wait_for(lambda: team.cards)
    begun = time.monotonic()
    team.slack.stop()
    assert time.monotonic() - begun < 2.5
    assert not team.slack._threads[0].is_alive()


def test_deliveries_are_remembered_and_pruned(team: Any):
    with team.office.database.write() as session:
        assert first_time(session, "event:1", team.office.now)
        assert not first_time(session, "event:1", team.office.now)
    team.office.wait(3 * 86_400)
    team.seconds += 4000
    team.poster.turn()
    with team.office.database.read() as session:
        assert session.get(DeliveryRow, "event:1") is None


# slack_sdk leaves the socket that broke to the garbage collector: it is closed, but not by name.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_buttons_work_after_the_connection_broke(team: Any):
    def opened() -> int:
        return [method for method, _ in team.workspace.calls].count("apps.connections.open")

    team.office.mention()
    team.draw()
    before = opened()
    team.workspace.sockets.drop()
    team.wait_for(lambda: opened() > before and team.workspace.sockets.connected)
    team.camille.press(ids.MENTION_TAKE)
    team.until_drawn("Pris par Camille Roux")
    gc.collect()  # here, not in another test


def test_slack_may_be_away_at_the_start(team: Any):
    team.workspace.fail_next("apps.connections.open", 500)
    team.slack.start()
    assert {thread.name for thread in team.slack._threads} == {"slack-connecting", "slack-poster"}
    team.wait_for(lambda: not team.slack._threads[0].is_alive())
    team.slack.stop()


def test_a_wrong_token_is_said_at_once(team: Any):
    team.slack.app_token = "xapp-wrong"
    with pytest.raises(TokenRefused):
        team.slack.start()


def test_what_came_while_slack_was_away_is_caught_up_oldest_first(team: Any):
    first = team.office.mention("Le premier")
    for _ in range(4):
        team.workspace.fail_next("conversations.list", 503)
    team.draw(4)
    assert team.cards == []
    for _ in range(2):
        team.office.mention("Un suivant")
        team.seconds += 61
    team.workspace._failures.clear()
    team.draw()
    assert len(team.cards) == 3
    assert "Le premier" in team.card(0)
    with team.office.database.read() as session:
        assert cards.card_of(session, first).ts == team.cards[0].ts


def test_one_dead_channel_stops_no_other(team: Any, caplog: pytest.LogCaptureFixture):
    other = {"name": "Voloair", "query": "voloair", "sources": ["square"], "slack": {"mentions": "#nulle-part"}}
    team.office.config = team.poster.config = team.office.config.model_validate(
        team.office.config.model_dump() | {"brands": [other, *team.office.config.model_dump()["brands"]]}
    )
    team.office.mention(brand="Voloair")
    team.office.mention("Pour Aéroplouf")
    with caplog.at_level(logging.ERROR):
        team.draw()
    assert "#nulle-part takes no cards (channel_not_found)" in caplog.text
    assert len(team.cards) == 1
    assert "Pour Aéroplouf" in team.card()


def test_a_card_nobody_can_draw_is_one_line_and_stops_no_other(team: Any, caplog: pytest.LogCaptureFixture):
    mention = team.office.mention("La première")
    other = team.office.mention()
    team.draw()
    answer = team.office.answering.approve(mention, "Bonjour", Somebody(team.camille.id, "Camille Roux"))
    with team.office.database.write() as session:
        session.get(ReplyRow, answer.reply_id).problem = "a word of another version"
        touch(session, mention)
    team.office.moderation.take(other, team.person)
    with caplog.at_level(logging.ERROR):
        team.draw()
    assert "cannot be drawn" in caplog.text
    assert [block["type"] for block in team.cards[0].blocks] == ["section"]
    assert "La première" in team.card(0)
    assert "Pris par" in team.card(1)
