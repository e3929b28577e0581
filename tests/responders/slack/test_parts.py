"""The parts that need no workspace: payloads, errors, people, pace, manifest."""

import json
from collections.abc import Callable
from http.client import IncompleteRead
from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackObjectFormationError
from slack_sdk.web import SlackResponse

from config.i18n import words
from models.status import MentionStatus, ReplyStatus
from models.verdict import Sentiment
from responders.seen import AnswerSeen, Eligibility, MentionSeen, Person
from responders.slack import errors, ids, state
from responders.slack.access import Members, Stranger
from responders.slack.clicks import delivery_key
from responders.slack.manifest import BOT_SCOPES, manifest
from responders.slack.mention import view
from responders.slack.pace import Pace
from responders.slack.reply import view as reply_view

IDS = {
    "card": "repartie_card", "command": "/repartie", "reply": "mention.reply", "take": "mention.take",
    "release": "mention.release", "done": "mention.done", "irrelevant": "mention.irrelevant",
    "reopen": "mention.reopen", "sentiment": "mention.sentiment", "cancel": "reply.cancel",
    "there": "reply.is_there", "not there": "reply.not_there", "show": "mention.show",
}  # fmt: skip


def test_ids_never_change():
    known = {value for name, value in vars(ids).items() if name.isupper()}
    assert set(IDS.values()) <= known, "cards with these ids stand in channels"


def test_payloads_travel():
    assert state.OfMention(mention=42).packed() == '{"v":1,"mention":42}'
    assert state.read(state.OfMention, '{"v": 1, "mention": 42}').mention == 42
    draft = state.Draft(mention=1, text='é "\n\\ 👩‍👩‍👧')
    assert state.read(state.Draft, draft.packed()) == draft


@pytest.mark.parametrize(
    "packed",
    [None, "", "{", "[]", "42", '{"v":2,"mention":42}', '{"v":1,"mention":"42"}', '{"v":1,"mention":0}',
     '{"v":1,"mention":42,"account":"x"}', '{"v":1}', 42],
)  # fmt: skip
def test_what_is_not_ours_is_refused(packed: object):
    with pytest.raises(state.UnknownState):
        state.read(state.OfMention, packed)
    assert state.mention_of(packed) is None


def refused(error: str, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    response = SlackResponse(
        client=WebClient(), http_verb="POST", api_url="", req_args={}, data={"ok": False, "error": error},
        headers=headers or {}, status_code=status,
    )  # fmt: skip
    return SlackApiError("no", response)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (refused("channel_not_found"), errors.ChannelClosed),
        (refused("not_in_channel"), errors.ChannelClosed),
        (refused("invalid_auth"), errors.TokenRefused),
        (refused("msg_blocks_too_long"), errors.TooBig),
        (SlackObjectFormationError("text attribute cannot exceed 3000 characters"), errors.TooBig),
        (refused("message_not_found"), errors.MessageGone),
        (refused("expired_trigger_id"), errors.ViewGone),
        (refused("fatal_error"), errors.Away),
        (refused("something Slack invents tomorrow"), errors.Away),
        (URLError("down"), errors.Away),
        (TimeoutError(), errors.Away),
        (IncompleteRead(b""), errors.Away),
    ],
)
def test_each_refusal_names_what_to_do(raised: Exception, kind: type[errors.SlackTrouble]):
    with pytest.raises(kind), errors.asking():
        raise raised


@pytest.mark.parametrize(("headers", "after"), [({"Retry-After": "7"}, 7), ({"retry-after": "x"}, 30), ({}, 30)])
def test_patience_is_as_long_as_slack_says(headers: dict[str, str], after: float):
    with pytest.raises(errors.SlowDown) as caught, errors.asking():
        raise refused("ratelimited", 429, headers)
    assert caught.value.after == after


class Directory(WebClient):
    """Answers who somebody is, and counts how often it is asked."""

    def __init__(self, **about: Any) -> None:
        super().__init__()
        self.about = {"name": "camille", "team_id": "T1", "profile": {"real_name": "Camille Roux"}} | about
        self.asked = 0

    def auth_test(self, **_kwargs: Any) -> Any:
        return {"team_id": "T1"}

    def users_info(self, **_kwargs: Any) -> Any:
        self.asked += 1
        return {"user": self.about}


