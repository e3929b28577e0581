"""Doors follow the configuration; doctor sees which stand open."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.credentials import Credentials
from config.i18n import words
from config.schema import Config
from repartie.app import App, build
from repartie.doctor import outside
from repartie.doctor.diagnosis import Health
from repartie.doors import Doors


class Quiet:
    """Judges nothing."""

    def judge(self, _asks: object) -> list[object]:
        return []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as place:
        return int(place.getsockname()[1])


@pytest.fixture
def doors() -> Iterator[Doors]:
    doors = Doors()
    yield doors
    doors.stop()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPARTIE_DATABASE", f"sqlite:///{tmp_path / 'repartie.db'}")
    monkeypatch.setenv("WEBHOOK_SECRET", "s" * 64)


def configured(tmp_path: Path, port: int) -> Config:
    source = {"kind": "webhook", "networks": ["web", "facebook"], "port": port, "folder": str(tmp_path / "webhook")}
    brand = {"name": "Aéroplouf", "query": "aeroplouf", "sources": ["avis"]}
    return Config.model_validate({"brands": [brand], "sources": {"avis": source}})


def app_of(config: Config, after: App | None = None) -> App:
    return build(config, Credentials.read(), judge=Quiet(), after=after)


def healths(config: Config) -> list[Health]:
    return [one.health for one in outside.doors(config, words("en"))]


def opened(doors: Doors, app: App) -> None:
    doors.change(app)
    for _, door in doors._open.values():
        door.wait_open(10)


def test_a_door_moves_with_the_configuration_and_ends(doors: Doors, tmp_path: Path) -> None:
    first, second = configured(tmp_path, free_port()), configured(tmp_path, free_port())
    assert healths(first) == [Health.WARNING]
    app = app_of(first)
    assert [(place.key, place.network) for _, place in app.places] == [("web", "web"), ("facebook", "facebook")]
    opened(doors, app)
    assert healths(first) == [Health.FINE]
    stays = doors._open["avis"][1]
    opened(doors, app)
    assert doors._open["avis"][1] is stays
    opened(doors, app_of(second, app))
    assert (healths(first), healths(second)) == ([Health.WARNING], [Health.FINE])
    doors.stop()
    assert healths(second) == [Health.WARNING]
    app.close()


def test_another_program_on_the_port_is_seen(tmp_path: Path, serve) -> None:
    from starlette.applications import Starlette  # noqa: PLC0415 - only here

    url = httpx.URL(serve(Starlette()))
    assert healths(configured(tmp_path, url.port)) == [Health.WRONG]


def test_a_short_secret_opens_nothing(doors: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "court")
    app = app_of(configured(tmp_path, free_port()))
    doors.change(app)
    assert doors._open == {}
    app.close()
