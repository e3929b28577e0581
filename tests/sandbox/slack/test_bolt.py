"""An unmodified slack_bolt App, connected by Socket Mode, lives through everything a team does."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, App, Respond, Say
from slack_sdk import WebClient

from sandbox.slack import Workspace
from tests.sandbox.slack.conftest import Desk, until

# The clients leave sockets to the garbage collector; that is theirs.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

JSON = dict[str, Any]

CARD: list[JSON] = [
    {"type": "section", "block_id": "said", "text": {"type": "mrkdwn", "text": "Trois heures d'attente"}},
    {
        "type": "actions",
        "block_id": "deeds",
        "elements": [
            {"type": "button", "action_id": "reply", "value": "42", "text": {"type": "plain_text", "text": "Répondre"}}
        ],
    },
]
MODAL: JSON = {
    "type": "modal",
    "callback_id": "reply",
    "private_metadata": '{"v": 1}',
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Répondre"},
    "submit": {"type": "plain_text", "text": "Publier"},
    "blocks": [
        {
            "type": "input",
            "block_id": "text",
            "label": {"type": "plain_text", "text": "Réponse"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 30},
        }
    ],
}
Connect = Callable[..., None]


def post(app: App) -> JSON:
    answer = app.client.chat_postMessage(channel="#aeroplouf-mentions", text="Une mention", blocks=CARD)
    return {"channel": answer["channel"], "ts": answer["ts"]}


def opens(app: App, view: JSON) -> None:
    @app.action("reply")
    def open_modal(ack: Ack, body: JSON, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)


@pytest.mark.parametrize("adapter", ["builtin", "websocket_client"])
def test_a_reply_from_click_to_card(adapter: str, app: App, connect: Connect, desk: Desk):
    opens(app, MODAL)
    seen: list[JSON] = []

    @app.view("reply")
    def publish(ack: Ack, body: JSON, client: WebClient) -> None:
        seen.append(body)
        said = body["view"]["state"]["values"]["text"]["text"]["value"]
        if "!" in said:
            ack(response_action="errors", errors={"text": "Trop fort"})
            return
        ack()
        client.chat_update(**card, text="Répondu", blocks=CARD[:1])

    connect(adapter)
    card = post(app)
    assert desk.click(card, "deeds", "reply") == {"ok": True}
    modal = desk.modal()
    assert modal["private_metadata"] == '{"v": 1}'

    empty = desk.do("submit", view=modal["id"])
    assert empty == {"ok": True, "errors": {"text": "Veuillez remplir ce champ obligatoire."}}
    long = desk.do("submit", view=modal["id"], typed={"text": {"text": "x" * 31}})
    assert long["errors"] == {"text": "Au plus 30 caractères, s’il vous plaît."}
    assert seen == []  # Slack itself refused both
    loud = desk.do("submit", view=modal["id"], typed={"text": {"text": "Bonjour !"}})
    assert loud == {"ok": True, "errors": {"text": "Trop fort"}}
    assert desk.do("submit", view=modal["id"], typed={"text": {"text": "Bonjour"}}) == {"ok": True, "errors": {}}
    assert desk.workspace.views.stack(desk.client) == []
    assert seen[-1]["user"]["name"] == "camille"
    from_card = desk.workspace.channel(card["channel"]).find(card["ts"])
    until(lambda: from_card.text == "Répondu")  # the update follows the acknowledgement
    assert [block["type"] for block in from_card.blocks] == ["section"]
    assert from_card.edited is None


def test_a_click_says_who_where_and_what(app: App, connect: Connect, desk: Desk, workspace: Workspace):
    seen: list[JSON] = []

    @app.action("reply")
    def note(ack: Ack, body: JSON) -> None:
        seen.append(body)
        ack()

    connect()
    card = post(app)
    desk.click(card, "deeds", "reply")
    [body] = seen
    assert body["actions"][0]["value"] == "42"
    assert body["actions"][0]["block_id"] == "deeds"
    assert body["container"] == {
        "type": "message",
        "message_ts": card["ts"],
        "channel_id": card["channel"],
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == card["ts"]
    assert body["user"]["id"] == workspace.team()[0].id
    assert body["response_url"].startswith(desk.address)


def test_a_submission_answers_with_another_view(app: App, connect: Connect, desk: Desk):
    opens(app, MODAL)

    @app.view("reply")
    def preview(ack: Ack, body: JSON) -> None:
        action = body["view"]["state"]["values"]["text"]["text"]["value"]
        view = MODAL | {"callback_id": "preview", "title": {"type": "plain_text", "text": "Aperçu"}}
        ack(response_action=action, **({} if action == "clear" else {"view": view}))

    connect()
    titles = {"update": ["Aperçu"], "push": ["Répondre", "Aperçu"], "clear": []}
    for action, expected in titles.items():
        desk.client = action
        desk.click(post(app), "deeds", "reply")
        first = desk.modal()["id"]
        assert desk.do("submit", view=first, typed={"text": {"text": action}}) == {"ok": True, "errors": {}}
        stack = desk.workspace.views.stack(desk.client)
        assert [view["title"]["text"] for view in stack] == expected
        if action == "push":
            assert (stack[1]["root_view_id"], stack[1]["previous_view_id"]) == (first, first)


def test_errors_for_a_field_that_is_not_there_are_refused(app: App, connect: Connect, desk: Desk):
    opens(app, MODAL)

    @app.view("reply")
    def wrong(ack: Ack) -> None:
        ack(response_action="errors", errors={"nowhere": "Non"})

    connect()
    desk.click(post(app), "deeds", "reply")
    answer = desk.do("submit", view=desk.modal()["id"], typed={"text": {"text": "Bonjour"}})
    assert (answer["ok"], answer["error"]) == (False, "invalid_arguments")


def test_closing_is_told_to_who_asked(app: App, connect: Connect, desk: Desk):
    opens(app, MODAL)
    closed: list[JSON] = []

    @app.view_closed("reply")
    def note(ack: Ack, body: JSON) -> None:
        closed.append(body)
        ack()

    connect()
    desk.click(post(app), "deeds", "reply")
    assert desk.do("close", view=desk.modal()["id"]) == {"ok": True}
    assert [body["is_cleared"] for body in closed] == [False]
    assert desk.workspace.views.stack(desk.client) == []


def test_slash_commands(app: App, connect: Connect, desk: Desk, workspace: Workspace):
    @app.command("/repartie")
    def command(ack: Ack, body: JSON) -> None:
        if body["text"] == "tous":
            ack(text="Pour tous", response_type="in_channel")
        elif body["text"] == "faux":
            ack(blocks=[{"type": "nope"}])
        else:
            ack(f"Bonjour {body['user_name']}, {body['text']}")

    connect()
    general = workspace.channel("général")
    for text in ("/repartie aide moi", "/repartie tous", "/repartie faux", "/autre"):
        assert desk.do("say", channel=general.id, text=text) == {"ok": True}
    me = workspace.team()[0].id
    assert [(message.text, message.only_for) for message in general.messages] == [
        ("Bonjour camille, aide moi", me),
        ("Pour tous", None),
        ("/repartie a échoué avec l’erreur «\xa0invalid_command_response\xa0»", me),
        ("/autre n’est pas une commande valide.", me),
    ]


def test_the_home_tab(app: App, connect: Connect, desk: Desk, workspace: Workspace):
    @app.event("app_home_opened")
    def home(event: JSON, client: WebClient) -> None:
        again = "view" in event
        header = {"type": "header", "text": {"type": "plain_text", "text": "Encore" if again else "Bonjour"}}
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [header]})

    connect()
    me = workspace.team()[0].id
    for expected in ("Bonjour", "Encore"):
        desk.do("home")
        until(lambda said=expected: said in str(workspace.views.home(me)))
    assert workspace.views.home(workspace.team()[1].id) is None


def test_the_app_answers_its_name_in_the_thread(app: App, connect: Connect, desk: Desk, workspace: Workspace):
    @app.event("app_mention")
    def answer(event: JSON, say: Say) -> None:
        say(text="Oui ?", thread_ts=event["ts"])

    connect()
    desk.do("say", channel=workspace.channel("général").id, text="@Repartie tu es là & prêt ?")
    general = workspace.channel("général")
    until(lambda: len(general.messages) == 2)
    asked, answered = general.messages
    assert asked.text == f"<@{workspace.bot.id}> tu es là &amp; prêt ?"
    assert answered.thread_ts == asked.ts


def test_response_url(app: App, connect: Connect, desk: Desk, workspace: Workspace):
    @app.action("reply")
    def answer(ack: Ack, respond: Respond) -> None:
        ack()
        respond("Déjà pris", replace_original=False)
        respond("Remplacé", replace_original=True)
        respond(delete_original=True)
        assert respond("4").status_code == 200
        assert respond("5").status_code == 200
        refused.append(respond("6").body)
        over.set()

    refused: list[str] = []
    over = threading.Event()
    connect()
    card = post(app)
    desk.click(card, "deeds", "reply")
    assert over.wait(5)
    messages = workspace.channel(card["channel"]).messages
    me = workspace.team()[0].id
    assert [(message.text, message.only_for) for message in messages] == [("Déjà pris", me), ("4", me), ("5", me)]
    assert "used_url" in refused[0]


class TestAcknowledging:
    @pytest.fixture
    def workspace(self) -> Workspace:
        return Workspace(rate_limits=False, ack_within=0.15)

    def test_nobody_connected(self, app: App, desk: Desk):
        assert desk.click(post(app), "deeds", "reply") == {"ok": False, "error": "no_app"}

    def test_too_late(self, app: App, connect: Connect, desk: Desk, workspace: Workspace):
        late = threading.Event()

        @app.action("reply")
        def slow(ack: Ack) -> None:
            late.wait(5)
            ack()

        @app.command("/repartie")
        def slower(ack: Ack) -> None:
            late.wait(5)
            ack()

        connect()
        assert desk.click(post(app), "deeds", "reply") == {"ok": False, "error": "timeout"}
        desk.do("say", channel=workspace.channel("général").id, text="/repartie")
        assert desk.said("général") == ["/repartie a échoué avec l’erreur «\xa0operation_timeout\xa0»"]
        late.set()
        until(lambda: len(workspace.sockets.late_acks) == 2)


class TestDelivery:
    def test_twice(self, app: App, connect: Connect, desk: Desk, workspace: Workspace):
        workspace.sockets.duplicate = True
        seen: list[str] = []

        @app.action("reply")
        def note(ack: Ack, body: JSON) -> None:
            ack()
            seen.append(body["actions"][0]["action_ts"])

        connect()
        assert desk.click(post(app), "deeds", "reply") == {"ok": True}
        until(lambda: len(seen) == 2)
        assert seen[0] == seen[1]

    @pytest.mark.parametrize("adapter", ["builtin", "websocket_client"])
    def test_goes_on_after_a_refresh(self, adapter: str, app: App, connect: Connect, desk: Desk, workspace: Workspace):
        @app.action("reply")
        def note(ack: Ack) -> None:
            ack()

        connect(adapter)
        card = post(app)
        assert desk.click(card, "deeds", "reply") == {"ok": True}
        workspace.sockets.refresh("warning")
        assert workspace.sockets.connected
        workspace.sockets.refresh()
        until(lambda: workspace.sockets.connected)
        until(lambda: desk.click(card, "deeds", "reply")["ok"])

    def test_goes_on_after_a_dropped_connection(self, app: App, connect: Connect, desk: Desk, workspace: Workspace):
        @app.action("reply")
        def note(ack: Ack) -> None:
            ack()

        connect("websocket_client")
        card = post(app)
        workspace.sockets.drop()
        until(lambda: desk.click(card, "deeds", "reply")["ok"])

    def test_an_event_nobody_took_comes_again(self, app: App, connect: Connect, desk: Desk, workspace: Workspace):
        workspace.sockets.ack_within = 0.1
        attempts: list[str] = []

        @app.middleware
        def slow_at_first(body: JSON, next_: Callable[[], None]) -> None:
            attempts.append(body["event_id"])
            if len(attempts) == 1:
                threading.Event().wait(0.3)
            next_()

        @app.event("app_home_opened")
        def note() -> None:
            """Bolt acknowledges by itself."""

        connect()
        desk.do("home")
        until(lambda: len(attempts) == 2)
        assert attempts[0] == attempts[1]
        until(lambda: workspace.sockets.acks)
