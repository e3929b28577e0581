"""What only a mailbox has; the rest is in the contract. Over a strict IMAP server on loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from config.i18n import words
from config.sources import MailOptions
from listener.collector import Batch
from listener.collectors.mail import MailCollector
from models.errors import AccessLost, RetryLater
from tests.imap import ImapServer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with ImapServer(folder="Alertes &- bo&AO4-tes") as server:
        yield server


def reading(
    imap: ImapServer, cursor: dict[str, object] | None = None, queries: tuple[str, ...] = (), **said: object
) -> Batch:
    options = {
        "kind": "mail", "host": "127.0.0.1", "port": imap.port, "security": "none", "username": "alertes",
        "senders": ["@alertes.example"], "folder": "Alertes & boîtes",
    }  # fmt: skip
    collector = MailCollector(
        MailOptions.model_validate(options | said),
        imap.account[1],
        lambda: NOW,
        words("en"),
        queries=queries,
        seconds=2,
    )
    return collector.collect(cursor)


def letter(name: str, sender: str = "a@alertes.example", headers: str = "", body: str = "Aéroplouf") -> bytes:
    return f"From: {sender}\nMessage-ID: <{name}>\nSubject: Avis\n{headers}\n{body}\n".encode()


def ids(batch: Batch) -> list[str]:
    return [post.external_id for post in batch.posts]


def test_nothing_is_marked_unless_told(imap: ImapServer) -> None:
    uid = imap.deliver(letter("un"))
    reading(imap, reading(imap).cursor)
    assert imap.mails[uid].flags == set()
    assert not any(command.startswith(("SELECT", "UID STORE")) for command in imap.commands)


def test_what_is_stored_is_marked_when_told_and_nothing_else(imap: ImapServer) -> None:
    ours, other = imap.deliver(letter("un")), imap.deliver(letter("deux", "b@ailleurs.example"))
    batch = reading(imap, mark_read=True)
    assert imap.mails[ours].flags == set()  # a kill now would lose it from nobody's sight
    reading(imap, batch.cursor, mark_read=True)
    assert (imap.mails[ours].flags, imap.mails[other].flags) == ({r"\Seen"}, set())


def test_a_folder_made_anew_loses_and_doubles_nothing(imap: ImapServer) -> None:
    imap.deliver(letter("un"))
    first = reading(imap)
    imap.rebuild()
    imap.deliver(letter("deux"))
    assert ids(reading(imap, first.cursor)) == ["mid:un", "mid:deux"]  # known to the store by their ids


def test_how_far_back(imap: ImapServer) -> None:
    imap.deliver(letter("vieux"), NOW - timedelta(days=20))
    imap.deliver(letter("neuf"), NOW - timedelta(days=3))
    assert ids(reading(imap)) == ["mid:neuf"]
    none = reading(imap, backfill="0d")
    imap.deliver(letter("futur"))
    assert (ids(none), ids(reading(imap, none.cursor, backfill="0d"))) == ([], ["mid:futur"])


def test_another_query_looks_back_again(imap: ImapServer) -> None:
    imap.deliver(letter("un"))
    cursor = reading(imap, queries=("a",)).cursor
    assert ids(reading(imap, cursor, queries=("a",))) == []
    assert ids(reading(imap, cursor, queries=("b",))) == ["mid:un"]


def test_one_page_in_two_alerts_is_one_post(imap: ImapServer) -> None:
    for name in ("un", "deux"):
        link = '<a href="https://g.example/url?url=https://journal.example/vol-annule">Aéroplouf</a>'
        imap.deliver(letter(name, headers="Content-Type: text/html\n", body=f"<p>{link} {name}</p>"))
    [post] = reading(imap).posts
    assert (post.external_id, post.network, post.author.handle) == (
        "https://journal.example/vol-annule", "web", "journal.example",
    )  # fmt: skip
    imap.deliver(letter("trois", headers="Content-Type: text/html\n", body=f"<p>{link} trois</p>"))
    assert ids(reading(imap, reading(imap).cursor)) == []


def test_strangers_and_what_nobody_vouches_for_are_passed_over(imap: ImapServer) -> None:
    imap.deliver(letter("faux", "a@mechant.example"))
    imap.deliver(letter("nu"))
    imap.deliver(letter("bon", headers="Authentication-Results: mx.example; dkim=pass header.d=alertes.example\n"))
    assert ids(reading(imap)) == ["mid:nu", "mid:bon"]
    assert ids(reading(imap, authserv="mx.example")) == ["mid:bon"]


def test_a_mail_that_python_cannot_read_stops_no_other(imap: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from listener.collectors import mail  # noqa: PLC0415 - only this test changes it

    whole = mail.read_mail

    def broken(raw: bytes) -> object:
        if b"casse" in raw:
            raise IndexError
        return whole(raw)

    monkeypatch.setattr(mail, "read_mail", broken)
    imap.deliver(letter("casse"))
    imap.deliver(letter("bon"))
    batch = reading(imap)
    assert (ids(batch), len(batch.notices)) == (["mid:bon"], 1)
    assert ids(reading(imap, batch.cursor)) == []


def test_who_refuses_for_now_is_asked_later(imap: ImapServer) -> None:
    imap.refusal = "[UNAVAILABLE] directory is away"
    with pytest.raises(RetryLater):
        reading(imap)


def test_a_folder_that_is_not_there_is_told_by_name(imap: ImapServer) -> None:
    with pytest.raises(AccessLost, match="Ailleurs"):
        reading(imap, folder="Ailleurs")


def test_nobody_there_is_for_later() -> None:
    with ImapServer() as gone:
        pass
    with pytest.raises(RetryLater):
        reading(gone)


@pytest.mark.parametrize(("host", "fits"), [("127.0.0.1", True), ("localhost", True), ("imap.example", False)])
def test_an_open_way_stays_on_this_machine(host: str, fits: bool) -> None:  # noqa: FBT001 - what is expected
    said = {"kind": "mail", "host": host, "security": "none", "username": "a", "senders": ["@a.example"]}
    if fits:
        MailOptions.model_validate(said)
    else:
        with pytest.raises(ValueError, match="unencrypted"):
            MailOptions.model_validate(said)
