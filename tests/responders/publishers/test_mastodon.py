"""What only Mastodon has: how it counts, whom an answer names, images with words, servers that forget keys."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from models.errors import Refused
from responders.publisher import Act, Image, Manner, PostRef, ProblemCode, Standing
from responders.publishers.mastodon import MastodonPublisher, length
from tests.responders.contract.worlds.mastodon import Fediverse
from tests.web import Exchange, Web

PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def world() -> Iterator[Fediverse]:
    with Web() as web:
        world = Fediverse(web)
        web.routes["/vol.png"] = lambda exchange: exchange.answer(PICTURE, headers={"Content-Type": "image/png"})
        yield world
        world.over.set()


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Bonjour", 7),
        ("https://aeroplouf.example/une/tres/longue/adresse?avec=tout#cela", 23),
        ("Voir https://aeroplouf.example/vols.", 5 + 23 + 1),
        ("(https://aeroplouf.example)", 1 + 23 + 1),
        ("@lea@social.example merci", len("@lea merci")),
        ("👩‍👩‍👧 नमस्ते", 1 + 1 + 3),
        ("aeroplouf.example", 17),
    ],
)
def test_it_counts_as_mastodon_does(text: str, counted: int) -> None:
    assert length(text) == counted


def test_the_limit_is_the_servers_own_and_a_warning_counts(world: Fediverse) -> None:
    to = world.asked()
    small = MastodonPublisher(world.server.url, "a", world.publisher._client, max_characters=20)  # type: ignore[attr-defined]  # the real client
    assert small.preview("x" * 15, to).problems == ()
    assert [each.code for each in small.preview("x" * 16, to).problems] == [ProblemCode.TOO_LONG]
    warned = small.preview("x" * 15, to, Manner(warning="retard"))
    assert (warned.length, warned.limit) == (5 + 15 + 6, 20)


def test_who_is_answered_is_named_once(world: Fediverse) -> None:
    to = world.asked()

    def said(text: str) -> str:
        return world.publisher.preview(text, to).text

    assert said("Bonjour") == "@lea@social.example Bonjour"
    assert said("Bonjour @Lea@social.example !") == "Bonjour @Lea@social.example !"
    assert said("Bonjour @lea@social.example.org") == "@lea@social.example Bonjour @lea@social.example.org"


def test_manner_is_said_and_follows_the_post(world: Fediverse) -> None:
    to = world.asked()
    thread = {**to.thread, "warning": "accident", "visibility": "unlisted"}
    ref = PostRef("mastodon", to.external_id, to.url, to.author, thread, language="fr-FR")
    preview = world.publisher.preview("Bonjour", ref)
    assert preview.manner == Manner(language="fr", warning="accident", visibility="unlisted")
    world.publisher.publish(preview, "key-1")
    world.publisher.publish(world.publisher.preview("Bonsoir", to, Manner(visibility="direct")), "key-2")
    first, second = [toot for toot in world.server.toots.values() if toot.author == "aeroplouf"]
    assert (first.warning, first.visibility, first.language) == ("accident", "unlisted", "fr")
    assert (second.visibility, second.language) == ("public", None)  # never what the server assumes


def test_a_server_that_forgets_keys_is_looked_at_first(world: Fediverse) -> None:
    world.server.honours_keys = False
    to = world.asked()
    preview = world.publisher.preview("Bonjour\n\n  deux  lignes", to)
    since = world.now() - timedelta(seconds=5)
    receipt = world.publisher.publish(preview, "key-1")
    found = world.publisher.find_reply(preview, "key-1", since)  # type: ignore[attr-defined]  # it has that power
    assert (found.external_id, found.url) == (receipt.external_id, receipt.url)
    for number in range(90):
        world.say(f"autre {number}", None, ours=True)
    assert world.publisher.find_reply(preview, "key-1", since).external_id == receipt.external_id  # type: ignore[attr-defined]  # the same


def test_a_post_heard_elsewhere_is_asked_for_by_its_name(world: Fediverse) -> None:
    to = world.asked()
    elsewhere = {**to.thread, "instance": "https://ailleurs.example", "id": "1", "account": "2"}
    ref = PostRef("mastodon", to.external_id, to.url, to.author, elsewhere)
    world.publisher.publish(world.publisher.preview("Bonjour", ref), "key-1")
    assert list(world.under(to)) == ["@lea@social.example Bonjour"]
    unknown = PostRef("mastodon", "https://ailleurs.example/users/x/statuses/9", "", "@x@ailleurs.example", elsewhere)
    with pytest.raises(Refused):
        world.publisher.publish(world.publisher.preview("Bonjour", unknown), "key-2")


def test_an_image_goes_with_its_words(world: Fediverse) -> None:
    to, image = world.asked(), Image(url=world.web.url("/vol.png"), alt="Un avion à Porto")
    bare = world.publisher.preview("Voici", to, Manner(image=Image(url=image.url)))
    assert [each.code for each in bare.problems] == [ProblemCode.NO_ALT]
    world.publisher.publish(world.publisher.preview("Voici", to, Manner(image=image)), "key-1")
    [toot] = [toot for toot in world.server.toots.values() if toot.media]
    assert [world.server.media[name] for name in toot.media] == ["Un avion à Porto"]


@pytest.mark.parametrize("kind", ["text/html", "image/png"])
def test_what_is_no_image_stops_the_answer(world: Fediverse, kind: str) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.answer(b"<html>", 200 if kind == "text/html" else 404, {"Content-Type": kind})

    world.web.routes["/vol.png"] = answer
    to, image = world.asked(), Image(url=world.web.url("/vol.png"), alt="Un avion")
    with pytest.raises(Refused):
        world.publisher.publish(world.publisher.preview("Voici", to, Manner(image=image)), "key-1")
    assert list(world.under(to)) == []


def test_moderation_is_for_us_and_a_report_for_moderators(world: Fediverse) -> None:
    publisher, to = world.publisher, world.asked()
    assert isinstance(publisher, MastodonPublisher)
    assert publisher.actions(to) == (Act.MUTE, Act.BLOCK, Act.REPORT)
    muted = PostRef("mastodon", to.external_id, "", to.author, publisher.moderate(to, Act.MUTE))
    assert (publisher.standing(muted), publisher.actions(muted)) == (
        Standing.MUTED,
        (Act.UNMUTE, Act.BLOCK, Act.REPORT),
    )
    assert world.server.relations["mute"] == {"a-lea"}
    assert publisher.moderate(muted, Act.UNMUTE) == to.thread
    assert world.server.relations["mute"] == set()
    reported = PostRef("mastodon", to.external_id, "", to.author, publisher.moderate(to, Act.REPORT, "Menaces"))
    assert (publisher.standing(reported), Act.REPORT in publisher.actions(reported)) == (Standing.REPORTED, False)
    assert (world.server.reports[0]["comment"], world.server.reports[0]["status_ids[]"]) == ("Menaces", to.thread["id"])
    with pytest.raises(Refused):
        publisher.moderate(to, Act.BIN)
