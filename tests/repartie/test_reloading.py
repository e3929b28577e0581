"""An edit of the configuration while Repartie runs: taken over without losing a cursor, or refused and said."""

import gc
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import select
from starlette.applications import Starlette

from config.credentials import Credentials
from config.load import load
from models.database import Database
from models.store import sources
from models.tables import MentionRow, SourceRow
from models.verdict import Sentiment, Verdict
from repartie import running
from repartie.app import App, build
from repartie.reloading import EVERY, Edits
from repartie.running import Parts
from responders.slack import ids
from responders.slack.edit import view
from sandbox.slack import Workspace, routes
from tests.web import Web

CHANNEL = "#aeroplouf-mentions"


class Calm:
    """Finds everything neutral, without a model."""

    def judge(self, posts: Any) -> list[Verdict]:
        return [
            Verdict(language="fr", label=Sentiment.NEUTRAL, negative=0.1, neutral=0.8, positive=0.1, model="calm")
            for _ in posts
        ]


def feed(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://blog.example/{title.replace(' ', '-')}</link></item>"
        for title in titles
    )
    return f'<rss version="2.0"><channel><title>Blog</title>{items}</channel></rss>'.encode()


def wait_for(what: Callable[[], Any], seconds: float = 15) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if said := what():
            return said
        time.sleep(0.02)
    pytest.fail("it never came true")


@dataclass
class Place:
    """A configuration file, the feeds it names and the store it fills."""

    folder: Path
    web: Web
    database: Database
    api: str = ""
    feeds: list[str] = field(default_factory=lambda: ["/one"])
    query: str = "aeroplouf"
    extra: str = ""

    @property
    def file(self) -> Path:
        return self.folder / "repartie.yaml"

    def write(self, text: str | None = None) -> None:
        """Save the file, as an editor that writes in place does."""
        slack = f'\n    slack: {{mentions: "{CHANNEL}"}}' if self.api else ""
        api = f"slack: {{api: {self.api}}}\n" if self.api else ""
        listed = "".join(f"\n      - {self.web.url(path)}" for path in self.feeds)
        usual = (
            f"language: fr\nbrands:\n  - name: Aéroplouf\n    query: {self.query}\n    sources: [blogs]{slack}\n"
            f"sources:\n  blogs:\n    kind: rss\n    every: 1h\n    allow_private: true\n    feeds:{listed}\n"
            f"{api}{self.extra}"
        )
        self.file.write_text(usual if text is None else text, encoding="utf-8")

    def app(self, **tokens: str) -> App:
        given = {name: SecretStr(value) for name, value in tokens.items()}
        credentials = Credentials(
            _env_file=None,
            repartie_database=SecretStr(self.database.url.render_as_string(hide_password=False)),
            **given,
        )
        return build(load(self.file), credentials, judge=Calm())

    def mentions(self) -> list[MentionRow]:
        with self.database.read() as session:
            return list(session.exec(select(MentionRow)))

    def rows(self) -> dict[str, SourceRow]:
        with self.database.read() as session:
            return {row.place.rpartition("/")[2]: row for row in sources.every(session) if row.cursor}


@pytest.fixture
def place(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)  # beside a PostgreSQL store, workers leave their marks under var/
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with Web() as web:
        for path, title in {"/one": "Aeroplouf un", "/two": "Aeroplouf deux"}.items():
            web.routes[path] = lambda exchange, title=title: exchange.answer(
                feed(title), headers={"ETag": f'"{title}"'}
            )
        found = Place(tmp_path, web, database)
        found.write()
        yield found


@dataclass
class Fake:
    """Stands for what runs."""

    app: App
    changes: list[App] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def change(self, app: App) -> None:
        self.changes.append(app)
        self.app = app

    def tell(self, message: view.Message) -> None:
        self.told.append(str(message.text))


@dataclass
class Desk:
    """The file being watched by a clock that moves when told."""

    place: Place
    fake: Fake
    now: float = 0.0

    def __post_init__(self) -> None:
        self.edits = Edits(self.place.file, self.fake, lambda: self.now)

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.edits.look()
            self.now += EVERY


