"""Slack away for an hour: a busy hour's mentions are caught up oldest first, in groups, each once."""

from typing import Any

import pytest
from sqlmodel import select

from models.tables import CardMentionRow, CardRow

MINUTES = 60


def test_an_hour_without_slack(team: Any, monkeypatch: pytest.MonkeyPatch):
    workspace, office = team.workspace, team.office
    team.poster.client.timeout = 1
    ids = [office.mention("Message numéro 0")]
    workspace.fail_next("chat.postMessage", "lose answer")  # it is posted, and then nothing answers any more
    team.draw(3)
    assert len(team.cards) == 1
    monkeypatch.setattr(workspace, "planned_failure", lambda _method: 503)
    for minute in range(1, MINUTES + 1):
        ids.append(office.mention(f"Message numéro {minute}"))
        office.wait(60)
        team.seconds += 60
        team.poster.turn()
    assert len(team.cards) == 1
    monkeypatch.undo()
    back = team.seconds
    for _ in range(200):
        pause = team.poster.turn()
        office.wait(pause)
        team.seconds += pause
    with office.database.read() as session:
        shown = session.exec(select(CardMentionRow.mention_id, CardRow.ts).join(CardRow)).all()
    assert sorted(mention for mention, _ in shown) == ids  # none lost, none twice
    in_slack = [message.ts for message in team.cards]
    assert {ts for _, ts in shown} == set(in_slack)  # no card that nobody knows of, such as a second of the first
    assert len(in_slack) <= 4  # sixty mentions are not sixty bells
    firsts = [min(mention for mention, ts in shown if ts == card) for card in in_slack]
    assert firsts == sorted(firsts)  # oldest first
    assert "Message numéro 0" in team.card(0)
    assert team.seconds - back < 10 * MINUTES
