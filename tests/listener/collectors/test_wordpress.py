"""The collector against a real WordPress, and against answers that a real one does not give at will."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from config.clients import BasicPassword, open_client, private_place
from config.guard import Limits
from config.i18n import words
from listener.collector import Batch
from listener.collectors.wordpress import WINDOW, WordPressCollector
from models.errors import AccessLost, RetryLater
from models.post import Post
from tests.servers.wordpress import WordPress

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
Open = Callable[..., WordPressCollector]


@pytest.fixture
def site(wordpress: WordPress) -> WordPress:
    """The site without any comment, so that each test knows what stands there."""
    wordpress.php("global $wpdb; $wpdb->query('delete from wp_comments'); wp_cache_flush();")
    return wordpress


@pytest.fixture
def collector(site: WordPress) -> Iterator[Open]:
    """Makes a collector: nobody's, or that of a user."""
    clients: list[httpx.Client] = []

    def make(username: str | None = None, password: str | None = None, language: str = "en") -> WordPressCollector:
        secret = SecretStr(password or site.passwords.get(username or "", ""))
        auth = BasicPassword(site.url, username, secret) if username else None
        clients.append(open_client(allow_private=private_place(site.url), auth=auth))
        return WordPressCollector(site.url, clients[-1], lambda: NOW, t=words(language), username=username)

    yield make
    for client in clients:
        client.close()


def texts(batch: Batch) -> list[str]:
    return [post.text for post in batch.posts]


def test_a_comment_keeps_what_the_site_shows(site: WordPress, collector: Open):
    article = site.post("L’été à Porto &amp; ailleurs")
    link = "<a href='https://blog.example/v'>ici</a>"
    markup = f'Trois heures d\'attente &amp; "rien"…\n\nVoir {link} @aeroplouf 👋🏽 &lt;b&gt;'
    [asked] = site.comments(article, {"text": markup, "at": "2026-11-20 08:00:00"})
    [answer] = site.comments(article, {"text": "Pareil.", "parent": asked, "author": "Tom &lt;i&gt;"})

    first, second = collector().collect(None).posts

    host = site.url.removeprefix("http://")
    assert first.network == "wordpress"
    assert first.external_id == f"{host}#comment-{asked}"
    assert first.text == "Trois heures d’attente & «\xa0rien\xa0»…\nVoir ici @aeroplouf 👋🏽 <b>"
    assert first.links == ("https://blog.example/v",)
    assert first.accounts == ("@aeroplouf",)
    assert first.place == "L’été à Porto & ailleurs"
    assert first.at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert (first.author.name, first.author.handle) == ("Léa M.", "Léa M. (visitor)")
    assert first.url == f"{site.url}/2026/lete-a-porto-ailleurs/#comment-{asked}"
    assert first.thread == {"id": str(asked), "post": str(article), "status": "approved", "comments": "open"}
    assert first.parent_id is None
    assert second.external_id == f"{host}#comment-{answer}"
    assert second.parent_id == first.external_id
    assert "lecteurs.example" not in repr((first, second))  # no e-mail is ever read
    assert "gravatar" not in repr((first, second))


def test_pages_follow_one_another_without_gap_or_repetition(site: WordPress, collector: Open):
    article = site.post()
    ids = site.comments(article, *({"text": f"numéro {number}"} for number in range(WINDOW + 35)))
    reader = collector()
    first = reader.collect(None)
    assert texts(first) == [f"numéro {number}" for number in range(35, WINDOW + 35)]
    assert first.cursor["floor"] == ids[35] - 1
    assert texts(reader.collect(first.cursor)) == []
    site.comments(article, *({"text": f"encore {number}"} for number in range(WINDOW + 120)))
    second = reader.collect(first.cursor)
    assert texts(second) == [f"encore {number}" for number in range(WINDOW + 120)]
    assert texts(collector().collect(second.cursor)) == []


def test_comments_that_go_while_we_read_hide_no_other(site: WordPress, collector: Open):
    article = site.post()
    ids = site.comments(article, *({"text": f"numéro {number}"} for number in range(150)))
    reader = collector()
    asked: list[str] = []
    send = reader._api._client.send

    def meddle(request: httpx.Request, **options: object) -> httpx.Response:
        asked.append(request.url.params.get("offset", ""))
        if asked == ["0", "99"]:  # before the second page: ten of the first go, and the rest moves up
            site.php(f"foreach (range({ids[140]}, {ids[149]}) as $id) wp_delete_comment($id, true);")
        return send(request, **options)

    reader._api._client.send = meddle
    found = texts(reader.collect(None))
    assert found == [f"numéro {number}" for number in range(150)]
    assert asked[:3] == ["0", "99", "49"]


