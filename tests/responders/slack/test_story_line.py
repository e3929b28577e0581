"""What a card says of copies, and that it says what the store knows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, update

from config.i18n import words
from models.tables import PostRow
from responders.seen import MentionSeen, StorySeen
from responders.slack.mention import view


@pytest.mark.parametrize(
    ("language", "story", "line"),
    [
        ("fr", StorySeen(12, 12, 12), "repris dans 11 autres lieux"),
        ("en", StorySeen(12, 12, 12), "also in 11 other places"),
        ("fr", StorySeen(2, 2, 1), "repris dans 1 autre lieu"),
        ("fr", StorySeen(30, 1, 30), "repris par 29 autres comptes"),
        ("fr", StorySeen(4, 1, 1), "dit 4 fois"),
        ("en", StorySeen(4, 1, 1), "said 4 times"),
    ],
)
def test_a_card_says_how_far_it_went(seen: Callable[..., MentionSeen], language: str, story: StorySeen, line: str):
    drawn = json.dumps([block.to_dict() for block in view.card(seen(story=story), words(language)).blocks])
    assert f"\\ud83d\\udd01 {line}" in drawn
    assert "\\ud83d\\udd01" not in json.dumps([block.to_dict() for block in view.card(seen(), words(language)).blocks])


def test_it_is_what_the_store_knows(make_office: Callable[..., Any]):
    office = make_office()
    mentions = [office.mention() for _ in range(3)]
    assert office.moderation.see(mentions[0]).story is None
    with office.database.write() as session:
        session.exec(update(PostRow).values(story_id=1, site="social.example"))
    assert office.moderation.see(mentions[0]).story == StorySeen(3, 1, 1)
    with office.database.write() as session:
        session.exec(update(PostRow).where(col(PostRow.id) == 1).values(story_id=2))
    assert office.moderation.see(mentions[0]).story is None  # nobody says the same
