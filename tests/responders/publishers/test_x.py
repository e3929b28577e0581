"""What only X has: how long a text is, what it costs, who may be answered, and that nothing is sent twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from config.clients import open_client, private_place
from config.guard import Limits
from config.sources import XOptions
from config.x_auth import XAuth
from models.database import Database
from models.errors import AccessLost, Refused, Unclear
from models.limits import MICROS
from models.store.limits import StoredLimits
from responders.publisher import Act, FindsReply, PostRef, ProblemCode, Standing
from responders.publishers.x import XPublisher
from responders.publishers.x_text import has_link, weighted
from tests.listener.contract.worlds.x import auth
from tests.responders.contract.worlds.x import X, open_world
from tests.servers.x import UNASKED


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Bonjour", 7),
        ("é", 1),
        ("e\u0301", 1),  # composed first
        ("« Ça ira »…", 12),
        ("“l’été” – oui", 13),
        ("日本語", 6),
        ("नमस्ते", 6),
        ("한국", 4),
        ("Ωβ Жя ა", 7),
        ("😀", 2),
        ("👩‍👩‍👧", 2),
        ("👍🏽", 2),
        ("🇫🇷🇧🇪", 4),
        ("1️⃣", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("©", 1),
        ("©️", 2),
        ("☎", 2),
        ("https://blog.example/une/page?avec=tout#cela", 23),
        ("Voir https://aeroplouf.example.", 5 + 23 + 1),
        ("(https://aeroplouf.example/vol)", 25),
        ("aeroplouf.fr", 23),
        ("aeroplouf.com/aide", 23),
        ("www.aeroplouf.fr et aeroplouf.com", 23 + 4 + 23),
        ("lea@aeroplouf.fr", 16),
        ("http://localhost/x", 18),
        ("3.5 km, 12.30", 13),
        ("M.Dupont", 8),
        ("https://été.example/là", 23),
    ],
)
def test_a_text_is_as_long_as_x_says(text: str, length: int) -> None:
    """From X's page “Counting characters” and the public conformance facts of twitter-text 3."""
    assert weighted(text) == length


@pytest.mark.parametrize(("sign", "weight"), [("x", 1), ("é", 1), ("語", 2), ("😀", 2), ("👩‍👩‍👧", 2)])
def test_the_limit_is_280_to_the_last_sign(world: X, sign: str, weight: int) -> None:
    most = 280 // weight
    to = world.asked()
    assert world.publisher.preview(sign * most, to).problems == ()
    [problem] = world.publisher.preview(sign * (most + 1), to).problems
    assert (problem.code, problem.detail) == (ProblemCode.TOO_LONG, str(weight))


@pytest.fixture
def world() -> Iterator[X]:
    with open_world(lambda name: name) as world:
        assert isinstance(world, X)
        yield world


def options(world: X, **more: object) -> XOptions:
    return XOptions.model_validate({"kind": "x", "cap": "30", "url": world.network.url, "allow_private": True} | more)


def publisher(world: X, limits: StoredLimits | None = None, **more: object) -> XPublisher:
    chosen = options(world, **more)
    signs = auth(chosen.url)
    client = open_client(allow_private=private_place(chosen.url), auth=signs, limits=Limits(total=1))
    return XPublisher(chosen, "aeroplouf", client, limits=limits)


def test_the_price_is_shown_before_and_is_that_of_a_link(world: X) -> None:
    to = world.asked()
    assert world.publisher.preview("", to).price == Decimal("0.010")
    assert world.publisher.preview("Voir aeroplouf.fr", to).price == Decimal("0.200")
    assert not has_link("Bonjour Léa. On regarde")
    assert publisher(world, prices={"reply": "0.5"}).preview("", to).price == Decimal("0.5")


def reason(publisher: XPublisher, to: PostRef) -> ProblemCode | None:
    return next((one.code for one in publisher.preview("Bonjour", to).problems), None)


def test_only_who_mentioned_or_quoted_us_can_be_answered(world: X) -> None:
    stranger = PostRef("x", "5", "", "lea", {"id": "5"}, ("@voloair",))
    quoted = replace(stranger, thread={"id": "5", "quoted": "Aeroplouf"})
    gated = replace(stranger, thread={"id": "5", "replies": "following"})
    mine, theirs = publisher(world), publisher(world, tier="enterprise")
    assert reason(mine, stranger) is ProblemCode.NOT_ADDRESSED
    assert reason(mine, quoted) is None
    assert reason(mine, replace(gated, accounts=("@AEROPLOUF",))) is None  # who is mentioned may answer
    assert reason(theirs, stranger) is None
    assert reason(theirs, gated) is ProblemCode.GATED
    with pytest.raises(Refused):
        mine.publish(mine.preview("Bonjour", stranger), "key")
    assert mine.browser_address(stranger) == "https://x.com/intent/post?in_reply_to=5"
    assert world.requests == 0


