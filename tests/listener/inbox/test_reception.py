"""Who is believed at the door, what is understood, what is kept, what is said back."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.i18n import words
from listener.collectors.webhook import WebhookCollector
from listener.inbox.item import MOST_ITEMS, schema
from listener.inbox.reception import Answer, Reception
from listener.inbox.spool import FULL, Spool
from models.errors import AccessLost

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "0123456789abcdef" * 4
POST = {"external_id": "1", "text": "Aéroplouf en retard", "author": {"handle": "lea"}}
ROOT = Path(__file__).parents[3]


class Times:
    """Our clock, and the one that only goes forward."""

    def __init__(self) -> None:
        self.now, self.seconds = NOW, 0.0


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "webhook", "avis")


Bring = Callable[..., Answer]


def bringing(spool: Spool, times: Times, language: str = "en", networks: tuple[str, ...] = ("facebook",)) -> Bring:
    reception = Reception(
        networks,
        SecretStr(SECRET),
        spool,
        lambda: times.now,
        words(language),
        per_minute=60,
        seconds=lambda: times.seconds,
    )

    def bring(said: object, secret: str = SECRET, at: datetime | None = None, **headers: str) -> Answer:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        moment = str(round((at or times.now).timestamp()))
        # Not with our own function: as the page says it, so that the page is true.
        made = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return reception.receive({"repartie-timestamp": moment, "repartie-signature": f"v1={made}"} | headers, body)

    return bring


def heard(spool: Spool, network: str = "facebook") -> list[str]:
    batch = WebhookCollector(network, spool, SecretStr(SECRET), words("en")).collect(None)
    return [post.external_id for post in batch.posts]


def test_what_is_signed_is_kept(spool: Spool, times: Times) -> None:
    answer = bringing(spool, times)(POST)
    assert (answer.status, answer.said) == (HTTPStatus.ACCEPTED, {"accepted": 1})
    assert heard(spool) == ["1"]


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({"secret": "f" * 64}, "signature"),
        ({"repartie-signature": ""}, "headers"),
        ({"repartie-timestamp": ""}, "headers"),
        ({"repartie-signature": "v1=é"}, "signature"),
        ({"repartie-timestamp": str(round(NOW.timestamp()) + 1)}, "signature"),
        ({"at": NOW - timedelta(seconds=301)}, "five minutes"),
        ({"at": NOW + timedelta(seconds=301)}, "five minutes"),
    ],
)
def test_who_cannot_sign_is_not_believed(spool: Spool, times: Times, how: dict[str, object], word: str) -> None:
    answer = bringing(spool, times)(POST, **how)
    assert answer.status == HTTPStatus.UNAUTHORIZED
    assert word in answer.said["error"]
    assert heard(spool) == []


def test_a_request_sent_again_is_kept_once_even_after_an_edit(spool: Spool, times: Times) -> None:
    bring = bringing(spool, times)
    bring(POST)
    bring(POST | {"text": "Aéroplouf est arrivé"})
    assert bring(POST).said == {"accepted": 0, "again": True}
    batch = WebhookCollector("facebook", spool, SecretStr(SECRET), words("en")).collect(None)
    assert [post.text for post in batch.posts] == ["Aéroplouf est arrivé"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (b"{", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        ({}, "posts"),
        ([], "posts"),
        ({"posts": []}, "posts"),
        (POST | {"author": {}}, "posts[0].author.handle"),
        (POST | {"txt": "x"}, "posts[0].txt"),
        (POST | {"at": "2026-11-22T09:30:00"}, "posts[0].at"),
        (POST | {"at": "hier"}, "posts[0].at"),
        (POST | {"url": "javascript:x"}, "posts[0].url"),
        (POST | {"engagement": {"likes": -1}}, "posts[0].engagement.likes"),
        ({"external_id": "1", "author": {"handle": "lea"}}, "posts[0]"),
        ({"text": "x", "author": {"handle": "lea"}}, "posts[0]"),
        ({"posts": [POST, POST | {"text": 3}]}, "posts[1].text"),
        ({"posts": [POST] * (MOST_ITEMS + 1)}, "posts"),
        (POST | {"network": "linkedin"}, "posts[0].network"),
        ({"deleted": [{"network": "linkedin", "external_id": "1"}]}, "deleted[0].network"),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_wrong_names_its_field(
    spool: Spool, times: Times, said: object, field: str | None, language: str
) -> None:
    answer = bringing(spool, times, language)(said)
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert [one["field"] for one in answer.said.get("problems", [])] == ([field] if field else [])
    assert (field or "JSON") in answer.said["error"]
    assert heard(spool) == []


def test_a_misspelt_field_is_told_with_its_name(spool: Spool, times: Times) -> None:
    assert bringing(spool, times)(POST | {"langage": "fr"}).said["error"] == (
        "posts[0].langage is not known; is it language?"
    )


def test_several_networks_are_named_and_kept_apart(spool: Spool, times: Times) -> None:
    bring = bringing(spool, times, networks=("facebook", "trustpilot"))
    assert bring(POST).said["problems"][0]["field"] == "posts[0].network"
    both = [POST | {"network": "facebook"}, POST | {"network": "trustpilot", "external_id": "2"}]
    assert bring({"posts": both}).said == {"accepted": 2}
    assert (heard(spool), heard(spool, "trustpilot")) == (["1"], ["2"])


def test_too_many_requests_wait(spool: Spool, times: Times) -> None:
    bring = bringing(spool, times)
    for number in range(60):
        assert bring(POST | {"external_id": str(number)}).status == HTTPStatus.ACCEPTED
    refused = bring(POST | {"external_id": "60"})
    assert (refused.status, refused.headers) == (HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "1"})
    times.seconds += 1
    assert bring(POST | {"external_id": "60"}).status == HTTPStatus.ACCEPTED


def test_strangers_wait_and_those_who_sign_do_not(spool: Spool, times: Times) -> None:
    bring = bringing(spool, times)
    said = [bring(POST, secret="f" * 64).status for _ in range(61)]
    assert said[59:] == [HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS]
    assert bring(POST).status == HTTPStatus.ACCEPTED


def test_a_disk_that_refuses_is_told(spool: Spool, times: Times, tmp_path: Path) -> None:
    bring = bringing(spool, times)
    (tmp_path / "webhook").write_text("not a folder")
    refused = bring(POST)
    assert (refused.status, refused.headers) == (HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "60"})
    (tmp_path / "webhook").unlink()
    assert bring(POST).status == HTTPStatus.ACCEPTED  # not taken for a repetition


def test_a_full_spool_is_told(times: Times, spool: Spool, tmp_path: Path) -> None:
    folder = tmp_path / "webhook" / "avis" / "facebook"
    folder.mkdir(parents=True)
    for number in range(FULL):
        (folder / f"{number}.json").touch()
    assert bringing(spool, times)(POST).status == HTTPStatus.SERVICE_UNAVAILABLE


def test_what_waits_is_for_us_alone(spool: Spool, times: Times, tmp_path: Path) -> None:
    bringing(spool, times)(POST)
    assert {oct(path.stat().st_mode & 0o077) for path in (tmp_path / "webhook").rglob("*")} == {"0o0"}


def test_parcels_leave_the_disk_once_the_store_has_them(spool: Spool, times: Times) -> None:
    bring = bringing(spool, times)
    bring(POST)
    collector = WebhookCollector("facebook", spool, SecretStr(SECRET), words("en"))
    first = collector.collect(None)
    bring(POST | {"text": "Aéroplouf est arrivé"})  # between the reading and the next
    assert spool.count("facebook") == 2
    [edited] = collector.collect(first.cursor).posts
    assert (edited.text, spool.count("facebook")) == ("Aéroplouf est arrivé", 1)


def test_a_parcel_that_cannot_be_read_stops_no_other(spool: Spool, times: Times, tmp_path: Path) -> None:
    spool.keep({"facebook": b"{half"})
    bringing(spool, times)(POST)
    batch = WebhookCollector("facebook", spool, SecretStr(SECRET), words("en")).collect(None)
    assert [post.external_id for post in batch.posts] == ["1"]
    assert len(batch.notices) == len(list(tmp_path.rglob("*.unreadable"))) == 1


def test_a_cursor_names_no_file_elsewhere(spool: Spool, tmp_path: Path) -> None:
    precious = tmp_path / "repartie.db"
    precious.touch()
    spool.keep({"facebook": b"{}"})
    spool.forget("facebook", ["../../../repartie.db"])
    assert precious.exists()


def test_a_short_secret_is_told_to_a_person(spool: Spool) -> None:
    with pytest.raises(AccessLost, match="32"):
        WebhookCollector("facebook", spool, SecretStr("court"), words("en")).collect(None)


def test_numbers_and_moments(spool: Spool, times: Times) -> None:
    bring = bringing(spool, times)
    bring(POST | {"at": "2027-01-01T00:00:00Z", "engagement": {"likes": 3}, "html": "<p>non lu</p>"})
    bring(
        {"url": "https://Avis.example/2?utm_source=x", "html": "<b>Aéroplouf</b> &amp; moi", "author": {"handle": "a"}}
    )
    batch = WebhookCollector("facebook", spool, SecretStr(SECRET), words("en")).collect(None)
    late, named = batch.posts
    assert (late.at, late.text, batch.engagement["1"].likes) == (NOW, "Aéroplouf en retard", 3)
    assert (named.external_id, named.text) == ("https://avis.example/2", "Aéroplouf & moi")


def test_the_schema_in_the_docs_is_what_is_read() -> None:
    assert json.loads((ROOT / "docs/networks/webhook.schema.json").read_text(encoding="utf-8")) == schema()
