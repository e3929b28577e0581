"""What only Hacker News and Discourse do: ways of asking, holes between ids, more than is read at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from config.i18n import words
from listener.collector import Batch, Cursor
from listener.registry import Means, Place, places
from models.post import Post
from tests.listener.contract.world import Clock, HttpWorld
from tests.listener.contract.worlds.discourse import Forum
from tests.listener.contract.worlds.hackernews import HackerNews


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forum(clock: Clock) -> Iterator[Forum]:
    with Forum(clock) as forum:
        yield forum


@pytest.fixture
def news(clock: Clock) -> Iterator[HackerNews]:
    with HackerNews(clock) as news:
        yield news


def opened(world: HttpWorld) -> Place:
    [place] = places(world.options(), Means(world.clock, words("en")), world.given())
    return place


def drained(place: Place, cursor: Cursor | None = None) -> list[Batch]:
    found = [place.collector.collect(cursor)]
    while found[-1].more:
        found.append(place.collector.collect(found[-1].cursor))
    return found


def heard(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


@pytest.mark.parametrize("old", [False, True])
def test_hidden_posts_between_two_looks_hide_no_other(forum: Forum, old: bool):  # noqa: FBT001 - a case
    forum.old = old
    forum.publish("premier")
    place = opened(forum)
    cursor = drained(place)[-1].cursor
    wanted = [forum.publish("Aéroplouf en retard")]
    forum.last += 130  # posts of a private category
    wanted += [forum.publish(f"Aéroplouf {number}") for number in range(60)]
    assert [post.external_id for post in heard(drained(place, cursor))] == wanted


def test_a_forum_keeps_what_an_answer_needs(forum: Forum):
    forum.publish("Merci @aeroplouf, voir <a href='https://blog.example/v'>ici</a>")
    [post] = heard(drained(opened(forum)))
    assert (post.author.handle, post.place, post.title) == ("lea_m", "Trois jours à Porto", "")
    assert (post.accounts, post.links) == (("@aeroplouf",), ("https://blog.example/v",))
    assert (post.engagement.likes, post.engagement.replies, post.engagement.views) == (5, 1, 40)
    assert post.url == f"{forum.url}/t/porto/7/2"


def test_a_forum_that_says_more_than_is_read_at_once_has_a_gap(forum: Forum):
    forum.publish("premier")
    place = opened(forum)
    cursor = drained(place)[-1].cursor
    for _ in range(2_100):
        forum.clock.now += timedelta(seconds=1)
        forum.publish("encore")
    batches = drained(place, cursor)
    assert len(heard(batches)) == 2_000
    [gap] = [gap for batch in batches for gap in batch.gaps]
    assert (gap.end - gap.start).total_seconds() == 101


def test_hacker_news_is_asked_each_way_in_turn(news: HackerNews):
    news.query = '("aéroplouf air" OR aeroplouf) AND porto AND NOT emploi'
    place = opened(news)
    batches = drained(place)
    asked = [request.query["query"] for request in news.requests]
    assert asked == ['porto "aéroplouf air"', "porto aeroplouf"]
    assert [batch.more for batch in batches] == [True, False]


def test_more_stories_than_one_page_are_all_heard_once(news: HackerNews):
    for number in range(350):
        news.clock.now += timedelta(seconds=number % 3)  # several in one second
        news.publish(f"Aéroplouf {number}")
    assert len({post.external_id for post in heard(drained(opened(news)))}) == 350
    assert len(heard(drained(opened(news)))) == 350


def test_a_story_is_kept_as_it_stands(news: HackerNews):
    news.publish("vide")
    news.hits[0].update(comment_text=None, title="Aéroplouf raises fares", url="https://blog.example/a", points=12,
                        num_comments=3, parent_id=None, story_title=None)  # fmt: skip
    [post] = heard(drained(opened(news)))
    assert (post.title, post.text, post.place) == ("Aéroplouf raises fares", "", "Hacker News")
    assert (post.links, post.engagement.likes, post.engagement.replies) == (("https://blog.example/a",), 12, 3)