def test_what_x_refuses_is_told_in_its_words(world: X) -> None:
    number = world.network.say("lea", "Personne n'est nommé ici")
    to = PostRef("x", str(number), "", "lea", {"id": str(number)}, ("@aeroplouf",))
    with pytest.raises(Refused, match=UNASKED[:60]):
        world.publisher.publish(world.publisher.preview("Bonjour", to), "key")


def test_the_same_text_elsewhere_is_refused_and_not_taken_for_this_one(world: X) -> None:
    one, other = world.asked(), world.asked()
    world.publisher.publish(world.publisher.preview("Bonjour", one), "key-1")
    with pytest.raises(Refused, match="duplicate content"):
        world.publisher.publish(world.publisher.preview("Bonjour", other), "key-2")
    assert (world.under(one), world.under(other)) == (["Bonjour"], [])


def test_nobody_can_ask_x_whether_an_answer_stands(world: X) -> None:
    assert not isinstance(world.publisher, FindsReply)
    to = world.asked()
    world.network.answer = lambda *_: (503, {}, b"")  # type: ignore[method-assign] - X in trouble
    with pytest.raises(Unclear, match="503"):
        world.publisher.publish(world.publisher.preview("Bonjour", to), "key")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b"{}"),
        (402, b'{"title":"CreditsDepleted","detail":"no credits"}'),
        (403, b'{"detail":"x","type":"https://api.twitter.com/2/problems/oauth1-permissions"}'),
        (403, b'{"errors":[{"code":326,"message":"locked"}]}'),
    ],
)
def test_what_no_other_text_would_mend_is_for_a_person(world: X, status: int, body: bytes) -> None:
    to = world.asked()
    world.network.answer = lambda *_: (status, {}, body)  # type: ignore[method-assign] - X refuses the account
    with pytest.raises(AccessLost):
        world.publisher.publish(world.publisher.preview("Bonjour", to), "key")


def test_the_cap_refuses_and_a_refusal_costs_nothing(world: X, database: Database) -> None:
    limits = StoredLimits(database, lambda: datetime.now(UTC), used_up="used up", capped="capped")
    mine = publisher(world, limits, cap="0.025")
    key = auth(world.network.url).key
    to = world.asked()
    gone = world.asked()
    world.remove(gone)
    with pytest.raises(Refused, match="deleted"):
        mine.publish(mine.preview("Bonjour", gone), "key")
    assert limits.spent(key) == 0
    receipt = mine.publish(mine.preview("Bonjour", to), "key-1")
    mine.retract(receipt)
    assert limits.spent(key) == 0.02 * MICROS
    with pytest.raises(Refused, match=r"cap: \$0\.02 \+ \$0\.010 > \$0\.025"):
        mine.publish(mine.preview("Bonsoir", to), "key-2")
    assert world.under(to) == []


def test_answers_below_our_own_posts_can_be_hidden(world: X) -> None:
    to = world.asked()
    assert (world.publisher.standing(to), world.publisher.actions(to)) == (Standing.APPROVED, (Act.HIDE,))
    hidden = replace(to, thread=world.publisher.moderate(to, Act.HIDE))
    assert world.network.tweets[int(to.external_id)].hidden
    assert (world.publisher.standing(hidden), world.publisher.actions(hidden)) == (Standing.HIDDEN, (Act.UNHIDE,))
    assert world.publisher.moderate(hidden, Act.UNHIDE) == to.thread
    assert not world.network.tweets[int(to.external_id)].hidden
    elsewhere = replace(to, thread={"id": "5"})
    assert (world.publisher.standing(elsewhere), world.publisher.actions(elsewhere)) == (None, ())


def test_secrets_go_to_their_host_only() -> None:
    signs = auth("https://api.x.example")
    for url in ("https://api.twitter.com/2/tweets", "http://api.x.example/", "https://files.example/upload"):
        request = httpx.Request("POST", url, headers={"Authorization": "OAuth held"})
        assert "Authorization" not in next(signs.auth_flow(request)).headers
    asked = next(signs.auth_flow(httpx.Request("POST", signs._url, headers={"Authorization": "OAuth held"})))
    assert 'oauth_token="token"' in asked.headers["Authorization"]
    assert "token-secret" not in asked.headers["Authorization"]
    reader = XAuth(signs._url, signs._bearer)
    assert not reader.speaks
    asked = next(reader.auth_flow(httpx.Request("GET", signs._url, headers={"Authorization": "Bearer held"})))
    assert asked.headers["Authorization"].startswith("Bearer AAAA")


def test_a_receipt_tells_when_x_took_it(world: X) -> None:
    receipt = world.publisher.publish(world.publisher.preview("Bonjour", world.asked()), "key")
    assert abs(receipt.at - datetime.now(UTC)) < timedelta(seconds=30)
    assert receipt.url == f"https://x.com/aeroplouf/status/{receipt.external_id}"
