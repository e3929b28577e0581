"""The square, its blogs and its guard, over real HTTP and a real websocket on loopback."""

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sandbox.app import build
from sandbox.i18n import read_messages
from sandbox.server import serving
from sandbox.social.accounts import Account
from sandbox.social.avatars import avatar
from sandbox.social.blogs import Article, Blog, Blogs
from sandbox.social.faults import Faults, Weather
from sandbox.social.live import Live
from sandbox.social.network import Missing, Network, RefusedPost
from sandbox.social.reading import rich, short_ago

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PEOPLE = (
    Account(handle="lea", name="Léa Mercier", followers=1240, bio="Valise <à moitié> faite"),
    Account(handle="tom", name="Tom", language="en"),
    Account(handle="aeroplouf", name="Aéroplouf", followers=48_200, official=True),
)


class Square:
    def __init__(self, base: str, network: Network, blogs: Blogs, faults: Faults, live: Live) -> None:
        self.base, self.network, self.blogs, self.faults, self.live = base, network, blogs, faults, live
        self.origin = base.rstrip("/")
        self.client = httpx.Client(base_url=base, timeout=5, headers={"Origin": self.origin})
        self.token = network.accounts.grant("aeroplouf")
        self.api = httpx.Client(base_url=f"{base}network/api/v1/", headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture
def square() -> Iterator[Square]:
    network, faults = Network(PEOPLE, clock=lambda: NOW), Faults()
    blogs = Blogs([Blog(name="ciel-ouvert", title="Ciel ouvert", tagline="Petites lignes & co", language="fr")])
    live = Live(network)
    with serving(build([], network, blogs, faults=faults, live=live, secret_paths=("/hooks/",))) as base:
        one = Square(base, network, blogs, faults, live)
        with one.client, one.api:
            yield one
        live.close()


# The network itself


def test_counts_follow_what_people_do():
    network = Network(PEOPLE, clock=lambda: NOW)
    first = network.publish("lea", "Bonjour")
    answer = network.publish("tom", "Hello", first.id)
    for _ in range(2):
        network.like(first.id, "tom")
        network.repost(first.id, "tom")
    now = network.post(first.id)
    assert (now.likes, now.reposts, now.replies) == (1, 1, 1)
    network.delete(answer.id)
    assert network.post(first.id).replies == 0
    with pytest.raises(Missing) as gone:
        network.post(answer.id)
    assert gone.value.gone
    assert [post.deleted for post in network.thread(first.id)] == [False, True]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (" \n", "empty"), ("é" * 501, "too_long"), ("a\0b", "refused"), ("\ud800", "refused")],
)
def test_what_no_square_can_hold_is_refused(text: str, code: str):
    with pytest.raises(RefusedPost) as refused:
        Network(PEOPLE).publish("lea", text)
    assert refused.value.code == code


def test_many_threads_lose_nothing():
    network = Network(PEOPLE)
    first = network.publish("lea", "Bonjour")
    threads = [
        threading.Thread(target=lambda: [network.publish("tom", "oui", first.id) for _ in range(100)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert network.post(first.id).replies == 800
    seqs = [post.seq for post in network.changes(0, 2_000)[0]]
    assert seqs == list(range(1, 802))


# The API


def test_the_api_answers_as_its_page_says(square: Square):
    asked = square.network.publish("lea", "Trois heures.")
    created = square.api.post("posts", json={"text": "Bonjour Léa", "in_reply_to": asked.id})
    assert created.status_code == 201
    said = created.json()
    assert said["author"]["handle"] == "aeroplouf"
    assert said["in_reply_to_uri"].endswith(f"/{asked.id}")
    assert square.api.get(f"posts/{asked.id}/replies").json()["posts"] == [said]
    edited = square.api.patch(f"posts/{said['id']}", json={"text": "Bonjour Léa !"}).json()
    assert (edited["text"], edited["seq"]) == ("Bonjour Léa !", 3)
    assert square.api.post(f"posts/{asked.id}/like").json()["likes"] == 1
    assert square.api.patch(f"posts/{asked.id}", json={"text": "à moi"}).status_code == 403
    assert square.api.delete(f"posts/{said['id']}").status_code == 204
    assert square.api.get(f"posts/{said['id']}").status_code == 410
    assert square.api.get("posts/77").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b'{"text": "  "}', 422, "empty"),
        (json.dumps({"text": "a" * 501}).encode(), 422, "too_long"),
        (b'{"text": "\\ud800"}', 422, "refused"),
        (b'{"text": 3}', 400, "bad_request"),
        (b"[1]", 400, "bad_request"),
        (b"{", 400, "bad_request"),
        (b'{"text": "oui", "in_reply_to": "77"}', 404, "not_found"),
    ],
)
def test_a_wrong_post_is_refused_with_its_reason(square: Square, body: bytes, status: int, error: str):
    answer = square.api.post("posts", content=body)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert square.network.posts() == []


