from pathlib import Path

from models.database import Database
from models.store.touch import touch, touch_post
from tests.stage import BRAND, OTHER_BRAND, stage


def test_only_the_card_of_that_mention_is_asked_to_redraw(database: Database, tmp_path: Path):
    with stage(database, tmp_path) as scene:
        [ours, theirs] = scene.mention(brands=(BRAND, OTHER_BRAND))
        [another] = scene.mention(scene.post("p2"))
        with scene.database.write() as session:
            touch(session, ours)
        assert [scene.wanted(mention) for mention in (ours, theirs, another)] == [2, 1, 1]
        with scene.database.write() as session:
            touch_post(session, 1)
        assert [scene.wanted(mention) for mention in (ours, theirs, another)] == [3, 2, 1]
