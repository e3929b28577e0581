"""The publisher against a real WordPress, and against answers that a real one does not give at will."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from config.clients import BasicPassword, open_client, private_place
from models.errors import AccessLost, Refused, RetryLater, Unclear
from responders.publisher import Act, FindsReply, Moderates, PostRef, Preview, ProblemCode, Publisher, Standing
from responders.publishers.wordpress import WordPressPublisher
from tests.servers.wordpress import WordPress

HOSTILE = 'R&D <3 <b>"deux"</b> &lt;i&gt; &amp; l\'été… 👋🏽\n\n  [gallery] \\o/ <script>x</script>'


class Place:
    """An article with one comment, and who answers it."""

    def __init__(self, site: WordPress, client: httpx.Client, account: str = "aeroplouf", **post: str) -> None:
        self.site, self.client = site, client
        self.article = site.post(**post)
        [self.asked] = site.comments(self.article, {"text": "Trois heures au guichet, Aéroplouf."})
        self.publisher = WordPressPublisher(site.url, account, client)

    def ref(self, comment: int | None = None, **thread: str) -> PostRef:
        said = {"id": str(comment or self.asked), "post": str(self.article), "status": "approved", "comments": "open"}
        return PostRef("wordpress", f"x#comment-{self.asked}", "", "Léa M. (visitor)", said | thread)

    def preview(self, text: str = "Bonjour Léa, on regarde tout de suite.", **thread: str) -> Preview:
        return self.publisher.preview(text, self.ref(**thread))


Open = Callable[..., Place]


@pytest.fixture
def place(wordpress: WordPress) -> Iterator[Open]:
    clients: list[httpx.Client] = []

    def make(account: str = "aeroplouf", password: str = "", **post: str) -> Place:
        auth = BasicPassword(wordpress.url, account, SecretStr(password or wordpress.passwords[account]))
        clients.append(open_client(allow_private=private_place(wordpress.url), auth=auth))
        return Place(wordpress, clients[-1], account, **post)

    yield make
    for client in clients:
        client.close()


def now() -> datetime:
    return datetime.now(UTC)


def test_the_reply_stands_under_the_comment_and_reads_as_previewed(place: Open):
    here = place()
    publisher: Publisher = here.publisher
    preview = here.preview(HOSTILE)
    before = now() - timedelta(seconds=2)
    receipt = publisher.publish(preview, "key-1")
    assert preview.text == HOSTILE
    [stands] = here.site.below(here.asked)
    assert stands == HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert before <= receipt.at <= now() + timedelta(seconds=2)
    number = receipt.url.rpartition("#comment-")[2]
    assert receipt.external_id == f"{here.site.url.removeprefix('http://')}#comment-{number}"
    said = here.site.stored(int(number))
    assert (said["comment_author"], said["comment_approved"], said["comment_post_ID"]) == (
        "Aéroplouf", "1", str(here.article),
    )  # fmt: skip
    page = httpx.get(f"{here.site.url}/wp-json/wp/v2/comments/{number}").json()["content"]["rendered"]
    assert "<b>" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("text", [HOSTILE, "Bonjour", "deux\nlignes et d'autres", "&amp;nbsp; &#8217; &eacute;"])
def test_our_reply_is_found_whatever_it_says(place: Open, text: str):
    here = place()
    finder: FindsReply = here.publisher
    preview = here.preview(text)
    assert finder.find_reply(preview, "key", now()) is None
    receipt = here.publisher.publish(preview, "key")
    assert finder.find_reply(preview, "key", now()) == receipt


def test_only_our_own_words_of_that_time_and_place_are_found(place: Open):
    here, elsewhere = place(), place()
    text = here.preview().text
    us = here.site.php(f"echo {here.site.user('aeroplouf')};")
    here.site.comments(
        here.article,
        {"text": text, "parent": here.asked},  # somebody else
        {"text": "Autre chose.", "parent": here.asked, "user": us},
        {"text": text, "user": us},  # not under this comment
        {"text": text, "parent": here.asked, "user": us, "at": "2026-11-20 08:00:00"},  # long ago
        {"text": text, "parent": here.asked, "user": us, "approved": "trash"},
    )
    elsewhere.publisher.publish(elsewhere.preview(text), "key")
    assert here.publisher.find_reply(here.preview(), "key", now()) is None
    [ours] = here.site.comments(
        here.article, {"text": text, "parent": here.asked, "user": us, "at": f"{now():%Y-%m-%d %H:%M:%S}"}
    )
    found = here.publisher.find_reply(here.preview(), "key", now())
    assert found is not None
    assert found.url.endswith(f"#comment-{ours}")


def test_our_reply_is_found_on_the_second_page(place: Open):
    here = place()
    here.site.comments(here.article, *({"text": f"et de {n}", "parent": here.asked} for n in range(110)))
    receipt = here.publisher.publish(here.preview(), "key")
    assert here.publisher.find_reply(here.preview(), "key", now()) == receipt


def test_the_same_text_again_is_the_same_reply(place: Open):
    """WordPress says 409 comment_duplicate: what was sent stands there."""
    here = place()
    first = here.publisher.publish(here.preview(), "key")
    assert here.publisher.publish(here.preview(), "key") == first
    assert here.site.below(here.asked) == [here.preview().text]
    number = int(first.url.rpartition("-")[2])
    here.site.php(f"wp_spam_comment({number});")
    with pytest.raises(Refused, match="spam"):
        here.publisher.publish(here.preview(), "key")


def test_preview_says_every_problem_before_anything_is_sent(place: Open):
    here = place()

    def codes(preview: Preview) -> list[ProblemCode]:
        return [problem.code for problem in preview.problems]

    assert codes(here.preview()) == []
    assert codes(here.preview(" \n \x07")) == [ProblemCode.EMPTY]
    assert codes(here.preview("é" * 32_762)) == []
    too_long = here.preview("&" * 13_106)
    assert codes(too_long) == [ProblemCode.TOO_LONG]
    assert (too_long.length, too_long.limit, too_long.problems[0].detail) == (65_530, 65_525, "5")
    assert codes(here.preview(comments="closed")) == [ProblemCode.LOCKED]
    for thread in ({"id": "x"}, {"status": "hold"}, {"status": "spam"}):
        assert codes(here.preview(**thread)) == [ProblemCode.CANNOT_REPLY]
    with pytest.raises(Refused, match="too_long"):
        here.publisher.publish(too_long, "key")
    assert here.site.below(here.asked) == []


def test_the_longest_text_wordpress_takes_is_the_longest_we_send(place: Open):
    here = place()
    longest = here.preview("é" * 32_762 + "e")
    assert longest.length == longest.limit
    here.publisher.publish(longest, "key")
    assert here.site.below(here.asked) == [longest.text]


def test_what_cannot_be_answered_is_refused(place: Open):
    closed, gone, held = place(comments="closed"), place(), place()
    gone.site.php(f"wp_delete_comment({gone.asked}, true); wp_set_comment_status({held.asked}, 'hold');")
    for here, said in (
        (closed, "HTTP 403 rest_comment_closed"),
        (gone, "HTTP 404 rest_comment_invalid_id"),
        (held, "status: hold"),
    ):
        with pytest.raises(Refused, match=said):
            here.publisher.publish(here.preview(), "key")
        assert here.site.below(here.asked) == []


def test_a_worthless_password_and_a_user_who_may_not_moderate_lose_access(place: Open):
    for here, said in (
        (place(password="abcd efgh ijkl mnop"), "HTTP 401"),
        (place("pigiste"), "moderate_comments|rest_forbidden_context"),
    ):
        for ask in (
            lambda here=here: here.publisher.publish(here.preview(), "key"),
            lambda here=here: here.publisher.find_reply(here.preview(), "key", now()),
            lambda here=here: here.publisher.moderate(here.ref(), Act.SPAM),
        ):
            with pytest.raises(AccessLost, match=said):
                ask()
        assert here.site.stored(here.asked)["comment_approved"] == "1"


def test_each_standing_is_reached_from_each_other(place: Open):
    here = place()
    moderator: Moderates = here.publisher
    assert moderator.standing(here.ref()) is Standing.APPROVED
    stored = {Standing.APPROVED: "1", Standing.HELD: "0", Standing.SPAM: "spam", Standing.BINNED: "trash"}
    acts = dict(zip((Act.APPROVE, Act.HOLD, Act.SPAM, Act.BIN), stored, strict=True))
    hold, approve, spam, bin_ = Act.HOLD, Act.APPROVE, Act.SPAM, Act.BIN
    for act in (hold, hold, approve, approve, spam, bin_, spam, hold, bin_, approve):
        standing = acts[act]
        thread = moderator.moderate(here.ref(), act)
        assert list(moderator.actions(here.ref(**thread))) == [each for each in acts if each is not act]
        assert here.site.stored(here.asked)["comment_approved"] == stored[standing]
        assert moderator.standing(here.ref(**thread)) is standing
        assert thread["id"] == str(here.asked)
    here.site.php(f"wp_delete_comment({here.asked}, true);")
    with pytest.raises(Refused, match="404"):
        moderator.moderate(here.ref(), Act.SPAM)


def test_an_address_we_never_call_is_for_a_person_to_mend(place: Open):
    here = place()
    with open_client() as guarded:
        publisher = WordPressPublisher(here.site.url, "aeroplouf", guarded)
        with pytest.raises(AccessLost, match=r"127\.0\.0\.1"):
            publisher.publish(here.preview(), "key")


# --- What a real one does not do when asked to.
ME = {"id": 7, "capabilities": {"moderate_comments": True}}
ASKED = {"id": 1, "post": 2, "date_gmt": "2026-11-22T08:00:00", "status": "approved", "link": "https://blog.example/"}
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def told(write: httpx.Response | Exception, found: list[dict[str, object]] | None = None) -> WordPressPublisher:
    """A publisher whose site reads well and answers every write so."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            if isinstance(write, Exception):
                raise write
            return write
        path = request.url.path
        said = ME if path.endswith("/me") else ASKED if path.endswith("/1") else (found or [])
        return httpx.Response(200, json=said)

    client = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    return WordPressPublisher("https://blog.example", "aeroplouf", client, lambda: NOW)