def test_odd_pages_are_refused_and_small_ones_go_on(square: Square):
    for number in range(3):
        square.network.publish("lea", str(number))
    assert square.api.get("posts?after=-1").status_code == 400
    assert square.api.get("posts?limit=99999999999999999999").status_code == 400
    page = square.api.get("posts?limit=0").json()
    assert (len(page["posts"]), page["more"], page["next"]) == (1, True, 1)


def test_the_weather_is_set_over_http(square: Square):
    faults = {"delay": [0.2, 0.2], "chances": {"error": 1.0}, "writes": ["limited"], "reads": ["unavailable"]}
    assert httpx.post(f"{square.base}network/api/v1/admin/faults", json=faults).status_code == 403
    assert square.api.post("admin/faults", json=faults).status_code == 204
    assert square.api.post("posts", json={"text": "un"}).status_code == 429
    assert square.api.post("posts", json={"text": "deux"}).status_code == 500
    assert square.api.get("posts").status_code == 503
    assert square.api.post("admin/faults", json={"delay": [0.2, 0.2]}).status_code == 204
    began = time.monotonic()
    assert square.api.post("posts", json={"text": "trois"}).status_code == 201
    assert time.monotonic() - began >= 0.2
    assert square.api.post("admin/faults", json={"writes": ["storm"]}).status_code == 400