CLICK = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1", "username": "camille"}}


def test_people_have_a_name_and_a_language():
    client = Directory(locale="en-GB")
    now = [0.0]
    members = Members(client, "fr", lambda: now[0])
    member = members.member(CLICK)
    assert (member.person, member.language) == (Person("U1", "Camille Roux"), "en")
    members.member(CLICK)
    assert client.asked == 1
    now[0] = 4000
    members.member(CLICK)
    assert client.asked == 2
    assert Members(Directory(locale="pt-BR"), "fr").member(CLICK).language == "fr"


def test_a_name_slack_does_not_tell_stops_nobody():
    class Silent(Directory):
        def users_info(self, **_kwargs: Any) -> Any:
            raise refused("fatal_error")

    assert Members(Silent(), "fr").member(CLICK).person == Person("U1", "camille")


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (CLICK | {"user": {"id": "U1", "team_id": "T2"}}, {}),
        (CLICK | {"team": {"id": "T2"}}, {}),
        (CLICK, {"is_bot": True}),
        (CLICK, {"deleted": True}),
        (CLICK, {"team_id": "T2"}),
        ({"command": "/repartie", "user_id": "U1", "team_id": "T2"}, {}),
        ({"team_id": "T1", "event": {"type": "app_home_opened"}}, {}),
        ({}, {}),
    ],
)
def test_strangers_are_refused(body: dict[str, Any], about: dict[str, Any]):
    with pytest.raises(Stranger):
        Members(Directory(**about), "fr").member(body)


def test_a_delivery_is_known_again():
    action = {"action_ts": "1.2", "action_id": "mention.take"}
    assert delivery_key(CLICK | {"actions": [action]}) == "action:1.2:U1:mention.take"
    view = {"type": "view_submission", "user": {"id": "U1"}, "view": {"id": "V1", "hash": "9.a"}}
    assert delivery_key(view) == "view_submission:V1:9.a:U1"
    assert delivery_key({"event_id": "Ev1", "event": {}}) == "event:Ev1"
    assert delivery_key({"command": "/repartie", "trigger_id": "1.2.3"}) == "command:1.2.3"