@pytest.fixture
def desk(place: Place) -> Iterator[Desk]:
    app = place.app()
    made = Desk(place, Fake(app))
    made.look(3)
    yield made
    app.close()


def test_nothing_happens_while_nobody_edits_and_comments_change_nothing(desk: Desk) -> None:
    desk.place.extra = "# a remark\n"
    desk.place.write()
    desk.look(5)
    assert (desk.fake.changes, desk.fake.told) == ([], [])


def test_a_good_edit_is_taken_over_once_with_store_model_and_manners(desk: Desk) -> None:
    before = desk.fake.app
    desk.place.feeds.append("/two")
    desk.place.write()
    desk.look(5)
    [after] = desk.fake.changes
    assert [found.key for _, found in after.places] == [desk.place.web.url("/one"), desk.place.web.url("/two")]
    assert after.database is before.database
    assert after.listening.judge is before.listening.judge
    assert after.means.manners is before.means.manners
    assert desk.fake.told == []


def test_a_broken_edit_is_refused_once_and_the_mend_is_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.place.extra = "nme: Aéroplouf\n"
    desk.place.write()
    desk.look(6)
    assert desk.fake.changes == []
    [said] = desk.fake.told
    assert "repartie.yaml:13:1: clé inconnue : « nme »" in said.replace("\xa0", " ").replace("\u202f", " ")
    assert "configuration of before goes on" in caplog.text
    assert f"{desk.place.file}:13:1" in caplog.text

    desk.place.extra = ""
    desk.place.query = "voloair"
    desk.place.write()
    desk.look(6)
    assert [app.config.brands[0].query for app in desk.fake.changes] == ["voloair"]
    assert len(desk.fake.told) == 2
    assert "de nouveau correct" in desk.fake.told[1]


def test_taking_a_broken_edit_back_is_told_and_changes_nothing(desk: Desk) -> None:
    desk.place.write("nothing")
    desk.look()
    desk.place.write()
    desk.look()
    assert desk.fake.changes == []
    assert [("refusée" in said, "de nouveau" in said) for said in desk.fake.told] == [(True, False), (False, True)]


def test_a_file_half_written_is_not_judged(desk: Desk) -> None:
    desk.place.write("brands:\n")
    desk.look(1)
    desk.place.write("brands:\n  -")
    desk.look(1)
    desk.place.query = "voloair"
    desk.place.write()
    desk.look(2)
    assert desk.fake.told == []
    assert len(desk.fake.changes) == 1


def test_a_file_that_is_gone_is_refused(desk: Desk) -> None:
    desk.place.file.unlink()
    desk.look(4)
    assert len(desk.fake.told) == 1
    assert desk.fake.changes == []


def test_an_edit_that_needs_a_token_asks_for_a_restart(desk: Desk) -> None:
    desk.place.extra = "  salon: {kind: sandbox, url: 'http://127.0.0.1:1'}\n"
    desk.place.write()
    desk.look()
    [said] = desk.fake.told
    assert "SANDBOX_TOKEN" in said
    assert desk.fake.changes == []


def test_what_is_refused_rings_nobody_in_slack() -> None:
    from config.i18n import words  # noqa: PLC0415 - only here

    message = view.refused(
        "repartie.yaml", [("repartie.yaml:1:1: <!channel> <https://evil.example|x>", "")] * 9, words("fr")
    )
    said = message.text + "".join(str(block.to_dict()) for block in message.blocks)
    assert "<!channel>" not in said
    assert "<https" not in said
    assert len(message.blocks) == 1 + view.MOST + 2


def test_places_come_and_go_and_the_others_stay_where_they_were(place: Place) -> None:
    app = place.app()
    parts = Parts(app)
    parts.schedule.start()
    parts.start()
    try:
        wait_for(lambda: "one" in place.rows())
        cursor = place.rows()["one"].cursor
        place.feeds = ["/one", "/two"]
        place.write()
        parts.change(build(load(place.file), app.credentials, after=parts.app))
        wait_for(lambda: "two" in place.rows())
        assert place.rows()["one"].cursor == cursor
        assert len([request for request in place.web.requests if request.path == "/one"]) == 1, "it keeps its next turn"
        assert len(place.mentions()) == 2

        place.feeds = ["/two"]
        place.write()
        parts.change(build(load(place.file), app.credentials, after=parts.app))
        kept = {job.id for job in parts.schedule._scheduler.get_jobs()}
        assert kept == {"lease", "forget", f"blogs {place.web.url('/two')}"}
        place.feeds = ["/one", "/two"]
        place.write()
        parts.change(build(load(place.file), app.credentials, after=parts.app))
        assert place.rows()["one"].cursor == cursor
    finally:
        assert parts.stop()
        app.close()
    assert len(place.mentions()) == 2


