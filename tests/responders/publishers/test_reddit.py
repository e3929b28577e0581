"""What only Reddit does: errors with 200, praw's repetitions, moderation, answers that nobody tells us of."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from models.errors import Refused, RetryLater, Unclear
from responders.publisher import Act, PostRef, Standing
from responders.publishers.reddit import RedditPublisher
from tests.responders.contract.worlds.reddit import publisher_of
from tests.servers.reddit import Reddit, refuse, reply
from tests.web import Exchange


@pytest.fixture
def site() -> Iterator[Reddit]:
    with Reddit() as site:
        yield site


@pytest.fixture
def publisher(site: Reddit) -> RedditPublisher:
    return publisher_of(site.url, 2.0)


def ref(site: Reddit, **thread: str) -> PostRef:
    said = site.say("Trois heures, Aéroplouf.")
    return PostRef("reddit", said["name"], "", "lea_m", {"id": said["name"], "subreddit": "porto", **thread})


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_server_error_is_unclear_and_nothing_is_sent_again(site: Reddit, publisher: RedditPublisher, status: int):
    writes = []

    def broken(exchange: Exchange) -> bool:
        writes.append(exchange.path)
        exchange.answer(b"", status)
        return True

    site.weather.extend([broken] * 3)
    with pytest.raises(Unclear):
        publisher.publish(publisher.preview("Bonjour", ref(site)), "key")
    assert writes == ["/api/comment?raw_json=1"]


def test_writing_too_much_waits_as_long_as_reddit_says(site: Reddit, publisher: RedditPublisher):
    def hurry(exchange: Exchange) -> bool:
        refuse(exchange, "RATELIMIT", "you are doing that too much. try again in 9 minutes.", ratelimit=540.0)
        return True

    site.weather.append(hurry)
    now = publisher._clock()
    with pytest.raises(RetryLater) as caught:
        publisher.publish(publisher.preview("Bonjour", ref(site)), "key")
    assert timedelta(seconds=539) < caught.value.at - now < timedelta(seconds=560)


def test_what_reddit_publishes_without_telling_is_unclear_and_then_found(site: Reddit, publisher: RedditPublisher):
    to = ref(site)
    preview = publisher.preview("Bonjour *Léa*", to)

    def silent(exchange: Exchange) -> bool:
        site.say(preview.text, to.thread["id"], publisher.account)
        reply(exchange, {"json": {"errors": [], "data": {"things": []}}})
        return True

    site.weather.append(silent)
    since = publisher._clock()
    with pytest.raises(Unclear):
        publisher.publish(preview, "key")
    found = publisher.find_reply(preview, "key", since)
    assert found is not None
    assert found.url.startswith("https://www.reddit.com/r/porto/")


@pytest.mark.parametrize(("flag", "reason"), [("locked", "THREAD_LOCKED"), ("archived", "TOO_OLD")])
def test_what_was_locked_since_takes_no_answer(site: Reddit, publisher: RedditPublisher, flag: str, reason: str):
    to = ref(site)
    site.things[to.thread["id"]][flag] = True
    with pytest.raises(Refused, match=reason):
        publisher.publish(publisher.preview("Bonjour", to), "key")
    assert site.under(to.thread["id"]) == []


def test_a_moderator_removes_approves_and_locks(site: Reddit, publisher: RedditPublisher):
    to = ref(site, ours="yes")
    name = to.thread["id"]
    assert publisher.actions(to) == (Act.REMOVE, Act.LOCK)
    removed = publisher.moderate(to, Act.REMOVE)
    there = PostRef("reddit", name, "", "lea_m", removed)
    assert (publisher.standing(there), publisher.actions(there)) == (Standing.REMOVED, (Act.APPROVE,))
    assert publisher.moderate(there, Act.APPROVE) == to.thread
    locked = PostRef("reddit", name, "", "lea_m", publisher.moderate(to, Act.LOCK))
    assert (publisher.standing(locked), publisher.actions(locked)) == (Standing.LOCKED, (Act.REMOVE, Act.UNLOCK))
    assert publisher.moderate(locked, Act.UNLOCK) == to.thread
    assert site.acts == [("remove", name), ("approve", name), ("lock", name), ("unlock", name)]


def test_elsewhere_nobody_moderates(site: Reddit, publisher: RedditPublisher):
    to = ref(site)
    assert (publisher.standing(to), publisher.actions(to)) == (None, ())
    with pytest.raises(Refused):
        publisher.moderate(to, Act.REMOVE)
    assert site.acts == []
