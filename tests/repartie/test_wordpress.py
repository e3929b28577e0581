"""The whole way on a real WordPress: a comment is heard, answered under it, then put into the bin."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from config.credentials import CredentialMissing, Credentials
from config.schema import Config
from models.ml.judge import Ask
from models.verdict import Sentiment, Verdict
from repartie.app import build, now
from responders.outbox import Outbox
from responders.publisher import Act, ProblemCode, Standing
from responders.seen import Person
from responders.worker import Worker
from tests.servers.wordpress import WordPress

CAMILLE = Person("U012ABCDEF", "Camille Roux")


class Calm:
    """Judges without a model."""

    def judge(self, asks: Sequence[Ask]) -> list[Verdict]:
        neutral = Verdict(language="fr", label=Sentiment.NEUTRAL, negative=0.1, neutral=0.8, positive=0.1, model="t")
        return [neutral for _ in asks]


def configured(url: str, **more: object) -> Config:
    brand = {
        "name": "Aéroplouf",
        "query": "aeroplouf",
        "sources": ["carnet"],
        "accounts": {"wordpress": "aeroplouf"},
        "publishers": [CAMILLE.id],
    }
    site = {"kind": "wordpress", "url": url, "username": "aeroplouf", "allow_private": True}
    return Config.model_validate(
        {
            "brands": [brand],
            "sources": {"carnet": site},
            "publish": {"Aéroplouf": "live"},
            "replies": {"cancel": "0s"},
            **more,
        }
    )


def test_from_the_comment_to_the_answer_and_the_bin(
    wordpress: WordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("REPARTIE_DATABASE", f"sqlite:///{tmp_path}/app.db")
    monkeypatch.setenv("WORDPRESS_PASSWORD_CARNET", wordpress.passwords["aeroplouf"])
    app = build(configured(wordpress.url), Credentials.read(), clock=now, judge=Calm())
    article = wordpress.post("Un vol pour Porto")
    [asked] = wordpress.comments(article, {"text": "Aéroplouf, trois heures d'attente !", "approved": "0"})
    run = app.listening.run(*app.places[0])
    assert run.mentions >= 1
    mention = app.moderation.see(1)
    while f"#comment-{asked}" not in mention.url:
        mention = app.moderation.see(mention.mention_id + 1)
    assert (mention.place, mention.standing) == ("Un vol pour Porto", Standing.HELD)
    assert mention.eligibility.reason is ProblemCode.CANNOT_REPLY

    mention = app.moderation.moderate(mention.mention_id, Act.APPROVE, CAMILLE)
    assert mention.eligibility.possible
    assert wordpress.stored(asked)["comment_approved"] == "1"
    app.answering.approve(mention.mention_id, "Bonjour Léa, on regarde.", CAMILLE)
    later = lambda: now() + timedelta(seconds=1)  # noqa: E731 - the cancel window is over
    Outbox(app.database, app.publishers, app.config, later, Worker(tmp_path / "workers")).step()
    answer = app.moderation.see(mention.mention_id).answer
    assert answer is not None
    assert answer.status.value == "sent", answer.problem
    assert answer.url is not None
    assert answer.url.startswith(wordpress.url)
    assert wordpress.below(asked) == ["Bonjour Léa, on regarde."]

    app.moderation.moderate(mention.mention_id, Act.BIN, CAMILLE)
    assert wordpress.stored(asked)["comment_approved"] == "trash"
    app.close()


def test_a_site_without_its_password_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REPARTIE_DATABASE", f"sqlite:///{tmp_path}/app.db")
    for name in ("WORDPRESS_PASSWORD", "WORDPRESS_PASSWORD_CARNET"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CredentialMissing, match="WORDPRESS_PASSWORD is not set"):
        build(configured("https://carnet.example"), Credentials.read(), judge=Calm())
