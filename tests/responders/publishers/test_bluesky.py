"""What only Bluesky has: bytes and graphemes, facets, keys of records, gates, and a session that is renewed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from config.bluesky import BlueskyAuth
from models.errors import AccessLost, Refused
from responders.publisher import Act, Manner, PostRef, ProblemCode, Standing
from responders.publishers.bluesky import record_key
from responders.publishers.bluesky_facets import facets, graphemes
from tests.bluesky import BLOCK, GATE, PASSWORD
from tests.responders.contract.worlds.bluesky import US, Sky, open_world

TID = re.compile(r"[234567a-j][234567a-z]{12}")
FAMILY = "👩‍👩‍👧"


@pytest.fixture
def sky(request: pytest.FixtureRequest) -> Iterator[Sky]:
    with open_world(request.getfixturevalue) as world:
        assert isinstance(world, Sky)
        yield world


def parts(text: str, known: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """What each facet covers, cut out of the bytes as a reader's app does, and what it is."""
    data = text.encode()
    found = []
    for facet in facets(text, (known or {}).get):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        [feature] = facet["features"]
        found.append((data[start:end].decode(), feature["$type"].rpartition("#")[2]))
    return found


def test_a_key_is_the_same_each_time_and_reads_as_a_past_moment() -> None:
    keys = {record_key(f"reply {number}") for number in range(2_000)}
    assert len(keys) == 2_000
    assert record_key("reply 7") == record_key("reply 7")
    assert all(TID.fullmatch(key) for key in keys)
    signs = "234567abcdefghijklmnopqrstuvwxyz"
    for key in keys:
        number = 0
        for sign in key:
            number = number * 32 + signs.index(sign)
        at = datetime.fromtimestamp((number >> 10) / 1_000_000, UTC)
        assert datetime(2020, 1, 1, tzinfo=UTC) <= at < datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Été à Évian : https://aeroplouf.example/été?x=1.", [("https://aeroplouf.example/été?x=1", "link")]),
        ("(voir https://fr.example/Porto_(ville))", [("https://fr.example/Porto_(ville)", "link")]),
        (f"{FAMILY} @lea.example, merci", [("@lea.example", "mention")]),
        ("@personne.example et lea@blog.example", []),
        ("#retard et #Évian2026, pas #1 ni a#b", [("#retard", "tag"), ("#Évian2026", "tag")]),
        (
            "https://voloair.example/#retard @lea.example",
            [("https://voloair.example/#retard", "link"), ("@lea.example", "mention")],
        ),
        ("https:// et rien", []),
    ],
)
def test_facets_cover_their_bytes(text: str, found: list[tuple[str, str]]) -> None:
    assert parts(text, {"lea.example": "did:plc:lea"}) == found


def test_signs_are_counted_as_readers_see_them(sky: Sky) -> None:
    assert [graphemes(text) for text in (FAMILY, "नमस्ते", "e\N{COMBINING ACUTE ACCENT}", "")] == [1, 3, 1, 0]
    to = sky.asked()
    assert sky.publisher.preview("é" * 300, to).problems == ()
    [problem] = sky.publisher.preview(FAMILY * 200, to).problems
    assert (problem.code, problem.detail) == (ProblemCode.TOO_MANY_BYTES, str(200 * len(FAMILY.encode()) - 3000))


def test_an_answer_names_its_parent_and_the_beginning(sky: Sky) -> None:
    root = sky.network.say("lea.example", "Aéroplouf ?")
    parent = sky.network.say("tom.example", "Moi aussi", root.uri)
    to = PostRef("bluesky", parent.uri, "", "tom.example", {"uri": parent.uri}, language="fr")
    preview = sky.publisher.preview("Bonjour @lea.example", to)
    receipt = sky.publisher.publish(preview, "key")
    [record] = sky.network.under(parent.uri)
    assert record.value["reply"]["root"] == {"uri": root.uri, "cid": root.cid}
    assert record.value["reply"]["parent"] == {"uri": parent.uri, "cid": parent.cid}
    assert record.value["langs"] == ["fr"]
    assert record.value["facets"][0]["features"][0]["did"] == sky.network.account("lea.example")
    assert receipt.external_id.endswith(record_key("key"))
    assert receipt.url == f"https://bsky.app/profile/{US}/post/{record_key('key')}"


def test_the_same_key_with_another_text_is_not_taken_for_ours(sky: Sky) -> None:
    to = sky.asked()
    sky.publisher.publish(sky.publisher.preview("Bonjour.", to, Manner()), "key")
    other = sky.publisher.preview("Autre chose.", to)
    with pytest.raises(Refused, match="InvalidSwap"):
        sky.publisher.publish(other, "key")
    assert sky.publisher.find_reply(other, "key", sky.now()) is None


def test_who_closed_the_conversation_since_is_not_answered(sky: Sky) -> None:
    to = sky.asked()
    rkey = to.external_id.rpartition("/")[2]
    lea = sky.network.account("lea.example")
    sky.network.put(lea, GATE, rkey, {"post": to.external_id, "allow": []})
    with pytest.raises(Refused, match="gated"):
        sky.publisher.publish(sky.publisher.preview("Bonjour", to), "key")
    assert list(sky.under(to)) == []