def test_delays_and_chances_are_the_same_for_the_same_seed():
    def drawn(seed: int) -> list[object]:
        faults = Faults(Weather(delay=(0, 5)), seed)
        return [faults.delay() for _ in range(5)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert all(0 <= delay <= 5 for delay in drawn(3))  # type: ignore[operator] - a callable for sure


# The pages


def test_the_brands_answer_stands_under_the_post(square: Square):
    asked = square.network.publish("lea", "Trois heures.")
    square.network.publish("tom", "Courage", asked.id)
    answer = square.network.publish("aeroplouf", "Bonjour Léa", asked.id)
    page = square.client.get("/network").text
    article = page.split(f'data-post-id="{asked.id}"')[1].split("</article>")[0]
    assert f'class="answer" data-post-id="{answer.id}" data-author="aeroplouf"' in article
    assert "Courage" not in article
    conversation = square.client.get(f"/network/posts/{asked.id}").text
    assert conversation.index("Trois heures") < conversation.index("Courage") < conversation.index("Bonjour Léa")


def test_nothing_anybody_writes_becomes_markup(square: Square):
    evil = '<script>alert(1)</script> #a"onx @lea https://x.example/"><img src=x> \'&amp;'
    square.network.publish("lea", evil)
    for path in ("/network", "/network/posts/1001", "/network/people/lea", f"/network/search?q={evil}", "/"):
        page = square.client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<à moitié>" not in page
    assert rich("a #été, @tom. https://x.example/a?b=1&c=2.") == (
        'a <a href="/network/search?q=%23%C3%A9t%C3%A9">#été</a>, <a href="/network/people/tom">@tom</a>. '
        '<a href="https://x.example/a?b=1&amp;c=2" rel="nofollow noopener" target="_blank">https://x.example/a?b=1&amp;c=2</a>.'
    )


def test_every_page_is_strict_and_holds_no_inline_script(square: Square):
    square.network.publish("lea", "Bonjour")
    for path in ("/", "/network", "/network/posts/1001", "/network/people/lea", "/blogs/ciel-ouvert/", "/nowhere"):
        answer = square.client.get(path)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", answer.text)


def test_a_visitor_writes_as_somebody_and_is_remembered(square: Square):
    sent = square.client.post("/network/posts", data={"person": "tom", "text": "Hello @aeroplouf?\r\n\r\nAnyone?"})
    assert sent.status_code == 303
    assert square.network.posts()[0].text == "Hello @aeroplouf?\n\nAnyone?"
    assert '<option value="tom" selected>' in square.client.get("/network").text
    reply = {"person": "lea", "text": "Oui ?", "in_reply_to": "1001"}
    assert square.client.post("/network/posts", data=reply).headers["location"] == "/network/posts/1001"
    assert square.client.post("/network/posts/1001/like", data={"person": "lea"}).status_code == 303
    assert square.client.post("/network/posts/1001/delete", data={"person": "lea"}).status_code == 303
    assert square.network.post("1001").likes == 1
    square.client.post("/network/posts/1001/delete", data={"person": "tom"})
    assert "supprimé par son auteur" in square.client.get("/network/posts/1002?lang=fr").text


def test_nobody_speaks_for_a_brand_or_at_length_from_the_page(square: Square):
    assert square.client.post("/network/posts", data={"person": "aeroplouf", "text": "x"}).status_code == 404
    refused = square.client.post("/network/posts", data={"person": "lea", "text": "é" * 501})
    assert refused.status_code == 422
    assert "longer than 500" in refused.text
    assert (
        square.client.post("/network/posts", data={"person": "lea", "text": "x", "in_reply_to": "9"}).status_code == 404
    )
    assert square.network.posts() == []


def test_search_folds_case_and_accents(square: Square):
    square.network.publish("lea", "L'Aéroplouf de 9 h #Été")
    assert "de 9 h" in square.client.get("/network/search?q=AEROPLOUF ete").text
    assert "de 9 h" not in square.client.get("/network/search?q=voloair").text


def test_french_and_english_everywhere(square: Square):
    assert "Place publique" in square.client.get("/network?lang=fr").text
    assert "Place publique" in square.client.get("/network").text
    assert "The Square" in square.client.get("/network?lang=en").text
    assert "À vous de répondre" in square.client.get("/?lang=fr").text


def test_older_posts_are_a_page_away(square: Square):
    for number in range(50):
        square.network.publish("lea", f"post {number}.")
    page = square.client.get("/network").text
    older = re.search(r'href="(/network\?before=\d+)"', page)
    assert older
    assert "post 10." in page
    assert "post 9." not in page
    assert "post 9." in square.client.get(older[1]).text


def test_moments_read_as_people_say_them():
    assert short_ago(NOW - timedelta(seconds=59), NOW, "fr") == "à l’instant"
    assert short_ago(NOW - timedelta(minutes=4), NOW, "fr") == "4\u00a0min"
    assert short_ago(NOW - timedelta(hours=2), NOW, "en") == "2 h"
    assert short_ago(NOW - timedelta(hours=12), NOW, "fr") == "hier 21:00"
    assert short_ago(NOW - timedelta(days=3), NOW, "fr") == "19 nov."


def test_a_face_is_always_the_same_and_always_xml():
    faces = {avatar(Account(handle=f"p{number}", name="")) for number in range(30)}
    assert len(faces) > 25
    for face in [*faces, avatar(PEOPLE[2])]:
        ET.fromstring(face)  # noqa: S314 - our own drawing
    assert avatar(PEOPLE[0]) == avatar(PEOPLE[0])


# Live


def test_open_pages_hear_of_each_change(square: Square):
    address = square.base.replace("http", "ws") + "network/live"
    with connect(address, origin=square.origin) as socket:
        time.sleep(0.05)
        asked = square.network.publish("lea", "Trois heures.")
        answer = square.network.publish("aeroplouf", "Bonjour", asked.id)
        heard = [json.loads(socket.recv(timeout=3)) for _ in range(3)]
        assert heard[0] == {"kind": "post", "id": asked.id, "parent": None, "root": asked.id}
        assert heard[1] == {"kind": "post", "id": answer.id, "parent": asked.id, "root": asked.id}
        assert heard[2]["kind"] == "counts"
        square.live.close()
        with pytest.raises(Exception, match="1001"):
            socket.recv(timeout=3)


# The blogs


def test_feeds_hold_the_articles_and_answer_304_when_unchanged(square: Square):
    article = Article(
        slug="queue", title="Trois heures <là>", author="Élise", at=NOW, paragraphs=("Un & deux.", "Trois.")
    )
    empty = square.client.get("/blogs/ciel-ouvert/feed.xml")
    square.blogs.publish("ciel-ouvert", article)
    for name, entry in (("feed.xml", "item"), ("feed.atom", "{http://www.w3.org/2005/Atom}entry")):
        feed = square.client.get(f"/blogs/ciel-ouvert/{name}")
        entries = list(ET.fromstring(feed.content).iter(entry))  # noqa: S314 - our own feed
        assert len(entries) == 1
        assert "Trois heures <là>" in [element.text for element in entries[0]]
        assert "<p>Un &amp; deux.</p><p>Trois.</p>" in [element.text for element in entries[0]]
        assert feed.headers["etag"] != empty.headers["etag"]
        again = square.client.get(
            f"/blogs/ciel-ouvert/{name}", headers={"If-None-Match": f'"x", W/{feed.headers["etag"]}'}
        )
        assert (again.status_code, again.content) == (304, b"")
    assert "Trois heures &lt;là&gt;" in square.client.get("/blogs/ciel-ouvert/queue").text
    assert square.client.get("/blogs/nobody/feed.xml").status_code == 404
    assert square.client.get("/blogs/ciel-ouvert/nothing").status_code == 404


# The guard


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}", "127.0.0.1:{port}.evil.example"]
)
def test_another_host_is_refused(square: Square, host: str):
    port = square.base.rsplit(":", 1)[1].strip("/")
    assert square.client.get("/network", headers={"Host": host.format(port=port)}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_origin_may_neither_post_nor_listen(square: Square, origin: str):
    data = {"person": "lea", "text": "x"}
    assert square.client.post("/network/posts", data=data, headers={"Origin": origin}).status_code == 403
    token = {"Authorization": f"Bearer {square.token}", "Origin": origin}
    assert httpx.post(f"{square.base}network/api/v1/posts", json={"text": "x"}, headers=token).status_code == 403
    with pytest.raises(InvalidStatus), connect(square.base.replace("http", "ws") + "network/live", origin=origin):
        pass
    assert square.network.posts() == []


def test_without_origin_only_tools_with_a_token_or_a_secret_address_pass(square: Square):
    assert httpx.post(f"{square.base}network/posts", data={"person": "lea", "text": "x"}).status_code == 403
    assert square.api.post("posts", json={"text": "x"}).status_code == 201
    assert httpx.post(f"{square.base}hooks/actions/abc").status_code == 404
    assert httpx.get(f"{square.base}network").status_code == 200


# The words


def test_every_word_of_the_square_is_in_french():
    room = Path(__file__).parents[2] / "sandbox"
    texts = [path.read_text(encoding="utf-8") for path in (*room.glob("social/**/*.html"), *room.glob("social/*.py"))]
    used = {found for text in texts for found in re.findall(r'\bt\("([^"]+)"', text)}
    used |= {found for text in texts for found in re.findall(r'\bt\.plural\("([^"]+)"', text)}
    assert len(used) > 50
    assert used <= set(read_messages(room / "locale" / "fr"))
