from pathlib import Path

import pytest

from config.credentials import CredentialMissing, Credentials, SettingsWrong, WrongHost
from config.i18n import words
from config.leaks import VARIABLES
from config.schema import SlackSettings

BOT, APP = "xoxb-invented-bot", "xapp-invented-app"
SLACK = SlackSettings()


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "REPARTIE_PUBLISH"):
        monkeypatch.delenv(name, raising=False)


def test_without_anything_the_defaults_hold() -> None:
    read = Credentials.read()
    assert read.database == "sqlite:///var/repartie.db"
    assert read.may_publish


def test_no_file_is_read_unless_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN={BOT}\nOTHER=1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CredentialMissing):
        Credentials.read().slack_bot(SLACK)
    credential = Credentials.read(tmp_path / ".env").slack_bot(SLACK)
    assert credential.for_url("https://slack.com/api/chat.postMessage") == BOT


def test_the_environment_stands_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN={BOT}-file\n", encoding="utf-8")
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    credential = Credentials.read(tmp_path / ".env").slack_bot(SLACK)
    assert credential.for_url("https://slack.com/api/auth.test") == BOT


@pytest.mark.parametrize(
    "url",
    [
        "https://slack.com.evil.example/api/",
        "https://evil.example/slack.com",
        "https://slack.com@evil.example/",
        "https://evil.example\\@slack.com/",
        "https://slack.com:8443/api/",
        "http://slack.com/api/",
        "//slack.com/api/",
        "https://slack.com\n.evil.example/",
        "https://sub.slack.com/api/",
        "",
    ],
)
def test_a_token_goes_to_no_other_host(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    with pytest.raises(WrongHost) as caught:
        Credentials.read().slack_app(SLACK).for_url(url)
    assert APP not in str(caught.value)
    assert "SLACK_APP_TOKEN" in caught.value.render(words("fr"))


@pytest.mark.parametrize("url", ["https://slack.com/api/x", "https://SLACK.com:443/api/x", "https://slack.com./api/"])
def test_a_token_goes_to_its_own_host(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    assert Credentials.read().slack_app(SLACK).for_url(url) == APP


def test_another_api_address_moves_the_tokens_there_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    credential = Credentials.read().slack_bot(SlackSettings(api="http://127.0.0.1:8090/api/"))
    assert credential.for_url("http://127.0.0.1:8090/api/auth.test") == BOT
    for other in ("https://slack.com/api/auth.test", "http://127.0.0.1:8091/api/", "http://localhost:8090/api/"):
        with pytest.raises(WrongHost):
            credential.for_url(other)


def test_the_practice_token_is_bound_to_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_TOKEN", "invented")
    credential = Credentials.read().sandbox("http://127.0.0.1:8091/")
    assert credential.for_url("http://127.0.0.1:8091/network/api/posts") == "invented"


def test_a_site_gets_its_own_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site = "https://carnet.example"
    (tmp_path / ".env").write_text("WORDPRESS_PASSWORD_LE_BLOG_D_ETE=from the file\n", encoding="utf-8")
    monkeypatch.setenv("WORDPRESS_PASSWORD", "the only one")
    read = Credentials.read(tmp_path / ".env")
    assert read.wordpress("carnet", site, only=True).for_url(f"{site}/wp-json/") == "the only one"
    assert read.wordpress("le-blog d’été", site, only=True).for_url(site) == "from the file"
    monkeypatch.setenv("WORDPRESS_PASSWORD_LE_BLOG_D_ETE", "from the environment")
    again = Credentials.read(tmp_path / ".env")
    assert again.wordpress("le-blog d’été", site, only=False).for_url(site) == "from the environment"
    assert "environment" not in repr(again) + str(again.model_dump())
    with pytest.raises(CredentialMissing, match="WORDPRESS_PASSWORD_CARNET is not set"):
        read.wordpress("carnet", site, only=False)  # whose would WORDPRESS_PASSWORD be?
    with pytest.raises(WrongHost):
        read.wordpress("carnet", site, only=True).for_url("https://elsewhere.example")
    with pytest.raises(WrongHost):
        read.wordpress("carnet", "http://carnet.example", only=True).for_url("http://carnet.example")


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("SLACK_BOT_TOKEN", BOT),
        ("SANDBOX_TOKEN", "s3cret"),
        ("REPARTIE_DATABASE", "db://a:s3cret@h/x"),
    ):
        monkeypatch.setenv(name, value)
    read = Credentials.read()
    for shown in (repr(read), str(read), repr(read.slack_bot(SLACK)), str(read.model_dump()), read.model_dump_json()):
        assert BOT not in shown
        assert "s3cret" not in shown


@pytest.mark.parametrize("variable", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SANDBOX_TOKEN", "WORDPRESS_PASSWORD"])
def test_a_missing_token_says_where_to_get_it(variable: str) -> None:
    read = Credentials.read()
    ask = {
        "SLACK_BOT_TOKEN": lambda: read.slack_bot(SLACK),
        "SLACK_APP_TOKEN": lambda: read.slack_app(SLACK),
        "SANDBOX_TOKEN": lambda: read.sandbox("http://127.0.0.1/"),
        "WORDPRESS_PASSWORD": lambda: read.wordpress("carnet", "https://carnet.example", only=True),
    }
    with pytest.raises(CredentialMissing) as caught:
        ask[variable]()
    assert caught.value.render(words("en")).startswith(f"{variable} is not set. ")
    assert caught.value.render(words("fr")).startswith(f"La variable {variable} n’est pas définie. ")
    if variable != "SANDBOX_TOKEN":
        assert all(f" {step}. " in caught.value.render(words("fr")) for step in range(1, 6))


@pytest.mark.parametrize(("said", "meant"), [("on", True), ("ON", True), ("", True), ("off", False), ("0", False)])
def test_the_switch_that_stops_publishing(monkeypatch: pytest.MonkeyPatch, said: str, meant: object) -> None:
    monkeypatch.setenv("REPARTIE_PUBLISH", said)
    assert Credentials.read().may_publish is meant


@pytest.mark.parametrize(
    ("variable", "value", "english", "french"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-s3cret", "a bot token starts with xoxb-", "un jeton de bot commence par xoxb-"),
        (
            "SLACK_APP_TOKEN",
            "xoxb-s3cret",
            "an app-level token starts with xapp-",
            "un jeton d’application commence par xapp-",
        ),
        ("REPARTIE_PUBLISH", "s3cret", "write on or off", "écrivez on ou off"),
    ],
)
def test_a_wrong_variable_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, english: str, french: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsWrong) as caught:
        Credentials.read()
    assert caught.value.render(words("en")) == f"{variable}: {english}"
    assert caught.value.render(words("fr")) == f"{variable}: {french}"
    assert "s3cret" not in repr(caught.value)