def test_while_it_runs_with_slack(place: Place, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken edit is said in the channel, its mend too, a new feed's mention gets its card, over one connection."""
    monkeypatch.setattr("repartie.reloading.EVERY", 0.1)
    workspace = Workspace(rate_limits=False)
    place.api = f"{serve(Starlette(routes=routes(workspace)))}/api/"
    place.write()
    app = place.app(slack_bot_token=workspace.bot_token, slack_app_token=workspace.app_token)
    stop, ended = threading.Event(), []
    thread = threading.Thread(target=lambda: ended.append(running.serve(app, stop, place.file)))
    thread.start()

    def channel() -> list[str]:
        return [message.text for message in workspace.channel(CHANNEL).messages]

    try:
        wait_for(lambda: workspace.sockets.connected == 1)
        wait_for(lambda: any("Aeroplouf un" in said for said in channel()))
        place.write("brands: [")
        wait_for(lambda: any("refusée" in said and "repartie.yaml:1:" in said for said in channel()))
        place.feeds.append("/two")
        place.write()
        wait_for(lambda: any("de nouveau correct" in said for said in channel()))
        wait_for(lambda: any("Aeroplouf deux" in said for said in channel()))
        assert workspace.sockets.connected == 1, "the same connection goes on"
        assert len(channel()) == 4
    finally:
        stop.set()
        thread.join(20)
        app.close()
    assert ended == [True]
    let_go()


def let_go() -> None:
    with warnings.catch_warnings():
        # websocket-client 1.9 lets go of a socket it has not closed when a connection is replaced.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def press(address: str, workspace: Workspace, action_id: str) -> bool:
    """Camille presses a button of the first card; False when the card was drawn anew before her finger was down."""
    channel = workspace.channel(CHANNEL)
    [message] = channel.messages
    block = next((block for block in message.blocks if action_id in str(block)), None)
    if block is None:
        return False
    place = {"channel": channel.id, "ts": message.ts}
    body = {"as": "camille", "client": "page-camille", "place": place, "block_id": block["block_id"], "value": None}
    answer = httpx.post(
        f"{address}/desk/do/act", json={**body, "action_id": action_id}, headers={"Origin": address}, timeout=20
    )
    return bool(answer.raise_for_status().json()["ok"])


def test_no_click_is_lost_while_configurations_follow_one_another(place: Place, serve: Callable[..., str]) -> None:
    workspace = Workspace(rate_limits=False)
    address = serve(Starlette(routes=routes(workspace)))
    place.api = f"{address}/api/"
    place.write()
    app = place.app(slack_bot_token=workspace.bot_token, slack_app_token=workspace.app_token)
    parts = Parts(app)
    parts.schedule.start()
    parts.start()
    changes, clicked = 0, threading.Event()

    def go_on_changing() -> None:
        nonlocal changes
        while not clicked.wait(0.05):
            changes += 1
            place.query = f"aeroplouf OR plouf{changes}"
            place.write()
            parts.change(build(load(place.file), app.credentials, after=parts.app))

    changing = threading.Thread(target=go_on_changing)
    try:
        wait_for(lambda: workspace.channel(CHANNEL).messages)
        changing.start()
        for action, status in [(ids.MENTION_TAKE, "taken"), (ids.MENTION_RELEASE, "open")] * 3:
            wait_for(lambda action=action: press(address, workspace, action))
            wait_for(lambda status=status: [row.status for row in place.mentions()] == [status])
    finally:
        clicked.set()
        changing.join(20)
        parts.stop()
        app.close()
    assert changes >= 2
    assert workspace.sockets.late_acks == []
    assert len(workspace.channel(CHANNEL).messages) == 1
    let_go()
