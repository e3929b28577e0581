"""No secret stands in the file, and none is shown while we say so."""

from collections.abc import Callable

import pytest

from config.i18n import words
from config.load import Examination
from config.problems import ConfigErrors

Look = Callable[..., Examination]

# What is changed in the right file, code, line:column, the secret, and the variable that should hold it.
SECRETS = [
    (("brands:", "# xoxb-12-34-abcDEF\nbrands:"), "secret_slack_bot 1:3", "xoxb-12-34-abcDEF", "SLACK_BOT_TOKEN"),
    (('"#mentions"', "xapp-1-A1-22-abcdef"), "secret_slack_app 5:23", "xapp-1-A1-22-abcdef", "SLACK_APP_TOKEN"),
    (("aeroplouf\n", "xoxp-1-2-3\n"), "secret_slack_user 3:12", "xoxp-1-2-3", "SLACK_BOT_TOKEN"),
    (("aeroplouf\n", "xoxe.xoxb-1-abc\n"), "secret_slack_bot 3:12", "xoxe.xoxb-1-abc", "SLACK_BOT_TOKEN"),
    (("brands:", "slack_app_token: abc12345\nbrands:"), "secret_value 1:1", "abc12345", "SLACK_APP_TOKEN"),
    (("brands:", "mot_de_passe: hunter2\nbrands:"), "secret_value 1:1", "hunter2", None),
    (("kind: rss", "kind: rss, api_key: k-123"), "secret_value 7:23", "k-123", None),
    (("brands:", "#SANDBOX_TOKEN=abcd1234\nbrands:"), "secret_value 1:2", "abcd1234", "SANDBOX_TOKEN"),
    (("brands:", "# db://bob:hunter2@db.example/x\nbrands:"), "secret_database 1:3", "hunter2", "REPARTIE_DATABASE"),
    (('"#mentions"', "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2Q"), "secret_long 5:23", "Zm9vYmFyYmF6cXV4", None),
    (("https://blog", "https://bob:hunter2@blog"), "secret_address 7:31", "hunter2", ""),
    (("[presse]", "[presse #xoxb-1-2"), "secret_slack_bot 4:23", "xoxb-1-2", "SLACK_BOT_TOKEN"),  # not even YAML
]


@pytest.mark.parametrize("row", SECRETS)
def test_each_secret_is_told_and_hidden(
    look: Look, fine: str, row: tuple[tuple[str, str], str, str, str | None]
) -> None:
    change, where, secret, variable = row
    found = look(fine.replace(*change, 1))
    assert found.config is None
    (problem,) = (each for each in found.problems if each.code.startswith("secret"))
    assert f"{problem.code} {problem.line}:{problem.column}" == where
    for language in ("en", "fr"):
        said = ConfigErrors(found.problems).render(words(language))
        assert secret not in said
        assert (variable or "") in said
    assert problem.values.get("variable") == (variable or None)


PHRASES = [
    ("# xoxb-1-a", "a Slack bot token stands in the file", "un jeton de bot Slack figure dans le fichier"),
    ("# xapp-1-a", "a Slack app token stands in the file", "un jeton d’application Slack figure dans le fichier"),
    (
        "# xoxp-1-a",
        "a Slack user token stands in the file; Repartie works with a bot token",
        "un jeton d’utilisateur Slack figure dans le fichier_; Repartie fonctionne avec un jeton de bot",
    ),
    (
        "# db://a:b@c.example",
        "a database password stands in the file",
        "un mot de passe de base de données figure dans le fichier",
    ),
    (
        "token: abc",
        "the value of “token” looks like a secret",
        "la valeur de «_token_» ressemble à un secret",
    ),
    (
        "# aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1",
        "this looks like a secret key or token",
        "ceci ressemble à une clé ou à un jeton secret",
    ),
    (
        "# https://a:b@c.example",
        "a name and a password stand in this address",
        "cette adresse contient un nom et un mot de passe",
    ),
]


@pytest.mark.parametrize(("line", "english", "french"), PHRASES)
def test_what_is_said(look: Look, fine: str, line: str, english: str, french: str) -> None:
    problem = look(f"{line}\n{fine}").problems[0]
    assert problem.said(words("en")) == english
    assert _visible(problem.said(words("fr"))) == french


def _visible(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", "_").replace("\N{NARROW NO-BREAK SPACE}", "_")


def test_the_advice_knows_what_is_set_already(look: Look, fine: str) -> None:
    text = "# xoxb-12-34-abcDEF\n" + fine
    unset, done = look(text).problems[0], look(text, {"SLACK_BOT_TOKEN": "xoxb-1"}).problems[0]
    assert unset.advice(words("en")) == (
        "delete it here, put SLACK_BOT_TOKEN=… into the environment or .env, and renew it if anybody saw this file"
    )
    assert (
        done.advice(words("en")) == "delete it here: SLACK_BOT_TOKEN is set already; renew it if anybody saw this file"
    )
    assert _visible(done.advice(words("fr"))) == (
        "supprimez-le d’ici_: SLACK_BOT_TOKEN est déjà définie_; renouvelez-le si quelqu’un a pu voir ce fichier"
    )


@pytest.mark.parametrize(
    "line",
    [
        "# a secret between us: nothing here",
        "# token",
        "# https://blog.example/2026/11/UnTresLongTitreDArticle2026SansAucunSecretDedans",
        "# see https://blog.example:8080/a@b",
        "# #UnTresLongMotDieseDe2026QuiNEstPasUnSecretDuTout",
    ],
)
def test_innocent_lines_are_left_alone(look: Look, fine: str, line: str) -> None:
    assert look(f"{line}\n{fine}").problems == ()


def test_a_source_may_be_called_secret(look: Look, fine: str) -> None:
    assert look(fine.replace("presse", "secret-garden")).problems == ()
