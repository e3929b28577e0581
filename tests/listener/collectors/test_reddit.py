"""What only Reddit has: searches, the inbox, removals, a listing that ends, a limit in headers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from config.clients import open_client
from config.i18n import words
from config.query import parse
from listener.collector import Batch, Cursor, Refreshes
from listener.collectors.reddit.places import SYNTAX
from listener.registry import Means, Place, places
from listener.searching import packed, ways
from models.limits import Unlimited
from models.post import Post
from tests.listener.contract.world import Clock
from tests.listener.contract.worlds.reddit import Reddit


class Noted(Unlimited):
    def __init__(self) -> None:
        self.said: list[tuple[str, int, datetime]] = []

    def note(self, credential: str, bucket: str, remaining: int, resets_at: datetime) -> None:  # noqa: ARG002 - the protocol's
        self.said.append((bucket, remaining, resets_at))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[Reddit]:
    with Reddit(clock) as site:
        yield site


def place(site: Reddit, key: str, limits: Unlimited | None = None) -> Place:
    means = Means(site.clock, words("en"), connect=open_client, limits=limits or Unlimited())
    return next(place for place in places(site.options(), means, site.given()) if place.key == key)


def drained(place: Place, cursor: Cursor | None = None) -> list[Batch]:
    found = [place.collector.collect(cursor)]
    while found[-1].more:
        found.append(place.collector.collect(found[-1].cursor))
    return found


def heard(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def test_a_place_each_so_that_one_shut_door_stops_no_other(site: Reddit):
    site.username, site.search = "aeroplouf", "listed"
    means = Means(site.clock, words("en"))
    keys = [place.key for place in places(site.options(), means, site.given())]
    assert keys == ["r/porto comments", "r/porto posts", "search", "u/aeroplouf"]
    assert site.asked() == 0


def test_a_comment_is_kept_with_what_its_answer_needs(site: Reddit):
    site.say("t1", body="Trois heures, *Aéroplouf* !", link_title="Porto", link_id="t3_vol", parent_id="t1_x",
             locked=True, can_mod_post=True, score=-4)  # fmt: skip
    [post] = heard(drained(place(site, "r/porto comments")))
    assert (post.text, post.place, post.parent_id) == ("Trois heures, *Aéroplouf* !", "r/porto · Porto", "t1_x")
    assert post.thread == {"id": post.external_id, "subreddit": "porto", "locked": "yes", "ours": "yes"}
    assert (post.engagement.likes, post.engagement.replies, post.author.handle) == (0, None, "lea_m")
    assert post.url.startswith("https://www.reddit.com/r/porto/comments/vol/_/")


def test_a_post_is_searched_for_in_all_of_reddit(site: Reddit):
    site.search = "all"
    site.query = '(aeroplouf OR "aéroplouf air") AND NOT emploi'
    link = "https://blog.example/vol"
    name = site.say("t3", title="Aéroplouf annule", selftext="", url=link, is_self=False, permalink="/r/a/comments/b/")
    [post] = heard(drained(place(site, "search")))
    assert (post.external_id, post.title, post.links) == (name, "Aéroplouf annule", (link,))
    assert (post.engagement.replies, post.engagement.reposts) == (2, 1)
    asked = [request.query["q"] for request in site.requests if request.path == "/search"]
    assert asked == ['aeroplouf OR "aéroplouf air"']


def test_a_long_query_is_asked_in_parts_of_512_characters():
    query = parse(" OR ".join(f'"compagnie numéro {number}"' for number in range(100)))
    parts = packed(ways(query, SYNTAX), 512)
    assert len(parts) > 1
    assert max(map(len, parts)) <= 512
    assert " OR ".join(parts) == " OR ".join(f'"compagnie numéro {number}"' for number in range(100))


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("aeroplouf AND (retard OR annulé)", "(aeroplouf AND retard) OR (aeroplouf AND annulé)"),
        ("aeroplouf NEAR/5 guichet", "(aeroplouf AND guichet)"),
        ("title:aeroplouf AND lang:fr AND NOT emploi", "title:aeroplouf"),
        ("#aeroplouf OR author:lea OR site:blog.example", '"aeroplouf" OR author:"lea" OR site:"blog.example"'),
        ("lang:fr", ""),
    ],
)
def test_a_search_never_asks_for_less_than_the_query(query: str, asked: str):
    assert " OR ".join(packed(ways(parse(query), SYNTAX), 512)) == asked


def test_answers_to_us_are_heard_and_private_messages_are_not(site: Reddit):
    site.username = "aeroplouf"
    site.say("t1", body="Merci !", type="comment_reply", permalink=None, context="/r/porto/comments/vol/_/k/?context=3")
    site.say("t4", body="privé")
    site.inbox, site.things = site.things, []
    [post] = heard(drained(place(site, "u/aeroplouf")))
    assert (post.text, post.url) == ("Merci !", "https://www.reddit.com/r/porto/comments/vol/_/k/")


@pytest.mark.parametrize(
    "left", [{"body": "[removed]"}, {"author": "[deleted]"}, {"author": None}, {"removed_by_category": "moderator"}]
)
def test_what_is_removed_is_told_and_never_given(site: Reddit, left: dict[str, object]):
    name = site.publish("Aéroplouf")
    reader = place(site, "r/porto comments")
    cursor = drained(reader)[-1].cursor
    site.found(name).update(left)
    [batch] = drained(reader, cursor)
    assert (batch.posts, list(batch.deleted)) == ([], [name])
    assert isinstance(reader.collector, Refreshes)
    assert reader.collector.refresh([name]).deleted == [name]
    assert heard(drained(place(site, "r/porto comments"))) == []


def test_only_the_days_of_backfill_are_read_and_again_for_a_new_query(site: Reddit):
    site.clock.now -= timedelta(days=8)
    site.publish("vieux")
    site.clock.now += timedelta(days=8)
    new = site.publish("Aéroplouf")
    cursor = drained(place(site, "r/porto comments"))[-1].cursor
    assert heard(drained(place(site, "r/porto comments"), cursor)) == []
    site.query = "voloair"
    assert [post.external_id for post in heard(drained(place(site, "r/porto comments"), cursor))] == [new]


def test_more_than_a_listing_holds_is_a_gap(site: Reddit):
    site.publish("premier")
    reader = place(site, "r/porto comments")
    cursor, began = drained(reader)[-1].cursor, site.clock()
    for _ in range(1_050):
        site.clock.now += timedelta(seconds=10)
        site.publish("encore")
    batches = drained(reader, cursor)
    assert len(heard(batches)) == 1_000
    [gap] = [gap for batch in batches for gap in batch.gaps]
    assert (gap.start, gap.end) == (began, began + timedelta(seconds=510))


def test_what_reddit_says_of_its_limit_is_kept_and_praw_never_sleeps_for_it(site: Reddit):
    site.publish("Aéroplouf")
    limits = Noted()
    drained(place(site, "r/porto comments", limits))
    assert limits.said[-1] == ("api", 990, site.clock() + timedelta(seconds=300))


def test_a_token_that_is_over_is_renewed_once(site: Reddit):
    name = site.publish("Aéroplouf")
    reader = place(site, "r/porto comments")
    drained(reader)
    site.fail(401)
    assert isinstance(reader.collector, Refreshes)
    assert reader.collector.refresh([name]).deleted == []
    assert site.tokens == 2
