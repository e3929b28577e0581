"""Which entry is which."""

from datetime import UTC, datetime

import pytest

from listener.collectors.feeds.entry import Entry
from listener.collectors.feeds.identity import identify
from listener.links import canonical, unwrapped

HOME = "https://blog.example/feed"
DAY = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("http://Blog.Example:80/a", "https://blog.example/a"),
        ("https://blog.example:443/a", "https://blog.example/a"),
        ("https://blog.example:8443/a", "https://blog.example:8443/a"),
        ("https://blog.example", "https://blog.example/"),
        ("https://blog.example/a?utm_source=rss&UTM_medium=x&id=7", "https://blog.example/a?id=7"),
        ("https://blog.example/a?b=%20c&d", "https://blog.example/a?b=%20c&d"),
        ("https://blog.example/a?fbclid=1#xtor=RSS-1", "https://blog.example/a"),
        ("https://blog.example/a?xtorrent=1", "https://blog.example/a?xtorrent=1"),
        ("https://blog.example/a#comment-3", "https://blog.example/a#comment-3"),
        ("https://user@blog.example/a", "https://blog.example/a"),
        ("tag:blog.example,2026:1", ""),
        ("https://[half", ""),
        ("/a", ""),
        ("", ""),
    ],
)
def test_one_way_to_write_an_address(written: str, one: str) -> None:
    assert canonical(written) == one


def test_counting_links_are_unwrapped() -> None:
    wrapped = "https://alertes.example/url?sa=t&url=https://journal.example/a%3Fb%3D1&ct=ga"
    assert unwrapped(wrapped) == "https://journal.example/a?b=1"
    assert (
        unwrapped("https://journal.example/a?url=https://x.example")
        == "https://journal.example/a?url=https://x.example"
    )
    assert unwrapped("https://alertes.example/url?url=javascript:x") == "https://alertes.example/url?url=javascript:x"


def _id(entry: Entry, home: str = HOME) -> str:
    (name,) = identify([entry], home)
    return name


def test_one_article_in_two_feeds_is_one() -> None:
    entry = Entry(guid="http://blog.example/a?utm_source=rss", title="A")
    assert _id(entry) == _id(Entry(guid="https://blog.example/a", title="A"), "https://other.example/feed")


def test_numbers_of_two_feeds_are_not_one() -> None:
    assert _id(Entry(guid="1")) != _id(Entry(guid="1"), "https://other.example/feed")
    assert _id(Entry(guid="1"), "http://blog.example/feed") == _id(Entry(guid="1")), "http or https, the same feed"


def test_edits_do_not_change_who_it_is() -> None:
    link = "https://blog.example/a"
    assert _id(Entry(link=link, title="A", text="x")) == _id(Entry(link=link, title="B", text="y"))
    assert _id(Entry(title="A", text="x", published=DAY)) == _id(Entry(title="A", text="y", published=DAY))


def test_strangers_under_one_name_stay_strangers() -> None:
    entries = [Entry(guid="g", title=title, text=title, published=DAY) for title in "abc"]
    assert len(identify(entries, HOME)) == 3


def test_same_titles_without_dates_differ_by_what_they_say() -> None:
    assert len(identify([Entry(title="Brève", text=text) for text in ("x", "y", "x")], HOME)) == 2


def test_an_endless_guid_becomes_a_fingerprint() -> None:
    one, other = _id(Entry(guid="x" * 100_000)), _id(Entry(guid="x" * 100_001))
    assert one != other
    assert len(one) < 100