def test_updates_come_at_tier_three_after_a_burst():
    pace = Pace()
    now, sent = 1000.0, 0
    while now < 1060:
        if pace.update_wait(now, hurried=False):
            now += 0.5
        else:
            pace.updated()
            sent += 1
    assert 45 <= sent <= 60
    pace.slow_updates(now, 30)
    assert pace.update_wait(now, hurried=True) == pytest.approx(30)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_manifest_keeps_slacks_limits(language: str):
    made = manifest(language)
    shown = made["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    command = made["features"]["slash_commands"][0]
    assert command["command"] == ids.COMMAND
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert len(made["features"]["bot_user"]["display_name"]) <= 80
    assert made["settings"]["socket_mode_enabled"]
    assert "request_url" not in json.dumps(made)
    assert set(BOT_SCOPES) >= {"chat:write", "commands", "channels:read", "channels:history", "users:read"}


def test_the_manifest_speaks_french():
    assert manifest("fr")["display_information"]["description"] != manifest("en")["display_information"]["description"]


def card(seen: MentionSeen) -> tuple[str, set[str]]:
    """What a card says in French, and its buttons."""
    drawn = [block.to_dict() for block in view.card(seen, words("fr"), problem="Le réseau a refusé.").blocks]
    text = json.dumps(drawn, ensure_ascii=False).replace("\u202f", " ").replace("\xa0", " ")
    return text, {element["action_id"] for element in drawn[-1].get("elements", ()) if "action_id" in element}


WORK = {ids.MENTION_DONE, ids.MENTION_IRRELEVANT, ids.MENTION_SENTIMENT, ids.MENTION_OPEN}


@pytest.mark.parametrize(
    ("status", "answered", "says", "buttons"),
    [
        ("open", None, "réponse possible (500 caractères)", WORK | {ids.MENTION_REPLY, ids.MENTION_TAKE}),
        ("taken", None, "Pris par Inès", WORK | {ids.MENTION_REPLY, ids.MENTION_RELEASE}),
        ("open", "approved", "15 s pour annuler", {ids.REPLY_CANCEL, ids.MENTION_OPEN}),
        ("open", "sending", "en cours d’envoi", {ids.MENTION_OPEN}),
        ("answered", "sent", "Camille Roux a répondu au nom de @aeroplouf",
         {ids.MENTION_DONE, ids.MENTION_REOPEN, ids.MENTION_OPEN}),
        ("open", "refused", "Le réseau a refusé.", WORK | {ids.MENTION_REPLY, ids.MENTION_TAKE}),
        ("taken", "unclear", "Impossible de savoir", {ids.REPLY_IS_THERE, ids.REPLY_NOT_THERE, ids.MENTION_OPEN}),
        ("open", "cancelled", "Réponse annulée", WORK | {ids.MENTION_REPLY, ids.MENTION_TAKE}),
        ("done", None, "☑️ Traité", {ids.MENTION_REOPEN, ids.MENTION_OPEN}),
        ("irrelevant", None, "🗑 Hors sujet", {ids.MENTION_REOPEN, ids.MENTION_OPEN}),
    ],
)  # fmt: skip
def test_each_state_says_what_is_and_offers_what_can_be_done(  # noqa: PLR0913, PLR0917 - a row of the table each
    seen: Callable[..., MentionSeen], answer: Callable[..., AnswerSeen], status: str, answered: str | None,
    says: str, buttons: set[str],
):  # fmt: skip
    mention = seen(
        status=MentionStatus(status),
        owner=Person("U2", "Inès") if status == "taken" else None,
        answer=answer(status=ReplyStatus(answered)) if answered else None,
    )
    text, offered = card(mention)
    assert says in text
    assert offered == buttons


@pytest.mark.parametrize(
    ("network", "limit", "most"), [("sandbox", 500, 500), ("sandbox", 5000, 2400), ("x", 280, 2400)]
)
def test_slack_counts_only_as_the_network_does(seen: Callable[..., MentionSeen], network: str, limit: int, most: int):
    mention = seen(network=network, eligibility=Eligibility("@a", limit, dry_run=False))
    typed = next(
        block for block in reply_view.write(mention, "", words("fr")).to_dict()["blocks"] if "element" in block
    )
    assert typed["element"]["max_length"] == most


def test_a_rehearsed_answer_says_that_nothing_was_published(
    seen: Callable[..., MentionSeen], answer: Callable[..., AnswerSeen]
):
    text, _ = card(seen(status=MentionStatus.ANSWERED, answer=answer(dry_run=True, url=None)))
    assert "rien n’a été publié" in text
    assert "a répondu au nom" not in text


def test_a_card_says_who_where_how_many_and_how_sure(seen: Callable[..., MentionSeen]):
    text, _ = card(seen(place="Blog des voyageurs", label=Sentiment.NEGATIVE, exchanges=2))
    for part in ("1 240 abonnés", "2 échanges précédents avec nous", "Blog des voyageurs", "négatif 93 %", "aéroplouf"):
        assert part in text


@pytest.mark.parametrize(
    ("rule", "language", "line"),
    [
        ("rule 2: sentiment == negative or followers >= 10k", "en", "here by rule 2: sentiment == negative or"),
        ("rule 2: sentiment == negative", "fr", "ici par la règle 2\N{NO-BREAK SPACE}: sentiment == negative"),
        ("rule 3", "en", "here by rule 3"),
        ("rule 1: text contains '<!channel>'", "en", "here by rule 1: text contains '&lt;!channel&gt;'"),
    ],
)
def test_a_card_says_which_rule_put_it_there(seen: Callable[..., MentionSeen], rule: str, language: str, line: str):
    drawn = view.card(seen(rule=rule), words(language)).blocks[2].to_dict()
    assert line in drawn["elements"][0]["text"].splitlines()[1]


def test_without_a_rule_a_card_speaks_of_none(seen: Callable[..., MentionSeen]):
    drawn = view.card(seen(rule="every mention of the last 24 hours"), words("en")).blocks[2].to_dict()
    assert "rule" not in drawn["elements"][0]["text"]
    assert "24 hours" not in drawn["elements"][0]["text"]