def json(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code})


@pytest.mark.parametrize(
    ("write", "error", "wait"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), RetryLater, 7),
        (json(400, "comment_flood"), RetryLater, 20),
        (httpx.Response(503, headers={"Retry-After": "600"}), RetryLater, 600),
        (httpx.ConnectError("refused"), RetryLater, 15),
        (httpx.Response(503), Unclear, None),
        (httpx.Response(500), Unclear, None),
        (httpx.Response(504, text="<h1>"), Unclear, None),
        (httpx.ReadTimeout("slow"), Unclear, None),
        (httpx.RemoteProtocolError("cut"), Unclear, None),
        (httpx.Response(201, content=b'{"id": 1'), Unclear, None),
        (httpx.Response(200, json=[]), Unclear, None),
        (json(409, "comment_duplicate"), Unclear, None),  # says it is there, and shows it nowhere
        (json(401, "rest_comment_login_required"), AccessLost, None),
        (httpx.Response(301, headers={"Location": "https://www.blog.example/"}), AccessLost, None),
        (json(403, "rest_comment_closed"), Refused, None),
        (json(400, "rest_comment_content_invalid"), Refused, None),
        (httpx.Response(403, text="<h1>Firewall</h1>"), Refused, None),
        (httpx.Response(201, json=ASKED | {"status": "spam"}), Refused, None),
    ],
)
def test_each_answer_says_what_to_do_next(write: httpx.Response | Exception, error: type[Exception], wait: int | None):
    publisher = told(write)
    preview = publisher.preview("Bonjour", PostRef("wordpress", "x", "", "", {"id": "1"}))
    with pytest.raises(error) as caught:
        publisher.publish(preview, "key")
    if isinstance(caught.value, RetryLater):
        assert caught.value.at == NOW + timedelta(seconds=wait or 0)


