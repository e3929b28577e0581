"""Whoever a message rings is noted, so that a test can say that a stranger's text rang nobody."""

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.slack import Workspace
from sandbox.slack.messages import rung_by

MRKDWN = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here> et <@U0CAMIROUX0>"}}]
PLAIN = [{"type": "section", "text": {"type": "plain_text", "text": "<!here>"}}]
RICH = [
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "<!channel>"},
                    {"type": "broadcast", "range": "everyone"},
                    {"type": "user", "user_id": "U0CAMIROUX0"},
                ],
            }
        ],
    }
]


@pytest.mark.parametrize(
    ("text", "blocks", "rung"),
    [
        ("<!channel> venez", [], ["!channel"]),
        ("<!subteam^S012|@astreinte>", [], ["!subteam^S012"]),
        ("&lt;!channel&gt; venez", [], []),
        ("@channel venez", [], []),
        ("<https://blog.example|!channel> <#C012|lieu> <!date^1^{ago}|x>", [], []),
        ("", MRKDWN, ["!here", "@U0CAMIROUX0"]),
        ("", PLAIN, []),
        ("", RICH, ["!everyone", "@U0CAMIROUX0"]),
    ],
)
def test_what_rings(text: str, blocks: list[dict[str, Any]], rung: list[str]):
    assert rung_by(text, blocks) == rung


def test_rings_are_noted_with_their_message(client: WebClient, workspace: Workspace):
    client.chat_postMessage(channel="général", text="rien")
    assert workspace.rings == []
    sent = client.chat_postMessage(channel="général", text="<!channel>")
    client.chat_postMessage(channel="général", text="@here", link_names=True)
    assert [(ring.channel, ring.what) for ring in workspace.rings] == [
        (sent["channel"], "!channel"),
        (sent["channel"], "!here"),
    ]
    assert workspace.rings[0].ts == sent["ts"]