def test_what_was_held_is_heard_when_it_is_approved(site: WordPress, collector: Open):
    article = site.post()
    held, shown = site.comments(article, {"text": "retenu", "approved": "0"}, {"text": "public"})
    reader = collector()
    before = reader.collect(None)
    assert texts(before) == ["public"]
    site.php(f"wp_set_comment_status({held}, 'approve'); wp_update_comment(['comment_ID' => {shown},"
             " 'comment_content' => 'public, corrigé']);")  # fmt: skip
    after = reader.collect(before.cursor)
    assert texts(after) == ["retenu", "public, corrigé"]
    assert after.posts[1].external_id == before.posts[0].external_id
    site.php(f"wp_trash_comment({held}); wp_delete_comment({shown}, true);")
    gone = reader.collect(after.cursor)
    assert texts(gone) == []
    assert gone.cursor["known"] == {}


def test_who_moderates_hears_held_comments_and_each_change_of_them(site: WordPress, collector: Open):
    article = site.post()
    held, _, _ = site.comments(
        article,
        {"text": "retenu", "approved": "0"},
        {"text": "pub", "approved": "spam"},
        {"text": "x", "approved": "trash"},
    )
    reader = collector("aeroplouf")
    before = reader.collect(None)
    assert [(post.text, post.thread["status"]) for post in before.posts] == [("retenu", "hold")]
    site.php(f"wp_set_comment_status({held}, 'approve');")
    after = reader.collect(before.cursor)
    assert [(post.text, post.thread["status"]) for post in after.posts] == [("retenu", "approved")]
    assert after.posts[0].external_id == before.posts[0].external_id


def test_a_visitor_cannot_pass_for_our_account(site: WordPress, collector: Open):
    article = site.post()
    ours, pigiste, admin = (site.php(f"echo {site.user(name)};") for name in ("aeroplouf", "pigiste", "admin"))
    site.comments(
        article,
        {"author": "aeroplouf", "text": "imposture"},
        {"author": "Aéroplouf", "text": "nous", "user": ours},
        {"author": "aeroplouf", "text": "membre", "user": pigiste},
        {"author": "aeroplouf", "text": "hôte", "user": admin},
    )
    handles = {post.text: post.author.handle for post in collector("aeroplouf").collect(None).posts}
    # A site tells the user names of those who wrote an article.
    others = {"imposture": "aeroplouf (visitor)", "membre": "aeroplouf (member)", "hôte": "admin"}
    assert handles == {"nous": "aeroplouf"} | others
    handles = {post.text: post.author.handle for post in collector().collect(None).posts}
    assert handles == {"nous": "Aéroplouf (member)"} | others


def test_articles_pages_and_closed_comments(site: WordPress, collector: Open):
    page = site.post("À propos", kind="page", comments="closed")
    article = site.post("Un vol")
    site.comments(page, {"text": "sur la page"})
    site.comments(article, {"text": "sous l’article"}, {"text": "un écho", "type": "pingback"})
    found = {post.text: (post.place, post.thread["comments"]) for post in collector().collect(None).posts}
    assert found == {"sur la page": ("À propos", "closed"), "sous l’article": ("Un vol", "open")}


def test_plain_permalinks_have_another_door(site: WordPress, collector: Open):
    article = site.post("Un vol")
    site.comments(article, {"text": "par l’autre porte"})
    permalinks = "global $wp_rewrite; $wp_rewrite->set_permalink_structure('{}'); flush_rewrite_rules();"
    site.php(permalinks.format(""))
    try:
        [post] = collector("aeroplouf").collect(None).posts
    finally:
        site.php(permalinks.format("/%year%/%postname%/"))
    assert (post.text, post.place) == ("par l’autre porte", "Un vol")
    assert post.url.startswith(f"{site.url}/?p={article}")


@pytest.mark.parametrize("username", ["aeroplouf", "personne"])
def test_a_worthless_password_is_for_a_person_to_mend(collector: Open, username: str):
    with pytest.raises(AccessLost, match=f"does not accept {username} .*HTTP 401"):
        collector(username, "abcd efgh ijkl mnop qrst uvwx").collect(None)


def test_it_says_why_in_the_operators_language(collector: Open):
    with pytest.raises(AccessLost, match="Le site n’accepte pas aeroplouf"):
        collector("aeroplouf", "abcd efgh ijkl mnop qrst uvwx", "fr").collect(None)


