"""`repartie init` and `repartie add`, as a person or a script types them, against a site on loopback."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from config.load import load
from models.database import Database
from models.post import Author, Post
from models.store.posts import to_row
from repartie.app import now
from repartie.cli import app
from repartie.first_file import Answers, configuration, local_zone, slug
from tests.web import Web

ITEM = "<item><title>{0}</title><link>https://blog.example/{1}</link></item>"
FEED = '<rss version="2.0"><channel><title>Carnets\n # de vol</title>{}</channel></rss>'
TITLES = ["Aeroplouf ouvre une ligne", "Du retard pour Aéroplouf Air", "Voloair recrute"]
HEAD = '<html><head><link rel="alternate" type="application/rss+xml" href="/carnets.xml"></head></html>'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "REPARTIE_DATABASE", "REPARTIE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    body = FEED.format("".join(ITEM.format(title, number) for number, title in enumerate(TITLES)))
    with Web() as web:
        web.routes["/"] = lambda exchange: exchange.answer(HEAD.encode())
        web.routes["/carnets.xml"] = lambda exchange: exchange.answer(body.encode())
        web.routes["/new.xml"] = lambda exchange: exchange.answer(body.replace("blog.example", "new.example").encode())
        yield web


def run(*typed: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, typed, input=said)


def began(web: Web, *more: str) -> Result:
    return run(
        "init", "--brand", "Aéroplouf", "--words", "aeroplouf, aéroplouf air", "--feeds", web.url("/"),
        "--language", "fr", "--allow-private", "--yes", *more,
    )  # fmt: skip


def test_a_script_gets_a_file_that_works(site: Web) -> None:
    started = time.monotonic()
    result = began(site)
    assert result.exit_code == 0, result.output
    assert time.monotonic() - started < 60
    written = Path("repartie.yaml").read_text(encoding="utf-8")
    assert "# la langue de l’interface" in written
    config = load(Path("repartie.yaml"))
    assert config.language == "fr"
    assert config.brands[0].query == '(aeroplouf OR "aéroplouf air")'
    assert config.sources["presse"].feeds == (site.url("/carnets.xml"),)
    assert not config.is_live("Aéroplouf")
    assert "Aeroplouf ouvre une ligne" in result.output, "it shows what it would have caught"
    assert "Voloair recrute" not in result.output
    assert "SLACK_BOT_TOKEN=" in Path(".env.example").read_text(encoding="utf-8")
    checked = run("check")
    assert checked.exit_code == 0, checked.output
    assert run("check", "--offline").exit_code == 0


def test_a_feed_does_not_write_on_our_terminal(site: Web) -> None:
    entry = '{"id": "1", "title": "Aeroplouf \\u001b[2J\\u0007 \\u202e vole"}'
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "\\u001b[31mRed", "items": [{entry}]}}'
    site.routes["/carnets.xml"] = lambda exchange: exchange.answer(feed.encode())
    result = began(site)
    assert result.exit_code == 0, result.output
    assert "Aeroplouf" in result.output
    assert not {"\x1b", "\x07", "\u202e"} & set(result.output + Path("repartie.yaml").read_text(encoding="utf-8"))


def test_a_person_is_asked_four_questions_and_again_where_the_answer_cannot_be(site: Web) -> None:
    answers = ["", "Aéroplouf", "aeroplouf AND", "", site.url("/nothing"), site.url("/carnets.xml"), "de", "en"]
    result = run("init", "--allow-private", said="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    config = load(Path("repartie.yaml"))
    assert (config.language, config.brands[0].query) == ("en", "Aéroplouf")
    assert [result.output.count(f"{number}/4") for number in (1, 2, 3, 4)] == [2, 2, 2, 2]


def test_a_query_is_taken_as_it_is(site: Web) -> None:
    query = '(aeroplouf OR "l\'aéro plouf") AND NOT recrute'
    assert (
        run("init", "--brand", "A", "--words", query, "--feeds", site.url("/"), "--allow-private", "-y").exit_code == 0
    )
    assert load(Path("repartie.yaml")).brands[0].query == query


def test_a_file_that_is_there_stays(site: Web) -> None:
    Path("repartie.yaml").write_text("mine", encoding="utf-8")
    assert began(site).exit_code == 2
    assert Path("repartie.yaml").read_text(encoding="utf-8") == "mine"
    assert began(site, "--force").exit_code == 0
    assert load(Path("repartie.yaml"))


@pytest.mark.parametrize(
    "typed",
    [
        ["--feeds", "x.example"],
        ["--brand", "A"],
        ["--brand", " ", "--feeds", "x.example"],
        ["--brand", "A", "--feeds", "x.example", "--words", "("],
        ["--brand", "A", "--feeds", "x.example", "--language", "de"],
        ["--brand", "A", "--feeds", "x.example", "--slack", "Mentions ici"],
    ],
)
def test_a_wrong_option_writes_nothing(site: Web, typed: list[str]) -> None:
    assert run("init", "--yes", "--offline", *typed).exit_code == 2
    assert list(Path().iterdir()) == []
    assert site.requests == []


def test_a_site_without_feed_writes_nothing(site: Web) -> None:
    result = run("init", "--yes", "--brand", "A", "--feeds", site.url("/nothing"), "--allow-private")
    assert result.exit_code == 2
    assert not Path("repartie.yaml").exists()


@pytest.mark.parametrize(
    "name", ["Aéroplouf", "no", "#1", "A: b", 'L\'air "plouf"', "日本", "- x", "{a}", "@plouf", "*"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_any_brand_makes_a_right_file(tmp_path: Path, name: str, language: str) -> None:
    file = tmp_path / "repartie.yaml"
    said = Answers(name, "plouf", {"https://a.example/x,y#z": "T\u2028\n: x"}, language, f"#{slug(name)}", True)  # noqa: FBT003 - a field
    file.write_text(configuration(said), encoding="utf-8")
    config = load(file)
    assert config.brands[0].name == name
    assert not config.is_live(name)
    assert YAML().load(file.read_text(encoding="utf-8"))["brands"][0]["name"] == name


def test_the_zone_of_this_machine_or_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Montreal")
    assert local_zone() == "America/Montreal"
    monkeypatch.setenv("TZ", "Etc/UTC")
    assert local_zone() == "Europe/Paris"


# --- add


@pytest.fixture
def file(site: Web) -> Path:
    assert began(site).exit_code == 0
    return Path("repartie.yaml")


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def test_a_keyword_changes_one_line(file: Path) -> None:
    before = lines(file)
    assert run("add", "keyword", "plouf air, #plouf").exit_code == 0
    assert run("add", "keyword", "--not", "recrutement").exit_code == 0
    changed = [line for line in lines(file) if line not in before]
    assert changed == ['    query: \'(aeroplouf OR "aéroplouf air" OR "plouf air" OR #plouf) AND NOT recrutement\'']
    assert len(before) == len(lines(file))
    assert run("add", "keyword", "#plouf").exit_code == 0
    assert load(file)


@pytest.mark.usefixtures("file")
def test_a_keyword_says_what_it_would_change(migrated: Path) -> None:
    Path("var").mkdir()
    Path("var/repartie.db").write_bytes(migrated.read_bytes())
    store = Database("sqlite:///var/repartie.db")
    with store.write() as session:
        for number, text in enumerate(["Aeroplouf recrute", "Aeroplouf vole", "Plouf"]):
            author = Author(handle="lea")
            session.add(to_row(Post(network="rss", external_id=str(number), text=text, author=author, at=now()), now()))
    store.close()
    said = run("add", "keyword", "--not", "recrute", "--dry-run").output
    assert "+0 / 3" in said
    assert "-1 / 3" in said
    assert "- Aeroplouf recrute" in said
    assert "+1 / 3" in run("add", "keyword", "plouf", "--dry-run").output


def test_a_feed_is_found_and_added_once(file: Path, site: Web) -> None:
    before = lines(file)
    assert run("add", "feed", site.url("/new.xml"), "--allow-private").exit_code == 0
    assert [line for line in lines(file) if line not in before] == [f"      - {site.url('/new.xml')}"]
    now_there = lines(file)
    assert run("add", "feed", site.url("/new.xml"), "--allow-private").exit_code == 0
    assert lines(file) == now_there
    assert run("add", "feed", site.url("/nothing"), "--allow-private").exit_code == 1
    assert lines(file) == now_there


def test_a_feed_may_make_a_source(file: Path) -> None:
    assert run("add", "feed", "https://a.example/feed", "--offline", "--source", "blogs").exit_code == 0
    config = load(file)
    assert config.brands[0].sources == ("presse", "blogs")
    assert config.sources["blogs"].feeds == ("https://a.example/feed",)
    assert run("add", "feed", "https://b.example/feed", "--offline").exit_code == 2, "which of the two?"


def test_a_brand_is_added_below_all_that_speaks_of_the_last(file: Path) -> None:
    before = lines(file)
    added = run("add", "brand", "Voloair", "--words", "voloair, @voloair", "--feeds", "v.example/feed", "--offline")
    assert added.exit_code == 0, added.output
    assert run("add", "brand", "Autre", "--slack", "#autre").exit_code == 0
    config = load(file)
    assert [(brand.name, brand.query, brand.sources) for brand in config.brands[1:]] == [
        ("Voloair", "(voloair OR @voloair)", ("voloair",)),
        ("Autre", "Autre", ("presse",)),
    ]
    assert [line for line in before if line not in lines(file)] == []
    text = file.read_text(encoding="utf-8")
    assert text.index("# publishers") < text.index("- name: Voloair") < text.index("\nsources:")
    assert run("add", "keyword", "x").exit_code == 2, "which brand?"
    assert run("add", "keyword", "x", "--brand", "VOLOAIR").exit_code == 0


@pytest.mark.parametrize(
    "typed",
    [
        ["brand", "aéroplouf"],
        ["brand", "A", "--words", "("],
        ["brand", "A", "--slack", "Pas un canal"],
        ["keyword", "a AND"],
        ["keyword", "a", "--brand", "Autre"],
    ],
)
def test_what_would_be_wrong_changes_nothing(file: Path, typed: list[str]) -> None:
    before = file.read_bytes()
    result = run("add", *typed)
    assert result.exit_code == 2
    assert file.read_bytes() == before


def test_a_dry_run_shows_and_saves_nothing(file: Path) -> None:
    before = file.read_bytes()
    result = run("add", "keyword", "plouf", "--dry-run")
    assert "+    query:" in result.output
    assert file.read_bytes() == before
