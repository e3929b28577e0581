"""What a source may use: its secrets by name, its brands, and a mark that changes with either."""

from pathlib import Path
from typing import Literal

import pytest

from config import sources as options
from config.base import WebAddress
from config.credentials import CredentialMissing, Credentials, WrongHost
from config.i18n import words
from config.schema import Config
from config.secrets import Secret
from repartie.access import given_to

WHERE = "Ask its owner, then put {variable}=… into .env."


class ToyOptions(options.Source):
    kind: Literal["toy"] = "toy"
    url: WebAddress = "https://toy.example"
    private: bool = True

    def secrets(self) -> tuple[Secret, ...]:
        named = (Secret("TOY_TOKEN", self.url, WHERE),) if self.private else ()
        return (*named, Secret("TOY_EXTRA", self.url, WHERE, optional=True))


def config(**sources: ToyOptions) -> Config:
    brands = [
        {
            "name": "Aéroplouf",
            "query": "aeroplouf",
            "accounts": {"toy": "@aeroplouf"},
            "sources": [*sources],
            "competitors": [{"name": "VoloAir", "query": "voloair"}],
        },
        {"name": "Autre", "query": "autre", "sources": ["elsewhere"]},
    ]
    feeds = {"elsewhere": {"kind": "rss", "feeds": ["https://blog.example/feed"]}}
    whole = Config.model_validate({"brands": brands, "sources": feeds})
    return whole.model_copy(update={"sources": {**whole.sources, **sources}})


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def credentials(**variables: str) -> Credentials:
        for name in ("TOY_TOKEN", "TOY_TOKEN_TOY", "TOY_TOKEN_TOY_2", "TOY_EXTRA"):
            monkeypatch.delenv(name, raising=False)
        file = tmp_path / ".env"
        file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()), encoding="utf-8")
        return Credentials.read(file)

    return credentials


def test_a_secret_is_found_by_name_and_goes_to_its_host(read) -> None:
    given = given_to("toy", config(toy=ToyOptions()), read(TOY_TOKEN="s3cret"))
    assert set(given.secrets) == {"TOY_TOKEN"}
    secret = given.secrets["TOY_TOKEN"]
    assert secret.for_url("https://toy.example/posts") == "s3cret"
    with pytest.raises(WrongHost):
        secret.for_url("https://evil.example")
    assert "s3cret" not in repr(given)
    assert len(secret.key) == 24


def test_each_of_two_sources_has_its_own(read) -> None:
    both = {"toy": ToyOptions(), "toy 2": ToyOptions()}
    with pytest.raises(CredentialMissing) as missing:
        given_to("toy", config(**both), read(TOY_TOKEN="whose"))
    assert missing.value.variable == "TOY_TOKEN_TOY"
    assert "put TOY_TOKEN_TOY=… into .env" in missing.value.render(words("en"))
    found = given_to("toy 2", config(**both), read(TOY_TOKEN_TOY="a", TOY_TOKEN_TOY_2="b"))
    assert found.secrets["TOY_TOKEN"].secret.get_secret_value() == "b"


def test_what_the_options_do_not_need_may_be_missing(read) -> None:
    assert given_to("toy", config(toy=ToyOptions(private=False)), read()).secrets == {}


def test_a_source_knows_the_brands_that_hear_it(read) -> None:
    (brand,) = given_to("toy", config(toy=ToyOptions()), read(TOY_TOKEN="x")).hearers
    assert (brand.name, str(brand.query), brand.accounts) == ("Aéroplouf", "aeroplouf", {"toy": "@aeroplouf"})
    assert {name: str(query) for name, query in brand.competitors.items()} == {"VoloAir": "voloair"}


def test_the_mark_changes_with_the_secret_and_the_options_only(read) -> None:
    def mark(said: str = "old", **changes: object) -> str:
        return given_to("toy", config(toy=ToyOptions(**changes)), read(TOY_TOKEN=said)).mark

    assert len({mark(), mark(), mark("new"), mark(url="https://other.example")}) == 3
    assert len(mark()) == 8