# --- What a real one does not do when asked to.
def told(answer: Callable[[httpx.Request], httpx.Response], cursor: dict[str, object] | None = None) -> list[Post]:
    with httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True) as client:
        reader = WordPressCollector("https://blog.example/fr/", client, lambda: NOW, t=words("en"))
        return list(reader.collect(cursor).posts)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"Retry-After": "7"}, timedelta(seconds=7)),
        (503, {"Retry-After": "Sun, 22 Nov 2026 08:10:00 GMT"}, timedelta(minutes=10)),
        (500, {}, timedelta(minutes=1)),
        (502, {"Retry-After": "soon"}, timedelta(minutes=1)),
        (429, {"Retry-After": "99999999"}, timedelta(days=1)),
    ],
)
def test_a_site_that_is_away_is_asked_again_later(status: int, headers: dict[str, str], wait: timedelta):
    with pytest.raises(RetryLater) as caught:
        told(lambda _: httpx.Response(status, headers=headers, text="<h1>Un instant</h1>"))
    assert caught.value.at == NOW + wait


@pytest.mark.parametrize("body", [b'[{"id": 1', b'[{"id": "x"}]', b"[null]", b'[{"id": 1, "content": 3}]'])
def test_half_an_answer_means_later(body: bytes):
    with pytest.raises(RetryLater, match="cannot be read"):
        told(lambda _: httpx.Response(200, headers={"Content-Type": "application/json"}, content=body))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(404, json={"code": "rest_no_route"}), "No WordPress answers there .HTTP 404 rest_no_route"),
        (httpx.Response(404, text="<html>"), "No WordPress answers there"),
        (httpx.Response(403, json={"code": "rest_forbidden"}), "security plugin"),
        (httpx.Response(401, json={"code": "rest_login_required"}), "security plugin"),
        (httpx.Response(301, headers={"Location": "https://www.blog.example/x"}), "at https://www.blog.example now"),
    ],
)
def test_what_a_person_must_mend_is_said(answer: httpx.Response, said: str):
    with pytest.raises(AccessLost, match=said):
        told(lambda _: answer)


def test_a_page_instead_of_an_answer_means_later():
    with pytest.raises(RetryLater, match="cannot be read"):
        told(lambda _: httpx.Response(200, headers={"Content-Type": "text/html"}, text="<h1>Maintenance</h1>"))


def test_a_site_that_hides_its_articles_costs_only_their_titles():
    comment = {"id": 3, "post": 1, "author": 4, "author_name": "Léa", "date_gmt": None, "content": {"rendered": "Oui"}}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/comments"):
            return httpx.Response(200, json=[comment])
        return httpx.Response(403, json={"code": "rest_forbidden"})

    [post] = told(answer)
    assert (post.place, post.author.handle, post.at) == ("blog.example", "Léa (member)", NOW)
    assert post.external_id == "blog.example/fr#comment-3"


def test_more_than_we_take_at_once_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("listener.collectors.wordpress.MOST", 150)

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/comments"):
            return httpx.Response(200, json=[])
        first = 1000 - int(request.url.params["offset"])
        page = [{"id": each, "content": {"rendered": str(each)}} for each in range(first, first - 100, -1)]
        return httpx.Response(200, json=page, headers={"X-WP-Total": "1000"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        reader = WordPressCollector("https://blog.example", client, lambda: NOW, t=words("en"))
        batch = reader.collect({"floor": 10, "known": {}})
    assert len(batch.posts) == 150
    assert batch.notices == ["More than 150 comments since the last look: the oldest are not read"]


def test_a_site_that_dawdles_is_left_alone(serve: Callable[..., str]):
    async def dawdle(scope: dict[str, object], _receive: object, send: Callable[..., object]) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await asyncio.sleep(0.6)
            await send({"type": "http.response.body", "body": b"[]"})

    url = serve(dawdle)
    with (
        open_client(allow_private=private_place(url), limits=Limits(total=0.2)) as client,
        pytest.raises(RetryLater, match="TooSlow"),
    ):
        WordPressCollector(url, client, lambda: NOW, t=words("en")).collect(None)


def test_an_address_we_never_call_is_for_a_person_to_mend(site: WordPress):
    with open_client() as guarded, pytest.raises(AccessLost, match=r"127\.0\.0\.1"):
        WordPressCollector(site.url, guarded, lambda: NOW, t=words("en")).collect(None)
