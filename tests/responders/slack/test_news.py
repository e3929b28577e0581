"""What the team is told of the places we listen to, and of posts that went, against the strict practice Slack."""

from datetime import timedelta
from typing import Any

from models.status import MentionStatus
from models.store import following, gaps, sources
from models.store.mentions import get
from responders.seen import Person
from responders.slack import ids
from responders.slack.sources import view


def lose(team: Any, source: str = "square", places: int = 1, reason: str = "401 : renouvelez le jeton") -> None:
    with team.office.database.write() as session:
        for number in range(places):
            row = sources.ensure(session, source, f"place {number}", "sandbox", team.office.now)
            sources.disabled(row, reason=reason, mark="m", now=team.office.now)


def test_a_lost_source_is_told_once_with_its_mend(team: Any):
    lose(team)
    team.draw()
    team.seconds += 60
    team.draw()
    assert len(team.cards) == 1
    assert "n’entend plus square" in team.card()
    assert "401 : renouvelez le jeton" in team.card()
    assert "repartie sources enable square" in team.card()

    with team.office.database.write() as session:
        (row,) = sources.every(session)
        sources.enable(row, team.office.now)
    lose(team)
    team.seconds += 60
    team.draw()
    assert len(team.cards) == 2


def test_many_places_of_a_source_are_one_message(team: Any):
    lose(team, places=view.MOST + 3)
    team.draw()
    assert len(team.cards) == 1
    assert "et 3 autres endroits" in team.card()


def test_a_source_nobody_listens_to_any_more_rings_nobody(team: Any):
    lose(team, "an old one")
    team.draw()
    assert team.cards == []


def test_what_could_not_be_said_is_said_when_slack_is_back_even_by_another_process(team: Any):
    lose(team)
    team.poster.turn()  # taken up; the process ends before Slack has it
    team.poster.notices.clear()
    team.poster._telling = None
    team.seconds += 60
    team.draw()
    assert len(team.cards) == 1


def test_a_hostile_reason_rings_nobody(team: Any):
    lose(team, reason="<!channel> <https://evil.example|bank>")
    team.draw()
    assert "<!channel>" not in str(team.cards[0].blocks)


def test_a_gap_is_told_and_never_read_as_calm(team: Any):
    end = team.office.now - timedelta(hours=1)
    with team.office.database.write() as session:
        gaps.keep(session, "square", "p", [(end - timedelta(hours=2), end, "le serveur a oublié")], team.office.now)
    team.draw()
    team.seconds += 60
    team.draw()
    assert len(team.cards) == 1
    assert "Nul ne sait ce qui s’est dit sur square" in team.card()
    assert "le serveur a oublié" in team.card()


def test_a_card_whose_post_went_says_so_and_takes_no_answer(team: Any):
    mention = team.office.mention("Trois heures d'attente.")
    team.draw()
    assert ids.MENTION_REPLY in str(team.cards[0].blocks)
    with team.office.database.write() as session:
        following.erase(session, "sandbox", ["p1"], team.office.now)
        assert get(session, mention).status == MentionStatus.DONE.value
    team.until_drawn("Le réseau n’affiche plus ce message")
    assert "Trois heures" not in team.card()
    assert "Léa" not in team.card()
    team.camille.press(ids.MENTION_REOPEN)
    team.until_drawn("réponse impossible")
    assert ids.MENTION_REPLY not in str(team.cards[0].blocks)


def test_what_was_being_typed_is_not_published(team: Any):
    mention = team.office.mention()
    with team.office.database.write() as session:
        following.erase(session, "sandbox", ["p1"], team.office.now)
    preview = team.office.answering.preview(mention, "Bonjour", Person("U1", "Camille"))
    assert preview.problems
