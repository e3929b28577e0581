"""An unmodified slack_bolt App, connected by Socket Mode, lives through a reply from click to card."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App

from sandbox.slack import Workspace

CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Trois heures d'attente"}},
    {
        "type": "actions",
        "block_id": "deeds",
        "elements": [
            {"type": "button", "action_id": "reply", "value": "42", "text": {"type": "plain_text", "text": "Répondre"}}
        ],
    },
]
MODAL = {
    "type": "modal",
    "callback_id": "reply",
    "private_metadata": '{"v": 1}',
    "title": {"type": "plain_text", "text": "Répondre"},
    "submit": {"type": "plain_text", "text": "Publier"},
    "blocks": [
        {
            "type": "input",
            "block_id": "text",
            "label": {"type": "plain_text", "text": "Réponse"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        }
    ],
}


@pytest.mark.parametrize("adapter", ["builtin", "websocket_client"])
def test_a_reply_from_click_to_card(
    adapter: str, app: App, connect: Callable[..., None], workspace: Workspace, desk: Any
):
    @app.action("reply")
    def open_modal(ack: Any, body: Any, client: Any):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("reply")
    def publish(ack: Any, body: Any, client: Any):
        said = body["view"]["state"]["values"]["text"]["text"]["value"]
        if len(said) > 20:
            ack(response_action="errors", errors={"text": "Trop long"})
            return
        ack()
        client.chat_update(channel=card["channel"], ts=card["ts"], text="Répondu", blocks=CARD[:1])

    connect(adapter)
    card = app.client.chat_postMessage(channel="#aeroplouf-mentions", text="Une mention", blocks=CARD)
    place = {"channel": card["channel"], "ts": card["ts"]}
    assert desk.click(place, "deeds", "reply") == {"ok": True}
    [modal] = desk.modals
    assert modal["private_metadata"] == '{"v": 1}'
    too_long = desk.do("submit", view=modal["id"], typed={"text": {"text": "x" * 21}})
    assert too_long == {"ok": True, "errors": {"text": "Trop long"}}
    assert desk.do("submit", view=modal["id"], typed={"text": {"text": "Bonjour"}}) == {"ok": True, "errors": {}}
    assert desk.modals == []
