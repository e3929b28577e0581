"""The scenario plays as written, on a clock moved by hand."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.scenario.player import Player, accounts_of, blogs_of, is_civil
from sandbox.scenario.schema import Scenario, WrongScenario, load
from sandbox.social.blogs import Blogs
from sandbox.social.network import Network, Post

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class Stage:
    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        self.network = Network(accounts_of(scenario), clock=lambda: NOW)
        self.blogs = Blogs(blogs_of(scenario))
        self.player = Player(scenario, self.network, self.blogs, seed=seed)
        self.player.begin()

    def said(self, words: str) -> Post:
        return next(post for post in self.network.posts() if words in post.text)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("default")


def test_the_default_scenario_is_as_rich_as_promised(scenario: Scenario):
    past = [step for day in scenario.history for step in day.posts if step.say]
    live = [step for step in scenario.live if step.say]
    texts = [step.say or "" for step in (*past, *live)]
    people = {person.handle: person for person in scenario.people}
    assert len([person for person in scenario.people if not person.official]) == 40
    assert len(past) >= 170
    assert len(live) >= 55
    assert len(set(texts)) == len(texts)
    assert {step.by for step in (*past, *live)} == set(people)
    french = [step for step in (*past, *live) if people[step.by].language == "fr"]
    assert 0.6 < len(french) / len(texts) < 0.8
    named = [text for text in texts if re.search("a[ée]roplouf", text, re.IGNORECASE)]
    assert 0.55 < len(named) / len(texts) < 0.85
    assert any("recrutement" in text.casefold() for text in named)
    assert max(len(text) for text in texts) <= 500


def test_two_days_are_there_at_once_and_the_third_arrives_in_seconds(scenario: Scenario):
    stage = Stage(scenario)
    at_start = stage.network.posts()
    assert len(at_start) > 110
    assert max(post.at for post in at_start) < NOW - timedelta(days=1)
    stage.player.advance(scenario.fast_forward)
    arrived = stage.network.posts()[: -len(at_start)]
    assert len(arrived) > 50
    assert all(NOW - timedelta(days=2) < post.at < NOW for post in arrived)
    ordered, _ = stage.network.changes(0, 1_000)
    assert [post.at for post in ordered] == sorted(post.at for post in ordered)


def test_the_newcomer_sees_something_within_five_seconds_and_the_trouble_after_two_minutes(scenario: Scenario):
    stage = Stage(scenario)
    before = len(stage.network.posts())
    stage.player.advance(5)
    assert len(stage.network.posts()) > before + 10
    stage.player.advance(scenario.fast_forward + 1.5 + 2.5 - 5)
    assert stage.network.posts()[0].at == NOW
    stage.player.advance(100)
    assert not any("AttenteAeroplouf" in post.text for post in stage.network.posts())
    stage.player.advance(110)
    angry = [post for post in stage.network.posts() if "AttenteAeroplouf" in post.text]
    assert len(angry) >= 4
    assert {article.slug for article in stage.blogs.articles("ciel-ouvert")} >= {"trois-heures-au-comptoir"}
    assert stage.said("Trois enfants").reposts == 2


def test_the_calm_afterwards_never_ends_and_says_nothing_of_the_trouble(scenario: Scenario):
    stage = Stage(scenario)
    stage.player.advance(400)
    before = len(stage.network.posts())
    stage.player.advance(3_600)
    later = stage.network.posts()[: len(stage.network.posts()) - before]
    assert len(later) > 130
    assert not any("#AttenteAeroplouf" in post.text for post in later)


def test_the_same_seed_tells_the_same_story(scenario: Scenario):
    def told(seed: int) -> list[tuple[str, str]]:
        stage = Stage(scenario, seed)
        stage.player.advance(900)
        return [(post.author.handle, post.text) for post in stage.network.changes(0, 1_000)[0]]

    assert told(4) == told(4)
    assert told(4) != told(5)


@pytest.mark.parametrize(
    ("answer", "reaction"),
    [
        ("Bonjour Sophie, nous sommes désolés.", "Merci d'avoir répondu avec humanité."),
        ("Lisez nos conditions.", "J'attendais des excuses"),
    ],
)
def test_people_react_to_how_they_are_answered(scenario: Scenario, answer: str, reaction: str):
    stage = Stage(scenario)
    stage.player.advance(180)
    asked = stage.said("Trois enfants")
    answered = stage.network.publish("aeroplouf", answer, asked.id)
    stage.network.publish("aeroplouf", "Encore nous. Merci.", asked.id)
    stage.player.advance(20)
    below = [post for post in stage.network.thread(asked.id) if post.in_reply_to == answered.id]
    assert [post.author.handle for post in below] == ["maman_en_vol"]
    assert below[0].text.startswith(reaction)
    assert stage.network.post(answered.id).likes == (1 if "Bonjour" in answer else 0)


def test_civility_is_heard_in_both_languages():
    assert is_civil("Désolée, Léa")
    assert is_civil("Hi Jack")
    assert is_civil("We APOLOGISE")
    assert not is_civil("Voir nos conditions générales.")
    assert not is_civil("Nothing we can do")


def test_a_post_deleted_meanwhile_stops_nothing(scenario: Scenario):
    stage = Stage(scenario)
    stage.player.advance(155)
    stage.network.delete(stage.said("Neuf personnes, une heure et demie").id)
    stage.player.advance(400)
    assert stage.said("On décolle")


ONE = "people: [{handle: a, name: A, followers: 1, language: fr}]\n"
WRONG = {
    "people: [{handle: a, name: A, followers: 1, language: fr, age: 3}]": "Extra inputs",
    f"{ONE}live: [{{after: 1, by: b, say: x}}]": "nobody is called b",
    f"{ONE}live: [{{after: 1, by: a, repost: x}}]": "has the id x",
    f"{ONE}live: [{{after: 1, by: a}}]": "exactly one of",
    "people: [": "while parsing",
}


@pytest.mark.parametrize(("text", "error"), WRONG.items())
def test_a_wrong_scenario_is_refused_and_says_why(tmp_path: Path, text: str, error: str):
    path = tmp_path / "mine.yaml"
    path.write_text(f"version: 1\nname: mine\n{text}\n", encoding="utf-8")
    with pytest.raises(WrongScenario, match=re.escape(error)):
        load(str(path))
    with pytest.raises(WrongScenario, match="nowhere"):
        load("nowhere")
