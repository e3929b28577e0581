"""Alerts as feeds: real links, no markup, one article one post over several alerts."""

from datetime import UTC, datetime

from listener.collectors.feeds.identity import identify
from listener.collectors.feeds.memory import Memory
from listener.collectors.feeds.read import read_feed
from models.post import Post

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def alert(number: int, query: str) -> list[Post]:
    link = (
        f"https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://journal.example/vol-annule%3Fid%3D7&amp;cd={number}"
    )
    document = f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">
    <title>Google Alert - {query}</title><entry><id>tag:google.com,2013:googlealerts/feed:{number}</id>
    <title type="html">L&amp;#39;avion d&amp;#39;&lt;b&gt;Aéroplouf&lt;/b&gt;</title><link href="{link}"/>
    <published>2026-11-22T07:00:00Z</published>
    <content type="html">le vol d&lt;b&gt;&amp;#39;Aéroplouf&lt;/b&gt;&amp;nbsp;...</content>
    <author><name/></author></entry></feed>"""
    feed = read_feed(document.encode(), "application/atom+xml", f"https://www.google.com/alerts/feeds/1/{number}")
    found = identify(feed.entries, f"https://www.google.com/alerts/feeds/1/{number}")
    return [post for name, entry in found.items() if (post := Memory().post(name, entry, feed.title, NOW))]


def test_links_are_real_and_bold_is_gone() -> None:
    [post] = alert(1, "aeroplouf")
    assert post.url == "https://journal.example/vol-annule?id=7"
    assert (post.title, post.text) == ("L'avion d'Aéroplouf", "le vol d'Aéroplouf\xa0...")


def test_an_article_in_two_alerts_is_one_post() -> None:
    [one], [other] = alert(1, "aeroplouf"), alert(2, "aeroplouf retard")
    assert one.external_id == other.external_id == "https://journal.example/vol-annule?id=7"


def test_the_site_speaks_not_the_alert() -> None:
    [post] = alert(1, "aeroplouf")
    assert post.author.handle == "journal.example"