def test_our_own_conversation_is_closed_opened_and_swept(sky: Sky) -> None:
    root = sky.network.say(US, "Nos vols du jour")
    rude, kind = (sky.network.say("tom.example", text, root.uri) for text in ("Grossier", "Aimable"))
    gate_uri = root.uri.replace("feed.post", "feed.threadgate")
    to = PostRef("bluesky", rude.uri, "", "tom.example", {"uri": rude.uri, "root": root.uri, "mine": "1"})
    assert sky.publisher.actions(to)[:2] == [Act.HIDE, Act.CLOSE_REPLIES]
    thread = sky.publisher.moderate(to, Act.HIDE)
    hidden = PostRef("bluesky", rude.uri, "", "tom.example", thread)
    assert sky.publisher.standing(hidden) is Standing.HIDDEN
    other = PostRef("bluesky", kind.uri, "", "tom.example", {"uri": kind.uri, "root": root.uri, "mine": "1"})
    sky.publisher.moderate(other, Act.HIDE)
    sky.publisher.moderate(hidden, Act.CLOSE_REPLIES)
    gate = sky.network.records[gate_uri].value
    assert gate["post"] == root.uri
    assert gate["hiddenReplies"] == [rude.uri, kind.uri]
    assert gate["allow"] == [{"$type": f"{GATE}#mentionRule"}]
    sky.publisher.moderate(hidden, Act.UNHIDE)
    sky.publisher.moderate(hidden, Act.OPEN_REPLIES)
    gate = sky.network.records[gate_uri].value
    assert (gate["hiddenReplies"], "allow" in gate) == ([kind.uri], False)


def test_nobody_hides_in_a_conversation_of_somebody_else(sky: Sky) -> None:
    to = sky.asked()
    assert sky.publisher.actions(to) == [Act.MUTE, Act.BLOCK]
    with pytest.raises(Refused):
        sky.publisher.moderate(to, Act.HIDE)


def test_an_author_is_muted_and_blocked_and_back(sky: Sky) -> None:
    to = sky.asked()
    us, lea = sky.network.account(US), sky.network.account("lea.example")
    thread = sky.publisher.moderate(to, Act.MUTE)
    assert sky.network.muted == {(us, lea)}
    both = PostRef("bluesky", to.external_id, "", "lea.example", thread)
    thread = sky.publisher.moderate(both, Act.BLOCK)
    sky.publisher.moderate(both, Act.BLOCK)
    assert [one.value["subject"] for one in sky.network.records.values() if BLOCK in one.uri] == [lea]
    barred = PostRef("bluesky", to.external_id, "", "lea.example", thread)
    assert sky.publisher.actions(barred) == [Act.UNMUTE, Act.UNBLOCK]
    for act in (Act.UNMUTE, Act.UNBLOCK):
        sky.publisher.moderate(barred, act)
    assert (sky.network.muted, [uri for uri in sky.network.records if BLOCK in uri]) == (set(), [])


def test_a_session_is_renewed_not_begun_again(sky: Sky) -> None:
    to = sky.asked()
    sky.publisher.publish(sky.publisher.preview("Un", to), "1")
    sky.network.expire()
    sky.publisher.publish(sky.publisher.preview("Deux", to), "2")
    assert (sky.network.logins, sky.network.refreshes) == (1, 1)
    sky.network.tokens.clear()  # both are stale: two months later
    sky.publisher.publish(sky.publisher.preview("Trois", to), "3")
    assert sky.network.logins == 2
    assert list(sky.under(to)) == ["Un", "Deux", "Trois"]


def test_a_wrong_password_is_access_lost_and_nothing_leaves(sky: Sky) -> None:
    to = sky.asked()
    auth = sky.publisher._api._client.auth
    assert isinstance(auth, BlueskyAuth)
    auth._password = SecretStr("wrong")
    with pytest.raises(AccessLost, match="AuthenticationRequired"):
        sky.publisher.publish(sky.publisher.preview("Bonjour", to), "key")
    assert list(sky.under(to)) == []


def test_a_kept_session_opens_with_the_same_password_only(sky: Sky) -> None:
    to = sky.asked()
    sky.publisher.publish(sky.publisher.preview("Bonjour", to), "key")
    auth = sky.publisher._api._client.auth
    assert isinstance(auth, BlueskyAuth)
    sealed = auth.seal()
    assert sealed == auth.seal()
    assert auth.session is not None
    assert auth.session.access not in sealed
    same, other = (BlueskyAuth(sky.web.url(""), US, SecretStr(password)) for password in (PASSWORD, "wrong"))
    for kept in (sealed, sealed[:-8] + "AAAAAAA=", "!", ""):
        other.restore(kept)
    same.restore(sealed)
    assert (same.session, other.session) == (auth.session, None)


def test_age_of_what_is_found_does_not_matter(sky: Sky) -> None:
    to = sky.asked()
    preview = sky.publisher.preview("Bonjour", to)
    sent = sky.publisher.publish(preview, "key")
    assert sky.publisher.find_reply(preview, "key", sky.now() + timedelta(hours=1)) == sent
