"""A source of Bluesky, wired: its places, its publisher, and one session for both."""

import httpx
import pytest

from config.bluesky import BlueskyAuth
from config.credentials import CredentialMissing, Credentials
from config.schema import Brand, Config, PublishMode
from config.sources import BlueskyOptions
from repartie.access import auth_of, given_to
from responders.publishers.bluesky import BlueskyPublisher
from responders.registry import Given, build_publishers

US = "aeroplouf.example"


def configured(username: str | None = US) -> Config:
    brand = Brand(name="Aéroplouf", query="aeroplouf", sources=("ciel",), accounts={"bluesky": US})
    sky = BlueskyOptions(kind="bluesky", username=username)
    return Config(brands=(brand,), sources={"ciel": sky}, publish={"Aéroplouf": PublishMode.LIVE})


def test_who_listens_and_who_answers_share_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUESKY_PASSWORD", "abcd-efgh-ijkl-mnop")
    config, credentials = configured(), Credentials.read()
    given, auth = given_to("ciel", config, credentials), auth_of("ciel", config, credentials)
    assert isinstance(auth, BlueskyAuth)
    assert given.auth is auth
    assert given.mark


def test_with_an_account_somebody_speaks_without_one_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BLUESKY_PASSWORD", raising=False)
    with httpx.Client() as client:
        speaking = build_publishers(configured(), lambda _: Given(client)).of("Aéroplouf", "bluesky")
        assert isinstance(speaking, BlueskyPublisher)
        assert build_publishers(configured(None), lambda _: Given(client)).of("Aéroplouf", "bluesky") is None
    with pytest.raises(CredentialMissing, match="BLUESKY_PASSWORD"):
        given_to("ciel", configured(), Credentials.read())
    assert given_to("ciel", configured(None), Credentials.read()).auth is None