def test_a_moderation_that_nobody_can_confirm_may_be_asked_again():
    ref = PostRef("wordpress", "x", "", "", {"id": "1", "status": "approved"})
    for write in (httpx.Response(500), httpx.ReadTimeout("slow")):
        with pytest.raises(RetryLater):
            told(write).moderate(ref, Act.SPAM)
    with pytest.raises(AccessLost, match="rest_cannot_edit"):
        told(json(403, "rest_cannot_edit")).moderate(ref, Act.SPAM)


@pytest.mark.parametrize(
    "read",
    [httpx.Response(500), httpx.Response(429), httpx.Response(200, content=b'[{"id"'), httpx.ReadTimeout("slow")],
)
def test_looking_for_a_reply_never_reads_silence_as_absence(read: httpx.Response | Exception):
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/me"):
            return httpx.Response(200, json=ME)
        if isinstance(read, Exception):
            raise read
        return read

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        publisher = WordPressPublisher("https://blog.example", "aeroplouf", client, lambda: NOW)
        preview = publisher.preview("Bonjour", PostRef("wordpress", "x", "", "", {"id": "1"}))
        with pytest.raises(RetryLater):
            publisher.find_reply(preview, "key", NOW)


def test_an_answer_that_got_lost_is_found_and_not_sent_again(place: Open):
    here = place()

    def lose(response: httpx.Response) -> None:
        if response.request.method == "POST":
            raise httpx.ReadTimeout("lost on the way back", request=response.request)

    here.client.event_hooks = {"response": [lose]}
    with pytest.raises(Unclear, match="ReadTimeout"):
        here.publisher.publish(here.preview(), "key")
    here.client.event_hooks = {}
    found = here.publisher.find_reply(here.preview(), "key", now())
    assert found is not None
    assert here.publisher.publish(here.preview(), "key") == found
    assert here.site.below(here.asked) == [here.preview().text]
